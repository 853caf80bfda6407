"""Signals for programs: sent, listed, read, corrected, deleted and exported."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db import Session
from pmflow_core.intake.events import read_signals
from pmflow_core.signals import bulk, programs
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Frequency, Kind, Severity, SignalStatus, Source
from pmflow_core.signals.programs import EXPORTED_AT_ONCE
from pmflow_core.signals.schemas import (
    Rejection,
    Short,
    SignalDetail,
    SignalEdit,
    SignalIn,
    SignalQuery,
    SignalWhole,
    TagName,
)
from pmflow_ui.access import member
from pmflow_ui.api import paging
from pmflow_ui.api.bodies import Body, Sent, described, read_capped
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/signals", tags=["signals"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]
From = Annotated[Source, Query(alias="source", description="Where they came from.")]
MAX_BATCH_BYTES = 10_000_000
MAX_SIGNAL_BYTES = 1_100_000
_ROWS = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "oneOf": [
                    SignalIn.model_json_schema(),
                    {"type": "array", "maxItems": 1000, "items": SignalIn.model_json_schema()},
                ]
            }
        }
    },
}


class Signal(Shape):
    """A signal; `text` is word for word what was said."""

    name: str = Field(description="What it is cited as.")
    number: int
    text: str
    interpretation: str | None
    kind: Kind
    severity: Severity | None
    frequency: Frequency | None
    segment: str | None
    customer: str | None
    source: Source
    source_ref: str | None
    status: SignalStatus
    tags: list[str]
    received_at: datetime


class Evidence(Shape):
    """A project that a signal is evidence of."""

    project_id: UUID
    key: str
    name: str
    reason: str
    confidence: float | None


class SignalInFull(Signal):
    """A signal with where it came from and what it is evidence of."""

    id: UUID
    given: list[str] = Field(description="What its sender or a person set; it is never guessed.")
    import_id: UUID | None
    line: int | None
    is_deleted: bool
    links: list[Evidence]


class Ingested(BaseModel):
    """What became of a batch: `ids` of the new signals, and each row that was none."""

    ids: list[UUID]
    created: int
    duplicates: int
    rejected: list[Rejection] = Field(description="`line` is the place in the list, from 1.")


class Filters(BaseModel):
    """Which signals; without a status, archived and merged ones are left out."""

    model_config = ConfigDict(extra="ignore")

    status: SignalStatus | None = None
    severity: Severity | None = None
    source: Source | None = None
    kind: Kind | None = None
    segment: Short | None = None
    tag: TagName | None = Field(None, description="The name of a tag, in any capitals.")
    project: UUID | None = Field(None, description="Only evidence of that project.")
    import_id: UUID | None = None
    since: datetime | None = Field(None, description="Only what was received since then.")
    q: str = Field("", max_length=200, description="Words that all occur in the text.")
    deleted: bool = Field(False, description="The bin instead of the living.")

    def query(self, below: int | None) -> SignalQuery:
        """Return what the core is asked."""
        given = self.model_dump(exclude={"project", "since", "q", "limit", "cursor"})
        return SignalQuery(
            **given, project_id=self.project, received_since=self.since, search=self.q, below=below
        )


class Listing(Filters):
    """Which signals, and which part of them."""

    limit: Limit = 50
    cursor: Cursor = None


@router.get("")
async def list_signals(viewer: Reader, asked: Annotated[Listing, Query()]) -> Page[Signal]:
    """List signals, the highest number first."""
    query, limit = asked.query(paging.as_number(asked.cursor)), asked.limit

    def read(session: Session, actor: Actor) -> Page[Signal]:
        found = programs.list_whole(session, actor, query, limit + 1)
        return paging.page(found, limit, Signal.model_validate, lambda last: last.number)

    return await call(read, member(viewer))


@router.post(
    "",
    status_code=201,
    response_model=SignalInFull,
    openapi_extra=described(SignalIn),
)
async def add(
    request: Request,
    viewer: Editor,
    sent: Annotated[Sent[SignalIn], Depends(Body(SignalIn, MAX_SIGNAL_BYTES))],
    source: From = Source.API,
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Send one signal; a `source_ref` that is known gives the signal it belongs to."""

    def act(session: Session, actor: Actor) -> BaseModel:
        return _in_full(programs.add(session, actor, sent.value, source)[0])

    return await answer(request, member(viewer), sent.raw, act, status=201)


