"""A workspace changes its embedding model: in the background, and never half way."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.embedding.base import Vectors
from pmflow_core.errors import PermissionDenied, Unavailable
from pmflow_core.intake import reembedding, reembedding_rows
from pmflow_core.intake.models import Reembedding, ReembeddingStatus
from pmflow_core.intake.processing import process_workspace
from pmflow_core.intake.rebuilding import rebuild_themes
from pmflow_core.intake.reembedding import ReembeddingRead, reembed
from pmflow_core.intake.reembedding_rows import BATCH
from pmflow_core.signals.duplicates import similar
from pmflow_core.signals.models import Signal
from pmflow_core.themes.models import ThemeMembership
from tests.core.intake.conftest import Ingest, TopicEmbedder


class OtherEmbedder(TopicEmbedder):
    """Another model: its vectors say the same and point elsewhere."""

    name = "other"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of the first model, turned round."""
        return super().embed(texts)[:, ::-1].copy()


class Interrupted(OtherEmbedder):
    """Is away after its first answer."""

    answers = 1

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Answer once."""
        if not self.answers:
            raise Unavailable("The model is away.")
        self.answers -= 1
        return super().embed(texts)


def ask(actor: Actor, model: str = "other") -> ReembeddingRead | None:
    with transaction(actor.workspace_id) as session:
        return reembedding.request(session, actor, model)


def state(actor: Actor) -> ReembeddingRead | None:
    with transaction(actor.workspace_id) as session:
        return reembedding.latest(session, actor)


def models(actor: Actor) -> dict[tuple[str | None, str | None], int]:
    """Return how many signals have which model, and which one to come."""
    statement = select(col(Signal.embedding_model), col(Signal.next_model), func.count()).group_by(
        col(Signal.embedding_model), col(Signal.next_model)
    )
    with transaction(actor.workspace_id) as session:
        return {(row[0], row[1]): row[2] for row in session.execute(statement)}


def themes_of(actor: Actor) -> dict[int, tuple[object, float]]:
    statement = select(
        col(Signal.number), col(ThemeMembership.theme_id), col(ThemeMembership.similarity)
    ).join(ThemeMembership, col(ThemeMembership.signal_id) == col(Signal.id))
    with transaction(actor.workspace_id) as session:
        return {row[0]: (row[1], row[2]) for row in session.execute(statement)}


def fill(actor: Actor, ingest: Ingest, embedder: TopicEmbedder) -> None:
    """Store and process 60 signals of three topics, and form their themes."""
    words = ("search", "login", "export")
    ingest(*[f"{words[n % 3]} fails in place {n}" for n in range(60)])
    process_workspace(actor.workspace_id, embedder)
    rebuild_themes(actor.workspace_id, anew=True)


def test_the_change_keeps_members_and_gives_themes_new_middles(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    fill(actor, ingest, embedder)
    before = themes_of(actor)
    assert before

    assert ask(actor) == ReembeddingRead("other", ReembeddingStatus.RUNNING, 0, 60, None, None)
    assert reembed(actor.workspace_id, OtherEmbedder()) == 60

    after = themes_of(actor)
    assert models(actor) == {("other", None): 60}
    assert {number: theme for number, (theme, _) in after.items()} == {
        number: theme for number, (theme, _) in before.items()
    }
    # turning every vector round turns the middles with them
    for number, (_, similarity) in after.items():
        assert similarity == pytest.approx(before[number][1], abs=1e-4)
    found = state(actor)
    assert found is not None
    assert (found.status, found.done) == (ReembeddingStatus.COMPLETED, 60)
    assert ask(actor) is None


def test_an_interrupted_change_compares_by_the_old_model_and_goes_on(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    fill(actor, ingest, embedder)
    ingest(*[f"billing fails in place {n}" for n in range(BATCH - 60 + 20)])
    process_workspace(actor.workspace_id, embedder)
    ask(actor)
    with pytest.raises(Unavailable):
        reembed(actor.workspace_id, Interrupted())

    found = state(actor)
    assert found is not None
    assert (found.status, found.done) == (ReembeddingStatus.RUNNING, BATCH)
    assert found.error == "The model is away."
    assert models(actor) == {("topics", "other"): BATCH, ("topics", None): 20}
    with transaction(actor.workspace_id) as session:
        assert len(similar(session, actor, 1)) == 10

    assert reembed(actor.workspace_id, OtherEmbedder()) == 20
    assert models(actor) == {("other", None): BATCH + 20}


def test_what_comes_in_meanwhile_waits_for_the_others(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    fill(actor, ingest, embedder)
    ingest("search fails on the train")
    process_workspace(actor.workspace_id, OtherEmbedder())

    assert models(actor) == {("topics", None): 60, (None, "other"): 1}
    assert 61 not in themes_of(actor)

    ask(actor)
    reembed(actor.workspace_id, OtherEmbedder())
    assert models(actor) == {("other", None): 61}
    assert themes_of(actor)[61][0] == themes_of(actor)[1][0]


def test_a_worker_that_is_at_it_is_left_alone_until_its_claim_runs_out(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    fill(actor, ingest, embedder)
    ask(actor)
    with transaction(actor.workspace_id) as session:
        assert len(reembedding_rows.claim(session, "other") or []) == 60

    assert reembed(actor.workspace_id, OtherEmbedder()) == 0
    with transaction(actor.workspace_id) as session:
        session.execute(update(Reembedding).values(claimed_until=func.now()))
    assert reembed(actor.workspace_id, OtherEmbedder()) == 60


def test_a_change_to_a_third_model_gives_up_the_second(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    fill(actor, ingest, embedder)
    ask(actor, "second")
    ask(actor, "other")

    assert reembed(actor.workspace_id, OtherEmbedder()) == 60
    with transaction(actor.workspace_id) as session:
        statuses = session.scalars(
            select(col(Reembedding.status)).order_by(col(Reembedding.id))
        ).all()
    assert list(statuses) == [ReembeddingStatus.CANCELLED, ReembeddingStatus.COMPLETED]


def test_an_editor_may_not_change_the_model(actor: Actor) -> None:
    editor = Actor(actor.workspace_id, Role.EDITOR)
    with transaction(actor.workspace_id) as session, pytest.raises(PermissionDenied):
        reembedding.request(session, editor, "other")
