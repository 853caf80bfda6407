"""Deleting one's account: out of every workspace at once, or out of none."""

from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import burial, repository
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.audit import record
from pmflow_core.accounts.models import User
from pmflow_core.db import Enter
from pmflow_core.errors import Unauthenticated
from pmflow_core.workspaces import repository as workspaces
from pmflow_core.workspaces.schemas import WorkspaceRead
from pmflow_core.workspaces.service import LastAdmin

SHOWN = 5


def delete_account(session: Session, enter: Enter, user_id: UUID) -> None:
    """Remove a person from their workspaces and forget who they were; call `prove` before.

    What they wrote stays, by "Former member". `enter` moves the session into a workspace, in one
    transaction, so that a refusal by the last workspace leaves the first one as it was.

    Raises:
        LastAdmin: workspaces would be left without an admin; the text names them.
    """
    user = repository.lock_user(session, user_id)
    if user is None:
        raise Unauthenticated("You are signed out. Sign in to go on.")
    stuck: list[str] = []
    # In one order for everybody, so that two who leave the same workspaces never wait crosswise.
    mine = sorted(workspaces.list_of_user(session, user_id), key=lambda each: each.id)
    for workspace in mine:
        enter(session, workspace.id)
        if not _leave(session, workspace.id, user):
            stuck.append(workspace.name)
    if stuck:
        raise LastAdmin(
            f"You are the last admin of {_some(stuck)}. Make somebody else an admin there, or"
            " delete the workspace, then try again."
        )
    burial.bury(session, user)


def sole_admin_of(session: Session, enter: Enter, user_id: UUID) -> list[WorkspaceRead]:
    """Return the workspaces that would be left without an admin, by name."""
    found: list[WorkspaceRead] = []
    for workspace in workspaces.list_of_user(session, user_id):
        if workspace.role is Role.ADMIN:
            enter(session, workspace.id)
            if workspaces.count_admins(session, workspace.id) == 1:
                found.append(workspace)
    return found


def _leave(session: Session, workspace_id: UUID, user: User) -> bool:
    """End a membership; False where the person is the last admin."""
    workspaces.lock_workspace(session, workspace_id)
    role = workspaces.find_role(session, workspace_id, user.id)
    if role is None:
        return True
    if role is Role.ADMIN and workspaces.count_admins(session, workspace_id) == 1:
        return False
    workspaces.remove_member(session, workspace_id, user.id)
    actor = Actor(workspace_id, role, user.id, user.name)
    record(session, actor, "member.removed", str(user.id), {"reason": "deleted their account"})
    # Before the session enters the next workspace, which may not see this row.
    session.flush()
    return True


def _some(names: list[str]) -> str:
    """Return names as words, not so many that a form's cookie could not hold them."""
    shown, more = sorted(names)[:SHOWN], len(names) - SHOWN
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
