"""Says in words how one recipe differs from another; pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pmflow_core.recipes.spec import RecipeSpec

_LONGEST = 80


def changes(old: RecipeSpec, new: RecipeSpec) -> tuple[str, ...]:
    """Return one line for everything that differs, in the order of the recipe."""
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    return (
        *_fields("", _without_parts(before), _without_parts(after)),
        *_parts("step", _keyed(before["steps"], "key"), _keyed(after["steps"], "key")),
        *_parts("gate", _keyed(before["gates"], "title"), _keyed(after["gates"], "title")),
    )


def _without_parts(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in spec.items() if name not in ("steps", "gates")}


def _keyed(parts: list[dict[str, Any]], name: str) -> dict[str, dict[str, Any]]:
    """Return parts by what names them; a name that comes again is numbered."""
    found: dict[str, dict[str, Any]] = {}
    for part in parts:
        key, again = str(part[name]), 2
        while key in found:
            key, again = f"{part[name]} ({again})", again + 1
        found[key] = part
    return found


def _parts(
    what: str, before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]
) -> Iterator[str]:
    yield from (f"{what} {key} removed" for key in before if key not in after)
    for key, part in after.items():
        if key not in before:
            yield f"{what} {key} added"
        else:
            yield from _fields(f"{what} {key}: ", before[key], part)
    stayed = [key for key in before if key in after]
    if stayed != [key for key in after if key in before]:
        yield f"{what}s in another order: {', '.join(after)}"


def _fields(where: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _fields(f"{where}{name}.", old, new)
        else:
            yield f"{where}{name}: {_shown(old)} → {_shown(new)}"


def _shown(value: object) -> str:
    if value is None or value in ("", [], {}):
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
