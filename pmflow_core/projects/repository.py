"""Statements over stages, projects, transitions and decisions."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.db.arrays import among
from pmflow_core.errors import NotFound
from pmflow_core.projects.models import Decision, Project, ProjectStatus, Stage, StageTransition
from pmflow_core.projects.schemas import ProjectQuery


def list_stages(session: Session) -> list[Stage]:
    """Return the pipeline's enabled stages from left to right."""
    statement = select(Stage).where(col(Stage.enabled)).order_by(col(Stage.position))
    return list(session.scalars(statement))


def list_all_stages(session: Session) -> list[Stage]:
    """Return the pipeline's stages from left to right, disabled ones too."""
    return list(session.scalars(select(Stage).order_by(col(Stage.position))))


def stage_name(session: Session, slug: str) -> str:
    """Return what a stage is called, also when that stage was disabled since."""
    return session.scalar(select(col(Stage.name)).where(col(Stage.slug) == slug)) or slug


def position_of(session: Session, slug: str | None) -> int | None:
    """Return where a stage stands in the pipeline, None for no stage."""
    return session.scalar(select(col(Stage.position)).where(col(Stage.slug) == slug))


def get_stage(session: Session, slug: str) -> Stage:
    """Return a stage by its slug; raises NotFound naming the stages that exist."""
    stage = session.scalar(select(Stage).where(col(Stage.slug) == slug, col(Stage.enabled)))
    if stage is None:
        known = ", ".join(stage.slug for stage in list_stages(session))
        raise NotFound(f"There is no stage {slug!r}; the stages are {known}.")
    return stage


def stage_of(session: Session, project: Project) -> Stage:
    """Return the stage a project is in, also when that stage was disabled since."""
    return session.scalars(select(Stage).where(col(Stage.id) == project.stage_id)).one()


def next_stage(session: Session, stage: Stage) -> Stage | None:
    """Return the enabled stage right of `stage`, None at the end."""
    statement = (
        select(Stage)
        .where(col(Stage.position) > stage.position, col(Stage.enabled))
        .order_by(col(Stage.position))
        .limit(1)
    )
    return session.scalar(statement)


def get_project(session: Session, project_id: UUID, *, lock: bool = False) -> Project:
    """Return a live project, locked until the transaction ends when asked; raises NotFound."""
    statement = select(Project).where(
        col(Project.id) == project_id, col(Project.deleted_at).is_(None)
    )
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(
            populate_existing=True
        )
    project = session.scalar(statement)
    if project is None:
        raise NotFound("There is no such project.")
    return project


def lock_any(session: Session, project_id: UUID) -> Project:
    """Return a project, also one in the bin, locked until the transaction ends; raises NotFound."""
    statement = (
        select(Project)
        .where(col(Project.id) == project_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    project = session.scalar(statement)
    if project is None:
        raise NotFound("There is no such project.")
    return project


def find_projects(session: Session, query: ProjectQuery) -> list[tuple[Project, str]]:
    """Return the projects that are asked for with their stages' slugs, the newest first."""
    gone = col(Project.deleted_at)
    statement = (
        select(Project, col(Stage.slug))
        .join(Stage, col(Stage.id) == col(Project.stage_id))
        .where(gone.is_not(None) if query.deleted else gone.is_(None), *_asked(query))
        .order_by(col(Project.number).desc())
        .limit(query.limit)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def _asked(query: ProjectQuery) -> Iterator[ColumnElement[bool]]:
    wanted = {
        col(Project.status): query.status,
        col(Stage.slug): query.stage,
        col(Project.priority): query.priority,
        col(Project.owner_id): query.owner_id,
        col(Project.theme_id): query.theme_id,
    }
    yield from (column == value for column, value in wanted.items() if value is not None)
    if query.below is not None:
        yield col(Project.number) < query.below
    if query.search:
        words = (col(Project.name), col(Project.description), col(Project.key))
        yield or_(*(column.icontains(query.search, autoescape=True) for column in words))


def lock_theme(session: Session, theme_id: UUID) -> None:
    """Hold a theme against a second project being made from it, until the transaction ends."""
    session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": str(theme_id)}
    )


def find_by_theme(session: Session, theme_id: UUID) -> Project | None:
    """Return the active project made from a theme, if there is one."""
    statement = select(Project).where(
        col(Project.theme_id) == theme_id,
        col(Project.deleted_at).is_(None),
        col(Project.status) == ProjectStatus.ACTIVE,
    )
    return session.scalar(statement)


def get_by_key(session: Session, key: str) -> Project:
    """Return a live project of the session's workspace by its key; raises NotFound."""
    statement = select(Project).where(
        col(Project.key) == key.upper(), col(Project.deleted_at).is_(None)
    )
    project = session.scalar(statement)
    if project is None:
        raise NotFound(f"There is no project {key}.")
    return project


def list_projects(session: Session) -> list[Project]:
    """Return the active projects, the longest in their stage first."""
    statement = (
        select(Project)
        .where(
            col(Project.deleted_at).is_(None),
            col(Project.status) == ProjectStatus.ACTIVE,
        )
        .order_by(col(Project.stage_since), col(Project.number))
    )
    return list(session.scalars(statement))


def resolve_key(session: Session, key: str) -> tuple[UUID, UUID] | None:
    """Return (workspace id, project id) of a key from outside any workspace, or None."""
    statement = text("select workspace_id, id from pmflow_project_by_key(:key)")
    row = session.execute(statement, {"key": key.upper()}).one_or_none()
    return None if row is None else (row[0], row[1])


def latest_decisions(session: Session, project_ids: list[UUID]) -> dict[UUID, Decision]:
    """Return each project's newest decision, by project id."""
    statement = (
        select(Decision)
        .ext(distinct_on(col(Decision.project_id)))
        .where(among(col(Decision.project_id), project_ids))
        .order_by(col(Decision.project_id), col(Decision.id).desc())
    )
    return {decision.project_id: decision for decision in session.scalars(statement)}


def decision_of_run(session: Session, run_id: UUID) -> Decision | None:
    """Return what was decided when a run ended, or None while it goes on."""
    statement = select(Decision).where(col(Decision.run_id) == run_id)
    return session.scalar(statement.order_by(col(Decision.id)).limit(1))


def transitions(session: Session, project_id: UUID) -> list[StageTransition]:
    """Return the project's moves, oldest first."""
    statement = (
        select(StageTransition)
        .where(col(StageTransition.project_id) == project_id)
        .order_by(col(StageTransition.id))
    )
    return list(session.scalars(statement))


def automatic_moves_within(
    session: Session, project_id: UUID, stage: str, *, seconds: float
) -> int:
    """Return how often automation put the project into `stage` in the last seconds."""
    since = func.now() - timedelta(seconds=seconds)
    statement = (
        select(func.count())
        .select_from(StageTransition)
        .where(
            col(StageTransition.project_id) == project_id,
            col(StageTransition.to_stage) == stage,
            col(StageTransition.automatic),
            col(StageTransition.created_at) > since,
        )
    )
    return session.scalar(statement) or 0


def put_into(session: Session, project: Project, stage: Stage) -> None:
    """Set the stage of a locked project; its clock in the stage starts anew."""
    project.stage_id = stage.id
    session.execute(
        update(Project)
        .where(col(Project.id) == project.id)
        .values(stage_id=stage.id, stage_since=func.now())
    )
    session.refresh(project)
