"""The wall before every event: what declares no permission is refused, and so is who has none."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

import reflex as rx
from reflex.event import Event, EventCallback, EventSpec
from reflex.state import BaseState, StateUpdate
from reflex_base.registry import RegistrationContext

from pmflow_core.errors import NotFound, PermissionDenied, PmflowError, Unauthenticated
from pmflow_core.logs import get_logger
from pmflow_ui.access import MARK, Access, Permission, admit, check
from pmflow_ui.guard import MOST_PATH, NoticeState, refused
from pmflow_ui.viewer import Viewer, find_viewer, fingerprint, session_token, workspace_slug

log = get_logger(__name__)

# What the framework sends by itself.
FRAMEWORK = frozenset(
    {
        "hydrate",
        "hydrate_and_load",
        "set_is_hydrated",
        "on_load_internal",
        "handle_frontend_exception",
    }
)
# The framework's too, but each writes vars and nothing here uses them, so the wall lets none pass.
FRAMEWORK_REFUSED = frozenset({"setvar", "update_vars_internal"})


def permission_of(name: str) -> Permission | None:
    """Return what the handler of an event declares, or None when it declares nothing."""
    registered = RegistrationContext.get().event_handlers.get(name)
    return getattr(registered.handler.fn, MARK, None) if registered else None


def is_framework_event(name: str) -> bool:
    """Return whether the framework itself sends this event, to a state of its own."""
    registered = RegistrationContext.get().event_handlers.get(name)
    return (
        registered is not None
        and name.rsplit(".", 1)[-1] in FRAMEWORK
        and all(state.__module__.startswith("reflex.") for state in registered.states)
    )


def undeclared() -> list[str]:
    """Return every handler that is neither the framework's nor says who may send it."""
    return sorted(
        name
        for name in RegistrationContext.get().event_handlers
        if permission_of(name) is None
        and not is_framework_event(name)
        and name.rsplit(".", 1)[-1] not in FRAMEWORK_REFUSED
    )


@dataclass
class Wall(rx.Middleware):
    """Refuses every event that its sender may not send; the app's first middleware."""

    find: Callable[[str, str], Awaitable[Viewer | None]] = find_viewer

    async def preprocess(
        self,
        app: rx.App,  # noqa: ARG002 the framework's signature
        state: BaseState,
        event: Event,
    ) -> StateUpdate | None:
        """Return None to let the event pass, else the update that answers it instead."""
        await _forget_another_session(state)
        permission = permission_of(event.name)
        if permission is None and is_framework_event(event.name):
            return None
        if permission is None:
            log.warning("event.refused", handler=event.name, reason="declares no permission")
            return StateUpdate()
        path = state.router.url.path
        # It runs under the tab's lock, so it asks for the session's row and nothing more.
        viewer: Viewer | None = None
        try:
            if permission is not Access.ANYONE:
                viewer = await self.find(state.router.headers.cookie, path)
            admit(viewer)
            check(permission)
        except PmflowError as error:
            return _answer(event, viewer, _refusal(permission, error, path))
        return None


def _refusal(
    permission: Permission, error: PmflowError, path: str
) -> EventSpec | EventCallback | None:
    """Return the event that tells who is refused, or that the database is away; None for nobody."""
    match error:
        case Unauthenticated():
            return rx.redirect(f"/login?next={quote(path)}")
        case NotFound() if workspace_slug(path) is None:
            # It comes from a page that the tab has left, as when its workspace was deleted.
            return None
        case NotFound():
            return NoticeState.stand_in("not_found", path[:MOST_PATH])
        case PermissionDenied() if permission is Access.OPERATOR:
            # What is for operators is a page of its own, so that page is what is refused.
            return NoticeState.stand_in("operator")
        case _:
            return refused(str(error))


def _answer(
    event: Event, viewer: Viewer | None, reply: EventSpec | EventCallback | None
) -> StateUpdate:
    by = str(viewer.user_id) if viewer else None
    log.info("event.refused", handler=event.name, by=by)
    return StateUpdate() if reply is None else StateUpdate(events=Event.from_event_type(reply))


async def _forget_another_session(state: BaseState) -> None:
    """Empty a tab's state when its connection carries another session than the one before.

    The browser chooses a tab's id, so what was read for one person must not await the next.
    """
    mark = await state.get_state(NoticeState)
    before = mark._session  # pyright: ignore[reportPrivateUsage] the wall's own mark
    now = fingerprint(session_token(state.router.headers.cookie))
    if before == now:
        return
    if before:
        state._get_root_state().reset()  # pyright: ignore[reportPrivateUsage] no public way
    mark._session = now  # pyright: ignore[reportPrivateUsage]
