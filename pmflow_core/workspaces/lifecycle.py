"""A workspace's own life: its name and address, its end, and coming back within thirty days."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Interval, bindparam, column, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.audit import record
from pmflow_core.clock import utcnow
from pmflow_core.db.columns import UtcDateTime
from pmflow_core.errors import Invalid, NotFound
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.workspaces import repository
from pmflow_core.workspaces.models import Counter, Workspace
from pmflow_core.workspaces.schemas import DeletedWorkspace, WorkspaceDetail
from pmflow_core.workspaces.service import SlugTaken, check_name, check_slug

KEPT = timedelta(days=30)


class NameNotRepeated(Invalid):
    """The name that was typed to confirm is not the workspace's."""

    code = "name_not_repeated"


def get_workspace(session: Session, actor: Actor) -> WorkspaceDetail:
    """Return the actor's workspace; raises NotFound when it was deleted meanwhile."""
    actor.require(Role.VIEWER)
    found = _live(session, actor.workspace_id)
    numbers = select(col(Counter.last)).where(col(Counter.kind) == "project")
    return WorkspaceDetail(
        id=found.id,
        slug=found.slug,
        name=found.name,
        key_prefix=found.key_prefix,
        role=actor.role,
        is_sample=found.is_sample,
        created_at=found.created_at,
        projects=session.scalar(numbers) or 0,
    )


def change(
    session: Session, actor: Actor, *, name: str | None = None, slug: str | None = None
) -> WorkspaceDetail:
    """Give the workspace another name or slug and return it; what is None stays.

    With the slug every address of the workspace changes, and the old ones lead nowhere.

    Raises:
        PermissionDenied: the actor is not an admin.
        InvalidWorkspaceName: the name is empty, too long or holds control characters.
        InvalidSlug: the slug cannot be part of an address.
        SlugTaken: another workspace has the slug.
    """
    actor.require(Role.ADMIN)
    repository.lock_workspace(session, actor.workspace_id)
    found = _live(session, actor.workspace_id)
    wanted = {
        "name": found.name if name is None else check_name(name),
        "slug": found.slug if slug is None else check_slug(slug),
    }
    before = {"name": found.name, "slug": found.slug}
    changed = {
        field: {"before": before[field], "after": value}
        for field, value in wanted.items()
        if value != before[field]
    }
    if changed:
        _save(session, found, wanted)
        record(session, actor, "workspace.changed", wanted["slug"], changed)
        publish_on_commit(session, topics.workspace(actor.workspace_id))
    return get_workspace(session, actor)


def mark_deleted(session: Session, actor: Actor, repeated: str) -> None:
    """Take the workspace out of use; an admin can restore it for 30 days.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: it was deleted meanwhile.
        NameNotRepeated: `repeated` is not its name.
    """
    actor.require(Role.ADMIN)
    repository.lock_workspace(session, actor.workspace_id)
    found = _live(session, actor.workspace_id)
    if repeated.strip() != found.name:
        raise NameNotRepeated(f"Type the workspace's name to delete it: {found.name}")
    found.deleted_at, found.deleted_by = utcnow(), actor.user_id or actor.workspace_id
    session.flush()
    record(session, actor, "workspace.deleted", found.slug, {"name": found.name})
    publish_on_commit(session, topics.workspace(actor.workspace_id))


def list_deleted(session: Session, user_id: UUID) -> list[DeletedWorkspace]:
    """Return the deleted workspaces that a person may restore, the last deleted first."""
    found = func.pmflow_deleted_workspaces(user_id).table_valued(
        column("workspace_id", Uuid()),
        column("slug"),
        column("name"),
        column("key_prefix"),
        column("deleted_at", UtcDateTime()),
    )
    statement = select(found).order_by(found.c.deleted_at.desc(), found.c.workspace_id)
    return [
        DeletedWorkspace(
            id=row.workspace_id,
            slug=row.slug,
            name=row.name,
            key_prefix=row.key_prefix,
            deleted_at=row.deleted_at,
            purged_at=row.deleted_at + KEPT,
        )
        for row in session.execute(statement)
    ]


def deleted_by_slug(session: Session, user_id: UUID, slug: str) -> UUID:
    """Return the deleted workspace that a person may restore; raises NotFound."""
    for each in list_deleted(session, user_id):
        if each.slug == slug:
            return each.id
    raise NotFound("There is no deleted workspace of that address that you may restore.")


def restore(session: Session, workspace_id: UUID, user_id: UUID, name: str) -> str:
    """Bring a deleted workspace back for a person who is its admin, and return its slug.

    In a session inside the workspace. What was running when it was deleted stays cancelled.

    Raises:
        NotFound: it is not deleted, is gone for good, or the person is not its admin.
    """
    if repository.find_role(session, workspace_id, user_id) is not Role.ADMIN:
        raise NotFound("There is no deleted workspace of that address that you may restore.")
    statement = (
        update(Workspace)
        .where(
            col(Workspace.id) == workspace_id,
            col(Workspace.deleted_at).is_not(None),
            col(Workspace.deleted_by).is_not(None),
        )
        .values(deleted_at=None, deleted_by=None)
        .returning(col(Workspace.slug))
        .execution_options(synchronize_session=False)
    )
    slug = session.scalar(statement)
    if slug is None:
        raise NotFound("There is no deleted workspace of that address that you may restore.")
    actor = Actor(workspace_id, Role.ADMIN, user_id, name)
    record(session, actor, "workspace.restored", slug)
    members = repository.list_members(session, workspace_id)
    publish_on_commit(
        session,
        topics.workspace(workspace_id),
        *(topics.memberships(member.user_id) for member in members),
    )
    return slug


def to_purge(session: Session, kept: timedelta = KEPT) -> list[UUID]:
    """Return the workspaces whose time in the trash is over, from outside of any."""
    asked = func.pmflow_workspaces_to_purge(bindparam("kept", kept, Interval()))
    return list(session.scalars(select(asked)))


def purge(session: Session, workspace_id: UUID, kept: timedelta = KEPT) -> bool:
    """Delete every row of a workspace whose time in the trash is over; False for any other.

    The database does it, as the owner of the tables: the application may not delete decisions,
    versions or the audit log.
    """
    asked = func.pmflow_purge_workspace(workspace_id, bindparam("kept", kept, Interval()))
    return bool(session.scalar(select(asked)))


def _live(session: Session, workspace_id: UUID) -> Workspace:
    found = session.get(Workspace, workspace_id, populate_existing=True)
    if found is None or found.deleted_at is not None:
        raise NotFound("This workspace was deleted.")
    return found


def _save(session: Session, found: Workspace, wanted: dict[str, str]) -> None:
    try:
        with session.begin_nested():
            found.name, found.slug = wanted["name"], wanted["slug"]
    except IntegrityError as error:
        raise SlugTaken(
            f"Another workspace is called {wanted['slug']!r}. Choose another slug."
        ) from error
