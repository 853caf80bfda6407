"""What happens in a sample workspace: its messages are read, and three projects come to life.

Everything goes through the services and the engine that people's work goes through. Each turn reads
what is there and does the next thing, so it may end anywhere and be called again, beside workers
that are alive or without any.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.demo import ledger
from pmflow_core.embedding.base import Embedder
from pmflow_core.errors import Unavailable
from pmflow_core.intake import processing, rebuilding
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Outcome, Project
from pmflow_core.runs import repository as runs
from pmflow_core.runs import rescue
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.service import RunOptions
from pmflow_core.runs.status import OPEN, RunStatus
from pmflow_core.signals import repository as signals
from pmflow_core.signals.models import Severity
from pmflow_core.themes import service as themes
from pmflow_core.themes.schemas import ThemeRead
from pmflow_core.workspaces import repository as workspace_rows
from pmflow_core.workspaces import service as workspaces
from pmflow_core.workspaces.models import Workspace

PROVIDER = "local"
"""A sample costs nothing, whatever provider the installation uses."""
POLL_S = 0.3
PATIENCE_S = 900.0
TRIES = 2
RECENT_WEEKS = 4
Say = Callable[[str], None]


class SampleStuck(Unavailable):
    """The sample cannot be finished now; what is there stays usable."""

    code = "sample_stuck"


@dataclass(frozen=True, slots=True)
class Part:
    """A project of the sample and how far it goes; `waits` there for a person's approval."""

    key: str
    stage: str
    waits: bool = False


PARTS = (
    Part("designed", "design", waits=True),
    Part("researched", "discovery", waits=True),
    Part("new", "inbox"),
)


@dataclass(frozen=True, slots=True)
class SampleRead:
    """A finished sample."""

    id: UUID
    slug: str
    signals: int
    themes: int
    projects: list[str]


class Turn(StrEnum):
    """What a project of the sample needs next."""

    START = "start"
    CARRY = "carry"
    APPROVE = "approve"
    NOTHING = "nothing"


def finish(
    workspace_id: UUID, engine: Engine, embedder: Embedder, say: Say = lambda _line: None
) -> SampleRead:
    """Carry a sample workspace to its end, from wherever it is, and return what it holds.

    A sample that was finished once is people's to change: it is only looked at.

    Raises:
        SampleStuck: a run does not end well, or somebody else's work takes too long.
    """
    with transaction(workspace_id) as session:
        done = ledger.is_loaded(session)
    if not done:
        say("Reading the messages and forming themes.")
        _process(workspace_id, embedder)
        for part in PARTS:
            project_id = _project(workspace_id, part, say)
            if project_id is not None:
                _carry_project(workspace_id, project_id, part, engine)
        with transaction(workspace_id) as session:
            ledger.note_loaded(session, ledger.loader(workspace_id))
    return _read(workspace_id)


def _process(workspace_id: UUID, embedder: Embedder) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        processing.process_workspace(workspace_id, embedder)
        with transaction(workspace_id) as session:
            waiting = signals.count_unprocessed(session)
        if not waiting and not rebuilding.is_due(workspace_id, drained=True):
            return
        _wait(until, "A worker has not finished reading the messages.")


def _project(workspace_id: UUID, part: Part, say: Say) -> UUID | None:
    """Return the part's project, made from the most fitting theme that has none."""
    with transaction(workspace_id) as session:
        workspace_rows.lock_workspace(session, workspace_id)
        known = ledger.project_of(session, part.key)
        if known is not None:
            return known
        owner = _owner(session, workspace_id)
        free = [one for one in themes.list_themes(session, owner) if one.project_id is None]
        theme = max(free, key=_fitness, default=None)
        if theme is None:
            return None
        project = board.create_from_theme(session, owner, theme.id)
        ledger.note_project(session, ledger.loader(workspace_id), part.key, project.id)
        say(f"{project.key} {project.name}")
        return project.id


