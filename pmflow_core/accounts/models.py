"""Tables of people and their credentials."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.accounts.actor import Role
from pmflow_core.db.base import Row, TenantRow
from pmflow_core.db.columns import UtcDateTime, text_enum


class User(Row, table=True):
    """A person who can sign in; belongs to no workspace, memberships do."""

    __tablename__ = "users"

    email: str = Field(unique=True, description="Lower-cased.")
    name: str
    password_hash: str | None = None
    is_operator: bool = Field(default=False, description="Runs the installation.")
    email_verified_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="When the address was shown to be theirs."
    )
    deleted_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="The row stays, for what they wrote."
    )


class UserSession(Row, table=True):
    """A signed-in browser; only the token's SHA-256 is stored."""

    __tablename__ = "sessions"

    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    token_hash: str = Field(unique=True)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    address: str = Field(default="", description="Where the sign-in came from.")
    user_agent: str = Field(default="", description="What the browser calls itself.")


class PasswordReset(Row, table=True):
    """Somebody who asks for a new password; without an account it comes to nothing.

    The request writes this row whether the address is known or not; a worker then finds the
    account and makes the token, so that the request itself tells nothing.
    """

    __tablename__ = "password_resets"
    __table_args__ = (
        Index(None, "email", "created_at"),
        Index(None, "address", "created_at"),
        Index("ix_password_resets_asked", "created_at", postgresql_where="issued_at IS NULL"),
    )

    email: str = Field(description="The token counts only while this is the account's address.")
    address: str = Field(description="Who asked, from where; empty for an operator.")
    by_operator: bool = Field(default=False, description="Shows nothing about the mailbox.")
    user_id: UUID | None = Field(
        default=None, foreign_key="users.id", index=True, ondelete="CASCADE"
    )
    token_hash: str | None = Field(default=None, unique=True)
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OAuthAccount(Row, table=True):
    """A person's account at an identity provider, by which they may sign in."""

    __tablename__ = "oauth_accounts"
    __table_args__ = (
        UniqueConstraint("provider", "subject"),
        UniqueConstraint("user_id", "provider"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    provider: str = Field(description="github, google or oidc")
    subject: str = Field(description="Who it is there, never reused; with the issuer, if any.")
    label: str = Field(description="What the person calls it: the e-mail address or name there.")
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OAuthFlow(Row, table=True):
    """A browser that was sent to an identity provider and has not come back yet."""

    __tablename__ = "oauth_flows"

    provider: str
    state_hash: str = Field(unique=True)
    browser_hash: str = Field(description="Of the secret in the browser that set out.")
    next: str
    session_id: UUID | None = Field(
        default=None, description="Of who connects their account; None to sign in."
    )
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SignInFailure(Row, table=True):
    """A wrong password, kept for the back-off of that account and address."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (
        Index(None, "email", "address", "created_at"),
        Index(None, "address", "created_at"),
    )

    email: str
    address: str


class ApiKey(TenantRow, table=True):
    """A program's credential in one workspace, shown once and stored hashed."""

    __tablename__ = "api_keys"

    name: str
    prefix: str
    secret_hash: str = Field(unique=True)
    role: Role = Field(sa_type=text_enum(Role))
    created_by: UUID | None = Field(default=None, foreign_key="users.id")
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuditEntry(TenantRow, table=True):
    """Who changed what; append-only."""

    __tablename__ = "audit_log"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(None, "workspace_id", "created_at"),
    )

    actor_id: UUID | None = None
    actor_name: str
    action: str = Field(description="verb.noun in the past tense, such as project.moved")
    target: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