@router.post(
    "/ingest",
    status_code=202,
    response_model=Ingested,
    openapi_extra={"requestBody": _ROWS},
)
async def ingest(
    request: Request,
    viewer: Editor,
    source: From = Source.API,
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001
) -> JSONResponse:
    """Send one signal or a list of up to 1,000; a known `source_ref` makes no second one."""
    raw = await read_capped(request, MAX_BATCH_BYTES)
    rows, refused = await asyncio.to_thread(read_signals, raw)

    def act(session: Session, actor: Actor) -> BaseModel:
        made = signals.ingest(session, actor, rows, source=source)
        rejected = sorted([*refused, *made.rejected], key=lambda row: row.line)
        return Ingested(
            ids=made.ids, created=made.created, duplicates=made.duplicates, rejected=rejected
        )

    return await answer(request, member(viewer), raw, act, status=202)


@router.get("/export.csv", response_class=StreamingResponse)
async def export(viewer: Reader, filters: Annotated[Filters, Query()]) -> StreamingResponse:
    """Download signals as CSV; a cell that a spreadsheet would run begins with an apostrophe."""
    actor = member(viewer)
    disposition = 'attachment; filename="signals.csv"'
    return StreamingResponse(
        _exported(actor, filters),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )


@router.get("/{signal}")
async def read_signal(signal: str, viewer: Reader) -> SignalInFull:
    """Read a signal by its number, as `12` or `S-12`, or by its id; also one in the bin."""

    def read(session: Session, actor: Actor) -> SignalInFull:
        number = programs.number_of(session, actor, signal)
        return _in_full(signals.get_signal(session, actor, number))

    return await call(read, member(viewer))


@router.patch("/{signal}", openapi_extra=described(SignalEdit))
async def edit(
    signal: str,
    viewer: Editor,
    sent: Annotated[Sent[SignalEdit], Depends(Body(SignalEdit))],
) -> SignalInFull:
    """Correct what is known about a signal; its text never changes."""

    def act(session: Session, actor: Actor) -> SignalInFull:
        number = programs.number_of(session, actor, signal)
        return _in_full(signals.edit(session, actor, number, sent.value))

    return await call(act, member(viewer))


@router.delete("/{signal}", status_code=204)
async def delete(signal: str, viewer: Editor) -> Response:
    """Move a signal to the bin, from where a person can restore it."""

    def act(session: Session, actor: Actor) -> None:
        number = programs.number_of(session, actor, signal)
        bulk.delete(session, actor, [signals.get_signal(session, actor, number).row.id])

    await call(act, member(viewer))
    return Response(status_code=204)


async def _exported(actor: Actor, filters: Filters) -> AsyncGenerator[str, None]:
    below: int | None = None
    rows: list[SignalWhole] = []
    while below is None or len(rows) == EXPORTED_AT_ONCE:
        query = filters.query(below)
        rows = list(await call(programs.list_whole, actor, query, EXPORTED_AT_ONCE))
        yield programs.as_csv(rows, head=below is None)
        below = rows[-1].number if rows else 0


def _in_full(detail: SignalDetail) -> SignalInFull:
    row: dict[str, Any] = {
        name: getattr(detail.row, name) for name in Signal.model_fields if hasattr(detail.row, name)
    }
    own = {
        name: getattr(detail, name)
        for name in ("interpretation", "source_ref", "given", "import_id", "line", "is_deleted")
    }
    links = [Evidence.model_validate(link) for link in detail.links]
    known = {**row, **own, "text": detail.verbatim, "id": detail.row.id, "links": links}
    return SignalInFull.model_validate(known)
