"""Each end has one word, wherever it is stored or told, and no other word can be stored."""

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import StatementError
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import endings, reads, streams
from pmflow_core.board.history import list_decisions
from pmflow_core.board.shown_runs import read_run
from pmflow_core.board.streams import EventKind
from pmflow_core.db.transaction import transaction
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Project
from pmflow_core.recipes.spec import Level
from pmflow_core.runs import repository
from pmflow_core.runs.models import RunStep, StageRun
from tests.core.board.histories import World


def words_for_the_run(world: World) -> set[str]:
    """Return every word by which the project's newest run is said to have ended."""
    with transaction(world.workspace_id) as session:
        run = repository.latest_runs(session, [world.project_id])[world.project_id]
        stored = session.execute(
            text("select status from stage_runs where id = :id"), {"id": run.id}
        ).scalar_one()
        page = read_run(session, world.admin, run.id).row.status
        project = projects.get_project(session, world.project_id)
        listed = reads.read_project(session, world.admin, project.key).runs[0].status
        everywhere = reads.list_runs(session, world.admin)[0].status
        cursor = streams.begin(session, world.admin, run.id)
        told = streams.read(session, world.admin, cursor, run.id).events
    streamed = [event.data["status"] for event in told if event.kind is EventKind.COMPLETE]
    progress = [event.data["status"] for event in told if event.kind is EventKind.PROGRESS]
    assert len(streamed) == 1
    return {stored, page.value, listed.value, everywhere.value, *map(str, streamed + progress)}


@pytest.mark.parametrize(
    ("event", "word"),
    [(("work", "write"), "completed"), (("work", "fail"), "failed"), (("cancel", ""), "cancelled")],
)
def test_a_run_ends_in_one_word_wherever_it_is_told(
    world: World, event: tuple[str, str], word: str
) -> None:
    """Failure 12: Two names for the terminal state."""
    world.publish(Level.HUMAN_APPROVAL, None)
    world.create()
    world.happen(("start", ""))

    world.happen(event)

    assert words_for_the_run(world) == {word}


@pytest.mark.parametrize(("end", "word"), [("ship", "shipped"), ("archive", "archived")])
def test_a_project_ends_in_one_word_wherever_it_is_told(world: World, end: str, word: str) -> None:
    """Failure 12: Two names for the terminal state."""
    world.sign_off = False
    world.publish(Level.FULL_AUTO, None)
    world.create()
    world.happen(("start", ""))
    for _ in range(4):
        world.work("write")

    with transaction(world.workspace_id) as session:
        getattr(endings, end)(session, world.admin, world.project_id)

    with transaction(world.workspace_id) as session:
        project = projects.get_project(session, world.project_id)
        stored = session.execute(
            text("select status from projects where id = :id"), {"id": project.id}
        ).scalar_one()
        told = {
            stored,
            project.status.value,
            reads.read_why(session, world.admin, project.id).status,
            reads.read_project(session, world.admin, project.key).status,
            list_decisions(session, world.admin, project.id)[0].outcome.value,
        }
    assert told == {word}


@pytest.mark.parametrize("word", ["done", "complete", "succeeded", "finished", "canceled", "error"])
@pytest.mark.parametrize("table", [StageRun, RunStep, Project])
def test_another_word_cannot_be_stored(
    editor: Actor, table: type[StageRun] | type[RunStep] | type[Project], word: str
) -> None:
    """Failure 12: Two names for the terminal state."""
    with (
        transaction(editor.workspace_id) as session,
        pytest.raises(StatementError, match="is not a valid"),
    ):
        session.execute(update(table).where(col(table.id).is_not(None)).values(status=word))
