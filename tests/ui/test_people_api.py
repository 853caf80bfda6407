"""Who may call each route about customers and personas, and what it answers."""

from uuid import UUID

import pytest

from pmflow_core.db.transaction import transaction
from pmflow_core.knowledge import service as knowledge
from pmflow_core.knowledge.schemas import PersonaIn
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn, SignalQuery
from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

HERE = "/api/workspaces/{workspace}"
NOBODY = UUID("00000000-0000-7000-8000-000000000001")
CUSTOMER, PERSONA = f"{HERE}/customers/{NOBODY}", f"{HERE}/personas/{NOBODY}"
READS = (
    f"{HERE}/customers",
    CUSTOMER,
    f"{HERE}/personas",
    f"{HERE}/signals/99999/personas",
)
WRITES = (
    ("PATCH", CUSTOMER, {"tier": "pro"}),
    ("DELETE", CUSTOMER, None),
    ("POST", f"{CUSTOMER}/restore", None),
    ("POST", f"{CUSTOMER}/merge", {"other": str(UUID(int=2))}),
    ("POST", f"{HERE}/customers/merges/{NOBODY}/undo", None),
    ("POST", f"{HERE}/customers/import", None),
    ("PUT", f"{HERE}/signals/99999/customer", {"customer": None}),
    ("POST", f"{HERE}/personas", {"name": ""}),
    ("PATCH", PERSONA, {"weight": 2}),
    ("DELETE", PERSONA, None),
    ("POST", f"{PERSONA}/restore", None),
    ("POST", f"{HERE}/signals/99999/personas", {"persona": str(NOBODY)}),
    ("DELETE", f"{HERE}/signals/99999/personas/{NOBODY}", None),
)
SHUT_OUT = {
    "anonymous": 401,
    "no key": 401,
    "revoked key": 401,
    "stranger": 404,
    "foreign key": 404,
}


@pytest.mark.parametrize("path", READS)
def test_every_member_reads_and_nobody_else(world: World, path: str) -> None:
    for caller, status in SHUT_OUT.items():
        assert (caller, world.ask(caller, "GET", path).status_code) == (caller, status)
    for caller in ("viewer", "editor", "admin", "viewer key", "editor key"):
        assert world.ask(caller, "GET", path).status_code in {200, 404}


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_only_editors_write(world: World, method: str, path: str, body: object) -> None:
    for caller, status in (SHUT_OUT | {"viewer": 403, "viewer key": 403}).items():
        assert (caller, world.ask(caller, method, path, body).status_code) == (caller, status)
    for caller in ("editor", "admin", "editor key"):
        assert world.ask(caller, method, path, body).status_code in {404, 422}


def test_a_program_lists_corrects_merges_and_takes_back(world: World) -> None:
    say(world, SignalIn(text="a", customer="Ann"), SignalIn(text="b", customer="Bob"))
    first = world.ask("viewer key", "GET", f"{HERE}/customers?limit=1&sort=name").json()
    assert [each["name"] for each in first["items"]] == ["Ann"]
    after = f"{HERE}/customers?limit=1&sort=name&cursor={first['next_cursor']}"
    second = world.ask("viewer key", "GET", after).json()
    assert second["next_cursor"] is None
    ann, bob = first["items"][0]["id"], second["items"][0]["id"]
    value = {"annual_value": "12000.50", "tier": "pro"}
    edited = world.ask("editor key", "PATCH", f"{HERE}/customers/{ann}", value).json()
    assert edited["customer"]["annual_value"] == "12000.50"
    merged = world.ask("editor key", "POST", f"{HERE}/customers/{bob}/merge", {"other": ann})
    path = f"{HERE}/customers/merges/{merged.json()['merge']}/undo"
    kept = world.ask("viewer", "GET", f"{HERE}/customers/{bob}").json()
    assert (kept["customer"]["signals"], kept["customer"]["tier"]) == (2, "pro")
    assert [each["name"] for each in kept["merges"]] == ["Ann"]
    assert world.ask("viewer", "GET", f"{HERE}/customers/{ann}").status_code == 404
    assert world.ask("editor key", "POST", path).status_code == 204
    again = world.ask("editor key", "POST", path)
    assert (again.status_code, again.json()["code"]) == (409, "customer_merge_undone")
    assert world.ask("viewer", "GET", f"{HERE}/customers/{ann}").status_code == 200


@pytest.mark.parametrize("value", ["-1", "NaN", "1e30", "0.001", "much"])
def test_a_worth_that_is_none_is_a_problem(world: World, value: str) -> None:
    answer = world.ask("editor", "PATCH", CUSTOMER, {"annual_value": value})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_a_list_of_customers_comes_as_csv(world: World) -> None:
    path = f"/api/workspaces/{world.slug}/customers/import"
    content = b"email,name,arr\nann@example.com,Ann,9\nnone,Bob,\n"
    made = world.client.post(path, content=content, headers=world.callers["editor key"]).json()
    assert (made["created"], made["refused"]) == (1, 1)
    assert made["rejected"] == [{"line": 3, "reason": "'none' is no e-mail address"}]
    empty = world.client.post(path, content=b"", headers=world.callers["editor key"])
    assert empty.status_code == 422
    huge = world.client.post(path, content=b"a" * 10_000_001, headers=world.callers["editor key"])
    assert (huge.status_code, huge.json()["code"]) == (413, "customer_file_too_large")


def test_personas_are_written_and_speak_in_signals(world: World) -> None:
    number = say(world, SignalIn(text="a", segment="Pro", customer="Ann"))
    given = {"name": "Finance lead", "description": "Closes the books.", "segment": "pro"}
    made = world.ask("editor", "POST", f"{HERE}/personas", given)
    assert made.status_code == 201
    persona = made.json()["id"]
    taken = world.ask("editor", "POST", f"{HERE}/personas", given)
    assert (taken.status_code, taken.json()["code"]) == (409, "persona_name_taken")
    of_signal = f"{HERE}/signals/{number}/personas"
    spoken = world.ask("viewer key", "GET", of_signal).json()
    assert [(each["name"], each["confidence"]) for each in spoken] == [("Finance lead", 1.0)]
    assert world.ask("editor", "DELETE", f"{of_signal}/{persona}").status_code == 204
    assert world.ask("viewer", "GET", of_signal).json() == []
    linked = world.ask("editor key", "POST", of_signal, {"persona": persona}).json()
    assert [each["confidence"] for each in linked] == [None]
    assert world.ask("editor", "DELETE", f"{HERE}/personas/{persona}").status_code == 204
    assert world.ask("editor", "POST", f"{HERE}/personas/{persona}/restore").status_code == 200
    nobody = world.ask("editor", "PUT", f"{HERE}/signals/{number}/customer", {"customer": None})
    assert nobody.json() is None


def test_what_is_another_workspace_s_does_not_exist(world: World) -> None:
    other = world.desk.actor.workspace_id
    with transaction(other) as session:
        made = knowledge.add(session, world.desk.actor, PersonaIn(name="Buyer"))
    foreign = world.ask("foreign key", "PATCH", f"{HERE}/personas/{made.id}", {"weight": 2})
    assert foreign.status_code == 404


def say(world: World, *rows: SignalIn) -> int:
    """Take in signals and return the number of the newest."""
    actor = world.desk.actor
    with transaction(actor.workspace_id) as session:
        signals.ingest(session, actor, rows, source=Source.API)
        found = signals.list_signals(session, actor, SignalQuery())
        return max(row.number for row in found.items)
