"""The routes of Slack, GitHub and Pylon: who is believed, and that a refusal leaves no row."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from httpx2 import Response
from pydantic import SecretStr
from sqlalchemy import Connection
from starlette.testclient import TestClient

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.intake import events, samples
from pmflow_core.intake.schemas import EventRead
from pmflow_core.integrations import schemes
from pmflow_core.integrations import service as endpoints
from pmflow_core.integrations.models import EndpointKind
from pmflow_core.integrations.schemas import (
    EndpointEdit,
    EndpointIn,
    EndpointRead,
    PylonSettings,
)
from pmflow_core.settings import get_settings
from pmflow_core.signals import service as signals
from pmflow_core.signals.schemas import SignalQuery
from pmflow_ui.api.app import make_api
from tests.ui.tab import make_acme

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SCHEMES = {
    EndpointKind.SLACK: schemes.SLACK,
    EndpointKind.GITHUB: schemes.GITHUB,
    EndpointKind.PYLON: schemes.of_pylon(PylonSettings()),
}
BODIES: dict[EndpointKind, dict[str, Any]] = {
    EndpointKind.SLACK: {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev1",
        "event": {"type": "message", "channel": "C1", "text": "Export fails", "ts": "1764201600.1"},
    },
    EndpointKind.GITHUB: {
        "action": "opened",
        "repository": {"full_name": "acme/app"},
        "issue": {"number": 12, "title": "Export fails"},
    },
    EndpointKind.PYLON: {"data": {"id": "iss_1", "title": "Export fails"}},
}
VENDORS = list(SCHEMES)


@dataclass
class Sender:
    """A sender of one kind with its endpoint, and what of it was kept."""

    client: TestClient
    acme: Actor
    kind: EndpointKind
    endpoint: EndpointRead

    def send(
        self,
        body: dict[str, Any] | None = None,
        *,
        at: int = 0,
        secret: str = SECRET,
        raw: bytes = b"",
        **headers: str | bytes,
    ) -> Response:
        """Send a body as the vendor would."""
        content = raw or json.dumps(BODIES[self.kind] if body is None else body).encode()
        now = int(utcnow().timestamp()) + at
        signed = schemes.signed_headers(SCHEMES[self.kind], secret, now, content)
        return self.client.post(self.endpoint.path, content=content, headers=signed | headers)

    def kept(self) -> list[EventRead]:
        """Return the deliveries."""
        with transaction(self.acme.workspace_id) as session:
            return events.list_events(session, self.acme)

    def texts(self) -> list[str]:
        """Return the signals after a worker came."""
        events.process_workspace(self.acme.workspace_id)
        with transaction(self.acme.workspace_id) as session:
            return [
                row.text for row in signals.list_signals(session, self.acme, SignalQuery()).items
            ]


Make = Callable[[EndpointKind], Sender]


@pytest.fixture
def make(connection: Connection) -> Make:
    del connection
    acme = Actor.system(make_acme().workspace_id)
    client = TestClient(make_api(), raise_server_exceptions=False)

    def making(kind: EndpointKind) -> Sender:
        wanted = EndpointIn(kind=kind, name=kind.value, secret=SecretStr(SECRET))
        with transaction(acme.workspace_id) as session:
            keys = get_settings().secrets()
            made = endpoints.create_endpoint(session, acme, wanted, keys)
        return Sender(client, acme, kind, made.endpoint)

    return making


@pytest.mark.parametrize("kind", VENDORS)
def test_a_signed_event_makes_one_signal_however_often_it_comes(
    make: Make, kind: EndpointKind
) -> None:
    sender = make(kind)
    answers = [sender.send(**{"x-github-delivery": f"d-{number % 2}"}) for number in range(4)]
    assert all(answer.is_success for answer in answers)
    assert len(sender.kept()) == (2 if kind is EndpointKind.GITHUB else 1)
    assert sender.texts() == ["Export fails"]
    assert sender.texts() == ["Export fails"]


@pytest.mark.parametrize("kind", VENDORS)
def test_a_refusal_leaves_no_row(make: Make, kind: EndpointKind) -> None:
    sender, foreign = make(kind), "another workspace's secret"
    refused = [
        sender.send(secret=foreign),
        sender.client.post(sender.endpoint.path, content=b"{}"),
        sender.send(**{SCHEMES[kind].header: b"v0=\xe9"}),
        sender.send(**{SCHEMES[kind].header: ""}),
    ]
    if SCHEMES[kind].timestamp_header:
        clock = SCHEMES[kind].timestamp_header
        refused += [sender.send(at=-301), sender.send(at=301), sender.send(**{clock: "soon"})]
    assert {answer.status_code for answer in refused} == {401}
    assert sender.send(raw=b"x" * 1_000_001).status_code == 413
    assert sender.kept() == []


@pytest.mark.parametrize("kind", VENDORS)
def test_an_address_that_is_off_or_of_another_kind_is_not_there(
    make: Make, kind: EndpointKind
) -> None:
    sender = make(kind)
    other = next(each for each in EndpointKind if each is not kind)
    elsewhere = sender.endpoint.model_copy(update={"kind": other})
    assert sender.client.post(elsewhere.path, content=b"{}").status_code == 404
    with transaction(sender.acme.workspace_id) as session:
        changes = EndpointEdit(enabled=False)
        endpoints.edit_endpoint(session, sender.acme, sender.endpoint.id, changes)
    assert sender.send().status_code == 404
    assert sender.kept() == []


def test_slack_hears_its_challenge_only_when_it_signed(make: Make) -> None:
    sender = make(EndpointKind.SLACK)
    asked = {"type": "url_verification", "challenge": "3eZbrw1a"}
    assert sender.send(asked).json() == {"challenge": "3eZbrw1a"}
    assert sender.send(asked, secret="another").status_code == 401
    assert sender.kept() == []


def test_github_s_ping_is_answered_and_seen(make: Make) -> None:
    sender = make(EndpointKind.GITHUB)
    ping = {"zen": "Design for failure.", "hook": {}}
    assert sender.send(ping, **{"x-github-delivery": "d-1"}).json() == {"id": "d-1"}
    assert sender.texts() == []
    assert "greeting" in sender.kept()[0].result["skipped"]


@pytest.mark.parametrize("kind", list(EndpointKind))
def test_a_sample_goes_through_the_same_door_and_makes_no_signal(
    make: Make, kind: EndpointKind
) -> None:
    sender = make(EndpointKind.SLACK)
    given = SecretStr(SECRET) if kind is not EndpointKind.SIGNALS else None
    keys = get_settings().secrets()
    with transaction(sender.acme.workspace_id) as session:
        wanted = EndpointIn(kind=kind, secret=given)
        made = endpoints.create_endpoint(session, sender.acme, wanted, keys).endpoint.id
        samples.send_sample(session, sender.acme, made, keys)
    assert sender.texts() == []
    [event] = sender.kept()
    assert (event.is_test, event.result["would_create"]) == (True, 1)


@pytest.mark.parametrize("kind", VENDORS)
def test_a_body_that_is_no_event_is_kept_and_says_why(make: Make, kind: EndpointKind) -> None:
    sender = make(kind)
    for raw in (b"nope", b"[1]", b"\x00\xff", b"[" * 50_000, b'{"a": "\\u0000\\ud800"}'):
        assert sender.send(raw=raw).is_success
    assert sender.texts() == []
    assert all(event.error or event.result["skipped"] for event in sender.kept())
