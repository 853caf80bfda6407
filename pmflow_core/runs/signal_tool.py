"""The built-in tool that finds signals of the run's workspace by words and by meaning."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Invalid
from pmflow_core.providers.base import ToolSpec
from pmflow_core.runs.evidence import SEARCH as NAME
from pmflow_core.runs.kinds import RunContext, ToolKind
from pmflow_core.search import service as searching
from pmflow_core.search.schemas import SearchQuery, Thing
from pmflow_core.signals.schemas import SignalRead

_TEXT = 600


class Arguments(BaseModel):
    """What a model may ask for."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=200)
    limit: int = Field(default=10, ge=1, le=30)


def search(arguments: Mapping[str, Any], context: RunContext) -> str:
    """Return the signals that speak to a query, best first, one a line.

    Raises:
        Invalid: the arguments are not those of this tool.
    """
    try:
        wanted = Arguments.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{NAME} takes a query and a limit: {where}: {first['msg']}.") from None
    query = SearchQuery(text=wanted.query, things=frozenset((Thing.SIGNAL,)), signals=wanted.limit)
    begin = partial(transaction, context.workspace_id)
    found = searching.search(begin, Actor.system(context.workspace_id), query)
    if not found.signals:
        return "No signal speaks to this."
    return "\n".join(_line(hit.row) for hit in found.signals)


def _line(one: SignalRead) -> str:
    facts = [one.severity, one.segment, one.received_at.date().isoformat()]
    said = ", ".join(str(fact) for fact in facts if fact)
    return f"[{one.name}] ({said}) {' '.join(one.text.split())[:_TEXT]}"


SEARCH_SIGNALS = ToolKind(
    ToolSpec(
        NAME,
        "Finds pieces of customer feedback of this workspace that speak to a question, by its words"
        " and by its meaning. Each line of the result begins with the id to cite it by, such as"
        " [S-12].",
        {
            "type": "object",
            "properties": {
                "query": {"type": "string", "description": "A question, or words to look for."},
                "limit": {"type": "integer", "description": "At most how many, from 1 to 30."},
            },
            "required": ["query"],
            "additionalProperties": False,
        },
    ),
    search,
    read_only=True,
)
