"""API keys of a workspace as programs see them; a key's text is told once."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pmflow_core.accounts import api_keys
from pmflow_core.accounts.actor import Role
from pmflow_ui.access import member
from pmflow_ui.api import paging
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}/api-keys", tags=["api keys"])
Admin = Annotated[Viewer | Program, Depends(Allow(Role.ADMIN))]


class ApiKey(Shape):
    """An API key; only its prefix can be read again."""

    id: UUID
    name: str
    prefix: str
    role: Role
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute.")
    revoked_at: datetime | None


class ApiKeyIn(BaseModel):
    """What a key is for, what it may do, and how long."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    role: Role = Role.EDITOR
    expires_at: AwareDatetime | None = Field(None, description="Absent: it does not expire.")


class ApiKeyMade(Shape):
    """A key that has just been made."""

    id: UUID
    key: str = Field(description="Told only now.")


@router.get("")
async def list_api_keys(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ApiKey]:
    """List the keys, the newest first, revoked and expired ones too."""
    found = await call(api_keys.list_api_keys, member(viewer))
    return paging.slice_of(found, cursor, limit, ApiKey.model_validate)


@router.post("", status_code=201, openapi_extra=described(ApiKeyIn))
async def add_api_key(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    sent: Annotated[Sent[ApiKeyIn], Depends(Body(ApiKeyIn))],
) -> ApiKeyMade:
    """Make a key; the answer holds its text, this once."""
    wanted = sent.value
    made = await call(
        api_keys.create_api_key,
        member(viewer),
        wanted.name,
        wanted.role,
        expires_at=wanted.expires_at,
    )
    return ApiKeyMade(id=made.id, key=made.key)


@router.delete("/{key_id}", status_code=204)
async def revoke_api_key(slug: str, key_id: UUID, viewer: Admin) -> None:  # noqa: ARG001
    """End a key at once."""
    await call(api_keys.revoke_api_key, member(viewer), key_id)
