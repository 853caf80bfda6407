"""What stands in the place of a path's parameters: something that is there, in either workspace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from fastapi.routing import APIRoute


@dataclass(frozen=True)
class Side:
    """A furnished workspace: its rows by table, each once."""

    workspace_id: UUID
    slug: str
    rows: Mapping[str, Mapping[str, Any]]

    def id_of(self, table: str) -> str:
        """Return the id of the table's row."""
        return str(self.rows[table]["id"])


class Sides(Protocol):
    """Whatever has our workspace and the other one."""

    @property
    def ours(self) -> Side:
        """Ours."""
        ...

    @property
    def theirs(self) -> Side:
        """The other one."""
        ...


# Parameters that choose the workspace, so that the permission itself reads them.
SELECTORS: Mapping[str, Callable[[Side], str]] = {
    "slug": lambda side: side.slug,
    "project": lambda side: side.id_of("projects"),
    "run_id": lambda side: side.id_of("stage_runs"),
}
# Parameters whose name does not say which table's id they are.
OBJECTS: Mapping[str, Callable[[Side], str]] = {
    "number": lambda side: str(side.rows["signals"]["number"]),
    "signal": lambda side: str(side.rows["signals"]["number"]),
    "linked": lambda side: side.id_of("projects"),
    "merge_id": lambda side: side.id_of("customer_merges"),
    "endpoint_id": lambda side: side.id_of("webhook_endpoints"),
    "event_id": lambda side: side.id_of("raw_events"),
    "record_id": lambda side: side.id_of("knowledge"),
    "view_id": lambda side: side.id_of("saved_views"),
    "item": lambda side: side.id_of("signals"),
    "thing_id": lambda side: side.id_of("projects"),
    "subject_id": lambda side: side.id_of("projects"),
    "key_id": lambda side: side.id_of("api_keys"),
    "user_id": lambda side: str(side.rows["memberships"]["user_id"]),
    "member_id": lambda side: str(side.rows["memberships"]["user_id"]),
}
# Parameters that name no row of anybody's.
WORDS: Mapping[str, str] = {
    "rest": "nothing",
    "stage": "discovery",
    "type": "research",
    "kind": "research",
    "version": "1",
    "token": "0" * 43,
    "provider": "github",
    "name": "anthropic",
    "deleted_slug": "nowhere",
    "session_id": "00000000-0000-7000-8000-000000000001",
}


class NoFactory(LookupError):
    """A path's parameter has a name for which nobody said what to put there."""


def is_object(name: str, route: APIRoute) -> bool:
    """Return whether a parameter names a row inside the workspace that others choose."""
    return name not in SELECTORS and name not in WORDS and _choice(name, route) is None


def stand_in(name: str, route: APIRoute, side: Side) -> str:
    """Return what stands for a parameter of a route's path.

    Raises:
        NoFactory: neither its name, its type nor a table says what it is.
    """
    known = SELECTORS.get(name) or OBJECTS.get(name)
    if known is not None:
        return known(side)
    choice = _choice(name, route)
    if choice is not None:
        return choice
    return WORDS[name] if name in WORDS else side.id_of(_table(name, route, side))


def _choice(name: str, route: APIRoute) -> str | None:
    """Return the first of the values that a parameter's type lists, if it lists them."""
    for field in route.dependant.path_params:
        if field.name != name:
            continue
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, Enum):
            return str(next(iter(kind)).value)
        listed = getattr(kind, "__args__", ())
        return str(listed[0]) if listed and isinstance(listed[0], str) else None
    return None


def _table(name: str, route: APIRoute, side: Side) -> str:
    """Return the one table whose rows a parameter such as `persona_id` names."""
    one = name.removesuffix("_id")
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    found = [each for each in side.rows if each == many] or [
        each for each in side.rows if each.endswith(f"_{many}")
    ]
    if len(found) != 1 or not name.endswith("_id"):
        raise NoFactory(
            f"{route.path}: nobody knows what to put for {{{name}}} (tables: {found}). "
            "Say it in tests/walls/things.py."
        )
    return found[0]
