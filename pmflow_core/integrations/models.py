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


class WebhookEndpoint(TenantRow, table=True):
    """An address with an id of its own that selects workspace and secret."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (UniqueConstraint("workspace_id", "id"),)

    kind: EndpointKind = Field(sa_type=text_enum(EndpointKind))
    name: str
    secret_version: int | None = Field(
        default=None,
        description="Which of the secrets derived for it counts; none: it takes API keys only.",
    )
    rotated_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="The version before counts a day longer."
    )
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
