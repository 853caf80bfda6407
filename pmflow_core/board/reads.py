"""What the board, the project page and the run page show, each in a fixed number of statements."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import service as activity
from pmflow_core.board import statements
from pmflow_core.board.schemas import (
    CARD_DOCUMENTS,
    ActivityRow,
    BoardRead,
    CardRead,
    CountsRead,
    DocumentState,
    EvidenceRow,
    ProjectRead,
    RunRow,
    StageRead,
    StageVisit,
    WhyRead,
)
from pmflow_core.board.shown_documents import document_rows
from pmflow_core.board.why import Backdrop, explain, gather
from pmflow_core.clock import utcnow
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Project, Stage
from pmflow_core.recipes import repository as recipes
from pmflow_core.runs import evidence
from pmflow_core.runs import repository as runs
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import RunStatus

EVIDENCE_SHOWN = 200
WRITTEN = {None: DocumentState.NONE, False: DocumentState.DRAFT, True: DocumentState.APPROVED}


def read_board(session: Session, actor: Actor) -> BoardRead:
    """Return the stages and every active project as a card with its reason."""
    actor.require(Role.VIEWER)
    found = projects.list_projects(session)
    ids = [project.id for project in found]
    backdrop = gather(session, found)
    documents = statements.document_states(session, ids)
    counts = statements.signal_counts(session, ids)
    costs = runs.costs(session, ids)
    cards = tuple(
        _card(
            project,
            backdrop,
            signals=counts.get(project.id, 0),
            marks=_marks(
                documents.get(project.id, {}),
                _being_written(backdrop.runs.get(project.id), backdrop),
            ),
            cost_usd=costs.get(project.id, 0.0),
        )
        for project in found
    )
    return BoardRead(_stages(backdrop.stages.values(), backdrop.recipes), cards)


def read_counts(session: Session, actor: Actor) -> CountsRead:
    """Return how much of everything the workspace has, and how many workers there are."""
    actor.require(Role.VIEWER)
    return CountsRead(
        projects=statements.project_count(session),
        signals=evidence.workspace_count(session),
        themes=statements.theme_count(session),
        open_runs=statements.open_run_count(session),
        workers_alive=runs.workers_alive(session),
    )


def read_why(session: Session, actor: Actor, project_id: UUID) -> WhyRead:
    """Return why the project is where it is and what happens next; raises NotFound."""
    actor.require(Role.VIEWER)
    project = projects.get_project(session, project_id)
    return explain(project, gather(session, [project]))


def find_project(session: Session, actor: Actor, key: str) -> UUID:
    """Return the id of the workspace's project with that key; raises NotFound."""
    actor.require(Role.VIEWER)
    return projects.get_by_key(session, key).id


def read_project(session: Session, actor: Actor, key: str) -> ProjectRead:
    """Return everything the project page shows; raises NotFound."""
    actor.require(Role.VIEWER)
    project = projects.get_by_key(session, key)
    backdrop = gather(session, [project])
    severities = statements.severity_mix(session, project.id)
    following = projects.next_stage(session, backdrop.stages[project.stage_id])
    return ProjectRead(
        id=project.id,
        key=project.key,
        name=project.name,
        description=project.description,
        status=project.status.value,
        priority=None if project.priority is None else project.priority.value,
        owner_id=project.owner_id,
        owner=backdrop.owners.get(project.owner_id) if project.owner_id else None,
        theme_id=project.theme_id,
        theme_label=statements.theme_label(session, project.theme_id),
        cost_usd=runs.costs(session, [project.id]).get(project.id, 0.0),
        signals=sum(severities.values()),
        severities=severities,
        stages=_visits(session, project, backdrop),
        next_stage=None if following is None else _stage(following, backdrop.recipes),
        why=explain(project, backdrop),
        documents=document_rows(session, project),
        evidence=tuple(
            EvidenceRow(number, text, severity, cited)
            for number, text, severity, cited in statements.evidence_rows(
                session, project.id, limit=EVIDENCE_SHOWN
            )
        ),
        runs=tuple(
            run_row(run, project, backdrop.stages)
            for run in runs.list_runs(session, project_id=project.id, limit=50)
        ),
        activity=tuple(
            ActivityRow(row.kind, row.text, row.actor_name, row.created_at)
            for row in activity.list_activity(session, project.id)
        ),
    )


