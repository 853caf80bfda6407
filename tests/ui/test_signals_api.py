"""Signals for programs: who may, what is taken, listed, corrected, deleted and exported."""

import csv
import io
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import Connection
from starlette.testclient import TestClient

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.signals import service
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_ui.api.app import make_api
from tests.contracts import promises
from tests.ui.api_world import Headers, callers_of
from tests.ui.tab import make_acme

URL = "/api/workspaces/acme/signals"
REFUSED = {
    "anonymous": 401,
    "no key": 401,
    "revoked key": 401,
    "stranger": 404,
    "foreign key": 404,
}
READERS = ("viewer", "editor", "admin", "viewer key", "editor key")
ROUTES = (
    ("GET", "", None, 200),
    ("GET", "/1", None, 200),
    ("GET", "/export.csv", None, 200),
    ("POST", "", {"text": "Export fails"}, 201),
    ("POST", "/ingest", [{"text": "Export fails"}], 202),
    ("PATCH", "/1", {"severity": "high"}, 200),
    ("DELETE", "/1", None, 204),
)


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    actor = make_acme()
    return Actor.system(actor.workspace_id)


@pytest.fixture
def client(acme: Actor) -> TestClient:
    client = TestClient(make_api(), follow_redirects=False, raise_server_exceptions=False)
    client.headers.update(callers_of(acme.workspace_id)["editor key"])
    return client


def store(acme: Actor, *texts: str, **fields: object) -> list[UUID]:
    rows = [SignalIn.model_validate({"text": text, **fields}) for text in texts]
    with transaction(acme.workspace_id) as session:
        return service.ingest(session, acme, rows, source=Source.API).ids


def test_every_route_is_in_the_table() -> None:
    known = {
        f"{method} /api/workspaces/{{slug}}/signals{path.replace('/1', '/{signal}')}"
        for method, path, _, _ in ROUTES
    }
    ours = {line for line in promises.endpoints() if "/{slug}/signals" in line}
    assert known <= ours


@pytest.mark.parametrize(("method", "path", "body", "status"), ROUTES)
def test_members_read_editors_write_and_nobody_else(
    acme: Actor, method: str, path: str, body: object, status: int
) -> None:
    client = TestClient(make_api(), raise_server_exceptions=False)
    store(acme, "Export fails")
    callers = callers_of(acme.workspace_id)

    def ask(headers: Headers) -> Response:
        site = {"sec-fetch-site": "same-origin"}
        return client.request(method, URL + path, json=body, headers=headers | site)

    for caller, refusal in REFUSED.items():
        assert (caller, ask(callers[caller]).status_code) == (caller, refusal)
    for caller in READERS:
        if method != "GET" and caller.startswith("viewer"):
            assert (caller, ask(callers[caller]).status_code) == (caller, 403)
    allowed = READERS if method == "GET" else ("editor key",)
    for caller in allowed:
        assert (caller, ask(callers[caller]).status_code) == (caller, status)


def test_a_list_goes_through_all_pages_newest_first(client: TestClient, acme: Actor) -> None:
    store(acme, *(f"text {number}" for number in range(1, 6)))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get(URL, params=query).json()
        seen += [item["name"] for item in page["items"]]
        store(acme, "meanwhile") if len(seen) == 2 else None
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["S-5", "S-4", "S-3", "S-2", "S-1"]


