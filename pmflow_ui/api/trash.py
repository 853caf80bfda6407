"""The trash of a workspace as programs see it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import trash
from pmflow_core.board.cursors import BadCursor
from pmflow_core.board.trash import TrashKind
from pmflow_core.db import Session
from pmflow_ui.access import member
from pmflow_ui.api import paging
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/trash", tags=["trash"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Editor = Annotated[Viewer | Program, Depends(Allow(Role.EDITOR))]
Admin = Annotated[Viewer | Program, Depends(Allow(Role.ADMIN))]


class TrashItem(Shape):
    """Something deleted."""

    kind: TrashKind
    id: UUID
    name: str
    deleted_at: datetime
    by: str | None = Field(description="Null: a program.")
    gone_at: datetime | None = Field(
        description="When maintenance erases it; null: never. A cited signal stays, too."
    )


class Counts(BaseModel):
    """How many of each kind are in the trash."""

    counts: Mapping[TrashKind, int]


@router.get("")
async def list_trash(
    slug: str,  # noqa: ARG001
    viewer: Reader,
    kind: Annotated[TrashKind, Query(description="One kind at a time.")] = TrashKind.SIGNAL,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[TrashItem]:
    """List what of a kind was deleted, the last one first."""
    below = _position(cursor)

    def read(session: Session, actor: Actor) -> Page[TrashItem]:
        found = trash.list_trash(session, actor, kind, below=below, limit=limit + 1)
        return paging.page(found, limit, TrashItem.model_validate, _mark)

    return await call(read, member(viewer))


@router.get("/counts")
async def count_trash(slug: str, viewer: Reader) -> Counts:  # noqa: ARG001
    """Count what was deleted."""
    return Counts(counts=await call(trash.count_trash, member(viewer)))


@router.post("/{kind}/{item}/restore", status_code=204)
async def restore(slug: str, kind: TrashKind, item: UUID, viewer: Editor) -> None:  # noqa: ARG001
    """Bring something back."""
    await call(trash.restore, member(viewer), kind, item)


@router.delete("/{kind}/{item}", status_code=204)
async def erase(slug: str, kind: TrashKind, item: UUID, viewer: Admin) -> None:  # noqa: ARG001
    """Delete something in the trash for good."""
    await call(trash.erase, member(viewer), kind, item)


def _mark(item: TrashItem) -> str:
    # A plus sign would be read as a space by whoever does not quote it.
    return f"{item.deleted_at.isoformat().replace('+00:00', 'Z')}~{item.id}"


def _position(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    at, _, item = cursor.partition("~")
    try:
        position = datetime.fromisoformat(at), UUID(item)
    except ValueError as error:
        raise BadCursor("That is no cursor of this list.") from error
    if position[0].tzinfo is None:
        raise BadCursor("That is no cursor of this list.")
    return position
