"""Files of feedback from the browser: refused early when too large, read in a thread."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import Invalid, TooLarge
from pmflow_core.intake import imports
from pmflow_core.intake.confined import preview_confined
from pmflow_core.intake.schemas import ImportRead
from pmflow_core.signals.models import ImportStatus
from pmflow_core.signals.normalise import normalise
from pmflow_core.signals.parsing import UPLOAD_MAX_BYTES, ParseOptions, Preview
from pmflow_core.signals.parsing.records import ATTRIBUTES
from pmflow_core.signals.schemas import Rejection
from pmflow_ui.access import member
from pmflow_ui.api.permission import Allow
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces", tags=["signals"])
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]
FRAME_BYTES = 64_000
"""What the parts and fields around a file may take."""
LISTED = 100
AT_ONCE_BYTES = 250_000
"""Up to this size a file is read before the answer; of larger ones a worker does it."""
_COLUMNS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[Literal[ATTRIBUTES], str])  # pyright: ignore[reportInvalidTypeForm] the names are a constant
_BODY = {
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "format": "binary"},
                    "text_column": {"type": "string"},
                    "ref_column": {"type": "string"},
                    "columns": {
                        "type": "string",
                        "description": "JSON of which column holds what else is read of a row.",
                    },
                    "preview": {"type": "boolean"},
                },
            }
        }
    }
}


class UploadTooLarge(TooLarge):
    """More was sent than is taken."""

    code = "file_too_large"


class UploadMalformed(Invalid):
    """The request holds no file."""

    code = "upload_malformed"


class Taken(BaseModel):
    """What a file came to; of the refused lines the first 100 are listed.

    A large file is `running`: it is kept, and a worker reads it; the figures grow until then.
    """

    id: str
    name: str
    status: ImportStatus
    created: int
    duplicates: int
    refused: int
    rejected: list[Rejection]


class Looked(BaseModel):
    """The beginning of a file and the columns that would be used; nothing was imported.

    `attributes` names the columns of what else is read. `doubts` says of each column that hardly
    holds what people said why, and what to do.
    """

    format: str
    columns: list[str]
    rows: list[list[str]]
    text_column: str | None
    ref_column: str | None
    attributes: dict[str, str]
    doubts: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Sent:
    """A file that lies in a temporary place, and what was asked about it."""

    path: Path
    name: str
    options: ParseOptions
    is_preview: bool


class _Overflow(MultiPartException):
    """Stops the parser, which then closes what it has opened."""


@router.post("/{slug}/signals/upload", openapi_extra={"requestBody": _BODY})
async def upload(
    slug: str,  # noqa: ARG001 the permission reads it from the path
    request: Request,
    response: Response,
    viewer: Editor,
) -> Taken | Looked:
    """Take in a file of feedback, or with `preview` only look at its columns.

    202 says that a large file is kept and being read.
    """
    actor = member(viewer)
    _refuse_announced(request)
    form = await _receive(request)
    try:
        answer = await asyncio.to_thread(_work, actor, form)
    finally:
        await form.close()
    if isinstance(answer, Taken) and answer.status is ImportStatus.RUNNING:
        response.status_code = 202
    return answer


def _too_large() -> UploadTooLarge:
    return UploadTooLarge(
        f"At most {UPLOAD_MAX_BYTES // 1_000_000} MB are taken at once. "
        "Split the file, or import it with `pmflow signals import`."
    )


def _refuse_announced(request: Request) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > UPLOAD_MAX_BYTES + FRAME_BYTES:
        raise _too_large()


async def _capped(request: Request) -> AsyncGenerator[bytes, None]:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > UPLOAD_MAX_BYTES + FRAME_BYTES:
            raise _Overflow("too large")
        yield chunk


async def _receive(request: Request) -> FormData:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise UploadMalformed("Send the file as multipart/form-data in the field `file`.")
    parser = MultiPartParser(request.headers, _capped(request), max_files=1, max_fields=8)
    try:
        return await parser.parse()
    except _Overflow as error:
        raise _too_large() from error
    except (MultiPartException, KeyError) as error:
        raise UploadMalformed("The upload was cut off or malformed. Send it again.") from error


def _text(form: FormData, name: str) -> str | None:
    value = form.get(name)
    return value if isinstance(value, str) and value else None


def _columns(given: str | None) -> dict[str, str]:
    """Return which column holds each attribute, as the field `columns` says in JSON."""
    try:
        return _COLUMNS.validate_json(given or "{}")
    except ValidationError as error:
        raise UploadMalformed(
            "The field `columns` is a JSON object of attributes and columns, such as"
            ' {"severity": "prio"}; "" stands for no column.'
        ) from error


def _work(actor: Actor, form: FormData) -> Taken | Looked:
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise UploadMalformed("Send the file in the field `file`.")
    name = normalise(Path(sent.filename).name)[:200]
    options = ParseOptions(
        text_column=_text(form, "text_column"),
        ref_column="" if form.get("ref_column") == "" else _text(form, "ref_column"),
        columns=_columns(_text(form, "columns")),
        file_name=name,
    )
    with NamedTemporaryFile(prefix="pmflow-upload-") as file:
        shutil.copyfileobj(sent.file, file)
        file.flush()
        path = Path(file.name)
        return _handle(actor, _Sent(path, name, options, _text(form, "preview") == "true"))


def _handle(actor: Actor, sent: _Sent) -> Taken | Looked:
    if sent.is_preview:
        return _looked(preview_confined(sent.path, sent.options))
    made = imports.import_file(actor, sent.path, sent.name, sent.options, at_once=AT_ONCE_BYTES)
    return _taken(made)


def _taken(read: ImportRead) -> Taken:
    return Taken(
        id=str(read.id),
        name=read.name,
        status=read.status,
        created=read.created,
        duplicates=read.duplicates,
        refused=read.refused,
        rejected=read.rejected[:LISTED],
    )


def _looked(seen: Preview) -> Looked:
    return Looked(
        format=str(seen.format),
        columns=list(seen.columns),
        rows=[[cell[:300] for cell in row] for row in seen.rows],
        text_column=seen.text_column,
        ref_column=seen.ref_column,
        attributes=dict(seen.attributes),
        doubts=dict(seen.doubts),
    )
