"""Workspaces as programs see them: made, renamed, deleted, and brought back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core import offboarding, onboarding
from pmflow_core.accounts.actor import Role
from pmflow_core.ids import uuid7
from pmflow_core.workspaces import lifecycle
from pmflow_core.workspaces import service as workspaces
from pmflow_core.workspaces.names import slugs_for
from pmflow_core.workspaces.schemas import WorkspaceRead
from pmflow_core.workspaces.service import SlugTaken
from pmflow_ui.access import Access, member
from pmflow_ui.api import paging
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call, call_outside, call_within
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces", tags=["workspaces"])
# Not beneath the other: a workspace may be called "deleted".
binned = APIRouter(prefix="/api/deleted-workspaces", tags=["workspaces"])
Person = Annotated[Viewer, Depends(Allow(Access.SIGNED_IN))]
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Admin = Annotated[Viewer | Program, Depends(Allow(Role.ADMIN))]


class Workspace(Shape):
    """A workspace, and the role in it of whoever asks."""

    id: UUID
    slug: str
    name: str
    key_prefix: str = Field(description="Projects are keyed PREFIX-number.")
    role: Role


class WorkspaceWhole(Workspace):
    """A workspace with all that its settings show."""

    is_sample: bool
    created_at: datetime


class Deleted(Shape):
    """A deleted workspace that its admins may restore until it is erased."""

    id: UUID
    slug: str
    name: str
    key_prefix: str
    deleted_at: datetime
    purged_at: datetime = Field(description="When it is erased for good.")


class WorkspaceIn(BaseModel):
    """A new workspace; without a slug it gets one made of its name."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    slug: str | None = Field(None, max_length=64)


class WorkspaceEdit(BaseModel):
    """What changes; fields left out stay."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(None, max_length=200)
    slug: str | None = Field(None, max_length=64, description="Old addresses lead nowhere then.")


@router.get("")
async def list_workspaces(
    viewer: Person, limit: Limit = 50, cursor: Cursor = None
) -> Page[Workspace]:
    """List the workspaces that the signed-in person is a member of, by name."""
    found = await call_outside(workspaces.list_workspaces, viewer.user_id)
    return paging.slice_of(found, cursor, limit, Workspace.model_validate)


@binned.get("")
async def list_deleted(viewer: Person, limit: Limit = 50, cursor: Cursor = None) -> Page[Deleted]:
    """List the deleted workspaces that the signed-in person may restore, the newest first."""
    found = await call_outside(lifecycle.list_deleted, viewer.user_id)
    return paging.slice_of(found, cursor, limit, Deleted.model_validate)


@router.post("", status_code=201, openapi_extra=described(WorkspaceIn))
async def add_workspace(
    viewer: Person, sent: Annotated[Sent[WorkspaceIn], Depends(Body(WorkspaceIn))]
) -> Workspace:
    """Make a workspace with its stages and recipes; the signed-in person is its admin."""
    wanted = sent.value
    name = workspaces.check_name(wanted.name)
    slugs = [wanted.slug] if wanted.slug is not None else list(slugs_for(name))
    for slug in slugs[:-1]:
        try:
            return Workspace.model_validate(await _make(viewer, name, slug))
        except SlugTaken:
            continue
    return Workspace.model_validate(await _make(viewer, name, slugs[-1]))


@router.get("/{slug}")
async def read_workspace(slug: str, viewer: Reader) -> WorkspaceWhole:  # noqa: ARG001
    """Return a workspace."""
    return WorkspaceWhole.model_validate(await call(lifecycle.get_workspace, member(viewer)))


@router.patch("/{slug}", openapi_extra=described(WorkspaceEdit))
async def change_workspace(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    sent: Annotated[Sent[WorkspaceEdit], Depends(Body(WorkspaceEdit))],
) -> WorkspaceWhole:
    """Give a workspace another name or slug."""
    wanted = sent.value
    made = await call(lifecycle.change, member(viewer), name=wanted.name, slug=wanted.slug)
    return WorkspaceWhole.model_validate(made)


@router.delete("/{slug}", status_code=204)
async def delete_workspace(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    confirm: Annotated[str, Query(max_length=200, description="The workspace's name.")],
) -> None:
    """Delete a workspace; its admins may restore it for 30 days, then it is erased."""
    await call(offboarding.delete_workspace, member(viewer), confirm)


@binned.post("/{deleted_slug}/restore")
async def restore_workspace(deleted_slug: str, viewer: Person) -> Workspace:
    """Bring a deleted workspace back; for those who were its admins."""
    workspace_id = await call_outside(lifecycle.deleted_by_slug, viewer.user_id, deleted_slug)
    await call_within(workspace_id, lifecycle.restore, workspace_id, viewer.user_id, viewer.name)
    found = await call_outside(workspaces.list_workspaces, viewer.user_id)
    return next(Workspace.model_validate(each) for each in found if each.id == workspace_id)


async def _make(viewer: Viewer, name: str, slug: str) -> WorkspaceRead:
    workspace_id = uuid7()
    return await call_within(
        workspace_id,
        onboarding.create_workspace,
        workspace_id,
        name=name,
        slug=slug,
        admin_user_id=viewer.user_id,
    )