def _fitness(theme: ThemeRead) -> tuple[int, int, str]:
    """Rank by how many spoke of it lately and how many suffer; the same at every loading."""
    severe = (Severity.CRITICAL, Severity.HIGH)
    lately = sum(theme.trend[-RECENT_WEEKS:])
    suffering = sum(theme.severities.get(severity, 0) for severity in severe)
    return lately + suffering, theme.size, theme.label


def _owner(session: Session, workspace_id: UUID) -> Actor:
    members = workspaces.list_members(session, ledger.loader(workspace_id))
    first = min((one for one in members if one.role is Role.ADMIN), key=lambda one: one.since)
    return Actor(workspace_id, Role.ADMIN, first.user_id, first.name)


def _carry_project(workspace_id: UUID, project_id: UUID, part: Part, engine: Engine) -> None:
    started = 0
    while True:
        with transaction(workspace_id) as session:
            project = projects.get_project(session, project_id, lock=True)
            run = runs.open_run(session, project_id)
            turn = _next(session, project, part) if run is None else Turn.CARRY
            if turn is Turn.START:
                started += 1
                _start(session, project, started)
            elif turn is Turn.APPROVE:
                _approve(session, project)
        if turn is Turn.NOTHING:
            return
        if run is not None:
            _carry_run(workspace_id, run.id, engine)


def _next(session: Session, project: Project, part: Part) -> Turn:
    here, goal = projects.stage_of(session, project), projects.get_stage(session, part.stage)
    last = projects.latest_decisions(session, [project.id]).get(project.id)
    waits = (
        last is not None and last.stage == here.slug and last.outcome is Outcome.WAITS_FOR_APPROVAL
    )
    if here.position > goal.position:
        return Turn.NOTHING
    if here.id == goal.id and (waits or not part.waits):
        return Turn.NOTHING
    return Turn.APPROVE if waits else Turn.START


def _start(session: Session, project: Project, count: int) -> None:
    """Run the project's stage; the first of all is Discovery, for Inbox only collects."""
    if count > TRIES:
        last = projects.latest_decisions(session, [project.id]).get(project.id)
        raise SampleStuck(f"{project.key} does not go on: {last.reason if last else 'no run'}")
    here = projects.stage_of(session, project).slug
    stage = "discovery" if here == "inbox" else here
    loader = ledger.loader(project.workspace_id)
    board.start_run(session, loader, project.id, stage, RunOptions(PROVIDER))


def _approve(session: Session, project: Project) -> None:
    board.approve(session, ledger.loader(project.workspace_id), project.id)
    following = runs.open_run(session, project.id)
    if following is not None:
        following.provider = PROVIDER


def _carry_run(workspace_id: UUID, run_id: UUID, engine: Engine) -> None:
    """Execute the run here, or wait while a worker does; one whose worker died is taken over."""
    until = time.monotonic() + PATIENCE_S
    while True:
        with transaction(workspace_id) as session:
            rescue.rescue(session, run_id)
        engine.execute(run_id, f"sample-loader-{os.getpid()}")
        with transaction(workspace_id) as session:
            run = runs.get_run(session, run_id)
        if run.status not in OPEN:
            return
        if run.status is RunStatus.WAITING:
            raise SampleStuck(f"Run {run.number} waits for a person.")
        _wait(until, f"Run {run.number} has not ended.")


def _wait(until: float, why: str) -> None:
    if time.monotonic() > until:
        raise SampleStuck(why)
    time.sleep(POLL_S)


def _read(workspace_id: UUID) -> SampleRead:
    with transaction(workspace_id) as session:
        actor = ledger.loader(workspace_id)
        found = projects.list_projects(session)
        return SampleRead(
            id=workspace_id,
            slug=session.get_one(Workspace, workspace_id).slug,
            signals=sum(many for _, _, many in signals.counts(session)),
            themes=len(themes.list_themes(session, actor)),
            projects=[one.key for one in sorted(found, key=lambda one: one.number)],
        )
