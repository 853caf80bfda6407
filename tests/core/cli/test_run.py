"""`run`: what a person does from a terminal about a run that waits."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pmflow_core.cli.lookup import workspace_of_run
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.runs import repository
from pmflow_core.runs.status import RunStatus, WaitingFor
from tests.core.cli.conftest import Program


@pytest.fixture
def run_id(program: Program) -> str:
    """A queued run of a project made on the command line."""
    mark = uuid4().hex[:8]
    address = f"{mark}@example.com"
    program.ask("user", "create", "--email", address, "--password-stdin", stdin="tidy-otter-9\n")
    program.ask("workspace", "create", f"Acme {mark}", "--slug", f"ws-{mark}", "--admin", address)
    made = program.ask("project", "create", "--workspace", f"ws-{mark}", "--name", "Bring it back")
    return program.ask("run", "start", made["key"])["id"]


def test_a_run_that_waits_for_money_goes_on_when_its_cap_is_raised(
    program: Program, run_id: str, database: Engine
) -> None:
    configure(database)
    with transaction(workspace_of_run(UUID(run_id))) as session:
        run = repository.get_run(session, UUID(run_id))
        run.status, run.waiting_for = RunStatus.WAITING, WaitingFor.BUDGET

    before = program.ask("run", "budget", run_id)
    after = program.ask("run", "budget", run_id, "--cap", "4.5")

    assert [(each["scope"], each["cap_usd"]) for each in before] == [
        ("workspace", 50),
        ("project", 5),
        ("run", 1),
    ]
    assert after[-1]["cap_usd"] == 4.5
    assert program.ask("run", "show", run_id)["status"] == "queued"


def test_the_costs_of_a_run_are_shown_by_step_run_project_and_workspace(
    program: Program, run_id: str
) -> None:
    shown = program.ask("run", "costs", run_id)
    assert list(shown) == ["run", "project", "workspace"]
    assert {cost["calls"] for cost in shown.values()} == {0}


def test_a_replay_is_asked_for_and_kept_by_its_retry(
    program: Program, run_id: str, database: Engine
) -> None:
    key = program.ask("run", "show", run_id)["project"]
    program.ask("run", "cancel", run_id)
    replay = program.ask("run", "start", key, "--replay")["id"]
    program.ask("run", "cancel", replay)
    again = program.ask("run", "retry", replay)["id"]

    configure(database)
    with transaction(workspace_of_run(UUID(run_id))) as session:
        found = [repository.get_run(session, UUID(each)).replay for each in (run_id, replay, again)]
    assert found == [False, True, True]


def test_a_budget_without_bounds_is_refused(program: Program, run_id: str) -> None:
    assert "from $0 to" in program.refuse("run", "budget", run_id, "--cap", "1e9")


def test_a_run_is_done_again_from_a_step_with_edited_input(program: Program, run_id: str) -> None:
    assert "still open" in program.refuse("run", "rerun", run_id, "--from", "summarise")
    program.ask("run", "cancel", run_id)
    first = program.ask("run", "show", run_id)["steps"][0]["key"]

    assert "has no step" in program.refuse("run", "rerun", run_id, "--from", "nothing")
    wrong = program.refuse("run", "rerun", run_id, "--from", first, "--set", "template=poem")
    again = program.ask("run", "rerun", run_id, "--from", first, "--set", "template=research")

    assert "template" in wrong
    assert again["status"] == "queued"
