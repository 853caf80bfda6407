"""Who may send an event: every handler says it, and checks it again inside.

Every public method of every state can be called by anybody who can open a socket, bound to a
component or not. `wall.py` refuses what declares nothing; the decorator here opens one door,
parses the arguments as the untrusted input they are, and turns errors into words.

    class BoardState(rx.State):
        @event(allow=Role.EDITOR)
        async def move(self, project_id: UUID, stage: str) -> None:
            await call(board.move, current_actor(), project_id, stage)

Methods that are not events begin with an underscore.
"""

import inspect
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, Literal, TypeVar, TypeVarTuple, Unpack, get_type_hints

import reflex as rx
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from reflex.event import EventCallback
from reflex_base.event.context import EventContext

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.errors import NotFound, PermissionDenied, PmflowError, Unauthenticated
from pmflow_core.logs import get_logger
from pmflow_ui.viewer import Viewer

log = get_logger(__name__)
MARK = "__authz__"
S = TypeVar("S", bound=rx.State)
Ts = TypeVarTuple("Ts")
Handler = Callable[..., Any]  # a handler's own parameters are its own business


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
    actor = current_viewer().actor
    if actor is None:
        raise NotFound("There is no such workspace for you.")
    return actor


def check(permission: Permission) -> None:
    """Raise unless the sender of the event being handled has the permission.

    Raises:
        Unauthenticated: it needs a signed-in person.
        NotFound: it needs a member of the workspace.
        PermissionDenied: the role does not reach.
    """
    if permission is Access.ANYONE:
        return
    viewer = current_viewer()
    if permission is Access.OPERATOR and not viewer.is_operator:
        raise PermissionDenied("This is for operators of the installation.")
    if isinstance(permission, Role):
        current_actor().require(permission)


def _arguments(handler: Handler) -> type[BaseModel]:
    """Return the model that a handler's arguments must fit, extra ones refused."""
    if inspect.isgeneratorfunction(handler):
        raise TypeError(f"{handler.__qualname__}: a handler that yields must be async")
    hints = get_type_hints(handler, include_extras=True)
    fields: dict[str, Any] = {}
    for parameter in list(inspect.signature(handler).parameters.values())[1:]:
        if parameter.name not in hints:
            raise TypeError(f"{handler.__qualname__}: {parameter.name} needs a type")
        required = parameter.default is inspect.Parameter.empty
        fields[parameter.name] = (hints[parameter.name], ... if required else parameter.default)
    return create_model(handler.__qualname__, __config__=ConfigDict(extra="forbid"), **fields)


async def _run(handler: Handler, state: rx.State, arguments: dict[str, Any]) -> AsyncIterator[Any]:
    """Yield what a handler yields or returns, whichever kind of function it is."""
    outcome = handler(state, **arguments)
    if inspect.isasyncgen(outcome):
        async for reply in outcome:
            yield reply
        return
    reply = await outcome if inspect.isawaitable(outcome) else outcome
    if reply is not None:
        yield reply


def _kind(error: PmflowError) -> str:
    if isinstance(error, NotFound):
        return "not_found"
    return "permission" if isinstance(error, PermissionDenied) else "error"


async def _words(error: PmflowError, state: rx.State, *, page: bool) -> Any:
    """Return the event that tells a person what went wrong."""
    if isinstance(error, Unauthenticated):
        return rx.redirect("/login")
    if page:
        refusal = await state.get_state(RefusalState)
        refusal.kind, refusal.text, refusal.code = _kind(error), str(error), error.code
        return None
    return rx.toast.error(str(error))


def event(
    *,
    allow: Permission,
    page: bool = False,
    background: bool = False,
    **options: Any,
) -> Callable[[Callable[[S, Unpack[Ts]], Any]], EventCallback[*Ts]]:
    """Make a method an event that only `allow` may send.

    An expected error becomes a toast; with `page`, for the events that load one, it takes the
    page's place instead. Options such as `debounce` or `supersedes` go to `rx.event`.
    """

    def decorate(handler: Callable[[S, Unpack[Ts]], Any]) -> EventCallback[*Ts]:
        model = _arguments(handler)

        @wraps(handler)
        async def guarded(self: rx.State, *given: Any, **named: Any) -> AsyncIterator[Any]:
            try:
                check(allow)
                named |= dict(zip(model.model_fields, given, strict=False))
                parsed = model.model_validate(named)
                arguments = {name: getattr(parsed, name) for name in model.model_fields}
                async for reply in _run(handler, self, arguments):
                    yield reply
            except ValidationError as error:
                log.warning(
                    "event.malformed", handler=handler.__qualname__, faults=len(error.errors())
                )
                yield rx.toast.error("That was not understood. Reload the page and try again.")
            except PmflowError as error:
                yield await _words(error, self, page=page and not background)

        setattr(guarded, MARK, allow)
        # The framework's own conversion only warns when it fails; the model above parses instead.
        guarded.__annotations__ = {}
        return rx.event(background=background, **options)(guarded)  # pyright: ignore[reportReturnType, reportArgumentType]

    return decorate


class RefusalState(rx.State):
    """What stands in a page's place when it cannot be shown."""

    kind: rx.Field[str] = rx.field("")
    text: rx.Field[str] = rx.field("")
    code: rx.Field[str] = rx.field("")
    _session: str = ""

    @event(allow=Access.ANYONE)
    async def stand_in(self, kind: Literal["not_found", "permission", ""]) -> None:
        """Show that the page is not there or not for this role; a browser sees only its own."""
        self.kind = kind
        self.code = ""
        self.text = {
            "not_found": "It does not exist, or you are not a member of it.",
            "permission": "Your role in this workspace does not reach it.",
            "": "",
        }[kind]
