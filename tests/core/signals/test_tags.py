"""Tags: put on many signals, found by, taken off, taken back, and moved by a merge."""

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import trash
from pmflow_core.board.trash import TrashKind
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.signals import bulk, merging, programs, service, tags
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn, SignalQuery
from pmflow_core.signals.tags import NoTag


def ingest(session: Session, actor: Actor, *texts: str, sent: tuple[str, ...] = ()) -> list[UUID]:
    rows = [SignalIn(text=text, tags=sent) for text in texts]
    return service.ingest(session, actor, rows, source=Source.API).ids


def tags_of(session: Session, actor: Actor, number: int) -> tuple[str, ...]:
    return service.get_signal(session, actor, number).row.tags


def known(session: Session, actor: Actor) -> list[tuple[str, int]]:
    return [(tag.name, tag.signals) for tag in tags.list_tags(session, actor)]


def found(session: Session, actor: Actor, tag: str) -> list[int]:
    page = service.list_signals(session, actor, SignalQuery(tag=tag))
    return sorted(row.number for row in page.items)


def test_signals_are_found_by_a_tag_in_whatever_capitals(session: Session, editor: Actor) -> None:
    first, second, _ = ingest(session, editor, "Search is gone", "Slow", "Fine")
    tags.tag(session, editor, [first, second], "  Churn   risk ")
    tags.tag(session, editor, [first], "churn RISK")

    assert found(session, editor, "CHURN risk") == [1, 2]
    assert found(session, editor, "churn") == []
    assert known(session, editor) == [("Churn risk", 2)]
    assert tags_of(session, editor, 1) == ("Churn risk",)


def test_what_a_bulk_action_tagged_is_taken_back_and_nothing_else(
    session: Session, editor: Actor
) -> None:
    first, second = ingest(session, editor, "Search is gone", "Slow")
    tags.tag(session, editor, [first], "Search")
    done = tags.tag(session, editor, [first, second], "search")

    assert list(done.statuses) == [second]
    bulk.undo(session, editor, done)
    assert found(session, editor, "search") == [1]

    taken = tags.untag(session, editor, [first, second], "SEARCH")
    assert (list(taken.statuses), known(session, editor)) == ([first], [])
    bulk.undo(session, editor, taken)
    bulk.undo(session, editor, taken)
    assert found(session, editor, "search") == [1]


def test_taking_off_a_tag_that_nobody_knows_changes_nothing(
    session: Session, editor: Actor
) -> None:
    [first] = ingest(session, editor, "Slow")
    done = tags.untag(session, editor, [first], "never seen")
    assert done.statuses == {}
    bulk.undo(session, editor, done)
    assert known(session, editor) == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_tag_says_something_short(session: Session, editor: Actor, name: str) -> None:
    [first] = ingest(session, editor, "Slow")
    with pytest.raises(NoTag, match="1 to 40"):
        tags.tag(session, editor, [first], name)


def test_a_sender_gives_tags_and_a_known_reference_adds_none(
    session: Session, editor: Actor
) -> None:
    ingest(session, editor, "Search is gone", sent=("Search", "iOS", "search"))
    again = SignalIn(text="Search is gone", source_ref="r", tags=("late",))
    service.ingest(session, editor, [SignalIn(text="Slow", source_ref="r")], source=Source.API)
    service.ingest(session, editor, [again], source=Source.API)

    assert tags_of(session, editor, 1) == ("iOS", "Search")
    assert tags_of(session, editor, 2) == ()


def test_a_merge_moves_tags_and_an_unmerge_gives_them_back(session: Session, editor: Actor) -> None:
    first, second = ingest(session, editor, "Search is gone", "The search is gone")
    tags.tag(session, editor, [first, second], "search")
    tags.tag(session, editor, [second], "iOS")

    merging.merge(session, editor, [first, second])
    assert (tags_of(session, editor, 1), tags_of(session, editor, 2)) == (("iOS", "search"), ())
    tags.tag(session, editor, [second], "late")
    assert known(session, editor) == [("iOS", 1), ("search", 1)]

    merging.unmerge(session, editor, second)
    assert tags_of(session, editor, 1) == ("search",)
    assert tags_of(session, editor, 2) == ("iOS", "search")


def test_a_tag_in_the_bin_is_not_offered_and_goes_with_the_last_signal(
    session: Session, editor: Actor, admin: Actor
) -> None:
    [first] = ingest(session, editor, "Slow", sent=("speed",))
    bulk.delete(session, editor, [first])
    assert known(session, editor) == []
    with pytest.raises(NotFound):
        tags.tag(session, editor, [first], "other")
    trash.erase(session, admin, TrashKind.SIGNAL, first)
    assert tags.carried(session, editor, [first]) == []


def test_viewers_and_other_workspaces_put_no_tags(
    session: Session, editor: Actor, viewer: Actor
) -> None:
    [first] = ingest(session, editor, "Slow", sent=("speed",))
    for verb in (tags.tag, tags.untag):
        with pytest.raises(PermissionDenied):
            verb(session, viewer, [first], "speed")
    assert known(session, viewer) == [("speed", 1)]


def test_an_export_names_the_tags(session: Session, editor: Actor) -> None:
    ingest(session, editor, "Slow", sent=("speed", "=1+1"))
    rows = programs.list_whole(session, editor, SignalQuery(), 10)
    head, line = programs.as_csv(rows, head=True).splitlines()
    assert head.split(",")[-2:] == ["tags", "received_at"]
    assert '"\'=1+1, speed"' in line
