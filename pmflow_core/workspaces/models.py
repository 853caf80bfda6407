"""Tables of workspaces, members, and the numbers they count."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from pmflow_core.accounts.actor import Role
from pmflow_core.db.base import Row, TenantRow
from pmflow_core.db.columns import UtcDateTime, text_enum


class Workspace(Row, table=True):
    """A tenant."""

    __tablename__ = "workspaces"

    name: str
    slug: str = Field(unique=True)
    key_prefix: str = Field(unique=True, description="Projects are keyed PREFIX-number.")
    is_sample: bool = Field(default=False)
    first_run_ended_at: datetime | None = Field(
        default=None,
        sa_type=UtcDateTime,
        description="When its first steps were done or hidden; until then it shows what is next.",
    )
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_by: UUID | None = Field(
        default=None, description="None where nobody may restore it, as a sample that was reset."
    )


class Membership(TenantRow, table=True):
    """A user's role in a workspace."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("workspace_id", "user_id"),)

    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    role: Role = Field(sa_type=text_enum(Role))


class Invitation(TenantRow, table=True):
    """A way into a workspace for one e-mail address; only the token's SHA-256 is stored."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(
            "uq_invitations_open",
            "workspace_id",
            "email",
            unique=True,
            postgresql_where="accepted_at IS NULL AND revoked_at IS NULL",
        ),
    )

    email: str = Field(description="Lower-cased; nobody else may accept it.")
    role: Role = Field(sa_type=text_enum(Role))
    token_hash: str = Field(unique=True)
    sent_at: datetime = Field(sa_type=UtcDateTime, description="When its link was made.")
    expires_at: datetime = Field(sa_type=UtcDateTime)
    invited_by: UUID | None = None
    accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    accepted_by: UUID | None = None
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Counter(SQLModel, table=True):
    """The last number given out in a workspace, per kind (signal, project, run)."""

    __tablename__: ClassVar[Any] = "counters"

    workspace_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    last: int = 0


class WorkspaceSetting(TenantRow, table=True):
    """What a workspace has set in one area; what it left alone has the default of the code."""

    __tablename__ = "workspace_settings"
    __table_args__ = (UniqueConstraint("workspace_id", "area"),)

    area: str = Field(description="The feature whose settings they are: automation, …")
    value: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    changed_by: UUID | None = None
