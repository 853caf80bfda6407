"""The inbox: all duplicates settled with one question, once, and taken back."""

from uuid import UUID

import pytest
from reflex.event import Event
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import SignalStatus, Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.suggestions import service as suggestions
from pmflow_core.suggestions.models import SuggestionKind, SuggestionStatus
from pmflow_core.suggestions.schemas import Proposal
from pmflow_core.triage import service as triage
from pmflow_core.triage.schemas import SuggestionQuery
from pmflow_ui.guard import NoticeState
from pmflow_ui.state.inbox import InboxState
from pmflow_ui.state.inbox_many import InboxManyState
from tests.ui.tab import Tab, as_member, make_acme, words

PAIRS = 3


@pytest.fixture
def acme(connection: Connection) -> Actor:
    """A workspace with three pairs of signals that may be one."""
    del connection
    actor = make_acme()
    with transaction(actor.workspace_id) as session:
        rows = [SignalIn(text=f"Search is gone {n}") for n in range(2 * PAIRS)]
        ids = signals.ingest(session, actor, rows, source=Source.API).ids
        propose = [pair(ids[2 * n], ids[2 * n + 1], 0.9 - n / 10) for n in range(PAIRS)]
        suggestions.propose(session, actor, propose)
    return actor


def pair(one: UUID, other: UUID, score: float) -> Proposal:
    return Proposal(
        SuggestionKind.MERGE_DUPLICATE,
        score,
        "They share their words.",
        signal_id=other,
        other_signal_id=one,
    )


def waiting(actor: Actor, status: SuggestionStatus = SuggestionStatus.PROPOSED) -> list[UUID]:
    with transaction(actor.workspace_id) as session:
        page = triage.list_suggestions(session, actor, SuggestionQuery(status=status))
        return [each.id for each in page.items]


def live(actor: Actor) -> int:
    """Return how many signals are not merged into another."""
    with transaction(actor.workspace_id) as session:
        counts = signals.count(session, actor)
        return counts.total - counts.by_status.get(SignalStatus.MERGED, 0)


def open_duplicates(actor: Actor) -> Tab:
    tab = Tab(actor, "/w/acme/inbox?kind=merge_duplicate")
    tab.send(InboxState, "load")
    return tab


def test_all_duplicates_are_merged_after_one_question_and_taken_back(acme: Actor) -> None:
    tab = open_duplicates(acme)
    assert tab.state(InboxState).duplicates == PAIRS
    tab.send(InboxManyState, "ask")
    asked = tab.state(InboxManyState)
    assert (asked.asking, asked.question) == (True, "Merge 3 pairs of signals?")
    assert live(acme) == 2 * PAIRS

    replies = tab.send(InboxManyState, "merge_all")
    assert words(replies) == ["Accepted 3 suggestions"]
    assert (live(acme), waiting(acme), tab.state(InboxManyState).asking) == (PAIRS, [], False)

    undo = Event.from_event_type(replies[-1])[0].payload
    assert undo["kind"] == "undo"
    replies = tab.send(InboxManyState, "take_back", [UUID(str(each)) for each in undone(undo)])
    assert words(replies) == ["Taken back; 3 suggestions suggested again"]
    assert (live(acme), len(waiting(acme))) == (2 * PAIRS, PAIRS)


def undone(note: dict[str, object]) -> list[object]:
    """Return which suggestions a note with undo would take back."""
    [way] = [value for value in note.values() if isinstance(value, dict)]
    return list(way["ids"])


def test_a_second_press_accepts_nothing_more(acme: Actor) -> None:
    tab = open_duplicates(acme)
    tab.send(InboxManyState, "ask")
    tab.send(InboxManyState, "merge_all")
    assert tab.send(InboxManyState, "merge_all") == []
    assert live(acme) == PAIRS


def test_closing_the_question_changes_nothing_and_cannot_open_it(acme: Actor) -> None:
    tab = open_duplicates(acme)
    tab.send(InboxManyState, "ask")
    tab.send(InboxManyState, "set_asking", False)
    tab.send(InboxManyState, "set_asking", True)
    assert not tab.state(InboxManyState).asking
    assert live(acme) == 2 * PAIRS


def test_what_somebody_else_settled_meanwhile_stays_theirs(acme: Actor) -> None:
    tab = open_duplicates(acme)
    tab.send(InboxManyState, "ask")
    kept, merged, _ = waiting(acme)
    with transaction(acme.workspace_id) as session:
        triage.dismiss(session, acme, kept)
        triage.accept(session, acme, merged)

    replies = tab.send(InboxManyState, "merge_all")
    assert words(replies) == ["Accepted 1 suggestion; 2 were decided before"]
    assert waiting(acme, SuggestionStatus.DISMISSED) == [kept]
    ids = undone(Event.from_event_type(replies[-1])[0].payload)
    assert len(ids) == 1
    assert str(merged) not in map(str, ids)


def test_what_comes_after_the_question_waits(acme: Actor) -> None:
    tab = open_duplicates(acme)
    tab.send(InboxManyState, "ask")
    with transaction(acme.workspace_id) as session:
        rows = [SignalIn(text=f"Exports are empty {n}") for n in range(2)]
        one, other = signals.ingest(session, acme, rows, source=Source.API).ids
        [late] = suggestions.propose(session, acme, [pair(one, other, 0.99)])
    tab.send(InboxManyState, "merge_all")
    assert waiting(acme) == [late]


def test_a_copy_in_two_pairs_is_merged_once_and_all_of_it_is_taken_back(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        copy, third = (signals.get_signal(session, acme, n).row.id for n in (2, 4))
        suggestions.propose(session, acme, [pair(copy, third, 0.7)])
    tab = open_duplicates(acme)
    tab.send(InboxManyState, "ask")
    replies = tab.send(InboxManyState, "merge_all")
    assert words(replies) == ["Accepted 3 suggestions; 1 no longer applies"]
    ids = undone(Event.from_event_type(replies[-1])[0].payload)
    tab.send(InboxManyState, "take_back", [UUID(str(each)) for each in ids])
    assert (live(acme), len(waiting(acme))) == (2 * PAIRS, PAIRS + 1)


def test_a_viewer_reads_what_duplicates_are_and_merges_none(acme: Actor) -> None:
    tab = open_duplicates(as_member(acme, Role.VIEWER))
    for name in ("ask", "merge_all"):
        tab.send(InboxManyState, name)
        assert tab.state(InboxManyState).asking is False
    assert live(acme) == 2 * PAIRS
    assert tab.state(NoticeState).kind == ""
