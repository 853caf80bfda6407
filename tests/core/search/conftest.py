"""A workspace whose signals are embedded by the shipped model, and ways to ask it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.embedding.selection import get_embedder
from pmflow_core.search.schemas import Found, SearchQuery
from pmflow_core.search.service import search
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import DIMENSIONS, Signal, Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.themes.models import Theme

TEXTS = (
    "The export to CSV fails for big boards",
    "I can't find my notifications since the update",
    "Exporting my data takes hours",
    "The password reset mail never arrives",
    "Please add a dark theme",
)


def add(actor: Actor, *texts: str, **fields: object) -> list[UUID]:
    """Take in texts and return their ids, not embedded."""
    rows = [SignalIn.model_validate({"text": text, **fields}) for text in texts]
    with transaction(actor.workspace_id) as session:
        return signals.ingest(session, actor, rows, source=Source.API).ids


def add_theme(
    session: Session, actor: Actor, label: str, *keywords: str, centroid: object = None
) -> Theme:
    """Add an active theme; without a centroid it lies where no text does."""
    theme = Theme(
        workspace_id=actor.workspace_id,
        label=label,
        keywords=list(keywords),
        centroid=[1.0] + [0.0] * (DIMENSIONS - 1) if centroid is None else centroid,
        changed_at=utcnow(),
    )
    session.add(theme)
    session.flush()
    return theme


def embed(session: Session) -> None:
    """Give every signal that has none its vector, as a worker does."""
    embedder = get_embedder()
    statement = select(col(Signal.id), col(Signal.verbatim)).where(
        col(Signal.embedding_model).is_(None)
    )
    rows = session.execute(statement).all()
    for row, vector in zip(rows, embedder.embed([row[1] for row in rows]), strict=True):
        session.execute(
            update(Signal)
            .where(col(Signal.id) == row[0])
            .values(embedding=vector, embedding_model=embedder.name)
        )


@pytest.fixture
def begin(editor: Actor) -> Callable[[], AbstractContextManager[Session]]:
    """What opens a transaction in the workspace."""
    return partial(transaction, editor.workspace_id)


@pytest.fixture
def texts(editor: Actor, begin: Callable[[], AbstractContextManager[Session]]) -> list[UUID]:
    """Five embedded signals, S-1 to S-5."""
    ids = add(editor, *TEXTS)
    with begin() as session:
        embed(session)
    return ids


Ask = Callable[..., Found]


@pytest.fixture
def ask(editor: Actor, begin: Callable[[], AbstractContextManager[Session]]) -> Ask:
    """Search as the editor."""

    def asking(text: str, **more: object) -> Found:
        return search(begin, editor, SearchQuery.model_validate({"text": text, **more}))

    return asking


def numbers(found: Found) -> list[int]:
    """Return the numbers of the signals that were found, in order."""
    return [hit.row.number for hit in found.signals]
