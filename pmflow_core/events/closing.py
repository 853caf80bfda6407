"""Word that this process ends, for what waits in it for long."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

Action = Callable[[], None]


@dataclass
class _Waiting:
    actions: dict[object, Action] = field(default_factory=dict)
    is_closing: bool = False


_waiting = _Waiting()


@contextmanager
def when_closing(action: Action) -> Generator[None]:
    """Have `action` called when the process ends while the block runs; at once if it ends now."""
    mark = object()
    _waiting.actions[mark] = action
    try:
        if _waiting.is_closing:
            action()
        yield
    finally:
        del _waiting.actions[mark]


def is_closing() -> bool:
    """Return whether the process ends."""
    return _waiting.is_closing


def close() -> None:
    """Tell everything that waits to end; called on the event loop, before connections close."""
    _waiting.is_closing = True
    for action in list(_waiting.actions.values()):
        action()


def reopen() -> None:
    """Start anew, as when a server starts again in the same process."""
    _waiting.is_closing = False
