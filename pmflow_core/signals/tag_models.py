"""Tables of tags: words of a workspace's own that people put on signals."""

from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from pmflow_core.db.base import TenantRow, in_same_workspace


class Tag(TenantRow, table=True):
    """A word or two that signals are sorted by; the spelling is that of whoever was first."""

    __tablename__ = "tags"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "folded"),
    )

    name: str
    folded: str = Field(description="The name as it is compared, without capitals.")


class SignalTag(TenantRow, table=True):
    """A signal carries a tag."""

    __tablename__ = "signal_tags"
    __table_args__ = (
        UniqueConstraint("workspace_id", "signal_id", "tag_id"),
        in_same_workspace("signal_id", "signals"),
        in_same_workspace("tag_id", "tags"),
        Index(None, "workspace_id", "tag_id"),
    )

    signal_id: UUID
    tag_id: UUID
    linked_by: UUID | None = None
    reason: str
    confidence: float | None = Field(default=None, description="0 to 1; None when a person did.")
