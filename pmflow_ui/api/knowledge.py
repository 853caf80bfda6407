"""What a workspace's team knows, as programs see it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db import Session
from pmflow_core.knowledge import records
from pmflow_core.knowledge.models import RecordKind
from pmflow_core.knowledge.schemas import RecordEdit, RecordIn
from pmflow_core.runs import told_records
from pmflow_core.runs.status import RunStatus
from pmflow_ui.access import member
from pmflow_ui.api import paging
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit, Number
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/knowledge", tags=["knowledge"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]


class Record(Shape):
    """Something the team knows; the content is Markdown."""

    id: UUID
    kind: RecordKind
    title: str
    content: str
    is_told: bool
    version: int
    changed_at: datetime
    changed_by: str
    is_deleted: bool


class Version(Shape):
    """A record as it once was."""

    number: int
    kind: RecordKind
    title: str
    content: str
    author: str
    at: datetime


class Use(Shape):
    """A run that was told a version of the record."""

    run_id: UUID
    run_number: int
    status: RunStatus
    stage: str
    project_key: str
    project_name: str
    version: int
    at: datetime


@router.get("")
async def list_records(
    viewer: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
    *,
    deleted: Annotated[bool, Query(description="The bin instead.")] = False,
) -> Page[Record]:
    """List what the team knows by kind and title."""
    found = await call(records.list_records, member(viewer), deleted=deleted)
    return paging.slice_of(found, cursor, limit, Record.model_validate)


@router.post("", status_code=201, response_model=Record, openapi_extra=described(RecordIn))
async def add_record(
    request: Request,
    viewer: Editor,
    sent: Annotated[Sent[RecordIn], Depends(Body(RecordIn))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Write a record down."""

    def act(session: Session, actor: Actor) -> Record:
        return Record.model_validate(records.add(session, actor, sent.value))

    return await answer(request, member(viewer), sent.raw, act, status=201)


@router.get("/{record_id}")
async def read_record(record_id: UUID, viewer: Reader) -> Record:
    """Return a record."""
    return Record.model_validate(await call(records.read_record, member(viewer), record_id))


@router.patch("/{record_id}", openapi_extra=described(RecordEdit))
async def edit_record(
    record_id: UUID, viewer: Editor, sent: Annotated[Sent[RecordEdit], Depends(Body(RecordEdit))]
) -> Record:
    """Change a record whose version was read; 409 when it was changed meanwhile."""
    made = await call(records.edit, member(viewer), record_id, sent.value)
    return Record.model_validate(made)


@router.delete("/{record_id}", status_code=204)
async def delete_record(record_id: UUID, viewer: Editor) -> None:
    """Move a record into the bin."""
    await call(records.delete, member(viewer), record_id)


@router.post("/{record_id}/restore")
async def restore_record(record_id: UUID, viewer: Editor) -> Record:
    """Bring a record back from the bin."""
    return Record.model_validate(await call(records.restore, member(viewer), record_id))


@router.get("/{record_id}/versions")
async def versions(record_id: UUID, viewer: Reader) -> Sequence[Version]:
    """List how a record was, the newest version first."""
    found = await call(records.list_versions, member(viewer), record_id)
    return [Version.model_validate(each) for each in found]


@router.post("/{record_id}/versions/{number}/restore")
async def restore_version(record_id: UUID, number: Number, viewer: Editor) -> Record:
    """Make an earlier version the newest one again, as a version of its own."""
    made = await call(records.restore_version, member(viewer), record_id, number)
    return Record.model_validate(made)


@router.get("/{record_id}/uses")
async def uses(record_id: UUID, viewer: Reader) -> Sequence[Use]:
    """List the newest runs that were told a record."""
    found = await call(told_records.list_uses, member(viewer), record_id)
    return [Use.model_validate(each) for each in found]
