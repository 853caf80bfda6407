"""Calls of tools as vendors stream them: arguments in pieces of JSON."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue, TypeAdapter

from pmflow_core.providers.base import ToolCall
from pmflow_core.providers.streams import clean

_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])
_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", re.DOTALL)


@dataclass
class Growing:
    """A call whose arguments are still coming."""

    id: str = ""
    name: str = ""
    arguments: str = ""


def finished(calls: Iterable[Growing]) -> tuple[ToolCall, ...]:
    """Return the calls with their arguments read; raises ValueError when one is no JSON object."""
    return tuple(
        ToolCall(clean(call.id), clean(call.name), _arguments(call.arguments)) for call in calls
    )


def unfenced(text: str) -> str:
    """Return a JSON answer without the code fence that some models put around it."""
    inside = _FENCED.fullmatch(text)
    return text if inside is None else inside.group(1)


def _arguments(text: str) -> Mapping[str, Any]:
    # Through `clean`, for PostgreSQL keeps the arguments and refuses NUL.
    if not text.strip():
        return {}
    whole = _OBJECT.validate_json(clean(text))
    return json.loads(json.dumps(whole, ensure_ascii=False).replace("\\u0000", "\\ufffd"))
