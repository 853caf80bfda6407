"""The page of what the team knows, and the same as programs read and write it."""

from uuid import UUID

import pytest
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.knowledge import records
from pmflow_core.knowledge.models import RecordKind
from pmflow_core.knowledge.schemas import RecordEdit, RecordIn
from pmflow_ui.state.knowledge import KnowledgeState
from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world
from tests.ui.tab import Tab, as_member, make_acme, words

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

HERE = "/api/workspaces/{workspace}/knowledge"
NOBODY = f"{HERE}/{UUID(int=1)}"
GIVEN = {"kind": "rule", "title": "One way in", "content": "Through the API."}
FORM = {"kind": "rule", "title": "One way in", "content": "Through\r\nthe API.", "is_told": "on"}


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


def opened(actor: Actor, query: str = "") -> Tab:
    tab = Tab(actor, f"/w/acme/knowledge{query}")
    tab.send(KnowledgeState, "load")
    return tab


def test_a_record_is_written_read_and_changed_on_the_page(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(KnowledgeState, "press", "c")
    assert words(tab.send(KnowledgeState, "save", FORM)) == ["Saved One way in"]
    state = tab.state(KnowledgeState)
    assert (state.card.content, state.card.is_told) == ("Through\nthe API.", True)
    assert state.address == f"/w/acme/knowledge?record={state.card.id}"
    tab.send(KnowledgeState, "edit")
    tab.send(KnowledgeState, "save", {**FORM, "is_told": ""})
    assert (state.card.is_told, state.rows[0].note) == (False, "not told")


def test_what_is_wrong_stands_in_the_form_and_nothing_is_lost(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(KnowledgeState, "create")
    state = tab.state(KnowledgeState)
    tab.send(KnowledgeState, "save", {**FORM, "title": " "})
    assert state.edit_error == "A title has 1 to 120 characters."
    tab.send(KnowledgeState, "save", {**FORM, "content": " "})
    assert "write its text" in state.edit_error
    assert state.editing


def test_an_edit_of_somebody_else_is_not_overwritten(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(KnowledgeState, "create")
    tab.send(KnowledgeState, "save", FORM)
    tab.send(KnowledgeState, "edit")
    with transaction(acme.workspace_id) as session:
        record_id = UUID(tab.state(KnowledgeState).card.id)
        records.edit(session, acme, record_id, RecordEdit(version=1, content="Theirs."))
    tab.send(KnowledgeState, "save", {**FORM, "content": "Mine."})
    assert "changed this record meanwhile" in tab.state(KnowledgeState).edit_error


def test_versions_are_shown_and_brought_back(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(KnowledgeState, "create")
    tab.send(KnowledgeState, "save", FORM)
    tab.send(KnowledgeState, "edit")
    tab.send(KnowledgeState, "save", {**FORM, "content": "Anew."})
    tab.send(KnowledgeState, "press", "h")
    state = tab.state(KnowledgeState)
    assert [each.number for each in state.versions] == [2, 1]
    tab.send(KnowledgeState, "show_version", 1)
    assert state.shown_version == 1
    tab.send(KnowledgeState, "restore_version", 1)
    assert (state.card.version, state.card.content) == (3, "Through\nthe API.")


def test_the_bin_gives_back_what_was_deleted(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(KnowledgeState, "create")
    tab.send(KnowledgeState, "save", FORM)
    gone = tab.state(KnowledgeState).card.id
    assert words(tab.send(KnowledgeState, "delete")) == ["Moved One way in to the bin"]
    assert [row.id for row in tab.state(KnowledgeState).binned] == [gone]
    tab.send(KnowledgeState, "restore", gone)
    assert tab.state(KnowledgeState).card.id == gone


def test_a_viewer_writes_nothing(acme: Actor) -> None:
    viewer = as_member(acme, Role.VIEWER)
    tab = opened(viewer, "?record=new&view=edit")
    assert not tab.state(KnowledgeState).editing
    tab.send(KnowledgeState, "press", "c")
    assert not tab.state(KnowledgeState).editing
    assert "Saved One way in" not in words(tab.send(KnowledgeState, "save", FORM))
    with transaction(acme.workspace_id) as session:
        assert records.list_records(session, viewer) == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", HERE, GIVEN),
        ("PATCH", NOBODY, {"version": 1}),
        ("DELETE", NOBODY, None),
        ("POST", f"{NOBODY}/restore", None),
        ("POST", f"{NOBODY}/versions/1/restore", None),
    ],
)
def test_only_editors_write(world: World, method: str, path: str, body: object) -> None:
    for caller, status in {
        "anonymous": 401,
        "stranger": 404,
        "viewer": 403,
        "viewer key": 403,
    }.items():
        assert (caller, world.ask(caller, method, path, body).status_code) == (caller, status)
    assert world.ask("editor key", method, path, body).status_code in {201, 404}


def test_programs_write_change_and_read_records(world: World) -> None:
    made = world.ask("editor", "POST", HERE, GIVEN).json()
    path = f"{HERE}/{made['id']}"
    changed = world.ask("editor", "PATCH", path, {"version": 1, "content": "Both ways."})
    assert changed.json()["version"] == 2
    late = world.ask("editor", "PATCH", path, {"version": 1, "content": "x"})
    assert (late.status_code, late.json()["code"]) == (409, "record_changed")
    again = world.ask("editor", "POST", HERE, GIVEN)
    assert (again.status_code, again.json()["code"]) == (409, "record_title_taken")
    numbers = [each["number"] for each in world.ask("viewer", "GET", f"{path}/versions").json()]
    assert numbers == [2, 1]
    assert world.ask("viewer", "GET", f"{path}/uses").json() == []
    assert world.ask("editor", "DELETE", path).status_code == 204
    assert world.ask("viewer", "GET", HERE).json()["items"] == []
    assert world.ask("editor", "POST", f"{path}/restore").json()["title"] == "One way in"


def test_a_record_of_another_workspace_is_not_found(world: World, acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        given = RecordIn(kind=RecordKind.RULE, title="Theirs", content="Secret.")
        theirs = records.add(session, acme, given)
    for rest in ("", "/versions", "/uses"):
        assert world.ask("editor", "GET", f"{HERE}/{theirs.id}{rest}").status_code == 404