def list_runs(session: Session, actor: Actor, *, limit: int = 100) -> tuple[RunRow, ...]:
    """Return the workspace's newest runs."""
    actor.require(Role.VIEWER)
    found = runs.list_runs(session, project_id=None, limit=limit)
    by_id = statements.projects_by_id(session, {run.project_id for run in found})
    stages = {stage.id: stage for stage in projects.list_stages(session)}
    return tuple(run_row(run, by_id[run.project_id], stages) for run in found)


def list_stages(session: Session, actor: Actor) -> tuple[StageRead, ...]:
    """Return the pipeline from left to right."""
    actor.require(Role.VIEWER)
    return _stages(projects.list_stages(session), recipes.list_runnable(session))


def run_row(run: StageRun, project: Project, stages: dict[UUID, Stage]) -> RunRow:
    """Return a run as it stands in lists."""
    names = {stage.slug: stage.name for stage in stages.values()}
    return RunRow(
        id=run.id,
        number=run.number,
        project_id=project.id,
        project_key=project.key,
        project_name=project.name,
        stage=names.get(run.stage, run.stage),
        status=run.status,
        provider=run.provider,
        requested_by=run.requested_by_name,
        queued_at=run.queued_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        failure=run.failure_message,
        is_trial=run.trial,
        is_replay=run.replay,
    )


def _card(
    project: Project,
    backdrop: Backdrop,
    *,
    signals: int,
    marks: tuple[DocumentState, ...],
    cost_usd: float,
) -> CardRead:
    why = explain(project, backdrop)
    run = backdrop.runs.get(project.id)
    running = run is not None and run.status is RunStatus.RUNNING
    done, total = backdrop.progress.get(run.id, (0, 0)) if run else (0, 0)
    return CardRead(
        id=project.id,
        key=project.key,
        name=project.name,
        stage=why.stage,
        owner_id=project.owner_id,
        owner=backdrop.owners.get(project.owner_id) if project.owner_id else None,
        signals=signals,
        documents=marks,
        mood=why.mood,
        reason=why.reason,
        next_action=why.next_action,
        run_id=why.run_id,
        progress=done / total if running and total else None,
        cost_usd=cost_usd,
        stage_since=project.stage_since,
    )


def _being_written(run: StageRun | None, backdrop: Backdrop) -> str | None:
    """Return the type of the document that a run's step writes just now, or None."""
    if run is None or run.status is not RunStatus.RUNNING or run.stage not in backdrop.recipes:
        return None
    steps = backdrop.recipes[run.stage].steps
    step = next((step for step in steps if step.key == run.current_step), None)
    name = step.params.get("template") if step else None
    return TEMPLATES[name].document_type if isinstance(name, str) and name in TEMPLATES else None


def _marks(approved: Mapping[str, bool], writing: str | None) -> tuple[DocumentState, ...]:
    """Return how each of a card's documents stands; `approved` has those that were written."""
    return tuple(
        DocumentState.WRITING if kind == writing else WRITTEN[approved.get(kind)]
        for kind in CARD_DOCUMENTS
    )


def _stages(stages: Iterable[Stage], automated: Container[str]) -> tuple[StageRead, ...]:
    """Return the enabled stages from left to right."""
    enabled = sorted((stage for stage in stages if stage.enabled), key=lambda one: one.position)
    return tuple(_stage(stage, automated) for stage in enabled)


def _stage(stage: Stage, automated: Container[str]) -> StageRead:
    runs_here = stage.slug in automated
    return StageRead(stage.slug, stage.name, stage.position, runs_here, stage.colour)


def _visits(session: Session, project: Project, backdrop: Backdrop) -> tuple[StageVisit, ...]:
    """Return how long the project was in each stage, over all its visits."""
    spent: dict[str, float] = {}
    entered: datetime = project.created_at
    for move in projects.transitions(session, project.id):
        since = (move.created_at - entered).total_seconds()
        spent[move.from_stage] = spent.get(move.from_stage, 0.0) + since
        entered = move.created_at
    current = backdrop.stages[project.stage_id].slug
    spent[current] = spent.get(current, 0.0) + (utcnow() - entered).total_seconds()
    return tuple(
        StageVisit(stage.slug, stage.name, spent.get(stage.slug), stage.slug == current)
        for stage in projects.list_stages(session)
    )
