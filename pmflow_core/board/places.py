"""From what an address names to the workspace it lies in, before any workspace is known."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, func, select
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import NotFound
from pmflow_core.projects import repository as projects
from pmflow_core.runs import repository as runs
from pmflow_core.workspaces import service as workspaces


@dataclass(frozen=True, slots=True)
class Place:
    """What a request names: a workspace by slug, a project by id or key, a run; or nothing."""

    workspace: str = ""
    project: str = ""
    run: str = ""

    @property
    def is_named(self) -> bool:
        """Return whether anything is named."""
        return bool(self.workspace or self.project or self.run)


def find_workspace(session: Session, place: Place) -> UUID | None:
    """Return the one workspace that all that is named lies in, or None.

    It says nothing about who may go there; the caller finds that out next.
    """
    found: set[UUID | None] = set()
    if place.workspace:
        found.add(_of_slug(session, place.workspace))
    if place.project:
        found.add(_of_project(session, place.project))
    if place.run:
        run_id = _as_uuid(place.run)
        found.add(None if run_id is None else runs.workspace_of(session, run_id))
    return found.pop() if len(found) == 1 else None


def project_of(session: Session, actor: Actor, named: str) -> UUID:
    """Return the id of the workspace's project with that id or key; raises NotFound."""
    actor.require(Role.VIEWER)
    project_id = _as_uuid(named)
    if project_id is None:
        return projects.get_by_key(session, named).id
    return projects.get_project(session, project_id).id


def _of_slug(session: Session, slug: str) -> UUID | None:
    try:
        return workspaces.workspace_by_slug(session, slug)
    except NotFound:
        return None


def _of_project(session: Session, named: str) -> UUID | None:
    project_id = _as_uuid(named)
    if project_id is not None:
        return session.scalar(select(func.pmflow_workspace_of_project(project_id, type_=Uuid())))
    # PostgreSQL takes no NUL, and no key has anything like it.
    found = projects.resolve_key(session, named) if _can_be_key(named) else None
    return None if found is None else found[0]


def _can_be_key(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
