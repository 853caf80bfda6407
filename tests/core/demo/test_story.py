"""A sample is carried to its end, whatever happens on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from pmflow_core.accounts.actor import Actor
from pmflow_core.board.reads import read_board, read_project
from pmflow_core.board.schemas import BoardRead
from pmflow_core.board.shown_documents import read_document
from pmflow_core.db.transaction import transaction
from pmflow_core.demo import load, story
from pmflow_core.runs import repository as runs
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import RunStatus
from tests.core.demo.conftest import RememberingEmbedder

STAGES = ["design", "discovery", "inbox"]


class Died(Exception):
    """The process ended here."""


@dataclass(frozen=True)
class DyingEngine(Engine):
    """Executes the first runs, then leaves the next one as a process does that is killed."""

    survives: int = 0
    executed: list[UUID] = field(default_factory=list)

    def execute(self, run_id: UUID, worker: str) -> None:
        """Carry the run out, or claim it and vanish."""
        if len(self.executed) < self.survives:
            self.executed.append(run_id)
            super().execute(run_id, worker)
            return
        with transaction(None) as session:
            workspace_id = runs.workspace_of(session, run_id)
        with transaction(workspace_id) as session:
            # A lease that has run out, as it has for whoever comes a minute later.
            gone = timedelta(seconds=-1)
            assert runs.claim(session, run_id, worker="gone", lease=gone, at_once=4)
        raise Died


@pytest.fixture
def workspace_id(person: UUID, slug: str) -> UUID:
    """A sample that was only begun."""
    return load.begin(person, slug)


@pytest.fixture
def engine(extensions: Extensions) -> Engine:
    return Engine(extensions)


def board_of(workspace_id: UUID) -> BoardRead:
    with transaction(workspace_id) as session:
        return read_board(session, Actor.system(workspace_id))


def runs_of(workspace_id: UUID) -> list[StageRun]:
    with transaction(workspace_id) as session:
        return list(session.scalars(select(StageRun)))


def stages(workspace_id: UUID) -> list[str]:
    cards = sorted(board_of(workspace_id).cards, key=lambda card: card.key)
    return [card.stage for card in cards]


def test_a_finished_sample_has_themes_documents_and_a_living_board(
    workspace_id: UUID, engine: Engine, embedder: RememberingEmbedder
) -> None:
    said: list[str] = []
    found = story.finish(workspace_id, engine, embedder, said.append)

    assert found.signals > 350
    assert 12 <= found.themes <= 24
    assert len(found.projects) == len(said) - 1 == 3
    assert stages(workspace_id) == STAGES
    actor = Actor.system(workspace_id)
    with transaction(workspace_id) as session:
        designed, researched, new = (read_project(session, actor, key) for key in found.projects)
        prd = read_document(session, actor, designed.key, "prd", None)
    assert designed.why.reason == "All gates of Design passed; waits for approval"
    assert (prd.claims, len(prd.citations) > 20) == (prd.cited, True)
    assert researched.why.can_approve
    assert (new.documents, new.signals > 10) == ((), True)
    assert {one.owner for one in (designed, researched, new)} == {"Product lead"}
    done = runs_of(workspace_id)
    assert [(run.provider, run.status) for run in done] == [("local", RunStatus.COMPLETED)] * 4


def test_finishing_again_leaves_alone_what_people_did_since(
    workspace_id: UUID, engine: Engine, embedder: RememberingEmbedder
) -> None:
    first = story.finish(workspace_id, engine, embedder)
    assert story.finish(workspace_id, engine, embedder) == first
    assert len(runs_of(workspace_id)) == 4


@pytest.mark.parametrize("survives", [0, 1, 2])
def test_a_sample_whose_loading_died_in_a_run_is_finished_the_next_time(
    workspace_id: UUID, extensions: Extensions, embedder: RememberingEmbedder, survives: int
) -> None:
    with pytest.raises(Died):
        story.finish(workspace_id, DyingEngine(extensions, survives=survives), embedder)

    story.finish(workspace_id, Engine(extensions), embedder)

    assert stages(workspace_id) == STAGES
    assert len(runs_of(workspace_id)) == 4


def test_a_sample_whose_loading_died_between_its_projects_makes_none_twice(
    workspace_id: UUID, engine: Engine, embedder: RememberingEmbedder
) -> None:
    for lines in (1, 1, 1):
        with pytest.raises(Died):
            story.finish(workspace_id, engine, embedder, dying_after(lines))
    story.finish(workspace_id, engine, embedder)
    assert stages(workspace_id) == STAGES


def test_runs_that_a_worker_was_quicker_to_take_are_waited_for(
    workspace_id: UUID, extensions: Extensions, embedder: RememberingEmbedder
) -> None:
    @dataclass(frozen=True)
    class BesideWorker(Engine):
        def execute(self, run_id: UUID, worker: str) -> None:
            """Come second."""
            super().execute(run_id, "worker-1")
            super().execute(run_id, worker)

    story.finish(workspace_id, BesideWorker(extensions), embedder)
    assert stages(workspace_id) == STAGES
    assert {run.worker for run in runs_of(workspace_id)} == {"worker-1"}


def dying_after(lines: int) -> Callable[[str], None]:
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if len(said) > lines:
            raise Died

    return say
