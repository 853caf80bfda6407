"""Statements over automatic actions and what they are decided by."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.automation.models import AutomaticAction, AutomationEvent, Verdict
from pmflow_core.automation.rules import ACTED, ThemeProject
from pmflow_core.automation.schemas import EventRead
from pmflow_core.documents.models import Document
from pmflow_core.projects.models import Project, ProjectStatus, Stage
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import OPEN
from pmflow_core.themes.models import Theme

PRD = "prd"
DAY = timedelta(hours=24)
_ACTED = "verdict IN ('done', 'suggested')"
_did = col(AutomationEvent.verdict).in_(sorted(ACTED))
_not_told = col(AutomationEvent.action) != AutomaticAction.NOTIFY


def lock_automation(session: Session, workspace_id: UUID) -> None:
    """Let actions of a workspace happen one after the other, so that its caps hold exactly."""
    session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"),
        {"key": f"automation:{workspace_id}"},
    )


def projects_of_themes(session: Session, theme_id: UUID | None) -> dict[UUID, ThemeProject]:
    """Return the project that was made of each theme; of several the active, then the newest.

    Deleted, shipped and archived ones count too: people have decided about those themes.
    """
    runs = select(col(StageRun.id)).where(
        col(StageRun.project_id) == col(Project.id), col(StageRun.trial).is_(False)
    )
    papers = select(col(Document.id)).where(
        col(Document.project_id) == col(Project.id), col(Document.type) == PRD
    )
    made = select(col(AutomationEvent.id)).where(
        col(AutomationEvent.project_id) == col(Project.id),
        col(AutomationEvent.action) == AutomaticAction.NEW_INITIATIVE,
        col(AutomationEvent.verdict) == Verdict.DONE,
    )
    first = select(func.min(col(Stage.position))).where(col(Stage.enabled)).scalar_subquery()
    is_active = (col(Project.status) == ProjectStatus.ACTIVE) & col(Project.deleted_at).is_(None)
    statement = (
        select(
            col(Project.theme_id),
            col(Project.id),
            col(Project.key),
            is_active,
            or_(runs.where(col(StageRun.stage) == PRD).exists(), papers.exists()),
            made.exists() & ~runs.exists() & (col(Stage.position) == first),
        )
        .join(Stage, col(Stage.id) == col(Project.stage_id))
        .where(col(Project.theme_id).is_not(None))
        .order_by(is_active, col(Project.number))
    )
    if theme_id is not None:
        statement = statement.where(col(Project.theme_id) == theme_id)
    found: dict[UUID, ThemeProject] = {}
    for row in session.execute(statement):
        theme = row[0]
        if theme is not None:
            found[theme] = ThemeProject(row[1], row[2], row[3], row[4], row[5])
    return found


def acts(
    session: Session, theme_id: UUID | None
) -> dict[UUID, tuple[frozenset[AutomaticAction], timedelta | None]]:
    """Return what was done or proposed for each theme, and how long ago the last was.

    A notice is no action that others wait for.
    """
    statement = (
        select(
            col(AutomationEvent.theme_id),
            func.array_agg(col(AutomationEvent.action)),
            func.now() - func.max(col(AutomationEvent.created_at)).filter(_not_told),
        )
        .where(_did)
        .group_by(col(AutomationEvent.theme_id))
    )
    if theme_id is not None:
        statement = statement.where(col(AutomationEvent.theme_id) == theme_id)
    return {
        row[0]: (frozenset(AutomaticAction(each) for each in row[1]), _past(row[2]))
        for row in session.execute(statement)
    }


def acts_of_a_day(session: Session) -> Mapping[Verdict, int]:
    """Return how much was done and how much proposed within the last 24 hours."""
    statement = (
        select(col(AutomationEvent.verdict), func.count())
        .where(_did, _not_told, col(AutomationEvent.created_at) > func.now() - DAY)
        .group_by(col(AutomationEvent.verdict))
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def count_open_runs(session: Session) -> int:
    """Return how many of the workspace's runs may still spend."""
    statement = select(func.count()).select_from(StageRun).where(col(StageRun.status).in_(OPEN))
    return session.scalar(statement) or 0


def last_verdicts(session: Session) -> dict[tuple[UUID, AutomaticAction], Verdict]:
    """Return what was last said of each theme and action."""
    key = (col(AutomationEvent.theme_id), col(AutomationEvent.action))
    statement = (
        select(*key, col(AutomationEvent.verdict))
        .ext(distinct_on(*key))
        .order_by(*key, col(AutomationEvent.id).desc())
    )
    return {(row[0], row[1]): row[2] for row in session.execute(statement)}


def add_act(session: Session, event: AutomationEvent) -> bool:
    """Write what was done; False when it was done for that theme before, whoever raced."""
    statement = (
        insert(AutomationEvent)
        .values(event.model_dump())
        .on_conflict_do_nothing(
            index_elements=["workspace_id", "theme_id", "action"], index_where=text(_ACTED)
        )
        .returning(col(AutomationEvent.id))
    )
    return session.scalar(statement) is not None


def list_events(
    session: Session,
    *,
    verdicts: Sequence[Verdict] | None,
    theme_id: UUID | None,
    below: UUID | None,
    limit: int,
) -> list[EventRead]:
    """Return the log, the newest first, with the names of what it is about."""
    event = AutomationEvent
    statement = (
        select(event, col(Theme.label), col(Project.key), col(StageRun.number))
        .join(Theme, col(Theme.id) == col(event.theme_id))
        .outerjoin(Project, col(Project.id) == col(event.project_id))
        .outerjoin(StageRun, col(StageRun.id) == col(event.run_id))
        .order_by(col(event.id).desc())
        .limit(limit)
    )
    if verdicts is not None:
        statement = statement.where(col(event.verdict).in_(verdicts))
    if theme_id is not None:
        statement = statement.where(col(event.theme_id) == theme_id)
    if below is not None:
        statement = statement.where(col(event.id) < below)
    return [_read(*row) for row in session.execute(statement)]


def _past(ago: timedelta | None) -> timedelta | None:
    """Return the time since, 0 where another host's clock is ahead of the database's."""
    return None if ago is None else max(ago, timedelta(0))


def _read(event: AutomationEvent, label: str, key: str | None, run: int | None) -> EventRead:
    facts: dict[str, Any] = dict(event.facts)
    return EventRead(
        event.id,
        event.created_at,
        event.theme_id,
        label,
        event.action,
        event.verdict,
        event.reason,
        facts,
        key,
        event.run_id,
        run,
    )
