"""Who sent the event being handled, and whether they may."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from reflex_base.event.context import EventContext

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import NotFound, PermissionDenied, Unauthenticated
from pmflow_ui.viewer import Program, Viewer

MARK = "__authz__"


class Access(StrEnum):
    """Who may send an event that belongs to no workspace; inside one, a Role says it."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    OPERATOR = "operator"


Permission = Access | Role


@dataclass(frozen=True, slots=True)
class Finding:
    """Who sent one event, as the wall found out; of no use to any other event."""

    event_id: str
    viewer: Viewer | None


_finding: ContextVar[Finding | None] = ContextVar("finding", default=None)


def event_id() -> str:
    """Return the id of the event being handled, or an empty string outside of one."""
    try:
        return EventContext.get().txid
    except LookupError:
        return ""


def admit(viewer: Viewer | None) -> None:
    """Note who sent the event being handled."""
    _finding.set(Finding(event_id(), viewer))


@contextmanager
def acting_as(viewer: Viewer | None) -> Generator[None]:
    """Call handlers as `viewer` without a socket, as tests do."""
    token = _finding.set(Finding(event_id(), viewer))
    try:
        yield
    finally:
        _finding.reset(token)


def current_viewer() -> Viewer:
    """Return who sent the event that is being handled.

    Raises:
        Unauthenticated: nobody is signed in.
    """
    finding = _finding.get()
    if finding is None or finding.event_id != event_id() or finding.viewer is None:
        raise Unauthenticated("You are signed out. Sign in to go on.")
    return finding.viewer


def current_actor() -> Actor:
    """Return the viewer as a member of the workspace in the page's address.

    Raises:
        Unauthenticated: nobody is signed in.
        NotFound: no such workspace, or the viewer is not a member of it.
    """
    return member(current_viewer())


def member(viewer: Viewer | Program) -> Actor:
    """Return a viewer as a member of the workspace in the address; raises NotFound."""
    if viewer.actor is None:
        raise NotFound("There is no such workspace for you.")
    return viewer.actor


def check(permission: Permission) -> None:
    """Raise unless the sender of the event being handled has the permission.

    Raises:
        Unauthenticated: it needs a signed-in person.
        NotFound: it needs a member of the workspace.
        PermissionDenied: the role does not reach.
    """
    if permission is not Access.ANYONE:
        require(current_viewer(), permission)


def require(viewer: Viewer | None, permission: Permission) -> None:
    """Raise as `check` does, unless `viewer` has the permission."""
    if permission is Access.ANYONE:
        return
    if viewer is None:
        raise Unauthenticated("You are signed out. Sign in to go on.")
    if permission is Access.OPERATOR and not viewer.is_operator:
        raise PermissionDenied("This is for operators of the installation.")
    if isinstance(permission, Role):
        member(viewer).require(permission)
