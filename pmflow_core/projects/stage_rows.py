"""Statements that change the pipeline; the session narrows each to its workspace."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.errors import NotFound
from pmflow_core.projects.models import Project, ProjectStatus, Stage


def list_all(session: Session) -> list[Stage]:
    """Return the stages from left to right, disabled ones too."""
    return list(session.scalars(select(Stage).order_by(col(Stage.position), col(Stage.id))))


def lock_all(session: Session, *, alone: bool = False) -> list[Stage]:
    """Return the stages from left to right, locked.

    With `alone` nobody puts a project into any of them until the transaction ends: that takes the
    key of the stage's row.
    """
    statement = (
        select(Stage)
        .order_by(col(Stage.id))
        .with_for_update(key_share=not alone)
        .execution_options(populate_existing=True)
    )
    return sorted(session.scalars(statement), key=lambda stage: stage.position)


def hold_enabled(session: Session, stage_id: UUID) -> bool:
    """Keep a stage from being disabled until the transaction ends; False when it is already."""
    statement = (
        select(col(Stage.id))
        .where(col(Stage.id) == stage_id, col(Stage.enabled))
        .with_for_update(read=True, key_share=True)
    )
    return session.scalar(statement) is not None


def one_of(stages: Sequence[Stage], slug: str) -> Stage:
    """Return the stage of that slug among those; raises NotFound."""
    for stage in stages:
        if stage.slug == slug:
            return stage
    raise NotFound(f"There is no stage {slug!r}.")


def count_projects(session: Session) -> dict[UUID, int]:
    """Return how many active projects each stage holds; stages without any are left out."""
    statement = (
        select(col(Project.stage_id), func.count())
        .where(
            col(Project.deleted_at).is_(None),
            col(Project.status) == ProjectStatus.ACTIVE,
        )
        .group_by(col(Project.stage_id))
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def active_in(session: Session, slug: str) -> list[UUID]:
    """Return the active projects in a stage, in the order in which they are locked."""
    statement = (
        select(col(Project.id))
        .join(Stage, col(Stage.id) == col(Project.stage_id))
        .where(
            col(Stage.slug) == slug,
            col(Project.deleted_at).is_(None),
            col(Project.status) == ProjectStatus.ACTIVE,
        )
        .order_by(col(Project.id))
    )
    return list(session.scalars(statement))
