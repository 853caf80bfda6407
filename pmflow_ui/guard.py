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
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, Literal, TypeVar, TypeVarTuple, Unpack, get_type_hints
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, create_model
from reflex.event import Event, EventCallback, EventSpec

from pmflow_core.errors import NotFound, PermissionDenied, PmflowError, Unauthenticated
from pmflow_core.logs import get_logger
from pmflow_core.signals.normalise import clean
from pmflow_ui.access import MARK, Access, Permission, check

log = get_logger(__name__)
S = TypeVar("S", bound=rx.State)
Ts = TypeVarTuple("Ts")
Handler = Callable[..., Any]  # a handler's own parameters are its own business
MOST_PATH = 300
Words = Annotated[str, StringConstraints(max_length=400)]
KEPT_NOTES = 4


def _arguments(handler: Handler) -> type[BaseModel]:
    """Return the model that a handler's arguments must fit, extra ones refused."""
    if inspect.isgeneratorfunction(handler):
        raise TypeError(f"{handler.__qualname__}: a handler that yields must be async")
    hints = get_type_hints(handler, include_extras=True)
    fields: dict[str, Any] = {}
    for parameter in list(inspect.signature(handler).parameters.values())[1:]:
        if parameter.name not in hints:
            raise TypeError(f"{handler.__qualname__}: {parameter.name} needs a type")
        if parameter.name.startswith("_"):
            # Pydantic takes such a name for no field, and then refuses what is sent for it.
            raise TypeError(f"{handler.__qualname__}: {parameter.name} must not begin with _")
        required = parameter.default is inspect.Parameter.empty
        fields[parameter.name] = (hints[parameter.name], ... if required else parameter.default)
    return create_model(handler.__qualname__, __config__=ConfigDict(extra="forbid"), **fields)


def _clean(value: Any) -> Any:
    """Return what a browser sent with each text such as PostgreSQL takes it."""
    match value:
        case str():
            return clean(value)
        case list():
            return [_clean(each) for each in value]
        case dict():
            return {name: _clean(each) for name, each in value.items()}
        case _:
            return value


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
        refusal = await state.get_state(NoticeState)
        refusal.kind, refusal.text, refusal.code = _kind(error), str(error), error.code
        return None
    return refused(str(error))


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
                parsed = model.model_validate(_clean(named))
                arguments = {name: getattr(parsed, name) for name in model.model_fields}
                async for reply in _run(handler, self, arguments):
                    yield reply
            except ValidationError as error:
                log.warning(
                    "event.malformed", handler=handler.__qualname__, faults=len(error.errors())
                )
                yield refused("That was not understood. Reload the page and try again.")
            except PmflowError as error:
                yield await _words(error, self, page=page and not background)

        setattr(guarded, MARK, allow)
        # The framework's own conversion only warns when it fails; the model above parses instead.
        guarded.__annotations__ = {}
        return rx.event(background=background, **options)(guarded)  # pyright: ignore[reportReturnType, reportArgumentType]

    return decorate


def refused(text: str, detail: str = "") -> EventSpec:
    """Return the event that says why something was not done."""
    return NoticeState.note("refused", text[:400], detail[:400])


def broken(exception: Exception) -> EventSpec:
    """Log what no handler expected and return the event that says so.

    The framework's own answer would be a script to evaluate, which the pages' policy refuses.
    """
    log.error("event.broken", exc_info=exception)
    return refused("Something went wrong, and it was logged. Reload the page and try again.")


def opened(text: str) -> UUID:
    """Return the id that a page keeps of what is open on it.

    Raises:
        NotFound: nothing is, as when an event comes from nowhere or a tab was forgotten.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("Nothing is open here any more. Reload the page.") from error


@dataclass(frozen=True)
class Note:
    """A few words after an action: `said`, `refused`, or `undo` with a way back."""

    id: int
    kind: str
    text: str
    detail: str


class NoticeState(rx.State):
    """What a tab is told besides its page: short notes, and what stands in the page's place."""

    notes: rx.Field[list[Note]] = rx.field(default_factory=list)
    kind: rx.Field[str] = rx.field("")
    text: rx.Field[str] = rx.field("")
    code: rx.Field[str] = rx.field("")
    _count: int = 0
    _undo: dict[int, tuple[str, dict[str, Any]]] = {}  # noqa: RUF012 Reflex copies it per tab
    _session: str = ""

    @event(allow=Access.ANYONE)
    async def stand_in(
        self, kind: Literal["not_found", "permission", "operator", ""], path: Words = ""
    ) -> None:
        """Show that the page is not there or not for this role; a browser sees only its own.

        With a `path` only while the tab is there: it may have gone on since it was refused.
        """
        if path and path != clean(str(self.router.url.path)[:MOST_PATH]):
            return
        self.kind = "permission" if kind == "operator" else kind
        self.code = ""
        self.text = {
            "not_found": "It does not exist, or you are not a member of it.",
            "permission": "Your role in this workspace does not reach it.",
            "operator": "It is for people who run the installation.",
            "": "",
        }[kind]

    @event(allow=Access.ANYONE)
    async def note(
        self,
        kind: Literal["said", "refused", "undo"],
        text: Words,
        detail: Words = "",
        undo: Words = "",
        arguments: dict[str, Any] | None = None,
    ) -> None:
        """Show a note; `undo` names the event that takes the action back."""
        self._count += 1
        self.notes = [*self.notes[1 - KEPT_NOTES :], Note(self._count, kind, text, detail)]
        kept = {note.id for note in self.notes}
        self._undo = {number: way for number, way in self._undo.items() if number in kept}
        if undo:
            self._undo[self._count] = (undo, arguments or {})

    @event(allow=Access.ANYONE)
    async def take_back(self, number: int) -> Event | None:
        """Send the event that undoes; the wall asks for its permission as for any other."""
        self.notes = [note for note in self.notes if note.id != number]
        way = self._undo.pop(number, None)
        return None if way is None else Event(name=way[0], payload=way[1])

    @event(allow=Access.ANYONE)
    async def dismiss(self, number: int) -> None:
        """Forget a note and its way back."""
        self._undo.pop(number, None)
        self.notes = [note for note in self.notes if note.id != number]
