"""The audit log: what is asked for, in pages that lose nothing, and as a harmless file."""

import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.schemas import AuditQuery, AuditRead
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PermissionDenied
from pmflow_core.ids import uuid7
from tests.conftest import make_member, make_workspace

EVERYTHING = AuditQuery()


def note(actor: Actor, action: str, target: str = "x") -> None:
    with transaction(actor.workspace_id) as session:
        audit.record(session, actor, action, target, {"n": 1})


def found(actor: Actor, query: AuditQuery = EVERYTHING) -> list[str]:
    with transaction(actor.workspace_id) as session:
        return [each.action for each in audit.list_entries(session, actor, query, limit=200)]


def test_the_newest_entries_come_first_and_pages_lose_none(admin: Actor) -> None:
    for number in range(7):
        note(admin, f"a.{number}")
    seen: list[str] = []
    below = None
    while True:
        with transaction(admin.workspace_id) as session:
            page = audit.list_entries(session, admin, EVERYTHING, below=below, limit=3)
        if not page:
            break
        seen += [each.action for each in page]
        below = page[-1].id
    assert seen == [f"a.{number}" for number in reversed(range(7))]


def test_entries_are_found_by_kind_person_target_and_time(admin: Actor) -> None:
    other = make_member(admin.workspace_id, Role.ADMIN, "Second_admin")
    note(admin, "member.joined", "ann@example.com")
    note(other, "member.left", "50%_off")
    note(other, "members.other", "zz")

    assert found(admin, AuditQuery(action="member")) == ["member.left", "member.joined"]
    assert found(admin, AuditQuery(action="member.left")) == ["member.left"]
    assert found(admin, AuditQuery(actor="second_")) == ["members.other", "member.left"]
    assert found(admin, AuditQuery(target="ANN@")) == ["member.joined"]
    assert found(admin, AuditQuery(target="0%_o")) == ["member.left"]
    assert found(admin, AuditQuery(target="%")) == ["member.left"]
    soon = utcnow() + timedelta(minutes=1)
    assert found(admin, AuditQuery(since=soon)) == []
    assert len(found(admin, AuditQuery(until=soon))) == 3
    with transaction(admin.workspace_id) as session:
        assert audit.list_kinds(session, admin) == ["member", "members"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_only_admins_read_it(admin: Actor, role: Role) -> None:
    actor = make_member(admin.workspace_id, role)
    with pytest.raises(PermissionDenied):
        found(actor)
    with transaction(actor.workspace_id) as session, pytest.raises(PermissionDenied):
        audit.list_kinds(session, actor)


def test_another_workspaces_entries_are_not_seen(admin: Actor) -> None:
    note(admin, "member.joined")
    assert found(make_member(make_workspace("Other"), Role.ADMIN)) == []


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_cell_of_the_file_is_taken_for_a_formula_and_none_is_lost(
    target: str, value: str
) -> None:
    entry = AuditRead(
        id=uuid7(),
        at=utcnow(),
        actor_id=None,
        actor=target,
        action="a.b",
        target=target,
        detail={"value": value},
    )
    [head, row] = csv.reader(io.StringIO(audit.as_csv([entry], head=True), newline=""))

    assert tuple(head) == audit.COLUMNS
    assert all(cell[:1] not in ("=", "+", "-", "@", "\t", "\r") for cell in row)
    assert row[3].removeprefix("'") == target.removeprefix("'")


def test_a_detail_is_said_in_words() -> None:
    assert audit.in_words({"after": "viewer", "before": "editor"}) == "editor → viewer"
    detail = {
        "role": {"before": "editor", "after": None},
        "merged": ["S-1", "S-2"],
        "is_on": True,
        "override_reason": None,
        "sha": "ab" * 32,
        "versions": {"prd": "cd" * 32},
    }
    assert audit.in_words(detail) == (
        "role: editor → none; merged: S-1, S-2; is on: yes; sha: abababab…; versions: prd cdcdcdcd…"
    )
