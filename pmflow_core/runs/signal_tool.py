"""The built-in tool that finds signals of the run's workspace by their words."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session

from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Invalid
from pmflow_core.providers.base import ToolSpec
from pmflow_core.runs.evidence import SEARCH as NAME
from pmflow_core.runs.kinds import RunContext, ToolKind
from pmflow_core.signals import repository as signals
from pmflow_core.signals.schemas import SignalQuery, SignalRead

_MOST_WORDS = 8
_TEXT = 600
_SHORT = 3


class Arguments(BaseModel):
    """What a model may ask for."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=200)
    limit: int = Field(default=10, ge=1, le=30)


def search(arguments: Mapping[str, Any], context: RunContext) -> str:
    """Return the signals that hold the words of a query, best first, one a line.

    Raises:
        Invalid: the arguments are not those of this tool.
    """
    try:
        wanted = Arguments.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{NAME} takes a query and a limit: {where}: {first['msg']}.") from None
    with transaction(context.workspace_id) as session:
        found = _find(session, wanted)
    if not found:
        return "No signal holds these words."
    return "\n".join(_line(one) for one in found)


def _find(session: Session, wanted: Arguments) -> list[SignalRead]:
    """Return signals with all words first, then those with most of them."""
    found = {one.number: one for one in _with(session, wanted.query, wanted.limit)}
    if len(found) >= wanted.limit:
        return list(found.values())
    hits = Counter[int]()
    rows: dict[int, SignalRead] = {}
    for word in _words(wanted.query):
        for one in _with(session, word, 3 * wanted.limit):
            hits[one.number] += 1
            rows[one.number] = one
    best = sorted(rows, key=lambda number: (-hits[number], -number))
    found.update((number, rows[number]) for number in best if number not in found)
    return list(found.values())[: wanted.limit]


def _with(session: Session, words: str, limit: int) -> list[SignalRead]:
    page, _ = signals.find_page(session, SignalQuery(search=words, size=limit), None)
    return page


def _words(query: str) -> Iterable[str]:
    words = dict.fromkeys(word for word in re.findall(r"\w+", query) if len(word) > _SHORT)
    return list(words)[:_MOST_WORDS]


def _line(one: SignalRead) -> str:
    facts = [one.severity, one.segment, one.received_at.date().isoformat()]
    said = ", ".join(str(fact) for fact in facts if fact)
    return f"[{one.name}] ({said}) {' '.join(one.text.split())[:_TEXT]}"


SEARCH_SIGNALS = ToolKind(
    ToolSpec(
        NAME,
        "Finds pieces of customer feedback of this workspace by words they hold. Each line of the"
        " result begins with the id to cite it by, such as [S-12].",
        {
            "type": "object",
            "properties": {
                "query": {"type": "string", "description": "Words to look for."},
                "limit": {"type": "integer", "description": "At most how many, from 1 to 30."},
            },
            "required": ["query"],
            "additionalProperties": False,
        },
    ),
    search,
    read_only=True,
)
