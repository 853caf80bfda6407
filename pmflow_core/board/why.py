"""Why each project is where it is and who does what next, for one project or a whole board."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.models import User
from pmflow_core.board.schemas import GateRead, Mood, WhyRead
from pmflow_core.clock import utcnow
from pmflow_core.db.arrays import among
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Decision, Outcome, Project, ProjectStatus, Stage
from pmflow_core.recipes import repository as recipe_rows
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs import question_rows
from pmflow_core.runs import repository as runs
from pmflow_core.runs.models import Question, QuestionKind, StageRun
from pmflow_core.runs.questions import YES_OR_NO
from pmflow_core.runs.status import OPEN, RunStatus, WaitingFor

ANYBODY = "Any editor"
MOODS = {
    Outcome.WAITS_FOR_APPROVAL: Mood.WAITING,
    Outcome.STAYED: Mood.FAILED,
    Outcome.RUN_FAILED: Mood.FAILED,
    Outcome.SHIPPED: Mood.DONE,
}


@dataclass(frozen=True)
class Backdrop:
    """What a set of projects is explained from, read in a fixed number of statements.

    What explains only queued, waiting or running projects is read, and known, if some are so.
    """

    stages: dict[UUID, Stage]
    recipes: dict[str, RecipeSpec]
    decisions: dict[UUID, Decision]
    runs: dict[UUID, StageRun]
    questions: dict[UUID, Question]
    progress: dict[UUID, tuple[int, int]]
    owners: dict[UUID, str]
    workers_alive: int
    queued: Sequence[datetime]


def gather(session: Session, found: Sequence[Project]) -> Backdrop:
    """Read what explains the projects; the number of statements does not grow with them."""
    ids = [project.id for project in found]
    latest = runs.latest_runs(session, ids)
    specs = (recipes.read_spec(version) for version in recipe_rows.list_published(session))
    open_: dict[RunStatus, list[UUID]] = {status: [] for status in OPEN}
    for run in latest.values():
        if run.status in OPEN:
            open_[run.status].append(run.id)
    asking, working = open_[RunStatus.WAITING], open_[RunStatus.RUNNING]
    queued = bool(open_[RunStatus.QUEUED])
    return Backdrop(
        stages={stage.id: stage for stage in session.scalars(select(Stage))},
        recipes={spec.stage: spec for spec in specs},
        decisions=projects.latest_decisions(session, ids),
        runs=latest,
        questions=question_rows.open_by_run(session, asking) if asking else {},
        progress=runs.step_progress(session, working) if working else {},
        owners=_owners(session, found),
        workers_alive=runs.workers_alive(session) if queued else 0,
        queued=runs.queue_times(session) if queued else (),
    )


def _owners(session: Session, found: Sequence[Project]) -> dict[UUID, str]:
    ids = {project.owner_id for project in found if project.owner_id}
    if not ids:
        return {}
    users = session.execute(select(col(User.id), col(User.name)).where(among(col(User.id), ids)))
    return {row[0]: row[1] for row in users}


def explain(project: Project, backdrop: Backdrop) -> WhyRead:
    """Return why the project is where it is and what happens next."""
    stage = backdrop.stages[project.stage_id]
    run = backdrop.runs.get(project.id)
    decision = backdrop.decisions.get(project.id)
    if decision is not None and decision.stage != stage.slug:
        decision = None
    if run is not None and run.status in OPEN:
        return _running(project, stage, run, backdrop)
    if decision is not None:
        return _decided(project, stage, decision, run, backdrop)
    return _fresh(project, stage, backdrop)


def _running(project: Project, stage: Stage, run: StageRun, backdrop: Backdrop) -> WhyRead:
    if run.status is RunStatus.WAITING:
        return _waiting(project, stage, run, backdrop)
    done, total = backdrop.progress.get(run.id, (0, 0))
    title = backdrop.recipes[stage.slug].title if stage.slug in backdrop.recipes else stage.name
    if run.status is RunStatus.QUEUED:
        ahead = sum(1 for at in backdrop.queued if at < run.queued_at)
        mood, reason = Mood.QUEUED, f"Queued, {ahead} runs ahead" if ahead else "Queued, next"
        if not backdrop.workers_alive:
            waited = int((utcnow() - run.queued_at).total_seconds() // 60)
            since = f" for {waited} min" if waited else ""
            mood, reason = Mood.FAILED, f"Queued{since}, but no worker is alive"
    else:
        mood, reason = Mood.RUNNING, f"{title}, step {min(done + 1, total)} of {total}"
    alive = mood is not Mood.FAILED
    return replace(
        _at(project, stage, run.started_at or run.queued_at),
        mood=mood,
        reason=reason,
        next_action="pmflow checks the gates when the run is done" if alive else "Start a worker",
        owner="pmflow" if alive else "Operator",
        run_id=run.id,
    )


def _waiting(project: Project, stage: Stage, run: StageRun, backdrop: Backdrop) -> WhyRead:
    question = backdrop.questions.get(run.id)
    if run.waiting_for is WaitingFor.QUESTION and question is not None:
        return replace(
            _at(project, stage, question.created_at),
            mood=Mood.WAITING,
            reason=f"Waits for an answer: {question.text}",
            next_action=_how_to_answer(question),
            owner=_owner(project, backdrop),
            run_id=run.id,
            question_id=question.id,
        )
    return replace(
        _at(project, stage, run.queued_at),
        mood=Mood.WAITING,
        reason=run.waiting_reason or "The run waits",
        next_action="Raise the budget; the run goes on by itself",
        owner="An admin",
        run_id=run.id,
    )


def _how_to_answer(question: Question) -> str:
    options = YES_OR_NO if question.kind is QuestionKind.APPROVAL else question.options
    how = f"Answer {' or '.join(options)}" if options else "Answer in words"
    if question.deadline_at is None:
        return f"{how}; the run goes on with it"
    then = f"pmflow takes “{question.default}”" if question.default else "the run fails"
    return f"{how} by {question.deadline_at:%Y-%m-%d %H:%M} UTC, then {then}"


def _owner(project: Project, backdrop: Backdrop) -> str:
    return backdrop.owners.get(project.owner_id, ANYBODY) if project.owner_id else ANYBODY


def _decided(
    project: Project, stage: Stage, decision: Decision, run: StageRun | None, backdrop: Backdrop
) -> WhyRead:
    active = project.status is ProjectStatus.ACTIVE
    waits = active and decision.outcome is Outcome.WAITS_FOR_APPROVAL
    return replace(
        _at(project, stage, decision.created_at),
        mood=_mood(decision, run),
        reason=decision.reason,
        next_action=decision.next_action,
        owner=decision.owner,
        gates=read_gates(decision.gates),
        can_run=active and stage.slug in backdrop.recipes,
        can_approve=waits,
        run_id=run.id if run and run.stage == stage.slug else None,
    )


def _mood(decision: Decision, run: StageRun | None) -> Mood:
    if decision.outcome is Outcome.STAYED and _all_passed(decision.gates):
        return Mood.DONE
    if run is not None and run.id == decision.run_id and run.status is RunStatus.CANCELLED:
        # Somebody wanted it so; nothing is wrong.
        return Mood.IDLE
    return MOODS.get(decision.outcome, Mood.IDLE)


def _fresh(project: Project, stage: Stage, backdrop: Backdrop) -> WhyRead:
    recipe = backdrop.recipes.get(stage.slug)
    return replace(
        _at(project, stage, project.stage_since),
        reason=f"In {stage.name}, nothing has run here yet",
        next_action=(
            f"Run {stage.name}: {recipe.title[:1].lower()}{recipe.title[1:]}"
            if recipe
            else f"Work on {stage.name}, then move the project on"
        ),
        owner=_owner(project, backdrop),
        can_run=recipe is not None,
    )


def _at(project: Project, stage: Stage, since: datetime) -> WhyRead:
    """Return an explanation with nothing said yet; callers replace what they know."""
    return WhyRead(
        key=project.key,
        stage=stage.slug,
        status=project.status.value,
        mood=Mood.IDLE,
        reason="",
        next_action="",
        owner=ANYBODY,
        gates=(),
        since=since,
        can_run=False,
        can_approve=False,
        run_id=None,
    )


def read_gates(gates: Sequence[dict[str, Any]]) -> tuple[GateRead, ...]:
    """Return stored verdicts as they are shown."""
    return tuple(
        GateRead(
            name=gate["name"],
            title=gate["title"],
            passed=gate["passed"],
            detail=gate["detail"],
            optional=gate["optional"],
            inputs=gate.get("inputs", {}),
        )
        for gate in gates
    )


def _all_passed(gates: Sequence[dict[str, Any]]) -> bool:
    return bool(gates) and all(gate["passed"] or gate["optional"] for gate in gates)
