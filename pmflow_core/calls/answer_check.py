"""Whether an answer may be used at all; what it says is judged later, by criteria and gates."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import BaseModel

from pmflow_core.providers.answers import (
    JUDGE,
    JURY_VOTE,
    PROTOTYPE,
    TICKET_PLAN,
    Judgement,
    JuryVote,
    PrototypePlan,
    TicketPlan,
    parse,
)
from pmflow_core.providers.base import (
    Completion,
    GenerateRequest,
    ProviderRejected,
    ProviderUnavailable,
)

# A document may have as many characters, see `documents`.
MAX_CHARACTERS = 400_000
_SHAPES: Mapping[str, type[BaseModel]] = MappingProxyType(
    {JURY_VOTE: JuryVote, TICKET_PLAN: TicketPlan, PROTOTYPE: PrototypePlan, JUDGE: Judgement}
)


class AnswerUnusable(ProviderUnavailable):
    """The provider answered, but not in the form that was asked for; another try may."""

    code = "answer_unusable"


def fault_of(
    provider: str, request: GenerateRequest, completion: Completion
) -> ProviderRejected | AnswerUnusable | None:
    """Return why an answer may not be used, or None when it may."""
    whole = ("complete", "tool_calls") if request.tools else ("complete",)
    if completion.stop_reason not in whole:
        text = f"{provider}'s answer was {completion.stop_reason}; it is not used."
        return ProviderRejected(text)
    if len(completion.text) > MAX_CHARACTERS:
        return AnswerUnusable(f"{provider}'s answer is longer than {MAX_CHARACTERS:,} characters.")
    if completion.stop_reason == "complete" and request.schema is not None:
        return _malformed(provider, request, completion.text)
    return None


def _malformed(provider: str, request: GenerateRequest, text: str) -> AnswerUnusable | None:
    try:
        if request.task in _SHAPES:
            parse(_SHAPES[request.task], text)
        elif not isinstance(json.loads(text), dict):
            return AnswerUnusable(f"{provider}'s answer is no JSON object.")
    except ProviderRejected as error:
        return AnswerUnusable(f"{provider}: {error}")
    except ValueError as error:
        return AnswerUnusable(f"{provider}'s answer is no JSON: {error}.")
    return None
