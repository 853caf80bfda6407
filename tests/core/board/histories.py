"""A project in a workspace of short stages, everything that may happen to it, and a look at it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import endings, reads
from pmflow_core.board import service as board
from pmflow_core.board.history import list_decisions
from pmflow_core.board.schemas import Mood
from pmflow_core.db.transaction import transaction
from pmflow_core.documents import repository as documents
from pmflow_core.errors import PmflowError
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Outcome, ProjectStatus
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import GateSpec, Level, RecipeSpec, StepSpec
from pmflow_core.runs import question_rows, questions, repository, rescue, service
from pmflow_core.runs.engine import Engine
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import (
    DocumentDraft,
    QuestionDraft,
    RunContext,
    StepOutcome,
    Tools,
)
from pmflow_core.runs.models import Question, QuestionKind
from pmflow_core.runs.status import OPEN, RunStatus

STAGES = ("inbox", "discovery", "prd", "design")
LAST = "design"
MOODS = {
    RunStatus.QUEUED: {Mood.QUEUED, Mood.FAILED},  # without a worker alive
    RunStatus.RUNNING: {Mood.RUNNING},
    RunStatus.WAITING: {Mood.WAITING},
}


class Nothing(BaseModel):
    """A step without parameters."""


@dataclass
class Behaviour:
    """What the next step does: write, leave the document out, fail, or ask."""

    next: str = "write"
    written: int = 0

    def act(self, _params: Nothing, _context: RunContext, tools: Tools) -> StepOutcome:
        """Do what was asked for."""
        if self.next == "fail":
            raise PmflowError("It broke.")
        if self.next in ("ask", "ask_or_else"):
            default = "yes" if self.next == "ask" else None
            draft = QuestionDraft(
                "go", QuestionKind.APPROVAL, "Go on?", (), default, timedelta(hours=1)
            )
            tools.ask(draft)
        if self.next == "nothing":
            return StepOutcome("Wrote nothing")
        self.written += 1
        return StepOutcome("Wrote", DocumentDraft("research", f"# Research {self.written}\n", "m"))


@dataclass
class World:
    """A workspace of four short stages and one project, to which things happen."""

    workspace_id: UUID
    extensions: Extensions
    people: tuple[Actor, Actor]
    admin: Actor
    behaviour: Behaviour = field(default_factory=Behaviour)
    sign_off: bool = True
    project_id: UUID = field(init=False)
    published: tuple[Level, str | None] | None = None

    def publish(self, level: Level, stop: str | None) -> None:
        """Give every stage a recipe of one step; Discovery may ask for two approvals."""
        if self.published == (level, stop):
            return
        self.published = (level, stop)
        with transaction(self.workspace_id) as session:
            for slug in STAGES:
                spec = _recipe(slug, level, stop, sign_off=self.sign_off)
                recipes.publish(session, self.admin, spec, self.extensions.catalogue())
            for stage in projects.list_all_stages(session):
                stage.enabled = stage.slug in STAGES

    def create(self) -> None:
        """Begin a new project."""
        with transaction(self.workspace_id) as session:
            self.project_id = board.create_project(session, self.people[0], "Bring it back").id

    def happen(self, event: tuple[str, str]) -> None:
        """Let an event happen; what the state does not allow is refused and changes nothing."""
        name, detail = event
        try:
            if name == "work":
                self.work(detail)
            else:
                with transaction(self.workspace_id) as session:
                    EVENTS[name](self, session, detail)
        except PmflowError:
            return

    def work(self, behaviour: str) -> None:
        """Let a worker take the open run."""
        with transaction(self.workspace_id) as session:
            run = repository.open_run(session, self.project_id)
        if run is not None:
            self.behaviour.next = behaviour
            Engine(self.extensions).execute(run.id, "w1")


def _recipe(slug: str, level: Level, stop: str | None, *, sign_off: bool) -> RecipeSpec:
    exists = GateSpec(
        kind="document_exists", title="Research exists", params={"document": "research"}
    )
    people = GateSpec(kind="human_approval", title="Sign-off", params={"approvers": 2})
    return RecipeSpec(
        stage=slug,
        title=f"Work on {slug}",
        steps=(StepSpec(key="act", title="Act", skill="act"),),
        gates=(exists, people) if sign_off and slug == "discovery" else (exists,),
        level=level,
        stop_stage=stop,
    )


def _edit(world: World, session: Session, _detail: str) -> None:
    project = projects.get_project(session, world.project_id)
    document, _ = documents.get_version(session, project.id, "research")
    text = f"# Research by hand after {document.latest}\n"
    board.edit_document(
        session, world.people[0], project.key, "research", text, base=document.latest
    )


def _expire(world: World, session: Session, _detail: str) -> None:
    run = repository.open_run(session, world.project_id)
    question = run and question_rows.open_question_of(session, run.id)
    if question is not None:
        late = func.now() - timedelta(seconds=1)
        statement = update(Question).where(col(Question.id) == question.id)
        session.execute(statement.values(deadline_at=late))
        questions.expire(session, question.id)


def _crash(world: World, session: Session, _detail: str) -> None:
    run = repository.open_run(session, world.project_id)
    if run is not None:
        lease = timedelta(seconds=45)
        repository.claim(session, run.id, worker="w2", lease=lease, at_once=4)
        rescue.release(session, run.id, "w2")


def _answer(world: World, session: Session, detail: str) -> None:
    run = repository.open_run(session, world.project_id)
    if run is not None:
        questions.answer_run(session, world.people[0], run.id, detail)


def _cancel(world: World, session: Session, _detail: str) -> None:
    run = repository.open_run(session, world.project_id)
    if run is not None:
        service.cancel(session, world.people[0], run.id)


def _retry(world: World, session: Session, _detail: str) -> None:
    runs = repository.list_runs(session, project_id=world.project_id, limit=1)
    if runs:
        service.retry(session, world.people[0], runs[0].id)


EVENTS: dict[str, Callable[[World, Session, str], object]] = {
    "start": lambda world, session, _: board.start_run(session, world.people[0], world.project_id),
    "approve": lambda world, session, who: board.approve(
        session, world.people[int(who)], world.project_id
    ),
    "reject": lambda world, session, _: board.reject(
        session, world.people[1], world.project_id, "too thin"
    ),
    "move": lambda world, session, to: board.move(session, world.people[0], world.project_id, to),
    "override": lambda world, session, to: board.move(
        session, world.admin, world.project_id, to, "a bet"
    ),
    "ship": lambda world, session, _: endings.ship(session, world.people[0], world.project_id),
    "archive": lambda world, session, _: endings.archive(
        session, world.people[0], world.project_id
    ),
    "reopen": lambda world, session, _: endings.reopen(session, world.people[0], world.project_id),
    "edit": _edit,
    "expire": _expire,
    "crash": _crash,
    "answer": _answer,
    "cancel": _cancel,
    "retry": _retry,
}


def look_at(world: World) -> None:
    """Check that nothing is unexplained and that nothing contradicts anything."""
    with transaction(world.workspace_id) as session:
        project = projects.get_project(session, world.project_id)
        why = reads.read_why(session, world.admin, project.id)
        cards = {card.id: card for card in reads.read_board(session, world.admin).cards}
        run = repository.latest_runs(session, [project.id]).get(project.id)
        decisions = list_decisions(session, world.admin, project.id)
        moves = projects.transitions(session, project.id)
        stage = projects.stage_of(session, project).slug
        active = project.status is ProjectStatus.ACTIVE

        assert all((why.reason, why.next_action, why.owner)), why
        assert (why.stage, why.status) == (stage, project.status.value)
        assert (project.id in cards) == active
        if active:
            card = cards[project.id]
            assert (card.stage, card.mood, card.reason) == (stage, why.mood, why.reason)
        if run is not None and run.status in OPEN:
            assert why.mood in MOODS[run.status]
            assert why.run_id == run.id
            assert active
        else:
            assert why.mood not in (Mood.RUNNING, Mood.QUEUED)
        if run is not None and run.status in (RunStatus.COMPLETED, RunStatus.FAILED):
            assert any(decision.run_id == run.id for decision in decisions)
        for decision in decisions:
            if decision.outcome is Outcome.ADVANCED:
                assert decision.gates
                assert all(gate.passed or gate.optional for gate in decision.gates)
        if moves:
            assert moves[-1].to_stage == stage
        if decisions and decisions[0].outcome is Outcome.ADVANCED:
            assert decisions[0].stage == stage
        asks = run is not None and run.waiting_for is not None and run.status is RunStatus.WAITING
        assert bool(questions.open_questions(session, world.admin, run.id) if run else ()) == asks


def through(world: World, level: Level, stop: str | None = None) -> str:
    """Run a project with these recipes until nothing goes on by itself; return its stage."""
    world.publish(level, stop)
    world.create()
    world.happen(("start", ""))
    for _ in STAGES:
        world.work("write")
        look_at(world)
    with transaction(world.workspace_id) as session:
        return reads.read_why(session, world.admin, world.project_id).stage


def following(world: World) -> tuple[str, str]:
    with transaction(world.workspace_id) as session:
        why = reads.read_why(session, world.admin, world.project_id)
        return why.next_action, why.owner


def reason(world: World) -> str:
    with transaction(world.workspace_id) as session:
        return reads.read_why(session, world.admin, world.project_id).reason
