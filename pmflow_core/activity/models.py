"""The timeline of projects."""

from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from pmflow_core.db.base import TenantRow


class Activity(TenantRow, table=True):
    """One sentence about what happened to a project; append-only."""

    __tablename__ = "activity"
    __table_args__ = (Index(None, "workspace_id", "project_id", "created_at"),)

    project_id: UUID
    kind: str = Field(description="The icon's name: run, move, document, approval, link, created.")
    text: str
    actor_id: UUID | None = None
    actor_name: str
