"""Statements over the first steps of a workspace; each step is derived from rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Exists, exists, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.projects.models import Project, ProjectStatus, Stage
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import OPEN, RunStatus
from pmflow_core.signals.models import Signal
from pmflow_core.themes.models import Theme, ThemeStatus
from pmflow_core.workspaces.models import Workspace


class Step(StrEnum):
    """The first steps of a workspace, in their order."""

    SIGNALS = "signals"
    THEMES = "themes"
    PROJECT = "project"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class ToRun:
    """The project whose stage is to run first, and its run while that is open."""

    key: str
    stage: str
    run_id: UUID | None
    run_number: int | None


def done(session: Session, workspace_id: UUID) -> frozenset[Step] | None:
    """Return the steps that are done; None when the workspace is past its first run.

    One statement, which looks at nothing but the workspace's own row when it is past it.
    """
    checks = _checks()
    statement = select(*checks.values()).where(
        col(Workspace.id) == workspace_id, col(Workspace.first_run_ended_at).is_(None)
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        return None
    return frozenset(step for step, is_done in zip(checks, row, strict=True) if is_done)


def end(session: Session, workspace_id: UUID, now: datetime, *, if_done: bool) -> bool:
    """Note that the first run is over, with `if_done` only when all steps are; False if it was."""
    statement = (
        update(Workspace)
        .where(
            col(Workspace.id) == workspace_id,
            col(Workspace.first_run_ended_at).is_(None),
            *(_checks().values() if if_done else ()),
        )
        .values(first_run_ended_at=now)
        .returning(col(Workspace.id))
        .execution_options(synchronize_session=False)
    )
    return session.scalar(statement) is not None


def begin_again(session: Session, workspace_id: UUID) -> bool:
    """Note that the first run is not over; False if it was not."""
    statement = (
        update(Workspace)
        .where(col(Workspace.id) == workspace_id, col(Workspace.first_run_ended_at).is_not(None))
        .values(first_run_ended_at=None)
        .returning(col(Workspace.id))
        .execution_options(synchronize_session=False)
    )
    return session.scalar(statement) is not None


def find_to_run(session: Session) -> ToRun | None:
    """Return the active project that has an open run, or else the newest one."""
    statement = (
        select(col(Project.key), col(Stage.name), col(StageRun.id), col(StageRun.number))
        .join(Stage, col(Stage.id) == col(Project.stage_id))
        .outerjoin(
            StageRun,
            (col(StageRun.project_id) == col(Project.id))
            & col(StageRun.status).in_(OPEN)
            & col(StageRun.trial).is_(False),
        )
        .where(col(Project.deleted_at).is_(None), col(Project.status) == ProjectStatus.ACTIVE)
        .order_by(col(StageRun.number).desc().nulls_last(), col(Project.number).desc())
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else ToRun(*row)


def _checks() -> Mapping[Step, Exists]:
    return {
        Step.SIGNALS: exists(select(col(Signal.id)).where(col(Signal.deleted_at).is_(None))),
        Step.THEMES: exists(select(col(Theme.id)).where(col(Theme.status) == ThemeStatus.ACTIVE)),
        Step.PROJECT: exists(
            select(col(Project.id)).where(
                col(Project.deleted_at).is_(None), col(Project.status) == ProjectStatus.ACTIVE
            )
        ),
        Step.RUN: exists(
            select(col(StageRun.id)).where(
                col(StageRun.status) == RunStatus.COMPLETED, col(StageRun.trial).is_(False)
            )
        ),
    }
