"""`automation` and `maintenance`: settings by name, a look at themes now, chores by hand."""

from uuid import UUID, uuid4

import pytest

from pmflow_core.accounts.actor import Actor
from pmflow_core.cli.frame import connected
from pmflow_core.db.transaction import transaction
from tests.core.automation.conftest import make_theme
from tests.core.cli.conftest import Program


@pytest.fixture
def slug(program: Program) -> str:
    """A workspace made on the command line, with one theme of six signals."""
    mark = uuid4().hex[:8]
    address = f"{mark}@example.com"
    program.ask("user", "create", "--email", address, "--password-stdin", stdin="tidy-otter-9\n")
    made = program.ask(
        "workspace", "create", f"Acme {mark}", "--slug", f"ws-{mark}", "--admin", address
    )
    with connected():
        actor = Actor.system(UUID(made["id"]))
        with transaction(actor.workspace_id) as session:
            make_theme(session, actor)
    return f"ws-{mark}"


def test_settings_are_changed_by_name_and_faults_name_the_setting(
    program: Program, slug: str
) -> None:
    here = ("--workspace", slug)
    changed = program.ask(
        "automation", "set", "depth=auto_create", "min_severity=high", "notify_at=null", *here
    )
    shown = program.ask("automation", "show", *here)

    assert (changed["depth"], changed["min_severity"]) == ("auto_create", "high")
    assert changed["notify_at"] is None
    assert shown == changed | {"events": []}
    for wrong in ("daily_cap=many", "no_such=1", "depth"):
        refused = program.refuse("automation", "set", wrong, *here)
        assert refused.startswith("bad_automation_setting: ")
        assert wrong.partition("=")[0] in refused
    assert "together: " in program.refuse("automation", "set", "initiative_at=9", *here)


def test_looking_now_does_what_is_due_and_shows_why(program: Program, slug: str) -> None:
    here = ("--workspace", slug)
    found = program.ask("automation", "run", *here)
    again = program.ask("automation", "run", *here)
    events = program.ask("automation", "show", *here)["events"]

    assert found == {"themes": 1, "done": 0, "suggested": 1, "notified": 1, "skipped": 0}
    assert (again["suggested"], again["skipped"]) == (0, 1)
    assert [event["verdict"] for event in events] == ["already_actioned", "suggested", "done"]
    assert events[1]["facts"]["size"] == 6


def test_chores_are_done_by_hand_and_listed(program: Program, slug: str) -> None:
    here = ("--workspace", slug)
    one = program.ask("maintenance", "run", "archival", *here)
    all_on = program.ask("maintenance", "run", *here)
    listed = program.ask("maintenance", "list", *here)

    assert [(each["chore"], each["result"]) for each in one] == [
        ("archival", {"linked": 0, "reviewed": 0})
    ]
    assert {each["chore"] for each in all_on} == {each["chore"] for each in listed if each["on"]}
    assert {each["chore"]: each["on"] for each in listed}["archival"] is False
    assert all(each["last"]["error"] is None for each in listed)
    assert "never done" not in program.run("maintenance", "list", *here).stdout
