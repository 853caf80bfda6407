"""Signals that were processed are looked at once each, whatever fails, dies or is away."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.calls.models import ProviderCall
from pmflow_core.db.transaction import transaction
from pmflow_core.embedding.base import Vectors
from pmflow_core.intake import candidates, suggesting
from pmflow_core.intake.processing import process_workspace
from pmflow_core.intake.suggesting import suggest_batch, suggest_workspace
from pmflow_core.projects import service as projects
from pmflow_core.providers.base import FREE, Completion, ProviderUnavailable
from pmflow_core.providers.local.provider import LocalProvider
from pmflow_core.providers.scripted import ScriptedProvider
from pmflow_core.signals import links
from pmflow_core.signals.models import SignalToSuggest
from pmflow_core.suggestions.models import Suggestion, SuggestionKind
from pmflow_core.triage import service as triage
from tests.core.intake.conftest import Ingest, TopicEmbedder

LOCAL = LocalProvider()
YES = '{"holds": true, "why": "It names the same fault."}'
NO = '{"holds": false, "why": "Only the subject is the same."}'


class Halfway(TopicEmbedder):
    """Of every text a third topic is mixed in by its second word: near, and not near enough."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return a vector per text between those of its first two words."""
        own = super().embed(texts)
        other = super().embed([each.split()[1] if " " in each else each for each in texts])
        mixed = own + 0.87 * other
        return mixed / ((mixed**2).sum(axis=1, keepdims=True) ** 0.5)


@pytest.fixture
def project(actor: Actor) -> UUID:
    """A project about exports."""
    with transaction(actor.workspace_id) as session:
        projects.seed_stages(session, actor.workspace_id)
        return projects.add_project(session, actor, "Export that works").id


def process(actor: Actor, embedder: TopicEmbedder) -> None:
    process_workspace(actor.workspace_id, embedder)


def proposed(actor: Actor) -> list[Suggestion]:
    with transaction(actor.workspace_id) as session:
        links = select(Suggestion).where(col(Suggestion.kind) == SuggestionKind.LINK_SIGNAL)
        return list(session.scalars(links.order_by(col(Suggestion.id))))


def waiting(actor: Actor) -> int:
    with transaction(actor.workspace_id) as session:
        return session.scalar(select(func.count()).select_from(SignalToSuggest)) or 0


def calls(actor: Actor) -> list[ProviderCall]:
    with transaction(actor.workspace_id) as session:
        return list(session.scalars(select(ProviderCall).order_by(col(ProviderCall.id))))


def offered(actor: Actor) -> bool:
    with transaction(None) as session:
        rows = session.execute(text("select * from pmflow_unprocessed_workspaces()"))
        return actor.workspace_id in {row[0] for row in rows}


def let_pauses_run_out(actor: Actor) -> None:
    with transaction(actor.workspace_id) as session:
        session.execute(update(SignalToSuggest).values(not_before=None))


def test_a_signal_like_the_project_is_suggested_and_another_is_not(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder, project: UUID
) -> None:
    ingest("Export crashes", "Login is slow")
    process(actor, embedder)
    assert offered(actor)
    assert suggest_workspace(actor.workspace_id, embedder, LOCAL) == 2

    [found] = proposed(actor)
    assert (found.kind, found.project_id) == (SuggestionKind.LINK_SIGNAL, project)
    assert found.confidence > 0.6
    assert "Export that works is about" in found.reason
    assert found.detail["decided_by"] == "similarity"
    assert waiting(actor) == 0
    assert not offered(actor)
    assert suggest_workspace(actor.workspace_id, embedder, LOCAL) == 0


def test_a_linked_signal_is_not_suggested_and_teaches_what_the_project_is(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder, project: UUID
) -> None:
    known = ingest("Download stalls", "Download fails", "Download hangs").ids
    with transaction(actor.workspace_id) as session:
        links.link_to_project(session, actor, known, project)
    process(actor, embedder)
    suggest_workspace(actor.workspace_id, embedder, LOCAL)
    assert proposed(actor) == []

    ingest("Download breaks")
    process(actor, embedder)
    suggest_workspace(actor.workspace_id, embedder, LOCAL)
    assert [each.project_id for each in proposed(actor)] == [project]


