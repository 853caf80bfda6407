"""A long import is shared among workers, a batch at a time, and each signal is processed once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.intake.processing import process_workspace
from pmflow_core.intake.repository import BATCH
from pmflow_core.intake.sharing import help_out
from pmflow_core.signals.models import Signal, SignalToSuggest
from tests.core.intake.conftest import Ingest, TopicEmbedder

MANY = 2 * BATCH + 40


def unprocessed(actor: Actor) -> int:
    with transaction(actor.workspace_id) as session:
        statement = select(func.count()).where(col(Signal.processed_at).is_(None))
        return session.scalar(statement.select_from(Signal)) or 0


def texts(count: int) -> list[str]:
    return [f"Export {number} stalls" for number in range(count)]


def test_a_helper_takes_one_batch_and_no_more(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ingest(*texts(MANY))

    help_out(actor.workspace_id, embedder, helper=0, turn=0)

    assert unprocessed(actor) == MANY - BATCH


@pytest.mark.parametrize(("count", "asked"), [(BATCH, 0), (MANY, 1)])
def test_help_is_asked_for_once_when_there_is_more_than_one_batch(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder, count: int, asked: int
) -> None:
    ingest(*texts(count))
    calls: list[UUID] = []

    process_workspace(actor.workspace_id, embedder, calls.append)

    assert calls == [actor.workspace_id] * asked
    assert unprocessed(actor) == 0


def test_with_a_helper_each_signal_is_processed_once(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ingest(*texts(MANY))

    with ThreadPoolExecutor(2) as pool:
        helping = pool.submit(help_out, actor.workspace_id, embedder, 0, 0)
        done = process_workspace(actor.workspace_id, embedder)
        helping.result()

    assert unprocessed(actor) == 0
    assert done <= MANY
    with transaction(actor.workspace_id) as session:
        attempts = session.scalars(select(col(Signal.attempts)).distinct()).all()
        queued = session.scalar(select(func.count()).select_from(SignalToSuggest))
    assert attempts == [1]
    assert queued == MANY
