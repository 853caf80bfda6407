"""A run shows what it asked providers, and how it compares with others of the same work."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Role
from pmflow_core.board import run_ledger
from pmflow_core.board import service as board
from pmflow_core.calls.models import CallStatus
from pmflow_core.db.transaction import transaction
from pmflow_core.runs import repository, service, trials
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import RunStatus
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine


def a_run(desk: Desk) -> StageRun:
    with transaction(desk.actor.workspace_id) as session:
        return board.start_run(session, desk.actor, desk.id, "discovery")


def test_each_call_is_listed_with_its_step_and_what_it_came_to(
    session: Session, desk: Desk, make_engine: MakeEngine, one_step: Callable[..., None]
) -> None:
    one_step()
    run = a_run(desk)
    make_engine(RESEARCH).execute(run.id, "test")

    (call,) = run_ledger.list_calls(session, desk.actor, run.id)

    assert (call.step, call.provider, call.status) == (
        "Research",
        "scripted",
        CallStatus.SUCCEEDED,
    )
    assert call.finished_at is not None
    assert run_ledger.first_error(session, desk.actor, run.id) is None


def test_runs_of_the_same_work_stand_side_by_side_and_a_trial_alone(
    session: Session, desk: Desk, make_engine: MakeEngine, one_step: Callable[..., None]
) -> None:
    one_step(criteria=("cites:2",))
    first = a_run(desk)
    make_engine("# Nothing cited\n").execute(first.id, "test")
    second = service.retry(session, desk.actor, first.id)
    session.flush()
    make_engine(RESEARCH).execute(second.id, "test")
    boss = replace(desk.actor, role=Role.ADMIN)
    tried = trials.request_trial(session, boss, desk.id, "discovery", 1, "research")

    found = run_ledger.list_attempts(session, desk.actor, first.id)

    assert [each.number for each in found] == [second.number, first.number]
    assert [each.status for each in found] == [RunStatus.COMPLETED, RunStatus.FAILED]
    assert found[0].steps[0].failed_checks == ()
    assert len(found[1].steps[0].failed_checks) == 1
    alone = run_ledger.list_attempts(session, desk.actor, tried.id)
    assert [each.number for each in alone] == [tried.number]
    seq = run_ledger.first_error(session, desk.actor, first.id)
    lines = repository.log_lines(session, first.id, after=0, limit=500, newest=False)
    assert seq == next(line.seq for line in lines if line.level.value == "error")


def test_an_ended_run_is_replayed_on_its_recorded_answers(
    session: Session, desk: Desk, make_engine: MakeEngine, one_step: Callable[..., None]
) -> None:
    one_step()
    first = a_run(desk)
    make_engine(RESEARCH).execute(first.id, "test")

    again = service.replay(session, desk.actor, first.id)
    session.flush()
    make_engine().execute(again.id, "test")

    done = repository.get_run(session, again.id)
    assert (done.status, done.replay, done.retry_of) == (RunStatus.COMPLETED, True, first.id)
