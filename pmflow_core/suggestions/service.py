"""Proposing actions; deciding on them lies above, where what they do is known."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.ids import uuid7
from pmflow_core.signals.nudges import announce
from pmflow_core.suggestions import repository
from pmflow_core.suggestions.models import SuggestionStatus
from pmflow_core.suggestions.schemas import Proposal

LIFE = timedelta(days=30)


def propose(session: Session, actor: Actor, proposals: Sequence[Proposal]) -> list[UUID]:
    """Add the proposals that are new and return their ids; what was dismissed stays dismissed.

    Raises:
        PermissionDenied: the actor is not an editor.
    """
    actor.require(Role.EDITOR)
    now = utcnow()
    # In one order, so that two who propose the same wait for each other.
    ordered = sorted(proposals, key=lambda each: (each.kind, each.key))
    made = repository.add_new(
        session,
        [
            {
                "id": uuid7(),
                "created_at": now,
                "workspace_id": actor.workspace_id,
                "kind": each.kind,
                "status": SuggestionStatus.PROPOSED,
                "key": each.key,
                "signal_id": each.signal_id,
                "other_signal_id": each.other_signal_id,
                "project_id": each.project_id,
                "theme_id": each.theme_id,
                "confidence": each.confidence,
                "reason": each.reason,
                "detail": each.detail,
                "expires_at": now + LIFE,
                "result": {},
            }
            for each in ordered
        ],
    )
    if made:
        announce(session, actor.workspace_id)
    return made
