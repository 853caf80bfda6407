"""Signals that wait are processed once each, whatever fails or dies."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.embedding.base import Embedder, Vectors
from pmflow_core.errors import Unavailable
from pmflow_core.intake import repository
from pmflow_core.intake.processing import process_batch, process_workspace
from pmflow_core.signals.duplicates import similar
from pmflow_core.signals.models import Severity, Signal
from pmflow_core.signals.schemas import SignalDetail, SignalEdit, SignalQuery, SimilarRead
from pmflow_core.signals.service import count, edit, get_signal, list_signals
from pmflow_core.themes.models import ThemeMembership
from tests.core.intake.conftest import Ingest, TopicEmbedder


def detail(actor: Actor, number: int) -> SignalDetail:
    with transaction(actor.workspace_id) as session:
        return get_signal(session, actor, number)


def waiting(actor: Actor) -> int:
    with transaction(actor.workspace_id) as session:
        return count(session, actor).unprocessed


def let_claims_run_out(actor: Actor) -> None:
    past = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, 1.0)
    with transaction(actor.workspace_id) as session:
        session.execute(
            update(Signal).where(col(Signal.processed_at).is_(None)).values(claimed_until=past)
        )


def near(actor: Actor, number: int) -> list[SimilarRead]:
    with transaction(actor.workspace_id) as session:
        return similar(session, actor, number)


def test_processing_reads_embeds_and_leaves_what_the_sender_said(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    """Failure 13: The embedding column was never filled, so nothing ever matched."""
    ingest("Export crashes every time, we lost all our data", severity="low")
    ingest("Export crashes every time")
    assert process_batch(actor.workspace_id, embedder) == 2

    given, found = detail(actor, 1).row, detail(actor, 2).row
    assert given.severity is Severity.LOW
    assert found.severity is Severity.CRITICAL
    assert found.is_processed
    assert found.is_embedded
    assert [other.row.number for other in near(actor, 1)] == [2]


def test_a_correction_made_while_a_batch_is_out_is_not_overwritten(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    class Meanwhile(TopicEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            with transaction(actor.workspace_id) as session:
                edit(session, actor, 1, SignalEdit(severity=Severity.LOW))
            return embedder.embed(texts)

    ingest("Export crashes every time")
    process_batch(actor.workspace_id, Meanwhile())

    assert detail(actor, 1).row.severity is Severity.LOW


def test_two_workers_never_process_a_signal_twice(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    for batch in range(3):
        ingest(*(f"export fails {batch} {number}" for number in range(400)))
    start = Barrier(3)

    def work(_: int) -> int:
        start.wait()
        done = 0
        while many := process_batch(actor.workspace_id, embedder):
            done += many
        return done

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) == 1200
    with transaction(actor.workspace_id) as session:
        assert session.scalar(select(func.max(Signal.attempts))) == 1
    assert waiting(actor) == 0


def test_a_worker_that_died_with_a_batch_holds_it_only_for_a_while(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ingest("one thing", "another thing")
    with transaction(actor.workspace_id) as session:
        assert len(repository.claim(session)) == 2

    assert process_batch(actor.workspace_id, embedder) == 0
    let_claims_run_out(actor)
    assert process_workspace(actor.workspace_id, embedder) == 2
    assert waiting(actor) == 0


def test_a_worker_that_was_late_writes_nothing(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    class Slow(TopicEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            let_claims_run_out(actor)
            assert process_batch(actor.workspace_id, embedder) == 1
            with transaction(actor.workspace_id) as session:
                edit(session, actor, 1, SignalEdit(segment="seen by a person"))
            return super().embed(texts)

    ingest("Export crashes every time")
    process_batch(actor.workspace_id, Slow())

    with transaction(actor.workspace_id) as session:
        assert session.scalar(select(Signal.attempts)) == 2
    assert detail(actor, 1).row.segment == "seen by a person"


def test_a_text_that_always_fails_holds_up_nobody_and_stays_usable(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ingest("poison that crashes", "export one", "export two")
    failures = 0
    for _ in range(20):
        try:
            process_workspace(actor.workspace_id, embedder)
        except ValueError:
            failures += 1
        let_claims_run_out(actor)

    assert failures == repository.MAX_ATTEMPTS
    assert waiting(actor) == 0
    row = detail(actor, 1).row
    assert (row.is_processed, row.is_embedded) == (True, False)
    assert row.severity is Severity.CRITICAL
    assert near(actor, 1) == []
    with transaction(actor.workspace_id) as session:
        assert list_signals(session, actor, SignalQuery(search="poison")).total == 1
    assert detail(actor, 2).row.is_embedded


def test_an_outage_of_the_model_never_counts_against_the_signals(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    class Away(TopicEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            raise Unavailable(f"No model for {len(texts)} texts.")

    ingest("export one")
    for _ in range(repository.MAX_ATTEMPTS + 2):
        with pytest.raises(Unavailable):
            process_batch(actor.workspace_id, Away())
        let_claims_run_out(actor)
    process_batch(actor.workspace_id, embedder)

    assert detail(actor, 1).row.is_embedded


def test_long_texts_are_taken_in_smaller_batches(
    actor: Actor, ingest: Ingest, embedder: Embedder
) -> None:
    ingest(*(f"long{number} " + "word " * 40_000 for number in range(3)))

    assert process_batch(actor.workspace_id, embedder) == 1
    assert process_workspace(actor.workspace_id, embedder) == 2


def test_thirty_signals_become_themes_and_praise_is_left_out(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    topics = ("export", "login", "search")
    ingest(*(f"{topic} fails on page {n}" for topic in topics for n in range(20)))
    praised = ingest(*["Great app, love it!"] * 12).ids
    process_workspace(actor.workspace_id, embedder)

    with transaction(actor.workspace_id) as session:
        themed = set(session.scalars(select(col(ThemeMembership.signal_id))))
    assert len(themed) == 60
    assert themed.isdisjoint(praised)
