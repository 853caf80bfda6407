"""The table of saved views."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.db.base import TenantRow
from pmflow_core.db.columns import UtcDateTime

LIVE = "deleted_at IS NULL"


class SavedView(TenantRow, table=True):
    """Filters and an order of the list of signals under a name, one's own or the workspace's."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(
            "uq_saved_views_shared_name",
            "workspace_id",
            "name",
            unique=True,
            postgresql_where=f"is_shared AND {LIVE}",
        ),
        Index(
            "uq_saved_views_own_name",
            "workspace_id",
            "owner_id",
            "name",
            unique=True,
            postgresql_where=f"NOT is_shared AND {LIVE}",
        ),
    )

    owner_id: UUID | None = Field(
        default=None,
        foreign_key="users.id",
        ondelete="SET NULL",
        description="Who saved it; None where a program did.",
    )
    name: str
    is_shared: bool = Field(default=False, description="Whether every member sees it.")
    filters: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONB, description="What differs from the whole list."
    )
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_by: UUID | None = Field(default=None, description="Who put it into the trash.")
