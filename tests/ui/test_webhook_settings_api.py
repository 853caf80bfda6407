"""Setting webhooks up by REST: who may, what is shown once, and the logs."""

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from pmflow_core.accounts.actor import Actor
from pmflow_core.intake import events
from pmflow_ui.api.app import make_api
from tests.ui.api_world import Headers, callers_of
from tests.ui.tab import make_acme

IN = "/api/workspaces/acme/webhook-endpoints"
OUT = "/api/workspaces/acme/webhooks"
HOOK = {"url": "https://hooks.example.com/pmflow", "events": ["project.moved"]}


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


@pytest.fixture
def client(acme: Actor) -> TestClient:
    del acme
    return TestClient(make_api(), raise_server_exceptions=False)


@pytest.fixture
def callers(acme: Actor) -> dict[str, Headers]:
    return callers_of(acme.workspace_id)


def test_an_endpoint_is_made_tried_rotated_and_closed(
    client: TestClient, callers: dict[str, Headers], acme: Actor
) -> None:
    admin = callers["admin"]
    made = client.post(IN, json={"kind": "github", "name": "Repository"}, headers=admin)
    assert made.status_code == 201
    endpoint = made.json()["endpoint"]
    assert len(made.json()["secret"]) >= 24
    assert endpoint["url"].endswith(f"/api/webhooks/github/{endpoint['id']}")

    sample = client.post(f"{IN}/{endpoint['id']}/test", json={}, headers=admin)
    assert sample.status_code == 202
    events.process_workspace(acme.workspace_id)
    [event] = client.get(f"{IN}/events", headers=callers["viewer"]).json()["items"]
    assert (event["id"], event["result"]["would_create"]) == (sample.json()["id"], 1)
    shown = client.get(f"{IN}/events/{event['id']}", headers=callers["viewer"]).json()
    assert "Export stops half-way" in shown["body"]
    again = client.post(f"{IN}/events/{event['id']}/replay", json={}, headers=admin)
    assert again.status_code == 202

    renewed = client.post(f"{IN}/{endpoint['id']}/rotate", json={}, headers=admin).json()
    assert renewed["secret"] != made.json()["secret"]
    assert renewed["endpoint"]["old_secret_until"] is not None
    off = client.patch(f"{IN}/{endpoint['id']}", json={"enabled": False}, headers=admin).json()
    assert (off["is_on"], off["is_disabled"]) == (False, True)
    assert client.post(f"{IN}/{endpoint['id']}/test", json={}, headers=admin).status_code == 409
    assert client.delete(f"{IN}/{endpoint['id']}", headers=admin).status_code == 204
    assert client.get(IN, headers=admin).json() == {"items": []}
    assert client.post(f"{IN}/{endpoint['id']}/restore", headers=admin).json()["has_secret"]
    assert client.post(f"{IN}/{endpoint['id']}/restore", headers=admin).status_code == 404


def test_a_webhook_is_made_changed_and_deleted_and_its_secret_shown_once(
    client: TestClient, callers: dict[str, Headers]
) -> None:
    admin = callers["admin"]
    made = client.post(OUT, json=HOOK, headers=admin)
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    hook = made.json()["webhook"]["id"]
    assert "secret" not in client.get(f"{OUT}/{hook}", headers=admin).text.replace("_secret", "")

    sent = client.post(f"{OUT}/{hook}/test", json={}, headers=admin)
    assert sent.status_code == 202
    [message] = client.get(f"{OUT}/messages", headers=callers["viewer"]).json()["items"]
    assert (message["type"], message["status"]) == ("webhook.test", "pending")
    detail = client.get(f"{OUT}/messages/{message['id']}", headers=callers["viewer"]).json()
    assert '"type":"webhook.test"' in detail["body"]
    again = f"{OUT}/messages/{message['id']}/redeliver"
    assert client.post(again, json={}, headers=admin).status_code == 202
    changed = client.patch(f"{OUT}/{hook}", json={"events": ["run.failed"]}, headers=admin)
    assert changed.json()["events"] == ["run.failed"]
    assert client.delete(f"{OUT}/{hook}", headers=admin).status_code == 204
    assert client.get(OUT, headers=admin).json() == {"items": []}
    assert client.post(f"{OUT}/{hook}/restore", headers=admin).json()["is_on"]
    assert client.post(f"{OUT}/{hook}/restore", headers=admin).status_code == 404


@pytest.mark.parametrize("path", [IN, OUT])
def test_members_read_and_only_admins_change(
    client: TestClient, callers: dict[str, Headers], path: str
) -> None:
    body = HOOK if path == OUT else {}
    asked = {
        name: (
            client.get(path, headers=headers).status_code,
            client.post(path, json=body, headers=headers).status_code,
        )
        for name, headers in callers.items()
    }
    assert asked["admin"] == (200, 201)
    assert {asked[name] for name in ("viewer", "editor", "viewer key", "editor key")} == {
        (200, 403)
    }
    assert {asked[name] for name in ("anonymous", "no key", "revoked key")} == {(401, 401)}
    assert {asked[name] for name in ("stranger", "foreign key")} == {(404, 404)}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "https://x.example", "events": []},
        {"url": "https://x.example", "events": ["webhook.test"]},
        {"url": "https://x.example", "events": ["nothing.known"]},
        {"url": "ftp://x.example", "events": ["run.failed"]},
        {"url": "https://user:pw@x.example", "events": ["run.failed"]},
        {**HOOK, "name": ""},
        {**HOOK, "more": 1},
    ],
)
def test_what_is_no_webhook_is_refused_in_words(
    client: TestClient, callers: dict[str, Headers], body: dict[str, object]
) -> None:
    answer = client.post(OUT, json=body, headers=callers["admin"])
    assert answer.status_code == 422
    assert answer.json()["detail"]
