"""Signals that say the same, for programs: found, made one, and taken apart again."""

from uuid import uuid4

import pytest

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.intake.processing import process_workspace
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn, SignalQuery
from tests.core.intake.conftest import TopicEmbedder
from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

SIGNALS = "/api/workspaces/{workspace}/signals"
SHUT_OUT = {
    "anonymous": 401,
    "no key": 401,
    "revoked key": 401,
    "stranger": 404,
    "foreign key": 404,
}


def say(world: World, *texts: str) -> list[str]:
    """Take signals in, and return what they are cited as."""
    actor = Actor.system(world.desk.actor.workspace_id)
    with transaction(actor.workspace_id) as session:
        rows = [SignalIn(text=text, customer=f"Customer {n}") for n, text in enumerate(texts)]
        ids = signals.ingest(session, actor, rows, source=Source.API).ids
        page = signals.list_signals(session, actor, SignalQuery())
        names = {row.id: row.name for row in page.items}
    return [names[each] for each in ids]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/S-1/similar", None),
        ("POST", "/S-1/merge", {"with": ["S-2"]}),
        ("POST", "/S-2/unmerge", None),
    ],
)
def test_readers_compare_and_editors_merge(
    world: World, method: str, path: str, body: object
) -> None:
    for caller, status in SHUT_OUT.items():
        assert (caller, world.ask(caller, method, SIGNALS + path, body).status_code) == (
            caller,
            status,
        )
    readers = 200 if method == "GET" else 403
    for caller in ("viewer", "viewer key"):
        assert world.ask(caller, method, SIGNALS + path, body).status_code == readers
    done = world.ask("editor key", method, SIGNALS + path, body)
    assert done.status_code == (409 if "unmerge" in path else 200)


def test_what_says_the_same_is_found_with_its_words(world: World) -> None:
    actor = Actor.system(world.desk.actor.workspace_id)
    names = say(world, "Export to CSV fails", "Export of CSV fails again", "Colours are fine")
    before = world.ask("viewer", "GET", f"{SIGNALS}/{names[0]}/similar").json()
    assert before == {"items": [], "next_cursor": None}
    process_workspace(actor.workspace_id, TopicEmbedder())

    found = world.ask("viewer", "GET", f"{SIGNALS}/{names[0]}/similar?limit=1").json()["items"]
    assert [each["name"] for each in found] == [names[1]]
    assert {"export", "csv"} <= {word.casefold() for word in found[0]["words"]}
    assert 0 < found[0]["similarity"] <= 1
    for named in (names[0].removeprefix("S-"), names[0].lower()):
        again = world.ask("viewer", "GET", f"{SIGNALS}/{named}/similar?limit=1").json()["items"]
        assert again == found
    assert world.ask("viewer", "GET", f"{SIGNALS}/{names[0]}/similar?limit=0").status_code == 422


def test_merged_signals_are_one_until_they_are_taken_apart(world: World) -> None:
    first, second, third = say(world, "Export fails", "Exporting fails", "No export")
    link = {"project": world.desk.key}
    assert world.ask("editor", "POST", f"{SIGNALS}/{number(second)}/projects", link).is_success

    merged = world.ask("editor", "POST", f"{SIGNALS}/{third}/merge", {"with": [first, second]})
    kept = merged.json()
    assert (merged.status_code, kept["name"], len(kept["merged"])) == (200, first, 2)
    assert kept["customers"] == 3
    assert world.ask("viewer", "GET", f"{SIGNALS}/{second}").json()["status"] == "merged"
    links = world.ask("viewer", "GET", f"{SIGNALS}/{first}").json()["links"]
    assert [each["key"] for each in links] == [world.desk.key]

    apart = world.ask("editor", "POST", f"{SIGNALS}/{second}/unmerge").json()
    assert (apart["name"], apart["status"]) == (second, "linked")
    assert world.ask("viewer", "GET", f"{SIGNALS}/{first}").json()["links"] == []
    again = world.ask("editor", "POST", f"{SIGNALS}/{second}/unmerge")
    assert again.status_code == 409


def test_a_merge_that_cannot_be_is_refused_whole(world: World) -> None:
    first, second = say(world, "Export fails", "Exporting fails")
    path = f"{SIGNALS}/{first}/merge"
    for body, status in (
        ({}, 422),
        ({"with": []}, 422),
        ({"with": [second], "more": 1}, 422),
        ({"with": [second, "S-99999"]}, 404),
        ({"with": [second, str(uuid4())]}, 404),
        ({"with": [second, "nonsense"]}, 404),
    ):
        assert (body, world.ask("editor", "POST", path, body).status_code) == (body, status)
    assert world.ask("viewer", "GET", f"{SIGNALS}/{second}").json()["status"] == "new"


def test_the_same_merge_with_a_key_is_done_once(world: World) -> None:
    first, second = say(world, "Export fails", "Exporting fails")
    path, body = f"{SIGNALS}/{first}/merge", {"with": [second]}
    asked = [world.ask("editor", "POST", path, body, **{"idempotency-key": "m1"}) for _ in range(2)]
    assert asked[0].json() == asked[1].json()
    assert asked[1].headers["idempotency-replayed"] == "true"


def number(name: str) -> str:
    return name.removeprefix("S-")
