"""Automation and maintenance of a workspace as programs see them, and what people were told."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications
from pmflow_core.automation import maintenance
from pmflow_core.automation import service as automation
from pmflow_core.automation.models import AutomaticAction, Chore, Verdict
from pmflow_core.automation.settings import AutomationSettings
from pmflow_core.db import Session
from pmflow_ui.access import member
from pmflow_ui.api import paging, shapes
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.api.shapes import Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}", tags=["automation"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]
Admin = Annotated[Viewer | Program, Depends(Allow(Role.ADMIN))]


class Event(Shape):
    """What was done about a theme, or why it was not; it never changes."""

    id: UUID
    at: datetime
    theme_id: UUID
    theme: str
    action: AutomaticAction
    verdict: Verdict
    reason: str
    facts: dict[str, Any] = Field(description="Size, customers, confidence and worst severity.")
    project: str | None = Field(validation_alias="project_key")
    run_id: UUID | None
    run_number: int | None


class Round(Shape):
    """One round of a chore; `result` holds its figures."""

    id: UUID
    chore: Chore
    at: datetime
    finished_at: datetime | None
    result: dict[str, Any]
    error: str | None
    by_hand: bool


class ChoreState(Shape):
    """A chore, its last round and when the next one is due; null while it is switched off."""

    chore: Chore
    is_on: bool
    last: Round | None
    next_at: datetime | None


class Chores(BaseModel):
    """Every chore of maintenance."""

    items: list[ChoreState]


class Asked(BaseModel):
    """A round that was asked for."""

    id: UUID
    chore: Chore


class Notification(Shape):
    """What the caller was told; `link` is a path inside the workspace."""

    id: UUID
    at: datetime
    kind: str
    text: str
    link: str | None
    is_read: bool


class Read(BaseModel):
    """Which notifications were read."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] | None = Field(None, max_length=1_000, description="Absent: all of them.")


class Marked(BaseModel):
    """How many were unread before."""

    marked: int


class Empty(BaseModel):
    """An empty body."""

    model_config = ConfigDict(extra="forbid")


@router.get("/automation")
async def read_automation(slug: str, viewer: Reader) -> AutomationSettings:  # noqa: ARG001
    """Return what the workspace lets pmflow do by itself."""
    return await call(automation.read_settings, member(viewer))


@router.put("/automation", openapi_extra=described(AutomationSettings))
async def write_automation(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    sent: Annotated[Sent[AutomationSettings], Depends(Body(AutomationSettings))],
) -> AutomationSettings:
    """Set all of what pmflow may do by itself; what is left out gets its default."""
    return await call(automation.write_settings, member(viewer), sent.value)


@router.get("/automation/events")
async def events(
    slug: str,  # noqa: ARG001
    viewer: Reader,
    verdict: Annotated[list[Verdict] | None, Query(description="Only these verdicts.")] = None,
    theme: Annotated[UUID | None, Query(description="Only about this theme.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> shapes.Page[Event]:
    """List what was done and skipped and why, the newest first."""
    below = paging.as_id(cursor)

    def read(session: Session, actor: Actor) -> shapes.Page[Event]:
        found = automation.list_events(
            session, actor, verdicts=verdict, theme_id=theme, below=below, limit=limit + 1
        )
        return paging.page(found, limit, Event.model_validate, lambda last: last.id)

    return await call(read, member(viewer))


@router.get("/maintenance")
async def chores(slug: str, viewer: Reader) -> Chores:  # noqa: ARG001
    """List the chores of maintenance with their last results."""
    found = await call(maintenance.read_chores, member(viewer))
    return Chores(items=[ChoreState.model_validate(each) for each in found])


@router.post(
    "/maintenance/{chore}",
    status_code=202,
    response_model=Asked,
    openapi_extra=described(Empty),
)
async def run_chore(
    request: Request,
    slug: str,  # noqa: ARG001
    chore: Chore,
    viewer: Editor,
    sent: Annotated[Sent[Empty], Depends(Body(Empty))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 read with the request
) -> JSONResponse:
    """Ask for a chore to be done now; while one is open it is that one."""

    def act(session: Session, actor: Actor) -> Asked:
        return Asked(id=maintenance.request(session, actor, chore), chore=chore)

    return await answer(request, member(viewer), sent.raw, act, status=202)


@router.get("/notifications")
async def list_notifications(
    slug: str,  # noqa: ARG001
    viewer: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> shapes.Page[Notification]:
    """List what the caller was told, the newest first; an API key is told nothing."""
    below = paging.as_id(cursor)

    def read(session: Session, actor: Actor) -> shapes.Page[Notification]:
        found = notifications.list_notifications(session, actor, below=below, limit=limit + 1)
        return paging.page(found.items, limit, Notification.model_validate, lambda last: last.id)

    return await call(read, member(viewer))


@router.post("/notifications/read", openapi_extra=described(Read))
async def read_notifications(
    slug: str,  # noqa: ARG001
    viewer: Reader,
    sent: Annotated[Sent[Read], Depends(Body(Read))],
) -> Marked:
    """Mark some or all of the caller's notifications as read."""
    return Marked(marked=await call(notifications.mark_read, member(viewer), sent.value.ids))
