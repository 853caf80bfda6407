"""What every table has: a time-ordered id, its birth, and, for a tenant's table, the workspace."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKeyConstraint, Uuid, column
from sqlmodel import Field, SQLModel

from pmflow_core.clock import utcnow
from pmflow_core.db.columns import UtcDateTime
from pmflow_core.ids import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


class Row(SQLModel):
    """A row of any table."""

    if TYPE_CHECKING:
        __tablename__: ClassVar[Any]  # SQLModel types it as a declared attribute

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    created_at: datetime = Field(default_factory=utcnow, sa_type=UtcDateTime)


class TenantRow(Row):
    """A row that belongs to exactly one workspace; both tenancy walls key on `workspace_id`."""

    workspace_id: UUID = Field(index=False)

    @classmethod
    def inside(cls, workspace_id: UUID) -> ColumnElement[bool]:
        """Return the condition that a row of this table, or of an alias of it, is in a workspace.

        SQLAlchemy asks this class itself once, to see which values vary; it has no column yet.
        """
        return getattr(cls, "workspace_id", column("workspace_id", Uuid())) == workspace_id


def in_same_workspace(
    column: str, parent: str, *, ondelete: str | None = None
) -> ForeignKeyConstraint:
    """Return the composite foreign key that keeps `column` inside the row's own workspace.

    The parent table must carry `own_workspace_key()`.
    """
    return ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{parent}.workspace_id", f"{parent}.id"],
        ondelete=ondelete,
    )
