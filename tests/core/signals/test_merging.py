"""Signals made one: which is kept, what moves with it, and taking it back."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import shown_signals
from pmflow_core.documents import service as documents
from pmflow_core.documents.service import Draft
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.projects.service import add_project, seed_stages
from pmflow_core.runs import evidence
from pmflow_core.signals import bulk, links, merging, service
from pmflow_core.signals.models import SignalStatus, Source
from pmflow_core.signals.schemas import SignalIn, SignalQuery


def ingest(session: Session, actor: Actor, *rows: SignalIn) -> list[UUID]:
    return service.ingest(session, actor, list(rows), source=Source.API).ids


def said(text: str, **fields: object) -> SignalIn:
    return SignalIn.model_validate({"text": text, **fields})


@pytest.fixture
def project_id(session: Session, editor: Actor) -> UUID:
    seed_stages(session, editor.workspace_id)
    return add_project(session, editor, "Faster exports").id


def test_the_one_that_was_received_first_is_kept(session: Session, editor: Actor) -> None:
    late = said("The export fails", received_at=datetime(2026, 5, 2, tzinfo=UTC))
    early = said("Exporting fails", received_at=datetime(2026, 5, 1, tzinfo=UTC))
    ids = ingest(session, editor, late, early)
    done = merging.merge(session, editor, ids)

    assert (done.kept_number, done.merged) == (2, (ids[0],))
    merged, kept = (service.get_signal(session, editor, number) for number in (1, 2))
    assert (merged.row.status, merged.kept and merged.kept.number) == (SignalStatus.MERGED, 2)
    assert [each.row.number for each in kept.copies] == [1]
    assert service.list_signals(session, editor, SignalQuery()).total == 1


def test_links_move_with_who_made_them_and_why(
    session: Session, editor: Actor, project_id: UUID
) -> None:
    ids = ingest(session, editor, said("The export fails"), said("Exporting fails"))
    links.link_to_project(
        session, editor, ids[1:], project_id, reason="same export", confidence=0.7
    )
    before = links.links_of(session, ids[1])
    merging.merge(session, editor, ids)

    assert links.links_of(session, ids[0]) == before
    assert service.get_signal(session, editor, 1).row.status is SignalStatus.LINKED
    merging.unmerge(session, editor, ids[1])
    assert links.links_of(session, ids[1]) == before
    assert service.get_signal(session, editor, 1).row.status is SignalStatus.NEW


def test_a_link_that_was_taken_off_meanwhile_does_not_come_back(
    session: Session, editor: Actor, project_id: UUID
) -> None:
    ids = ingest(session, editor, said("The export fails"), said("Exporting fails"))
    links.link_to_project(session, editor, ids, project_id)
    merging.merge(session, editor, ids)
    links.unlink(session, editor, ids[:1], project_id)
    merging.unmerge(session, editor, ids[1])

    assert [links.links_of(session, each) for each in ids] == [[], []]
    assert service.get_signal(session, editor, 2).row.status is SignalStatus.REVIEWED


def test_a_document_that_cites_a_merged_signal_is_among_those_that_cite_the_kept(
    session: Session, editor: Actor, project_id: UUID
) -> None:
    ids = ingest(session, editor, said("The export fails"), said("Exporting fails"))
    draft = Draft("research", "## Key Insights\n\nIt “Exporting fails” [S-2].")
    documents.save_version(session, editor, project_id, draft, evidence.citable(session, [2]))
    merging.merge(session, editor, ids)

    assert [each.type for each in shown_signals.get_signal(session, editor, 1).cited] == [
        "research"
    ]
    merging.unmerge(session, editor, ids[1])
    assert shown_signals.get_signal(session, editor, 1).cited == ()


def test_customers_behind_a_signal_are_counted_once(session: Session, editor: Actor) -> None:
    rows = [said(f"Export {at}", customer=name) for at, name in enumerate(["Acme", "acme", "Bolt"])]
    ids = ingest(session, editor, *rows, said("Export 3"))
    merging.merge(session, editor, ids)

    row = service.get_signal(session, editor, 1).row
    assert (row.copies, row.customers) == (3, 2)


def test_a_merged_signal_stands_for_the_kept_one(session: Session, editor: Actor) -> None:
    ids = ingest(session, editor, *(said(f"Export {at}") for at in range(3)))
    merging.merge(session, editor, ids[1:])
    done = merging.merge(session, editor, [ids[2], ids[0]])
    assert (done.kept_id, done.merged) == (ids[0], (ids[1],))
    assert merging.merge(session, editor, ids).merged == ()

    merging.unmerge(session, editor, ids[1])
    assert service.get_signal(session, editor, 3).kept == service.get_signal(session, editor, 2).row


def test_what_is_merged_is_neither_linked_nor_restored_by_itself(
    session: Session, editor: Actor, project_id: UUID
) -> None:
    ids = ingest(session, editor, said("The export fails"), said("Exporting fails"))
    merging.merge(session, editor, ids)
    with pytest.raises(links.MergedAway):
        links.link_to_project(session, editor, ids[1:], project_id)
    bulk.delete(session, editor, ids[1:])
    bulk.restore(session, editor, ids[1:])
    bulk.archive(session, editor, ids[1:])
    assert service.get_signal(session, editor, 2).row.status is SignalStatus.MERGED


def test_what_cannot_be_merged_says_so(session: Session, editor: Actor, viewer: Actor) -> None:
    ids = ingest(session, editor, said("The export fails"), said("Exporting fails"))
    with pytest.raises(merging.NothingToMerge):
        merging.merge(session, editor, ids[:1])
    with pytest.raises(NotFound):
        merging.merge(session, editor, [*ids, uuid4()])
    with pytest.raises(PermissionDenied):
        merging.merge(session, viewer, ids)
    with pytest.raises(merging.NotMerged):
        merging.unmerge(session, editor, ids[1])
    assert service.list_signals(session, editor, SignalQuery()).total == 2
