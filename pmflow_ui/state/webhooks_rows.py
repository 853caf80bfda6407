"""Webhooks in and out as the browser draws them, in plain words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pmflow_core.intake.models import RawStatus
from pmflow_core.intake.schemas import EventDetail, EventRead
from pmflow_core.integrations.models import EndpointKind
from pmflow_core.integrations.schemas import EndpointRead
from pmflow_core.integrations.webhook_schemas import (
    ABOUT,
    AttemptRead,
    MessageDetail,
    MessageRead,
    WebhookRead,
)
from pmflow_core.outgoing.models import EventType, MessageStatus
from pmflow_ui.figures import counted, file_size

KINDS = {
    EndpointKind.SIGNALS: ("Any program", "webhook"),
    EndpointKind.SLACK: ("Slack", "slack"),
    EndpointKind.GITHUB: ("GitHub", "github"),
    EndpointKind.PYLON: ("Pylon", "life-buoy"),
}
NAMES = {
    EndpointKind.SIGNALS: "Feedback",
    EndpointKind.SLACK: "Slack messages",
    EndpointKind.GITHUB: "GitHub issues",
    EndpointKind.PYLON: "Pylon issues",
}
STEPS: dict[EndpointKind, tuple[str, ...]] = {
    EndpointKind.SIGNALS: (
        "Give the program this address and the secret; it signs by Standard Webhooks.",
        "Or sign in a shell, as the example does.",
    ),
    EndpointKind.SLACK: (
        "In api.slack.com/apps, open your app; copy its Signing Secret from Basic Information.",
        "Paste that secret here, so that the address is on.",
        "Under Event Subscriptions enter the address, and subscribe to message.channels.",
        "Invite the app to the channels where customers speak.",
    ),
    EndpointKind.GITHUB: (
        "In the repository open Settings, Webhooks, Add webhook, and enter the address.",
        "Choose application/json, and enter the secret.",
        "Choose the events Issues and Issue comments. GitHub's ping then shows below.",
    ),
    EndpointKind.PYLON: (
        "In Pylon's settings make a webhook destination with this address; copy its secret.",
        "Paste that secret here, so that the address is on.",
        "If its headers are named differently, set them here.",
    ),
}
CURL = """url='{url}'
secret='the secret'
body='{{"text": "The export fails for large files.", "source_ref": "ticket-812"}}'
id="message-812" now=$(date +%s)
key=$(printf %s "${{secret#whsec_}}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')
signature=$(printf %s "$id.$now.$body" |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
curl --fail "$url" --data-raw "$body" -H "content-type: application/json" \\
  -H "webhook-id: $id" -H "webhook-timestamp: $now" \\
  -H "webhook-signature: v1,$signature"
"""


@dataclass(frozen=True)
class EndpointLine:
    """An address that other programs send to."""

    id: str = ""
    kind: str = ""
    kind_label: str = ""
    icon: str = "webhook"
    name: str = ""
    url: str = ""
    rotate_url: str = ""
    state: str = ""
    tone: str = ""
    is_on: bool = False
    is_disabled: bool = False
    has_secret: bool = False
    gives_secret: bool = False
    old_until: str = ""
    steps: list[str] = field(default_factory=list)
    example: str = ""
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EventLine:
    """A delivery, or a message, as a line of the log."""

    id: str
    at: str
    what: str
    about: str
    state: str
    glyph: str
    reason: str


@dataclass(frozen=True)
class TryLine:
    """One try of a message."""

    number: str
    at: str
    result: str
    took: str
    answer: str


@dataclass(frozen=True)
class Opened:
    """The delivery or message that is open; an empty id means that none is."""

    id: str = ""
    title: str = ""
    state: str = ""
    glyph: str = ""
    reason: str = ""
    sender_id: str = ""
    body: str = ""
    size: str = ""
    tries: list[TryLine] = field(default_factory=list)


@dataclass(frozen=True)
class HookLine:
    """An address that is told of events."""

    id: str
    name: str
    url: str
    rotate_url: str
    events: str
    state: str
    tone: str
    is_on: bool
    old_until: str


def as_endpoint(endpoint: EndpointRead, web_url: str, slug: str) -> EndpointLine:
    """Return an endpoint as its card; its path and its settings come along."""
    label, icon = KINDS[endpoint.kind]
    url = web_url + endpoint.path
    state, tone = _endpoint_state(endpoint)
    generic = endpoint.kind is EndpointKind.SIGNALS
    return EndpointLine(
        id=str(endpoint.id),
        kind=endpoint.kind.value,
        kind_label=label,
        icon=icon,
        name=endpoint.name,
        url=url,
        rotate_url=f"/api/workspaces/{slug}/webhook-endpoints/{endpoint.id}/rotate",
        state=state,
        tone=tone,
        is_on=endpoint.is_on,
        is_disabled=endpoint.is_disabled,
        has_secret=endpoint.has_secret,
        gives_secret=endpoint.kind in (EndpointKind.SLACK, EndpointKind.PYLON),
        old_until=endpoint.old_secret_until.isoformat() if endpoint.old_secret_until else "",
        steps=list(STEPS[endpoint.kind]),
        example=CURL.format(url=url) if generic and endpoint.has_secret else "",
        settings={name: _as_text(value) for name, value in endpoint.settings.items()},
    )


def as_event(event: EventRead, names: Mapping[str, str]) -> EventLine:
    """Return a delivery as a line: what became of it, and why."""
    state, glyph, reason = _event_state(event)
    return EventLine(
        id=str(event.id),
        at=event.created_at.isoformat(),
        what=names.get(str(event.endpoint_id), "A closed address"),
        about="Sample" if event.is_test else event.delivery_id[:60],
        state=state,
        glyph=glyph,
        reason=reason,
    )


def as_opened(event: EventDetail) -> Opened:
    """Return a delivery with its body."""
    state, glyph, reason = _event_state(event)
    return Opened(
        id=str(event.id),
        title="Sample" if event.is_test else "Delivery",
        state=state,
        glyph=glyph,
        reason=reason,
        sender_id=event.delivery_id,
        body=_pretty(event.body),
        size=file_size(event.size),
    )


def as_hook(hook: WebhookRead, slug: str) -> HookLine:
    """Return a webhook as its card."""
    state, tone = "On", "ok"
    if hook.failing_since is not None:
        state, tone = "Failing; it is tried again by itself", "warn"
    if not hook.is_on:
        state, tone = hook.disabled_reason or "Off", "bad"
    return HookLine(
        id=str(hook.id),
        name=hook.name,
        url=hook.url,
        rotate_url=f"/api/workspaces/{slug}/webhooks/{hook.id}/rotate",
        events=", ".join(event.value for event in hook.events),
        state=state,
        tone=tone,
        is_on=hook.is_on,
        old_until=hook.old_secret_until.isoformat() if hook.old_secret_until else "",
    )


def as_message(message: MessageRead, names: Mapping[str, str]) -> EventLine:
    """Return a message as a line: how far it came, and why no further."""
    state, glyph, reason = _message_state(message)
    return EventLine(
        id=str(message.id),
        at=message.created_at.isoformat(),
        what=names.get(str(message.webhook_id), "A deleted webhook"),
        about=message.type.value,
        state=state,
        glyph=glyph,
        reason=reason,
    )


def as_opened_message(message: MessageDetail) -> Opened:
    """Return a message with its body and every try."""
    state, glyph, reason = _message_state(message)
    return Opened(
        id=str(message.id),
        title=message.type.value,
        state=state,
        glyph=glyph,
        reason=reason,
        sender_id=f"msg_{message.id.hex}",
        body=_pretty(message.body),
        size=file_size(len(message.body.encode())),
        tries=[_as_try(each) for each in message.tries],
    )


def choices() -> list[tuple[str, str]]:
    """Return the events that can be chosen, each with what it means."""
    return [(event.value, about) for event, about in ABOUT.items() if event is not EventType.TEST]


def _as_try(attempt: AttemptRead) -> TryLine:
    result = f"Answered {attempt.status_code}" if attempt.status_code else attempt.error
    took = "" if attempt.duration_ms is None else f"{attempt.duration_ms:,} ms"
    missing = "No end was noted: under way, or its process died"
    return TryLine(
        number=str(attempt.number),
        at=attempt.created_at.isoformat(),
        result=(result or "") if attempt.ended_at else missing,
        took=took,
        answer=attempt.response or "",
    )


def _endpoint_state(endpoint: EndpointRead) -> tuple[str, str]:
    if endpoint.is_disabled:
        return "Switched off: it answers 404", "bad"
    if not endpoint.is_on:
        return "Off until its secret is set", "warn"
    return ("On" if endpoint.has_secret else "On, for API keys only"), "ok"


def _event_state(event: EventRead) -> tuple[str, str, str]:
    if event.status is RawStatus.RECEIVED:
        return "Waits for a worker", "queued", event.error or ""
    if event.status is RawStatus.FAILED:
        return "Failed", "failed", event.error or ""
    result: dict[str, Any] = event.result
    if event.is_test:
        many = counted(int(result.get("would_create", 0)), "signal")
        return "Arrived", "completed", result.get("skipped") or f"It would make {many}."
    refused = [f"{row['line']}: {row['reason']}" for row in result.get("rejected", [])]
    parts = [counted(int(result.get("created", 0)), "signal")]
    if result.get("duplicates"):
        parts.append(f"{result['duplicates']} known before")
    words = result.get("skipped") or "; ".join([", ".join(parts), *refused[:2]])
    if result.get("skipped"):
        return "Left out", "cancelled", words
    return "Taken in", "completed", words


def _message_state(message: MessageRead) -> tuple[str, str, str]:
    if message.status is MessageStatus.DELIVERED:
        took = f"{message.last.duration_ms:,} ms" if message.last else ""
        code = message.last.status_code if message.last else ""
        return "Delivered", "completed", f"Answered {code} in {took}"
    if message.status is MessageStatus.FAILED:
        return "Failed", "failed", message.error or ""
    tried = counted(message.attempts, "try", "tries")
    return "Waiting", "queued", f"{message.error} {tried} so far." if message.error else ""


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