def test_filters_narrow_the_list(client: TestClient, acme: Actor) -> None:
    store(acme, "Export fails for me", severity="high", segment="pro")
    store(acme, "Login is slow")

    def named(**query: str) -> list[str]:
        return [item["name"] for item in client.get(URL, params=query).json()["items"]]

    assert named(severity="high") == named(q="export") == named(segment="pro") == ["S-1"]
    assert named(status="archived") == named(source="slack") == named(project=str(uuid4())) == []
    assert named(segment="a'b") == named(q="%27") == []
    assert client.get(URL, params={"q": "a\x00b"}).status_code == 422
    assert named(since="2100-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "201"}, {"cursor": "x"}, {"severity": "huge"}, {"since": "x"}],
)
def test_a_query_that_cannot_be_is_a_problem_document(
    client: TestClient, query: dict[str, str]
) -> None:
    answer = client.get(URL, params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_batch_takes_what_it_can_and_names_each_refusal(client: TestClient) -> None:
    rows = [
        {"text": "Export fails", "source_ref": "r-1", "severity": "high"},
        {"text": " "},
        {"text": "Again", "source_ref": "r-1"},
        {"text": "x", "made_up": 1},
        "words",
    ]
    answer = client.post(f"{URL}/ingest?source=interview", json=rows)
    made = answer.json()
    assert (answer.status_code, made["created"], made["duplicates"]) == (202, 1, 1)
    assert [row["line"] for row in made["rejected"]] == [2, 4, 5]
    [signal_id] = made["ids"]
    found = client.get(f"{URL}/{signal_id}").json()
    assert (found["name"], found["source"], found["given"]) == ("S-1", "interview", ["severity"])
    assert client.post(f"{URL}/ingest", json=rows[0]).json()["created"] == 1


def test_a_batch_that_is_too_large_or_no_json_is_refused_before_it_is_read(
    client: TestClient,
) -> None:
    headers = {"content-length": "999999999"}
    assert client.post(f"{URL}/ingest", content=b"[", headers=headers).status_code == 413
    assert client.post(f"{URL}/ingest", content=b"x" * 10_000_001).status_code == 413
    assert client.post(f"{URL}/ingest", content=b"nope").json()["code"] == "bad_delivery"
    many = [{"text": "x"}] * 1001
    assert client.post(f"{URL}/ingest", json=many).status_code == 422


def test_the_same_batch_with_the_same_key_takes_effect_once(client: TestClient) -> None:
    rows = [{"text": "without a reference"}]
    first, again = (
        client.post(f"{URL}/ingest", json=rows, headers={"Idempotency-Key": "k"}) for _ in range(2)
    )
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(client.get(URL).json()["items"]) == 1


def test_one_signal_is_answered_whole_also_when_its_reference_is_known(client: TestClient) -> None:
    said = {"text": "x" * 2_000, "source_ref": "r-1"}
    first = client.post(URL, json=said)
    again = client.post(URL, json=said)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["text"] == again.json()["text"] == said["text"]
    assert first.json()["id"] == again.json()["id"]
    refused = client.post(URL, json={"text": "\u200b"})
    assert (refused.status_code, refused.json()["code"]) == (422, "signal_refused")


@pytest.mark.parametrize("name", ["1", "S-1", "s-1"])
def test_a_signal_has_three_names(client: TestClient, acme: Actor, name: str) -> None:
    [signal_id] = store(acme, "Export fails")
    assert client.get(f"{URL}/{name}").json()["id"] == str(signal_id)
    assert client.get(f"{URL}/{signal_id}").json()["name"] == "S-1"


@pytest.mark.parametrize(
    "name", ["2", "S-0", "x", "-1", "01890a5d-ac96-774b-bcce-b302099a8057", "9" * 40, "%00", "1e3"]
)
def test_another_name_finds_nothing(client: TestClient, acme: Actor, name: str) -> None:
    store(acme, "Export fails")
    answer = client.get(f"{URL}/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_correction_stays_and_a_deleted_signal_is_in_the_bin(
    client: TestClient, acme: Actor
) -> None:
    store(acme, "Export fails")
    edited = client.patch(f"{URL}/1", json={"severity": "low", "segment": "pro"}).json()
    assert (edited["severity"], edited["given"]) == ("low", ["segment", "severity"])
    assert client.patch(f"{URL}/1", json={"text": "other"}).status_code == 422
    assert client.patch(f"{URL}/1", json={"status": "linked"}).json()["code"] == (
        "status_not_settable"
    )
    assert client.delete(f"{URL}/1").status_code == 204
    assert client.get(URL).json()["items"] == []
    assert client.get(URL, params={"deleted": "true"}).json()["items"][0]["name"] == "S-1"
    assert client.get(f"{URL}/1").json()["is_deleted"] is True
    assert client.delete(f"{URL}/1").status_code == 404


def test_an_export_is_whole_and_no_cell_of_it_is_a_formula(client: TestClient, acme: Actor) -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")', "two\nlines, one comma"]
    store(acme, *hostile, segment="=cmd")
    for start in range(0, 1100, 550):
        store(acme, *(f"text {number}" for number in range(start, start + 550)))
    answer = client.get(f"{URL}/export.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 1106
    assert [row["text"] for row in rows[::-1][:6]] == [
        *(f"'{text}" for text in hostile[:5]),
        hostile[5],
    ]
    assert {row["segment"] for row in rows[-6:]} == {"'=cmd"}
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@")]
    narrowed = client.get(f"{URL}/export.csv", params={"segment": "none"}).text
    assert narrowed.count("\r\n") == 1
