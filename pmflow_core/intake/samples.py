"""Samples an admin sends to try an endpoint: signed as its sender would, by the same door."""

import json
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, NotFound
from pmflow_core.ids import uuid7
from pmflow_core.intake import event_rows
from pmflow_core.intake.receiving import Delivery, receive, scheme_of
from pmflow_core.integrations import repository as endpoints
from pmflow_core.integrations import schemes
from pmflow_core.integrations.models import EndpointKind, WebhookEndpoint
from pmflow_core.integrations.schemas import GithubSettings, PylonSettings, SlackSettings
from pmflow_core.integrations.service import accepted_secrets
from pmflow_core.integrations.signatures import sign
from pmflow_core.sealing import Keys

TEXT = "A sample from the settings: the export of a large report stops half-way."


class EndpointOff(Conflict):
    """The endpoint has no secret or is disabled, so nothing can be sent to it."""

    code = "webhook_endpoint_off"


def send_sample(session: Session, actor: Actor, endpoint_id: UUID, keys: Keys) -> UUID:
    """Send an endpoint a signed sample and return the delivery's id; no signal is made of it.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: the workspace has no such endpoint.
        EndpointOff: it is disabled, or has no secret yet.
    """
    actor.require(Role.ADMIN)
    endpoint = endpoints.find_endpoint(session, endpoint_id)
    if endpoint is None:
        raise NotFound("This workspace has no such webhook endpoint.")
    now = utcnow()
    secrets = accepted_secrets(endpoint, keys, now)
    signs = bool(secrets) or endpoint.kind is EndpointKind.SIGNALS
    if endpoint.disabled_at is not None or not signs:
        raise EndpointOff("The endpoint is off: switch it on, or set its secret first.")
    named = f"sample-{uuid7()}"
    body = json.dumps(_BODIES[endpoint.kind](endpoint, named)).encode()
    headers = _headers(endpoint, secrets[0] if secrets else "", int(now.timestamp()), named, body)
    program = None if secrets else Actor(actor.workspace_id, Role.EDITOR, name="Sample")
    delivery = Delivery(headers, body, program, is_test=True)
    received = receive(session, endpoint.kind, endpoint.id, delivery, keys)
    return event_rows.find_by_delivery(session, endpoint.id, received.id).id


def _headers(
    endpoint: WebhookEndpoint, secret: str, timestamp: int, named: str, body: bytes
) -> dict[str, str]:
    if endpoint.kind is EndpointKind.SIGNALS:
        headers = {"webhook-id": named, "webhook-timestamp": str(timestamp)}
        if secret:
            headers["webhook-signature"] = sign(secret, named, timestamp, body)
        return headers
    shown = scheme_of(endpoint)
    return schemes.signed_headers(shown, secret, timestamp, body) | {"x-github-delivery": named}


def _generic(_endpoint: WebhookEndpoint, named: str) -> object:
    return {"text": TEXT, "source_ref": named, "severity": "medium"}


def _slack(endpoint: WebhookEndpoint, named: str) -> object:
    chosen = SlackSettings.model_validate(endpoint.settings).channels
    moment = f"{utcnow().timestamp():.6f}"
    message = {"type": "message", "channel": (chosen or ["C0SAMPLE"])[0], "user": "U0SAMPLE"}
    return {
        "type": "event_callback",
        "team_id": "T0SAMPLE",
        "event_id": named,
        "event": {**message, "text": TEXT, "ts": moment},
    }


def _github(endpoint: WebhookEndpoint, named: str) -> object:
    labels = GithubSettings.model_validate(endpoint.settings).labels
    return {
        "action": "opened",
        "repository": {"full_name": f"sample/{named}"},
        "issue": {
            "number": 1,
            "title": "Export stops half-way",
            "body": TEXT,
            "labels": [{"name": label} for label in labels],
            "user": {"login": "sample", "type": "User"},
            "created_at": utcnow().isoformat(),
        },
    }


def _pylon(endpoint: WebhookEndpoint, named: str) -> object:
    path = PylonSettings.model_validate(endpoint.settings).text_field
    body: dict[str, object] = {"data": {"id": named, "title": "Export", "body_html": TEXT}}
    if path:
        value: object = TEXT
        for name in reversed(path.split(".")):
            value = {name: value}
        body = {"id": named, **value} if isinstance(value, dict) else body
    return body


_BODIES = {
    EndpointKind.SIGNALS: _generic,
    EndpointKind.SLACK: _slack,
    EndpointKind.GITHUB: _github,
    EndpointKind.PYLON: _pylon,
}
