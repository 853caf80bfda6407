"""The webhook route: who is believed, what is kept, and that nothing is done before the answer."""

import json
from uuid import uuid4

import pytest
from httpx2 import Response
from sqlalchemy import Connection
from starlette.testclient import TestClient

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.intake import events
from pmflow_core.integrations import service as endpoints
from pmflow_core.integrations.schemas import EndpointIn, NewSecret
from pmflow_core.integrations.signatures import sign
from pmflow_core.settings import get_settings
from pmflow_ui.api.app import make_api
from tests.ui.api_world import callers_of
from tests.ui.tab import make_acme

BODY = b'{"text": "Export fails", "source_ref": "t-1"}'


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return Actor.system(make_acme().workspace_id)


@pytest.fixture
def client(acme: Actor) -> TestClient:
    del acme
    return TestClient(make_api(), raise_server_exceptions=False)


@pytest.fixture
def endpoint(acme: Actor) -> NewSecret:
    with transaction(acme.workspace_id) as session:
        keys = get_settings().secrets()
        return endpoints.create_endpoint(session, acme, EndpointIn(name="Feed"), keys)


def post(
    client: TestClient, endpoint: NewSecret, body: bytes = BODY, *, at: int = 0, **other: str
) -> Response:
    assert endpoint.secret is not None
    now = int(utcnow().timestamp()) + at
    headers = {
        "webhook-id": "d-1",
        "webhook-timestamp": str(now),
        "webhook-signature": sign(endpoint.secret, "d-1", now, body),
    } | other
    return client.post(endpoint.endpoint.path, content=body, headers=headers)


def test_a_signed_delivery_is_kept_once_and_answered_every_time(
    client: TestClient, endpoint: NewSecret, acme: Actor
) -> None:
    answers = [post(client, endpoint) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert {answer.json()["id"] for answer in answers} == {"d-1"}
    with transaction(acme.workspace_id) as session:
        assert [event.result for event in events.list_events(session, acme)] == [{}]
    events.process_workspace(acme.workspace_id)
    with transaction(acme.workspace_id) as session:
        assert [event.result["created"] for event in events.list_events(session, acme)] == [1]


def test_what_is_signed_wrongly_or_not_now_is_refused(
    client: TestClient, endpoint: NewSecret
) -> None:
    for answer in (
        post(client, endpoint, **{"webhook-signature": "v1,AAAA"}),
        post(client, endpoint, **{"webhook-id": "d-2"}),
        post(client, endpoint, at=-301),
        post(client, endpoint, at=301),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    bare = client.post(endpoint.endpoint.path, content=BODY)
    assert (bare.status_code, bare.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "named", ["nothing", "01890a5d-ac96-774b-bcce-b302099a8057", "%00", "1" * 400]
)
def test_an_unknown_endpoint_is_not_there(client: TestClient, named: str) -> None:
    assert client.post(f"/api/webhooks/signals/{named}", content=BODY).status_code == 404


def test_more_than_a_megabyte_is_refused_before_anything_is_asked(
    client: TestClient, endpoint: NewSecret
) -> None:
    answer = post(client, endpoint, b"x" * 1_000_001)
    assert (answer.status_code, answer.json()["code"]) == (413, "delivery_too_large")
    path = f"/api/webhooks/signals/{uuid4()}"
    assert client.post(path, content=b"x" * 1_000_001).status_code == 413


def test_an_api_key_of_the_workspace_is_believed_too(
    client: TestClient, endpoint: NewSecret, acme: Actor
) -> None:
    callers = callers_of(acme.workspace_id)
    statuses = {
        caller: client.post(endpoint.endpoint.path, content=BODY, headers=headers).status_code
        for caller, headers in callers.items()
    }
    assert statuses == {
        "anonymous": 401,
        "stranger": 401,
        "viewer": 401,
        "editor": 401,
        "admin": 401,
        "no key": 401,
        "revoked key": 401,
        "foreign key": 404,
        "viewer key": 403,
        "editor key": 202,
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff\xfe",
        json.dumps({"text": "\x00\ud800\u202e"}).encode(),
        b'{"text": "x", "a\\u0000b": 1}',
        b"[" * 50_000,
    ],
)
def test_a_hostile_body_is_kept_and_never_breaks_the_server(
    client: TestClient, endpoint: NewSecret, acme: Actor, body: bytes
) -> None:
    assert post(client, endpoint, body).status_code == 202
    assert events.process_workspace(acme.workspace_id) == 1