def test_without_projects_signals_are_marked_and_nothing_is_suggested(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ingest("Export crashes")
    process(actor, embedder)
    assert suggest_workspace(actor.workspace_id, embedder, LOCAL) == 1
    assert (proposed(actor), waiting(actor)) == ([], 0)


@pytest.mark.usefixtures("project")
def test_two_workers_look_at_a_signal_once(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ingest(*(f"Export crashes {n}" for n in range(20)))
    process(actor, embedder)
    ready = Barrier(3)

    def work(_worker: int) -> None:
        ready.wait()
        suggest_workspace(actor.workspace_id, embedder, LOCAL)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    found = proposed(actor)
    assert len(found) == len({each.signal_id for each in found}) == 20


@pytest.mark.usefixtures("project")
def test_a_failure_writes_nothing_and_is_tried_again_later(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    class Broken(TopicEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            raise ValueError(f"the model fell over {len(texts)} texts")

    ingest("Export crashes")
    process(actor, embedder)
    with pytest.raises(ValueError, match="fell over"):
        suggest_batch(actor.workspace_id, Broken())
    assert (proposed(actor), waiting(actor), offered(actor)) == ([], 1, False)
    let_pauses_run_out(actor)
    assert offered(actor)
    suggest_workspace(actor.workspace_id, embedder, LOCAL)
    assert len(proposed(actor)) == 1


def unsure(actor: Actor, ingest: Ingest) -> Halfway:
    """Take in a signal whose similarity to the project lies between the two thresholds."""
    embedder = Halfway()
    ingest("Export slowly")
    process(actor, embedder)
    return embedder


@pytest.mark.parametrize(("answer", "links"), [(YES, 1), (NO, 0)])
def test_between_the_thresholds_a_model_is_asked_and_its_call_is_in_the_ledger(
    actor: Actor, ingest: Ingest, project: UUID, answer: str, links: int
) -> None:
    embedder = unsure(actor, ingest)
    provider = ScriptedProvider([answer])
    suggest_workspace(actor.workspace_id, embedder, provider)
    found = proposed(actor)
    [call] = calls(actor)
    assert len(found) == links
    assert [each.reason for each in found] == ["scripted: It names the same fault."][:links]
    assert (call.run_id, call.project_id, call.status) == (None, project, "succeeded")
    assert "signal" in (call.request or {})["documents"]


@pytest.mark.usefixtures("project")
def test_without_a_model_the_middle_decides_and_says_so(actor: Actor, ingest: Ingest) -> None:
    embedder = unsure(actor, ingest)
    suggest_workspace(actor.workspace_id, embedder, LOCAL)
    assert {each.detail["decided_by"] for each in proposed(actor)} <= {"middle"}
    assert (waiting(actor), calls(actor)) == (0, [])


@pytest.mark.usefixtures("project")
def test_a_model_that_is_away_delays_its_question_and_nothing_else(
    actor: Actor, ingest: Ingest
) -> None:
    embedder = unsure(actor, ingest)
    ingest("Login slowly")
    process(actor, embedder)
    away = ScriptedProvider([ProviderUnavailable("overloaded")] * 4)
    suggest_workspace(actor.workspace_id, embedder, away)
    assert (proposed(actor), waiting(actor), offered(actor)) == ([], 1, False)
    let_pauses_run_out(actor)
    suggest_workspace(actor.workspace_id, embedder, ScriptedProvider([YES]))
    assert (len(proposed(actor)), waiting(actor)) == (1, 0)


@pytest.mark.usefixtures("project")
def test_an_answer_is_paid_once_even_when_its_worker_dies(actor: Actor, ingest: Ingest) -> None:
    embedder = unsure(actor, ingest)
    provider = ScriptedProvider([Completion(YES, "scripted", FREE, "complete")])
    asker = suggesting.asker_for(actor.workspace_id, provider)
    with transaction(actor.workspace_id) as session:
        rows = candidates.waiting(session, embedder.name)
        [desk] = candidates.project_texts(session)
    assert asker is not None
    asker.ask(rows[0], desk)
    suggest_workspace(actor.workspace_id, embedder, provider)
    assert (len(proposed(actor)), len(calls(actor))) == (1, 1)


@pytest.mark.usefixtures("project")
def test_what_people_decided_moves_the_threshold_of_their_workspace(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ingest(*(f"Export crashes {n}" for n in range(20)))
    process(actor, embedder)
    suggest_workspace(actor.workspace_id, embedder, LOCAL)
    with transaction(actor.workspace_id) as session:
        for each in proposed(actor):
            triage.accept(session, actor, each.id)
    with transaction(actor.workspace_id) as session:
        decisions = candidates.decided_links(session, embedder.name)
    assert len(decisions) == 20
    assert all(accepted and similarity > 0.6 for similarity, accepted in decisions)
