"""A body that a route would take, made from the model it declares."""

import types
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID, uuid4

from fastapi.routing import APIRoute
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from pmflow_ui.api.bodies import Body
from tests.walls.things import Side

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
Text = Callable[[str], str]


def plain(name: str) -> str:
    """Return a harmless text for a field."""
    return f"some {name}"


def model_of(route: APIRoute) -> type[BaseModel] | None:
    """Return the model of the body that a route reads, if it says one."""
    for dependency in route.dependant.dependencies:
        if isinstance(dependency.call, Body):
            return dependency.call.model
    return None


def example(
    model: type[BaseModel], side: Side | None = None, text: Text = plain, *, whole: bool = False
) -> dict[str, Any]:
    """Return what fits a model: required fields only unless `whole`, ids of what `side` has."""
    made: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if field.is_required() or whole:
            kind = _bounded(field)
            made[field.alias or name] = value(kind, name, side, text)
    return made


def _bounded(field: FieldInfo) -> Any:
    return field.annotation


def value(kind: Any, name: str, side: Side | None, text: Text) -> Any:
    """Return one value of a type."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return inner[0]
    if origin in (Union, types.UnionType):
        some = [each for each in inner if each is not type(None)]
        return value(some[0], name, side, text)
    if hasattr(kind, "__metadata__"):
        return value(inner[0], name, side, text)
    if origin in (list, tuple, set, frozenset):
        return [value(inner[0], name, side, text)]
    if origin is dict or kind is dict:
        return {"key": value(inner[1], name, side, text) if inner else "value"}
    return _of_class(kind, name, side, text)


def _of_class(kind: Any, name: str, side: Side | None, text: Text) -> Any:
    if kind is Any or not isinstance(kind, type):
        return text(name)
    if issubclass(kind, Enum):
        return next(iter(kind)).value
    if issubclass(kind, BaseModel):
        return example(kind, side, text)
    plainly: dict[type, Any] = {
        bool: True,
        int: 1,
        float: 0.5,
        Decimal: 1,
        datetime: MOMENT.isoformat(),
        AwareDatetime: MOMENT.isoformat(),
    }
    if kind in plainly:
        return plainly[kind]
    if kind is UUID or (name == "project" and text is plain):
        return own_id(name, side)
    return text(name)


def own_id(name: str, side: Side | None) -> str:
    """Return the id of a row of the side's that a field's name speaks of, else one of nothing."""
    one = name.removesuffix("s").removesuffix("_id").removesuffix("s")
    for table, row in (side.rows if side else {}).items():
        if table.removesuffix("s") == one or table.endswith(f"_{one}s"):
            return str(row.get("id"))
    return str(uuid4())
