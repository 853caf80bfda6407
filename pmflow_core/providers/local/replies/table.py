"""Which function answers which task that wants one JSON document."""

from collections.abc import Callable, Mapping

from pydantic import BaseModel

from pmflow_core.providers.answers import JUDGE, JURY_VOTE, PROTOTYPE, TICKET_PLAN
from pmflow_core.providers.base import ProviderRejected
from pmflow_core.providers.local.compose.screens import prototype
from pmflow_core.providers.local.compose.ticketing import plan
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.replies.judge import judge
from pmflow_core.providers.local.replies.jury import vote

_REPLIES: Mapping[str, Callable[[Desk], BaseModel]] = {
    JURY_VOTE: vote,
    TICKET_PLAN: plan,
    PROTOTYPE: prototype,
    JUDGE: judge,
}


def reply(desk: Desk) -> str:
    """The answer to a request with a schema, as JSON.

    Raises:
        ProviderRejected: no rule answers the task, or there is nothing to answer it from.
    """
    rule = _REPLIES.get(desk.request.task)
    if rule is None:
        known = ", ".join(_REPLIES)
        raise ProviderRejected(
            f"The local provider has no rule for {desk.request.task!r}; it answers {known}."
        )
    return rule(desk).model_dump_json(indent=2)
