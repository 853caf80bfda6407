"""The tags of a workspace's signals; they are put on and taken off by `signals/bulk`."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from pmflow_core.accounts.actor import Role
from pmflow_core.signals import tags
from pmflow_ui.access import member
from pmflow_ui.api import paging
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/tags", tags=["signals"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]


class Tag(Shape):
    """A tag; it is there while a signal carries it."""

    name: str
    signals: int = Field(description="How many carry it, archived and merged ones left out.")


@router.get("")
async def list_tags(viewer: Reader, limit: Limit = 50, cursor: Cursor = None) -> Page[Tag]:
    """List the tags that signals carry, those of the most signals first."""
    found = await call(tags.list_tags, member(viewer))
    return paging.slice_of(found, cursor, limit, Tag.model_validate)
