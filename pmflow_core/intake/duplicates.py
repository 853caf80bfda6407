"""Merges proposed for signals that may report the same."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.signals import duplicates
from pmflow_core.suggestions.models import SuggestionKind
from pmflow_core.suggestions.schemas import Proposal


def propose_for(session: Session, actor: Actor, signal_ids: Sequence[UUID]) -> list[Proposal]:
    """Return the merges to propose for signals that were just processed, the surest first.

    Each signal is proposed for one merge at most, into the older of the two; of many signals at
    once only the surest tenth is proposed. `detail` has `score` (the cosine), `words` that both
    have, `near_identical`, and the numbers of `others` that are like it.

    Raises:
        PermissionDenied: the actor is not an editor.
    """
    return [
        Proposal(
            kind=SuggestionKind.MERGE_DUPLICATE,
            confidence=each.confidence,
            reason=each.reason,
            signal_id=each.signal_id,
            other_signal_id=each.into_id,
            detail=each.detail,
        )
        for each in duplicates.find(session, actor, signal_ids)
    ]
