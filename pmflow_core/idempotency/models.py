"""The table of requests that carried an Idempotency-Key, with what they were answered."""

from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.db.base import TenantRow


class IdempotencyKey(TenantRow, table=True):
    """A request that took effect; it is written in the transaction of that effect."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("workspace_id", "caller", "key"),)

    caller: str = Field(description="The person's id, or the name of the API key.")
    key: str
    route: str = Field(description="Method and path, such as POST /api/runs/…/cancel.")
    request_hash: str = Field(description="SHA-256 of the body.")
    status: int | None = None
    body: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
