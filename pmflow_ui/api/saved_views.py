"""Saved views of the list of signals, as programs see them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db import Session
from pmflow_core.saved_views import service as views
from pmflow_core.saved_views.schemas import SignalFilters, ViewEdit, ViewIn
from pmflow_ui.access import member
from pmflow_ui.api import paging
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.repeats import IdempotencyKey, answer
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/views", tags=["signals"])
# Viewers keep views of their own; the service asks for more where a view is shared.
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]


class SavedView(Shape):
    """Filters and an order of the list of signals, under a name."""

    id: UUID
    name: str
    is_shared: bool
    filters: SignalFilters
    is_own: bool
    may_change: bool


@router.get("")
async def list_views(viewer: Reader, limit: Limit = 50, cursor: Cursor = None) -> Page[SavedView]:
    """List the shared views, then the caller's own, each by name."""
    found = await call(views.list_views, member(viewer))
    return paging.slice_of(found, cursor, limit, SavedView.model_validate)


@router.post("", status_code=201, response_model=SavedView, openapi_extra=described(ViewIn))
async def save_view(
    request: Request,
    viewer: Reader,
    sent: Annotated[Sent[ViewIn], Depends(Body(ViewIn))],
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001 the answer reads it from the header
) -> JSONResponse:
    """Keep filters under a name; a shared view needs an editor, a private one a person."""

    def act(session: Session, actor: Actor) -> SavedView:
        return SavedView.model_validate(views.save(session, actor, sent.value))

    return await answer(request, member(viewer), sent.raw, act, status=201)


@router.get("/{view_id}")
async def read_view(view_id: UUID, viewer: Reader) -> SavedView:
    """Return a shared view or one of the caller's own."""
    return SavedView.model_validate(await call(views.read_view, member(viewer), view_id))


@router.patch("/{view_id}", openapi_extra=described(ViewEdit))
async def edit_view(
    view_id: UUID, viewer: Reader, sent: Annotated[Sent[ViewEdit], Depends(Body(ViewEdit))]
) -> SavedView:
    """Rename a view, replace its filters or share it; a shared one needs an editor."""
    made = await call(views.edit, member(viewer), view_id, sent.value)
    return SavedView.model_validate(made)


@router.delete("/{view_id}", status_code=204)
async def delete_view(view_id: UUID, viewer: Reader) -> None:
    """Delete a view; a shared one needs an editor."""
    await call(views.delete, member(viewer), view_id)


@router.post("/{view_id}/restore")
async def restore_view(view_id: UUID, viewer: Reader) -> SavedView:
    """Bring a deleted view back; a shared one needs an editor."""
    return SavedView.model_validate(await call(views.restore, member(viewer), view_id))
