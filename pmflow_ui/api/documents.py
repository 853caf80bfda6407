"""A project's documents for programs: read, written over what was read, compared, restored."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.board.places import project_of
from pmflow_core.board.schemas import DocumentRead
from pmflow_core.board.shown_documents import list_documents, read_document
from pmflow_core.db import Session
from pmflow_core.documents.diff import Change, Diff, Piece, diff
from pmflow_core.errors import NotFound
from pmflow_ui.access import member
from pmflow_ui.api import paging, preconditions
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.preconditions import (
    TAGGED,
    IfMatch,
    IfNoneMatch,
    PreconditionFailed,
    PreconditionRequired,
)
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/projects/{project}/documents", tags=["documents"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]
Number = Annotated[int, Query(ge=1, le=2**31 - 1)]
MAX_BODY_BYTES = 2_500_000


class DocumentItem(Shape):
    """A document in a list; `cited` of its `claims` name the signals behind them."""

    type: str
    title: str
    version: int
    state: str
    cited: int
    claims: int
    author: str
    written_at: datetime


class Citation(Shape):
    """A place of the text that rests on a signal; offsets are code points."""

    signal: str = Field(description="What the signal is cited as.")
    quote: str | None
    start: int
    end: int


class Document(BaseModel):
    """A version of a document with its citations, and what is wrong with them."""

    type: str
    title: str
    version: int
    latest: int
    content: str = Field(description="Markdown.")
    sha256: str
    author: str
    model: str | None
    written_at: datetime
    cited: int
    claims: int
    uncited: Sequence[str] = Field(description="Claims that name no signal.")
    faults: Sequence[str] = Field(description="Quotations that their signals do not say.")
    citations: Sequence[Citation]


class Version(Shape):
    """A version in a document's history; `stage` is null where no run of a stage wrote it."""

    number: int
    title: str
    stage: str | None
    author: str
    by_run: bool
    written_at: datetime
    approved: bool


class Line(BaseModel):
    """A row of a comparison; what is null is not there on that side."""

    change: Change
    old_number: int | None
    new_number: int | None
    old: str | None
    new: str | None


class Comparison(BaseModel):
    """How a version of a document differs from another; lines that both have are left out."""

    old: int
    new: int
    added: int
    removed: int
    lines: Sequence[Line]


class Text(BaseModel):
    """A document's whole text."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"content": "# Research\n\n## Key Insights\n\n…"}},
    )

    content: str = Field(description="Markdown.", max_length=400_000)


@router.get("")
async def list_them(
    project: str, viewer: Reader, limit: Limit = 50, cursor: Cursor = None
) -> Page[DocumentItem]:
    """List a project's documents, the first written first."""

    def read(session: Session, actor: Actor) -> Page[DocumentItem]:
        found = list_documents(session, actor, project_of(session, actor, project))
        return paging.slice_of(found, cursor, limit, DocumentItem.model_validate)

    return await call(read, member(viewer))


@router.get("/{type}", responses={200: {"headers": TAGGED}})
async def read(project: str, type: str, viewer: Reader, response: Response) -> Document:
    """Return a document's newest version; its ETag is what a write over it names."""
    found = await call(_read, member(viewer), project, type)
    preconditions.tag(response, _tag(found))
    return _shaped(found)


