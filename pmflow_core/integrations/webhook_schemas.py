"""What crosses the border of webhooks out."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pmflow_core.outgoing.models import EventType, MessageStatus

ABOUT: dict[EventType, str] = {
    EventType.SIGNAL_CREATED: "Feedback came in; one message for each batch that was stored.",
    EventType.THEME_FORMED: "A theme was made, by clustering or by hand.",
    EventType.THEME_RETIRED: "A theme ended; its signals went to the others that are named.",
    EventType.PROJECT_CREATED: "A project was made.",
    EventType.PROJECT_MOVED: "A project went to another stage.",
    EventType.PROJECT_STATUS_CHANGED: "A project was shipped, archived or reopened.",
    EventType.RUN_COMPLETED: "A stage run did all its steps.",
    EventType.RUN_FAILED: "A stage run ended without doing all its steps.",
    EventType.APPROVAL_NEEDED: "A project waits for a person's approval.",
    EventType.DOCUMENT_VERSIONED: "A document got a new version.",
}
"""Every event that can be chosen; `webhook.test` is only sent when somebody asks for it."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Chosen = Annotated[list[EventType], Field(min_length=1, max_length=len(ABOUT))]


class WebhookIn(BaseModel):
    """A new address to tell."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(description="An https:// address; private networks must be allowed.")
    events: Chosen = Field(description="What it is told of.")
    name: Name = "Webhook"


class WebhookEdit(BaseModel):
    """What is changed; what is left out stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str | None = None
    events: Chosen | None = None
    name: Name | None = None
    enabled: bool | None = Field(default=None, description="False: nothing is sent for the while.")


class WebhookRead(BaseModel):
    """An address that is told of events, without its secret."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    url: str
    events: list[EventType]
    is_on: bool
    disabled_reason: str | None
    failing_since: datetime | None
    rests_until: datetime | None
    old_secret_until: datetime | None
    created_at: datetime


class NewWebhook(BaseModel):
    """A webhook with its secret, which is shown when it is made or rotated."""

    model_config = ConfigDict(frozen=True)

    webhook: WebhookRead
    secret: str


class AttemptRead(BaseModel):
    """One try; without `ended_at` it is under way, or its process died with it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    number: int
    created_at: datetime
    ended_at: datetime | None
    status_code: int | None
    duration_ms: int | None
    response: str | None
    error: str | None


class MessageRead(BaseModel):
    """A message and how far it came; `id` is its `webhook-id` without the mark."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    webhook_id: UUID
    type: EventType
    status: MessageStatus
    attempts: int
    created_at: datetime
    next_at: datetime | None = Field(description="When it is tried again; null: not by itself.")
    done_at: datetime | None
    error: str | None
    last: AttemptRead | None


class MessageDetail(MessageRead):
    """A message with what is sent and every try."""

    body: str
    tries: list[AttemptRead]
