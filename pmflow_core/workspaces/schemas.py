"""What other layers get to see of workspaces and their members."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Role


class WorkspaceRead(BaseModel):
    """A workspace, and the role in it of whoever asked."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    slug: str
    name: str
    key_prefix: str
    role: Role


class MemberRead(BaseModel):
    """A person in a workspace."""

    model_config = ConfigDict(frozen=True)

    user_id: UUID
    email: str
    name: str
    role: Role
    since: datetime


class WorkspaceDetail(WorkspaceRead):
    """A workspace as its own settings show it."""

    is_sample: bool
    created_at: datetime
    projects: int


class DeletedWorkspace(BaseModel):
    """A deleted workspace that one of its admins may still restore."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    slug: str
    name: str
    key_prefix: str
    deleted_at: datetime
    purged_at: datetime


class InvitationRead(BaseModel):
    """An open invitation as admins see it; never its token."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    email: str
    role: Role
    invited_by: str | None
    sent_at: datetime
    expires_at: datetime


class NewInvitation(BaseModel):
    """An invitation that has just been made; the only time its token is known."""

    model_config = ConfigDict(frozen=True)

    invitation: InvitationRead
    token: str = Field(repr=False)
    is_mailed: bool = Field(default=False, description="Whether the link goes out by mail too.")


class Invitee(BaseModel):
    """The signed-in person who opens an invitation."""

    model_config = ConfigDict(frozen=True)

    user_id: UUID
    email: str
    name: str


class InvitationState(StrEnum):
    """What an invitation is for whoever opens its link."""

    OPEN = "open"
    FOR_ANOTHER = "for_another"
    EXPIRED = "expired"
    REVOKED = "revoked"
    USED = "used"
    ALREADY_MEMBER = "already_member"


class InvitationLook(BaseModel):
    """What the holder of an invitation's link is shown; `slug` only when they are a member."""

    model_config = ConfigDict(frozen=True)

    state: InvitationState
    workspace: str
    slug: str | None
    email: str
    role: Role
    invited_by: str | None
    expires_at: datetime
