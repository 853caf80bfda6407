"""Table of customers."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.types import Numeric
from sqlmodel import Field

from pmflow_core.db.base import TenantRow
from pmflow_core.db.columns import UtcDateTime


class Customer(TenantRow, table=True):
    """A person or company that signals came from."""

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index(
            "uq_customers_live_key",
            "workspace_id",
            "key",
            unique=True,
            postgresql_where="deleted_at IS NULL",
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