@router.put(
    "/{type}",
    response_model=Document,
    responses={
        200: {"headers": TAGGED, "description": "It is the next version, or was the same."},
        201: {"headers": TAGGED, "model": Document, "description": "It is the first version."},
    },
    openapi_extra=described(Text),
)
async def write(
    project: str,
    type: str,
    viewer: Editor,
    sent: Annotated[Sent[Text], Depends(Body(Text, MAX_BODY_BYTES))],
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> JSONResponse:
    """Write a document's next version over the one in `If-Match`, or its first; never unseen."""
    if if_match is None and (if_none_match or "").strip() != "*":
        raise PreconditionRequired(
            "Send If-Match with the ETag you read, or If-None-Match: * for a new document."
        )
    content = sent.value.content.replace("\r\n", "\n")

    def act(session: Session, actor: Actor) -> tuple[int, DocumentRead]:
        key = _key(session, actor, project)
        if if_match is None:
            board.write_document(session, actor, key, type, content)
            return 201, read_document(session, actor, key, type)
        _write_over(session, actor, (key, type), content, if_match)
        return 200, read_document(session, actor, key, type)

    status, written = await call(act, member(viewer))
    headers = {"ETag": f'"{_tag(written)}"'}
    return JSONResponse(_shaped(written).model_dump(mode="json"), status, headers)


@router.get("/{type}/versions")
async def versions(
    project: str,
    type: str,
    viewer: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Version]:
    """List a document's versions, the newest first."""
    found = await call(_read, member(viewer), project, type)
    return paging.slice_of(found.versions, cursor, limit, Version.model_validate)


@router.get("/{type}/versions/{number}")
async def version(project: str, type: str, number: int, viewer: Reader) -> Document:
    """Return one version of a document; it never changes."""
    return _shaped(await call(_read, member(viewer), project, type, _known(number)))


@router.post("/{type}/versions/{number}/restore", status_code=201, response_model=Document)
async def restore(
    request: Request,
    project: str,
    type: str,
    number: int,
    viewer: Editor,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Write an older version of a document as its next one; none is lost."""

    def act(session: Session, actor: Actor) -> BaseModel:
        key = _key(session, actor, project)
        old = read_document(session, actor, key, type, _known(number))
        _write_over(session, actor, (key, type), old.content, if_match or "*")
        return _shaped(read_document(session, actor, key, type))

    return await answer(request, member(viewer), b"", act, status=201)


@router.get("/{type}/diff")
async def compare(
    project: str,
    type: str,
    viewer: Reader,
    old: Annotated[Number, Query(alias="from", description="The older version.")],
    new: Annotated[Number, Query(alias="to", description="The newer version.")],
) -> Comparison:
    """Say how a version of a document differs from another, line by line."""

    def both(session: Session, actor: Actor) -> tuple[str, str]:
        before, after = (_read(session, actor, project, type, each) for each in (old, new))
        return before.content, after.content

    found = await asyncio.to_thread(diff, *await call(both, member(viewer)))
    return _compared(found, old, new)


def _read(
    session: Session, actor: Actor, project: str, kind: str, number: int | None = None
) -> DocumentRead:
    return read_document(session, actor, _key(session, actor, project), kind, number)


def _key(session: Session, actor: Actor, project: str) -> str:
    return board.project_key(session, actor, project_of(session, actor, project))


def _known(number: int) -> int:
    """Return a version's number as the database can hold it; raises NotFound."""
    if not 1 <= number < 2**31:
        raise NotFound(f"There is no version {number}.")
    return number


def _write_over(
    session: Session, actor: Actor, document: tuple[str, str], content: str, if_match: str
) -> None:
    """Write the next version over the one that `if_match` names; the same text writes none."""
    actor.require(Role.EDITOR)
    try:
        now = read_document(session, actor, *document)
    except NotFound as error:
        raise PreconditionFailed(
            "The project has no such document yet; write it with If-None-Match: *."
        ) from error
    preconditions.seen_tag(if_match, _tag(now))
    if content != now.content:
        board.edit_document(session, actor, *document, content, base=now.version)


def _tag(read: DocumentRead) -> str:
    return f"{read.version}-{read.sha256[:16]}"


def _shaped(read: DocumentRead) -> Document:
    citations = [
        Citation(signal=f"S-{each.signal}", quote=each.quote, start=each.start, end=each.end)
        for each in read.citations
    ]
    known = {name: getattr(read, name) for name in Document.model_fields if name != "citations"}
    return Document(**known, citations=citations)


def _compared(found: Diff, old: int, new: int) -> Comparison:
    lines = [
        Line(
            change=line.change,
            old_number=line.old_number,
            new_number=line.new_number,
            old=None if line.old_number is None else _joined(line.old),
            new=None if line.new_number is None else _joined(line.new),
        )
        for line in found.lines
        if line.change is not Change.SAME
    ]
    return Comparison(old=old, new=new, added=found.added, removed=found.removed, lines=lines)


def _joined(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)
