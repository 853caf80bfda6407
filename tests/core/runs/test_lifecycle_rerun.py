"""A run again from one of its steps: what is before it is reused, its input may be edited."""

from uuid import UUID

import pytest

from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.runs import service
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import RunStatus
from tests.core.runs.lifecycle import Notebook, add_steps, publish, row, start, step, steps
from tests.core.runs.staging import Desk


@pytest.fixture
def notebook(workspace_id: UUID, extensions: Extensions) -> Notebook:
    """A recipe of three steps."""
    notebook = add_steps(extensions)
    publish(workspace_id, extensions, step("one"), step("two"), step("three", "peek"))
    return notebook


@pytest.fixture
def ended(desk: Desk, extensions: Extensions, notebook: Notebook) -> StageRun:
    """A run of them that completed."""
    run = start(desk)
    Engine(extensions).execute(run.id, "w1")
    notebook.worked.clear()
    return row(desk, run)


def again(desk: Desk, run: StageRun, key: str, **params: object) -> StageRun:
    with transaction(desk.actor.workspace_id) as session:
        return service.rerun(session, desk.actor, run.id, key, params or None)


def test_steps_before_the_chosen_one_are_reused_and_cost_nothing(
    desk: Desk, extensions: Extensions, notebook: Notebook, ended: StageRun
) -> None:
    run = again(desk, ended, "two")
    Engine(extensions).execute(run.id, "w1")

    one, two, three = steps(desk, run)
    assert row(desk, run).status is RunStatus.COMPLETED
    assert (run.retry_of, run.rerun_from) == (ended.id, "two")
    assert notebook.worked == ["two", "peek one,two"]
    assert (one.reused_from, one.attempts, one.cost_usd) == (ended.id, 0, 0)
    assert one.document_version_id == steps(desk, ended)[0].document_version_id
    assert (two.reused_from, two.attempts) == (None, 1)
    assert three.summary == "saw one,two"


def test_edited_input_replaces_the_recipes_and_stays_edited(
    desk: Desk, extensions: Extensions, notebook: Notebook, ended: StageRun
) -> None:
    run = again(desk, ended, "two", words="other")
    Engine(extensions).execute(run.id, "w1")
    notebook.worked.clear()

    third = again(desk, run, "two", times=2)
    Engine(extensions).execute(third.id, "w1")

    assert steps(desk, third)[1].params == {"words": "other", "times": 2}
    assert steps(desk, third)[0].reused_from == ended.id
    assert notebook.worked == ["other", "peek one,other"]


def test_a_rerun_follows_the_recipe_version_of_its_origin(
    desk: Desk, extensions: Extensions, notebook: Notebook, ended: StageRun
) -> None:
    publish(desk.actor.workspace_id, extensions, step("one"))

    run = again(desk, ended, "three")
    Engine(extensions).execute(run.id, "w1")

    assert run.recipe_version_id == ended.recipe_version_id
    assert notebook.worked == ["peek one,two"]


def test_every_fault_of_the_edited_input_is_named_at_once(desk: Desk, ended: StageRun) -> None:
    with pytest.raises(Invalid) as refused:
        again(desk, ended, "two", words=3, times=0, sort="x")

    text = str(refused.value)
    assert "words: Input should be a valid string" in text
    assert "times: Input should be greater than or equal to 1" in text
    assert "there is no parameter 'sort'; known are times, words" in text


def test_an_unknown_step_is_refused_with_those_that_exist(desk: Desk, ended: StageRun) -> None:
    with pytest.raises(service.reuse.NoSuchStep, match="it has one, two, three"):
        again(desk, ended, "four")


def test_an_open_run_cannot_be_run_again(
    desk: Desk, extensions: Extensions, notebook: Notebook
) -> None:
    del extensions, notebook
    run = start(desk)

    with pytest.raises(service.RunIsOpen, match="still open"):
        again(desk, run, "one")


def test_a_run_of_a_stage_that_was_left_cannot_be_run_again(desk: Desk, ended: StageRun) -> None:
    with transaction(desk.actor.workspace_id) as session:
        board.move(session, desk.actor, desk.id, "inbox")

    with pytest.raises(service.StageWasLeft, match="is in Inbox now"):
        again(desk, ended, "one")


def test_a_step_that_was_never_finished_is_not_skipped(
    desk: Desk, extensions: Extensions, notebook: Notebook
) -> None:
    notebook.faults.append(Conflict("not today"))
    run = start(desk)
    Engine(extensions).execute(run.id, "w1")

    with pytest.raises(service.reuse.StepNotReached, match="One was never finished"):
        again(desk, run, "two")
    Engine(extensions).execute(again(desk, run, "one").id, "w1")

    assert notebook.worked == ["one", "two", "peek one,two"]
