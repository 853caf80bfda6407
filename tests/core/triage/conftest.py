"""A workspace with a project, signals that wait, and suggestions about them."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.suggestions import service as suggestions
from pmflow_core.suggestions.models import SuggestionKind
from pmflow_core.suggestions.schemas import Proposal
from tests.core.runs.staging import Desk, answers, desk, extensions, session, workspace_id

__all__ = ["answers", "desk", "extensions", "session", "workspace_id"]
Suggest = Callable[..., UUID]
Say = Callable[[str], UUID]


@pytest.fixture
def say(session: Session, editor: Actor) -> Say:
    """Take in a signal and return its id."""

    def take_in(text: str) -> UUID:
        made = signals.ingest(session, editor, [SignalIn(text=text)], source=Source.API)
        return made.ids[0]

    return take_in


@pytest.fixture
def suggest(session: Session, editor: Actor) -> Suggest:
    """Propose something and return its id."""

    def propose(kind: SuggestionKind, *, confidence: float = 0.7, **named: UUID) -> UUID:
        proposal = Proposal(kind, confidence, "It says the same.", **named)  # pyright: ignore[reportArgumentType]
        [made] = suggestions.propose(session, editor, [proposal])
        return made

    return propose


@pytest.fixture
def link(desk: Desk, say: Say, suggest: Suggest) -> UUID:
    """A suggestion to link a new signal to the project."""
    signal = say("Where has the search gone?")
    return suggest(SuggestionKind.LINK_SIGNAL, signal_id=signal, project_id=desk.id)
