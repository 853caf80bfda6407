"""Tables of customers and of their merges."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Numeric
from sqlmodel import Field

from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime


class Customer(TenantRow, table=True):
    """A person or company that signals came from."""

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        in_same_workspace("merged_into", "customers"),
        Index(
            "uq_customers_live_key",
            "workspace_id",
            "key",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
        Index(
            "ix_customers_merged_into",
            "workspace_id",
            "merged_into",
            postgresql_where="merged_into IS NOT NULL",
        ),
    )

    key: str = Field(description="What makes two senders the same: e-mail, else the folded name.")
    name: str
    email: str | None = None
    company: str | None = None
    tier: str | None = Field(default=None, description="As the company calls it: free, pro, …")
    annual_value: Decimal | None = Field(
        default=None, sa_type=Numeric(14, 2), description="Worth of a year, in one currency."
    )
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted_by: UUID | None = Field(default=None, description="Who put it into the trash.")
    merged_into: UUID | None = Field(
        default=None, description="The customer that stands for this one; its key leads there."
    )


class CustomerMerge(TenantRow, table=True):
    """A customer that was merged into another, with all that taking it back has to restore."""

    __tablename__ = "customer_merges"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        in_same_workspace("kept_id", "customers"),
        in_same_workspace("merged_id", "customers"),
        Index(
            "uq_customer_merges_standing",
            "workspace_id",
            "merged_id",
            unique=True,
            postgresql_where="undone_at IS NULL",
        ),
        Index(None, "workspace_id", "kept_id"),
    )

    kept_id: UUID
    merged_id: UUID
    before: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONB, description="What the merge changed, as it was."
    )
    merged_by: UUID | None = None
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_by: UUID | None = None
