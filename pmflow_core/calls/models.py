"""Tables of provider calls, budgets and circuit breakers."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from pmflow_core.db.base import TenantRow, in_same_workspace
from pmflow_core.db.columns import UtcDateTime, text_enum

_USD: Any = Numeric(14, 6)
NOTHING = Decimal(0)


class CallStatus(StrEnum):
    """How far a call to a provider came."""

    RESERVED = "reserved"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    POSSIBLY_BILLED = "possibly_billed"


class Scope(StrEnum):
    """What a budget bounds."""

    WORKSPACE = "workspace"
    PROJECT = "project"
    RUN = "run"


class ProviderCall(TenantRow, table=True):
    """One try of one call: the ledger that money is counted by and answers are replayed from."""

    __tablename__ = "provider_calls"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        in_same_workspace("run_id", "stage_runs"),
        in_same_workspace("project_id", "projects"),
        Index(None, "workspace_id", "run_id", "created_at"),
        Index(None, "workspace_id", "created_at"),
        Index(None, "workspace_id", "request_hash"),
    )

    run_id: UUID | None = Field(default=None, description="None: made for the workspace itself.")
    project_id: UUID | None = None
    step_key: str
    fence: int = Field(description="The claim of the run that sent it; 0 without a run.")
    attempt: int
    provider: str
    model: str | None = None
    request_hash: str = Field(description="SHA-256 of everything the provider was told.")
    request: dict[str, Any] | None = Field(
        default=None, sa_type=JSONB, description="What the hash is of, to explain a miss in replay."
    )
    status: CallStatus = Field(default=CallStatus.RESERVED, sa_type=text_enum(CallStatus))
    reserved_usd: Decimal = Field(default=NOTHING, sa_type=_USD)
    cost_usd: Decimal = Field(default=NOTHING, sa_type=_USD)
    input_tokens: int = 0
    output_tokens: int = 0
    response: str | None = None
    tool_calls: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    error: str | None = None
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Budget(TenantRow, table=True):
    """A cap in US dollars, what of it is spent, and what calls under way have reserved."""

    __tablename__ = "budgets"
    __table_args__ = (
        UniqueConstraint("workspace_id", "scope", "subject_id"),
        CheckConstraint(
            "cap_usd >= 0 AND spent_usd >= 0 AND reserved_usd >= 0", name="not_negative"
        ),
    )

    scope: Scope = Field(sa_type=text_enum(Scope))
    subject_id: UUID = Field(description="The workspace, project or run itself.")
    cap_usd: Decimal = Field(sa_type=_USD)
    spent_usd: Decimal = Field(default=NOTHING, sa_type=_USD)
    reserved_usd: Decimal = Field(default=NOTHING, sa_type=_USD)


class Breaker(SQLModel, table=True):
    """What all workers know of a provider's recent failures; belongs to the installation."""

    __tablename__: ClassVar[Any] = "breakers"

    name: str = Field(primary_key=True, description="Provider and model.")
    failures: int = 0
    since: datetime = Field(sa_type=UtcDateTime, description="Of the first failure counted.")
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
