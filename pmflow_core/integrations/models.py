"""Table of the addresses that other programs send to."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from pmflow_core.db.base import TenantRow
from pmflow_core.db.columns import UtcDateTime, text_enum


class EndpointKind(StrEnum):
    """What sends to it, which says how it signs and what its bodies mean."""

    SIGNALS = "signals"
    SLACK = "slack"
    PYLON = "pylon"
    GITHUB = "github"


class WebhookEndpoint(TenantRow, table=True):
    """An address with an id of its own that selects workspace and secret."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (UniqueConstraint("workspace_id", "id"),)

    kind: EndpointKind = Field(sa_type=text_enum(EndpointKind))
    name: str
    secrets: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JSONB, description="Sealed, the newest first."
    )
    secret_version: int | None = Field(
        default=None,
        description="Which of the secrets that were derived for it counts; newer ones are stored.",
    )
    rotated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    disabled_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="Off since then, as if it were not there."
    )
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
