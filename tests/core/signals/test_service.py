"""Signals on the database: taken in once, found again, corrected, linked and undone."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.projects.service import add_project, seed_stages
from pmflow_core.signals import bulk, links, service
from pmflow_core.signals.models import Severity, SignalStatus, Source
from pmflow_core.signals.schemas import (
    IngestResult,
    SignalEdit,
    SignalIn,
    SignalQuery,
    SignalSort,
)


def ingest(session: Session, actor: Actor, *texts: str, **fields: object) -> IngestResult:
    rows = [SignalIn.model_validate({"text": text, **fields}) for text in texts]
    return service.ingest(session, actor, rows, source=Source.API)


@pytest.fixture
def project_id(session: Session, editor: Actor) -> UUID:
    seed_stages(session, editor.workspace_id)
    return add_project(session, editor, "Faster exports").id


def status_of(session: Session, actor: Actor, number: int = 1) -> SignalStatus:
    return service.get_signal(session, actor, number).row.status


def test_a_reference_sent_again_makes_no_second_signal_and_burns_no_number(
    session: Session, editor: Actor
) -> None:
    ingest(session, editor, "The export fails", source_ref="a")
    again = ingest(session, editor, "The export fails", source_ref="a")
    ingest(session, editor, "Login is slow", source_ref="b")

    assert (again.created, again.duplicates, again.ids) == (0, 1, [])
    page = service.list_signals(session, editor, SignalQuery(sort=SignalSort.NUMBER))
    assert [row.name for row in page.items] == ["S-2", "S-1"]


def test_a_reference_twice_in_one_batch_is_one_signal(session: Session, editor: Actor) -> None:
    result = ingest(session, editor, "first", "second", source_ref="same")

    assert (result.created, result.duplicates) == (1, 1)
    assert service.get_signal(session, editor, 1).verbatim == "first"


def test_the_same_reference_of_another_source_is_another_signal(
    session: Session, editor: Actor
) -> None:
    row = SignalIn(text="The export fails", source_ref="a")
    sources = (Source.API, Source.SLACK)
    results = [service.ingest(session, editor, [row], source=source) for source in sources]

    assert [result.created for result in results] == [1, 1]


def test_rows_without_text_are_refused_alone(session: Session, editor: Actor) -> None:
    result = ingest(session, editor, "good", " \u200b ", "also good")

    assert result.created == 2
    assert [(row.line, row.reason) for row in result.rejected] == [(2, "the text is empty")]


def test_hostile_text_is_kept_in_a_form_the_database_takes(session: Session, editor: Actor) -> None:
    ingest(session, editor, "a\x00b\ud800c", source_ref="r\x00ef")

    detail = service.get_signal(session, editor, 1)
    assert (detail.verbatim, detail.source_ref) == ("a\ufffdb\ufffdc", "r\ufffdef")


def test_what_the_sender_set_is_remembered(session: Session, editor: Actor) -> None:
    ingest(session, editor, "Slow", severity="high", segment="enterprise")
    assert service.get_signal(session, editor, 1).given == ["severity", "segment"]

    service.edit(session, editor, 1, SignalEdit(frequency=None))
    assert service.get_signal(session, editor, 1).given == ["frequency", "segment", "severity"]


def test_the_list_filters_searches_sorts_and_pages(session: Session, editor: Actor) -> None:
    ingest(session, editor, "Export to CSV fails", severity="high", segment="pro")
    ingest(session, editor, "100% CPU while exporting", "Login is slow", severity="low")

    def numbers(**query: object) -> list[int]:
        page = service.list_signals(session, editor, SignalQuery.model_validate(query))
        return [row.number for row in page.items]

    assert numbers(search="EXPORT") == [2, 1]
    assert numbers(search="export csv") == [1]
    assert numbers(search="100%") == [2]
    assert numbers(search="_") == []
    assert numbers(severity="low", sort="oldest") == [2, 3]
    assert numbers(segment="pro") == [1]
    assert numbers(sort="severity") == [1, 3, 2]
    assert numbers(page=2, size=2) == [1]
    assert service.list_signals(session, editor, SignalQuery(size=2)).total == 3


def test_the_first_link_makes_a_signal_linked_and_the_last_unlink_reviewed(
    session: Session, editor: Actor, project_id: UUID
) -> None:
    other = add_project(session, editor, "Other").id
    ids = ingest(session, editor, "Slow").ids
    links.link_to_project(session, editor, ids, project_id)
    links.link_to_project(session, editor, ids, other)
    assert status_of(session, editor) is SignalStatus.LINKED

    links.unlink(session, editor, ids, project_id)
    assert status_of(session, editor) is SignalStatus.LINKED
    links.unlink(session, editor, ids, other)
    assert status_of(session, editor) is SignalStatus.REVIEWED


def test_bulk_actions_are_undone_exactly(session: Session, editor: Actor, project_id: UUID) -> None:
    ids = ingest(session, editor, "one", "two").ids
    linked = links.link_to_project(session, editor, ids[:1], project_id)
    archived = bulk.archive(session, editor, ids)
    assert service.list_signals(session, editor, SignalQuery()).total == 0

    bulk.undo(session, editor, archived)
    assert status_of(session, editor, 1) is SignalStatus.LINKED
    assert status_of(session, editor, 2) is SignalStatus.NEW
    bulk.undo(session, editor, linked)
    assert status_of(session, editor, 1) is SignalStatus.NEW
    assert service.get_signal(session, editor, 1).links == []


def test_deleted_signals_leave_the_lists_and_come_back_reviewed(
    session: Session, editor: Actor
) -> None:
    ids = ingest(session, editor, "one").ids
    bulk.delete(session, editor, ids)
    assert service.list_signals(session, editor, SignalQuery()).total == 0
    assert service.list_signals(session, editor, SignalQuery(deleted=True)).total == 1

    bulk.restore(session, editor, ids)
    assert status_of(session, editor) is SignalStatus.REVIEWED


def test_counts_tell_status_and_severity_apart(session: Session, editor: Actor) -> None:
    ingest(session, editor, "one", "two", severity="high")
    ids = ingest(session, editor, "three").ids
    bulk.mark_reviewed(session, editor, ids)

    counts = service.count(session, editor)
    assert counts.by_status == {SignalStatus.NEW: 2, SignalStatus.REVIEWED: 1}
    assert counts.by_severity == {Severity.HIGH: 2, None: 1}
    assert (counts.total, counts.unprocessed) == (3, 3)


def test_one_foreign_id_in_a_bulk_action_changes_nothing(
    session: Session, editor: Actor, project_id: UUID
) -> None:
    ids = ingest(session, editor, "one").ids
    with pytest.raises(NotFound):
        bulk.archive(session, editor, [*ids, uuid4()])
    with pytest.raises(NotFound):
        links.link_to_project(session, editor, [*ids, uuid4()], project_id)
    with pytest.raises(NotFound):
        links.link_to_project(session, editor, ids, uuid4())

    assert status_of(session, editor) is SignalStatus.NEW


def test_a_viewer_reads_and_changes_nothing(session: Session, editor: Actor, viewer: Actor) -> None:
    ids = ingest(session, editor, "one").ids
    assert service.list_signals(session, viewer, SignalQuery()).total == 1
    with pytest.raises(PermissionDenied):
        ingest(session, viewer, "two")
    with pytest.raises(PermissionDenied):
        bulk.archive(session, viewer, ids)
    with pytest.raises(PermissionDenied):
        service.edit(session, viewer, 1, SignalEdit(segment="x"))


def test_a_linked_status_is_not_set_by_hand(session: Session, editor: Actor) -> None:
    ingest(session, editor, "one")
    with pytest.raises(service.WrongStatus):
        service.edit(session, editor, 1, SignalEdit(status=SignalStatus.LINKED))
