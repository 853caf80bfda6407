"""Workspaces and their members: entering one, making one, and who may do what in it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.audit import record
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Invalid, NotFound
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.workspaces import repository
from pmflow_core.workspaces.models import Workspace
from pmflow_core.workspaces.names import LONGEST_NAME, LONGEST_SLUG, is_slug, key_prefixes
from pmflow_core.workspaces.schemas import MemberRead, WorkspaceRead


class InvalidWorkspaceName(Invalid):
    """The name is empty, too long or holds control characters."""

    code = "invalid_workspace_name"


class InvalidSlug(Invalid):
    """The slug cannot be part of an address."""

    code = "invalid_slug"


class SlugTaken(Conflict):
    """Another workspace has that slug."""

    code = "slug_taken"


class AlreadyMember(Conflict):
    """The person is a member already."""

    code = "already_member"


class LastAdmin(Conflict):
    """The workspace would be left without an admin."""

    code = "last_admin"


def list_workspaces(session: Session, user_id: UUID) -> list[WorkspaceRead]:
    """Return the workspaces a signed-in person is a member of, by name."""
    return repository.list_of_user(session, user_id)


def actor_for(session: Session, user_id: UUID, slug: str) -> Actor:
    """Return a signed-in person as a member of the workspace; the edge then opens it.

    Raises:
        NotFound: no such workspace, or the person is not a member of it.
    """
    actor = actors_for(session, ((user_id, slug),)).get((user_id, slug))
    if actor is None:
        raise NotFound("It does not exist, or you are not a member of it.")
    return actor


def actors_for(
    session: Session, asked: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Actor]:
    """Return signed-in people, each with a workspace's slug, as members of those workspaces.

    Who is not a member of theirs is left out.
    """
    return repository.find_actors(session, [each for each in asked if is_slug(each[1])])


def workspace_by_slug(session: Session, slug: str) -> UUID:
    """Return a workspace's id, for who runs the installation.

    Raises:
        NotFound: no such workspace.
    """
    workspace_id = repository.find_by_slug(session, slug) if is_slug(slug) else None
    if workspace_id is None:
        raise NotFound(f"There is no workspace {slug!r}.")
    return workspace_id


def add_workspace(
    session: Session,
    workspace_id: UUID,
    *,
    name: str,
    slug: str,
    admin_user_id: UUID,
    is_sample: bool = False,
) -> WorkspaceRead:
    """Make a workspace with its first admin, in a session that is inside the new id.

    Raises:
        InvalidWorkspaceName: the name is empty, too long or holds control characters.
        InvalidSlug: the slug cannot be part of an address.
        SlugTaken: another workspace has the slug.
    """
    name, slug = check_name(name), check_slug(slug)
    workspace = Workspace(
        id=workspace_id,
        name=name,
        slug=slug,
        key_prefix="",
        is_sample=is_sample,
        # A sample arrives with all of it done.
        first_run_ended_at=utcnow() if is_sample else None,
    )
    prefix = _save(session, workspace)
    repository.add_member(session, workspace_id, admin_user_id, Role.ADMIN)
    actor = Actor(workspace_id, Role.ADMIN, admin_user_id)
    record(session, actor, "workspace.created", slug)
    publish_on_commit(session, topics.memberships(admin_user_id))
    return WorkspaceRead(id=workspace_id, slug=slug, name=name, key_prefix=prefix, role=Role.ADMIN)


def check_name(name: str) -> str:
    """Return a workspace's name as it is kept; raises InvalidWorkspaceName."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidWorkspaceName(
            f"A workspace's name has 1 to {LONGEST_NAME} printable characters."
        )
    return name


def check_slug(slug: str) -> str:
    """Return a slug that may be part of an address; raises InvalidSlug."""
    if not is_slug(slug):
        raise InvalidSlug(
            f"A slug has 2 to {LONGEST_SLUG} of a–z, 0–9 and single hyphens between them."
        )
    return slug


def list_members(session: Session, actor: Actor) -> list[MemberRead]:
    """Return the members of the actor's workspace, by name."""
    actor.require(Role.VIEWER)
    return repository.list_members(session, actor.workspace_id)


def add_member(session: Session, actor: Actor, user_id: UUID, role: Role) -> None:
    """Make a person a member.

    Raises:
        PermissionDenied: the actor is not an admin.
        AlreadyMember: the person is one.
    """
    actor.require(Role.ADMIN)
    if not repository.add_member(session, actor.workspace_id, user_id, role):
        raise AlreadyMember("That person is a member already.")
    _note(session, actor, "member.added", user_id, {"role": role.value})


def change_role(session: Session, actor: Actor, user_id: UUID, role: Role) -> None:
    """Give a member another role; it counts from their next request on.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: no such member.
        LastAdmin: the workspace would be left without an admin.
    """
    actor.require(Role.ADMIN)
    before = _lock_member(session, actor, user_id, stays_admin=role is Role.ADMIN)
    repository.set_role(session, actor.workspace_id, user_id, role)
    detail = {"before": before.value, "after": role.value}
    _note(session, actor, "member.role_changed", user_id, detail)


def remove_member(session: Session, actor: Actor, user_id: UUID) -> None:
    """End a membership; everybody may end their own.

    Raises:
        PermissionDenied: it is another's, and the actor is not an admin.
        NotFound: no such member.
        LastAdmin: the workspace would be left without an admin.
    """
    actor.require(Role.VIEWER if user_id == actor.user_id else Role.ADMIN)
    before = _lock_member(session, actor, user_id, stays_admin=False)
    repository.remove_member(session, actor.workspace_id, user_id)
    action = "member.left" if user_id == actor.user_id else "member.removed"
    _note(session, actor, action, user_id, {"before": before.value})


def _note(
    session: Session, actor: Actor, action: str, user_id: UUID, detail: dict[str, str]
) -> None:
    """Write who changed whose membership, and have that person's open tabs and streams look."""
    record(session, actor, action, repository.email_of(session, user_id), detail)
    publish_on_commit(session, topics.workspace(actor.workspace_id), topics.memberships(user_id))


def _save(session: Session, workspace: Workspace) -> str:
    for prefix in key_prefixes(workspace.name):
        if repository.prefix_is_taken(session, prefix):
            continue
        workspace.key_prefix = prefix
        if repository.add(session, workspace):
            return prefix
        # Either somebody has just taken the prefix, or the slug is another's.
        if not repository.prefix_is_taken(session, prefix):
            break
    raise SlugTaken(f"Another workspace is called {workspace.slug!r}. Choose another slug.")


def _lock_member(session: Session, actor: Actor, user_id: UUID, *, stays_admin: bool) -> Role:
    repository.lock_workspace(session, actor.workspace_id)
    role = repository.find_role(session, actor.workspace_id, user_id)
    if role is None:
        raise NotFound("This workspace has no such member.")
    last = role is Role.ADMIN and repository.count_admins(session, actor.workspace_id) == 1
    if last and not stays_admin:
        raise LastAdmin("A workspace needs an admin. Make somebody else one first.")
    return role
