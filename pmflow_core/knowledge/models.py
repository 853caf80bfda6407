"""Table of personas."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from pmflow_core.db.base import TenantRow
from pmflow_core.db.columns import UtcDateTime


class Persona(TenantRow, table=True):
    """A kind of customer the product is made for, described in Markdown."""

    __tablename__ = "personas"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(
            "uq_personas_live_name",
            "workspace_id",
            "name",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
    )

    name: str
    description: str = Field(default="", description="Markdown.")
    segment: str | None = Field(default=None, description="Signals of this segment are theirs.")
    weight: float = Field(default=1.0, description="Of their vote and their signals, 0 to 10.")
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_by: UUID | None = Field(default=None, description="Who put it into the trash.")
