"""Repeats among signals that are processed: identical ones merge, like ones are proposed."""

from collections.abc import Callable

import numpy as np

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.intake.duplicates import propose_for
from pmflow_core.intake.processing import process_workspace
from pmflow_core.signals import bulk, duplicates, merging, service
from pmflow_core.signals.models import MergeKind, SignalStatus
from pmflow_core.signals.schemas import IngestResult, SignalQuery
from pmflow_core.suggestions import service as suggestions
from pmflow_core.suggestions.models import SuggestionKind
from tests.core.intake.conftest import TopicEmbedder

Ingest = Callable[..., IngestResult]


def test_the_same_text_again_is_merged_into_the_first_and_its_customers_count(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ingest("Search is broken", customer="Acme")
    process_workspace(actor.workspace_id, embedder)
    ingest("search  IS broken", customer="Bolt")
    again = ingest("Search is broken", "Search is broken!", customer="acme").ids
    process_workspace(actor.workspace_id, embedder)

    with transaction(actor.workspace_id) as session:
        first = service.get_signal(session, actor, 1)
        assert service.list_signals(session, actor, SignalQuery()).total == 2
        assert (first.row.copies, first.row.customers) == (2, 2)
        assert {each.kind for each in first.copies} == {MergeKind.EXACT}
        assert all(each.by_itself for each in first.copies)
        merging.unmerge(session, actor, again[0])
        assert service.get_signal(session, actor, 3).row.status is SignalStatus.NEW


def test_a_copy_of_what_was_put_away_is_news(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ids = ingest("Search is broken").ids
    process_workspace(actor.workspace_id, embedder)
    with transaction(actor.workspace_id) as session:
        bulk.archive(session, actor, ids)
    ingest("Search is broken")
    process_workspace(actor.workspace_id, embedder)

    with transaction(actor.workspace_id) as session:
        assert service.get_signal(session, actor, 2).row.status is SignalStatus.NEW


def test_a_copy_of_a_merged_signal_leaves_with_it(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ids = ingest("Search finds nothing", "Search is broken").ids
    process_workspace(actor.workspace_id, embedder)
    with transaction(actor.workspace_id) as session:
        merging.merge(session, actor, ids)
    ingest("Search is broken")
    process_workspace(actor.workspace_id, embedder)

    with transaction(actor.workspace_id) as session:
        assert service.get_signal(session, actor, 1).row.copies == 2
        merging.unmerge(session, actor, ids[1])
        rows = [service.get_signal(session, actor, number).row for number in (1, 2, 3)]
        assert [row.copies for row in rows] == [0, 1, 0]


def test_what_says_nearly_the_same_is_proposed_once_into_the_older(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    ids = ingest("export of files fails E4711", "export fails with E4711", "login is slow").ids
    process_workspace(actor.workspace_id, embedder)

    with transaction(actor.workspace_id) as session:
        [proposal] = propose_for(session, actor, ids)
        assert proposal.kind is SuggestionKind.MERGE_DUPLICATE
        assert (proposal.signal_id, proposal.other_signal_id) == (ids[1], ids[0])
        assert "E4711" in proposal.detail["words"]
        assert proposal.reason.startswith("S-2 and S-1 say nearly the same")
        assert len(suggestions.propose(session, actor, [proposal])) == 1
        assert suggestions.propose(session, actor, propose_for(session, actor, ids)) == []
        [near, *_] = duplicates.similar(session, actor, 1)
        assert (near.row.number, near.is_candidate) == (2, True)


def test_an_import_does_not_bury_people_in_proposals(
    actor: Actor, ingest: Ingest, embedder: TopicEmbedder
) -> None:
    texts = [f"export fails in part {np.base_repr(at, 36)} of {at}" for at in range(60)]
    ids = ingest(*texts).ids
    process_workspace(actor.workspace_id, embedder)

    with transaction(actor.workspace_id) as session:
        found = duplicates.find(session, actor, ids)
    assert len(found) == duplicates.FEW
    assert [each.confidence for each in found] == sorted(
        (each.confidence for each in found), reverse=True
    )
