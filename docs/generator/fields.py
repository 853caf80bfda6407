"""What a Pydantic field says of itself: its type, default and bounds, as people read them."""

import types
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from docs.generator.markdown import code, table

_BOUNDS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
_LENGTHS = {"min_length": "at least", "max_length": "at most"}
_WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    dict: "object",
    Path: "path",
    SecretStr: "secret text",
}


def kind(annotation: Any) -> str:
    """Return a type in words, such as `text` or `one of a, b`."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return kind(next(part for part in arguments if part is not type(None)))
    if origin is Annotated:
        return kind(arguments[0])
    if origin in (list, tuple):
        return f"list of {kind(arguments[0])}"
    values = arguments if origin is Literal else _members(annotation)
    if values:
        return "one of " + ", ".join(code(value) for value in values)
    return _WORDS.get(origin or annotation) or getattr(annotation, "__name__", "text")


def _members(annotation: Any) -> tuple[str, ...]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(member.value) for member in annotation)
    return ()


def bounds(field: FieldInfo) -> str:
    """Return a field's limits, such as `≥ 1, ≤ 64`."""
    found: list[str] = []
    for rule in field.metadata:
        for name, sign in _BOUNDS.items():
            if getattr(rule, name, None) is not None:
                found.append(f"{sign} {getattr(rule, name):,}")
        for name, words in _LENGTHS.items():
            if getattr(rule, name, None) is not None:
                found.append(f"{words} {getattr(rule, name):,} long")
        if getattr(rule, "pattern", None):
            found.append(code(rule.pattern))
    return ", ".join(found)


def default(field: FieldInfo) -> str:
    """Return a field's default, `required`, or nothing for none."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        value = str(value).lower()
    return "" if value in (None, "", (), [], {}) else code(value)


def fields_table(model: type[BaseModel]) -> str:
    """Return the table of a model's fields."""
    rows = [
        [code(name), kind(field.annotation), default(field), bounds(field), field.description or ""]
        for name, field in model.model_fields.items()
    ]
    return table(["Field", "Type", "Default", "Bounds", "Meaning"], rows)
