"""Projects as programs keep them: listed, read, changed, put into the bin and brought back."""

from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import endings
from pmflow_core.errors import Outdated
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.projects.models import Project, ProjectStatus
from pmflow_core.projects.schemas import (
    ProjectEdit,
    ProjectQuery,
    ProjectSheet,
    StatusChange,
)
from pmflow_core.runs import repository as runs
from pmflow_core.runs.service import RunAlreadyOpen


class ProjectChanged(Outdated):
    """Somebody changed the project since it was read."""

    code = "project_changed"


def list_sheets(session: Session, actor: Actor, query: ProjectQuery) -> tuple[ProjectSheet, ...]:
    """Return the workspace's projects that are asked for, the newest first."""
    actor.require(Role.VIEWER)
    return tuple(_sheet(row, stage) for row, stage in projects.find_projects(session, query))


def read_sheet(session: Session, actor: Actor, project_id: UUID) -> ProjectSheet:
    """Return a live project; raises NotFound."""
    actor.require(Role.VIEWER)
    return _read(session, projects.get_project(session, project_id))


def edit(
    session: Session,
    actor: Actor,
    project_id: UUID,
    changes: ProjectEdit,
    *,
    becomes: StatusChange | None = None,
    seen: str | None = None,
) -> ProjectSheet:
    """Change a project and return it; `seen` is the tag of what was read before.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: no such project.
        ProjectChanged: it is not what was seen.
        Invalid, OwnerUnknown: as `projects.service.edit`.
        Conflict: as `endings.ship`, `archive` and `reopen`, when the status changes.
    """
    actor.require(Role.EDITOR)
    project = _seen(session, project_id, seen)
    project_service.edit(session, actor, project, changes)
    if becomes is not None and becomes.status is not project.status:
        _become(session, actor, project, becomes)
    return _read(session, project)


def delete(session: Session, actor: Actor, project_id: UUID, *, seen: str | None = None) -> None:
    """Move a project into the bin, with all that belongs to it.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: no such project.
        ProjectChanged: it is not what was seen.
        RunAlreadyOpen: a run is working on it.
    """
    actor.require(Role.EDITOR)
    project = _seen(session, project_id, seen)
    if runs.open_run(session, project.id) is not None:
        raise RunAlreadyOpen(f"A run is working on {project.key}; cancel it or wait for its end.")
    project_service.delete(session, actor, project)


def restore(session: Session, actor: Actor, project_id: UUID) -> ProjectSheet:
    """Bring a project back from the bin and return it; asking again changes nothing.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: no such project, in the bin or out of it.
        ThemeHasProject: its theme has another active project by now.
    """
    actor.require(Role.EDITOR)
    project = projects.lock_any(session, project_id)
    project_service.restore(session, actor, project)
    return _read(session, project)


def _seen(session: Session, project_id: UUID, seen: str | None) -> Project:
    """Return a live project, locked, if it is what was seen."""
    project = projects.get_project(session, project_id, lock=True)
    if seen is not None and _read(session, project).tag != seen:
        raise ProjectChanged(f"{project.key} was changed meanwhile; read it, then change it.")
    return project


def _become(session: Session, actor: Actor, project: Project, becomes: StatusChange) -> None:
    if project.status is not ProjectStatus.ACTIVE:
        endings.reopen(session, actor, project.id)
    if becomes.status is ProjectStatus.SHIPPED:
        endings.ship(session, actor, project.id)
    elif becomes.status is ProjectStatus.ARCHIVED:
        endings.archive(session, actor, project.id, becomes.reason)


def _read(session: Session, project: Project) -> ProjectSheet:
    return _sheet(project, projects.stage_of(session, project).slug)


def _sheet(project: Project, stage: str) -> ProjectSheet:
    return ProjectSheet(
        id=project.id,
        number=project.number,
        key=project.key,
        name=project.name,
        description=project.description,
        stage=stage,
        status=project.status,
        priority=project.priority,
        owner_id=project.owner_id,
        theme_id=project.theme_id,
        created_at=project.created_at,
        stage_since=project.stage_since,
        is_deleted=project.deleted_at is not None,
    )
