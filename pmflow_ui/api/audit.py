"""The audit log as programs see it, and as a file for spreadsheets."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.schemas import AuditQuery
from pmflow_core.db import Session
from pmflow_ui.access import member
from pmflow_ui.api import paging
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}", tags=["audit"])
Admin = Annotated[Viewer | Program, Depends(Allow(Role.ADMIN))]
AT_ONCE = 500
_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}


class Entry(Shape):
    """Who changed what; it never changes."""

    id: UUID
    at: datetime
    actor_id: UUID | None = Field(description="Null: an API key, or pmflow itself.")
    actor: str
    action: str
    target: str
    detail: dict[str, Any]


class Filters(BaseModel):
    """Which entries are wanted."""

    model_config = ConfigDict(extra="ignore")

    action: str | None = Field(None, max_length=80, description="member.joined, or only member.")
    actor: str | None = Field(None, max_length=200, description="A part of who did it.")
    target: str | None = Field(None, max_length=200, description="A part of what it was done to.")
    since: AwareDatetime | None = Field(None, description="Not older than this.")
    until: AwareDatetime | None = Field(None, description="Older than this.")

    def query(self) -> AuditQuery:
        """Return what the core is asked."""
        return AuditQuery(**self.model_dump(exclude={"limit", "cursor"}))


class Listing(Filters):
    """Which entries, and how many at once."""

    limit: Limit = 50
    cursor: Cursor = None


@router.get("/audit")
async def list_entries(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    listing: Annotated[Listing, Query()],
) -> Page[Entry]:
    """List who changed what, the newest first."""
    below, query, limit = paging.as_id(listing.cursor), listing.query(), listing.limit

    def read(session: Session, actor: Actor) -> Page[Entry]:
        found = audit.list_entries(session, actor, query, below=below, limit=limit + 1)
        return paging.page(found, limit, Entry.model_validate, lambda last: last.id)

    return await call(read, member(viewer))


@router.get("/audit.csv", response_class=StreamingResponse, responses=_CSV)
async def export(
    slug: str, viewer: Admin, filters: Annotated[Filters, Query()]
) -> StreamingResponse:
    """Download the entries as CSV; no cell is taken for a formula."""
    return StreamingResponse(
        _lines(member(viewer), filters.query()),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="audit-{slug}.csv"'},
    )


async def _lines(actor: Actor, query: AuditQuery) -> AsyncGenerator[str, None]:
    """Yield the file in parts, each read in a transaction of its own."""
    below: UUID | None = None
    while True:
        found = await call(audit.list_entries, actor, query, below=below, limit=AT_ONCE)
        yield audit.as_csv(found, head=below is None)
        if len(found) < AT_ONCE:
            return
        below = found[-1].id
