"""What other layers get to see of people and their credentials; never a hash."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Role


class UserRead(BaseModel):
    """A person."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    email: str
    name: str
    is_operator: bool


@dataclass(frozen=True, slots=True)
class Client:
    """Where a sign-in comes from: its network address, and what the browser calls itself."""

    address: str = ""
    user_agent: str = ""


class NewSession(BaseModel):
    """A sign-in that has just succeeded; the only time its token is known."""

    model_config = ConfigDict(frozen=True)

    token: str = Field(repr=False)
    user: UserRead
    expires_at: datetime


class SignedIn(BaseModel):
    """Who is behind a live session."""

    model_config = ConfigDict(frozen=True)

    user_id: UUID
    email: str
    name: str
    is_operator: bool
    session_id: UUID


class SessionRead(BaseModel):
    """A signed-in browser as its person sees it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    device: str = Field(description="Such as Firefox on Linux.")
    address: str
    signed_in_at: datetime
    last_seen_at: datetime = Field(description="To the minute.")
    is_current: bool


class ConnectionRead(BaseModel):
    """An account at an identity provider by which a person may sign in."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    provider: str
    label: str = Field(description="The e-mail address or name there.")
    created_at: datetime
    last_used_at: datetime | None


class AccountRead(BaseModel):
    """A person as they see themselves."""

    model_config = ConfigDict(frozen=True)

    email: str
    name: str
    has_password: bool
    is_fresh: bool = Field(description="Signed in a moment ago.")
    connections: list[ConnectionRead]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at an identity provider, as the provider has just told us itself."""

    provider: str
    subject: str
    email: str = ""
    is_verified: bool = False
    name: str = ""


class ApiKeyRead(BaseModel):
    """An API key as its workspace's admins see it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    name: str
    prefix: str
    role: Role
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewApiKey(BaseModel):
    """An API key that has just been made; the only time `key` is known."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    key: str = Field(repr=False)


class AuditQuery(BaseModel):
    """Which entries of the audit log are wanted; what is None does not matter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: str | None = Field(None, max_length=80, description="An action, or its first part.")
    actor: str | None = Field(None, max_length=200, description="A part of who did it.")
    target: str | None = Field(None, max_length=200, description="A part of what it was done to.")
    since: datetime | None = Field(None, description="Not older than this.")
    until: datetime | None = Field(None, description="Older than this.")


class AuditRead(BaseModel):
    """One entry of the audit log; it never changes."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    at: datetime
    actor_id: UUID | None
    actor: str
    action: str
    target: str
    detail: dict[str, Any]
