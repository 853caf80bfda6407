"""The inbox: what waits, decided by keys, taken back, and never more than the role allows."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from sqlalchemy import Connection, select, text
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications
from pmflow_core.activity.notifications import NAMED, Notice
from pmflow_core.board import service as board
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.projects import repository as projects
from pmflow_core.projects import service as project_service
from pmflow_core.projects.models import Project, ProjectStatus
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.suggestions import service as suggestions
from pmflow_core.suggestions.models import SuggestionKind
from pmflow_core.suggestions.schemas import Proposal
from pmflow_ui.guard import NoticeState
from pmflow_ui.state.inbox import InboxState
from pmflow_ui.state.inbox_many import InboxManyState
from pmflow_ui.state.session import SessionState
from tests.ui.tab import Tab, as_member, goes_to, make_acme, words

TEXTS = ("Search is gone", "Search vanished", "No search bar", "I miss the search")


@pytest.fixture
def acme(connection: Connection) -> Actor:
    """A workspace with two projects and four suggested links to the first."""
    del connection
    actor = make_acme()
    with transaction(actor.workspace_id) as session:
        project = board.create_project(session, actor, "Bring search back")
        board.create_project(session, actor, "Faster start")
        rows = [SignalIn(text=text) for text in TEXTS]
        made = signals.ingest(session, actor, rows, source=Source.API)
        proposals = [
            Proposal(
                SuggestionKind.LINK_SIGNAL,
                0.9 - place / 10,
                "It says the same.",
                signal_id=signal_id,
                project_id=project.id,
                detail={"similarity": 0.9 - place / 10, "needed": 0.6},
            )
            for place, signal_id in enumerate(made.ids)
        ]
        suggestions.propose(session, actor, proposals)
    return actor


def key(actor: Actor, number: int) -> str:
    """Return a project's key; its prefix depends on what other workspaces have taken."""
    with transaction(actor.workspace_id) as session:
        return session.scalars(select(col(Project.key)).where(col(Project.number) == number)).one()


def open_inbox(actor: Actor, query: str = "") -> Tab:
    tab = Tab(actor, f"/w/acme/inbox{query}")
    tab.send(InboxState, "load")
    return tab


def shown(tab: Tab) -> list[str]:
    return [row.text for row in tab.state(InboxState).suggested]


def opened(tab: Tab) -> str:
    [side] = tab.state(InboxState).opened.sides
    return side.text


def decide(tab: Tab, verb: str) -> list[Any]:
    """Decide on what is selected, and look again as the reply asks for."""
    replies = tab.send(InboxManyState, "decide_selected", verb)
    tab.send(InboxState, "refresh")
    return replies


def test_the_surest_suggestion_is_first_and_says_what_it_would_do(acme: Actor) -> None:
    tab = open_inbox(acme)
    state = tab.state(InboxState)
    assert shown(tab) == list(TEXTS)
    assert state.opened.title == f"Link S-1 to {key(acme, 1)}"
    assert state.opened.lead == f"S-1 becomes evidence of {key(acme, 1)} Bring search back."
    assert (state.opened.measure, state.opened.score) == ("Similarity", "0.90")
    assert state.opened.needed == "0.60 is needed"
    assert state.address.startswith("/w/acme/inbox?item=suggestion%3A")
    assert state.place == "1 of 4"


def test_one_key_accepts_and_the_mark_moves_to_the_next(acme: Actor) -> None:
    tab = open_inbox(acme)
    said = words(tab.send(InboxState, "press", "1"))
    assert said == [f"Linked S-1 to {key(acme, 1)}"]
    assert shown(tab) == list(TEXTS[1:])
    assert opened(tab) == TEXTS[1]


def test_what_was_done_is_taken_back(acme: Actor) -> None:
    tab = open_inbox(acme)
    first = UUID(tab.state(InboxState).opened.suggestion)
    tab.send(InboxState, "press", "3")
    assert shown(tab) == list(TEXTS[1:])
    tab.send(InboxState, "undo", first)
    assert shown(tab) == list(TEXTS)


def test_keys_walk_the_list_and_open_what_it_is_about(acme: Actor) -> None:
    tab = open_inbox(acme)
    tab.send(InboxState, "press", "k")
    assert opened(tab) == TEXTS[0]
    for _ in range(9):
        tab.send(InboxState, "press", "j")
    assert opened(tab) == TEXTS[3]
    assert goes_to(tab.send(InboxState, "press", "Enter")) == [f"/w/acme/projects/{key(acme, 1)}"]


def test_another_project_is_chosen_in_a_dialog(acme: Actor) -> None:
    tab = open_inbox(acme)
    tab.send(InboxState, "press", "2")
    state = tab.state(InboxState)
    assert state.changing
    other = next(each.value for each in state.projects if "Faster" in each.label)
    assert words(tab.send(InboxState, "link_to", UUID(other))) == [f"Linked S-1 to {key(acme, 2)}"]
    assert not tab.state(InboxState).changing


def test_several_are_selected_and_decided_at_once(acme: Actor) -> None:
    tab = open_inbox(acme)
    tab.send(InboxState, "press", "x")
    tab.send(InboxState, "press", "j")
    tab.send(InboxState, "press", "x")
    assert words(decide(tab, "dismiss")) == ["Dismissed 2 suggestions"]
    assert shown(tab) == list(TEXTS[2:])
    tab.send(InboxState, "select_all")
    assert words(decide(tab, "accept")) == ["Accepted 2 suggestions"]
    assert tab.state(InboxState).is_empty


def test_nothing_decided_is_selected_to_be_decided_again(acme: Actor) -> None:
    tab = open_inbox(acme)
    tab.send(InboxState, "select_all")
    decide(tab, "dismiss")
    assert words(decide(tab, "dismiss")) == []
    tab.send(InboxState, "show", "dismissed")
    tab.send(InboxState, "select_all")
    assert (len(shown(tab)), tab.state(InboxState).selected) == (4, [])


def test_a_dismissed_one_is_found_and_suggested_again(acme: Actor) -> None:
    tab = open_inbox(acme)
    tab.send(InboxState, "press", "3")
    tab.go("/w/acme/inbox?view=dismissed")
    tab.send(InboxState, "load")
    state = tab.state(InboxState)
    assert (len(state.suggested), state.opened.accept, state.opened.status) == (1, "", "dismissed")
    tab.send(InboxState, "restore", UUID(state.opened.suggestion))
    assert tab.state(InboxState).is_empty


def test_what_is_about_a_closed_project_expires_and_says_so(acme: Actor) -> None:
    tab = open_inbox(acme)
    with transaction(acme.workspace_id) as session:
        project = projects.get_by_key(session, key(acme, 1))
        project_service.set_status(session, acme, project, ProjectStatus.ARCHIVED)
    assert words(tab.send(InboxState, "press", "1")) == ["Not done, it has expired"]
    assert len(shown(tab)) == 3


def test_the_navigation_counts_what_waits(acme: Actor) -> None:
    tab = open_inbox(acme)
    tab.send(SessionState, "count")
    assert tab.state(SessionState).counts.inbox == "4"
    tab.send(InboxState, "press", "3")
    tab.send(SessionState, "count")
    assert tab.state(SessionState).counts.inbox == "3"


def test_a_viewer_reads_and_decides_nothing(acme: Actor) -> None:
    tab = open_inbox(as_member(acme, Role.VIEWER))
    assert len(shown(tab)) == 4
    tab.send(InboxState, "press", "1")
    assert len(shown(tab)) == 4
    first = UUID(tab.state(InboxState).opened.suggestion)
    assert words(tab.send(InboxState, "accept", first)) != []
    assert len(shown(tab)) == 4


def test_an_address_that_says_nonsense_shows_everything(acme: Actor) -> None:
    tab = open_inbox(acme, "?view=nonsense&kind=none&item=gone")
    state = tab.state(InboxState)
    assert (state.view, state.kind, len(state.suggested)) == ("open", "", 4)
    assert opened(tab) == TEXTS[0]
    assert tab.state(NoticeState).kind == ""


def test_one_kind_is_shown_with_its_address(acme: Actor) -> None:
    tab = open_inbox(acme)
    tab.send(InboxState, "narrow", "merge_duplicate")
    assert tab.state(InboxState).is_empty
    tab.send(InboxState, "narrow", "link_signal")
    assert "kind=link_signal" in tab.state(InboxState).address
    assert [each.label for each in tab.state(InboxState).kinds] == ["Links 4"]


def soon() -> str:
    """Return a moment as the browser sends it."""
    return (utcnow() + timedelta(hours=3)).isoformat()


def titles(tab: Tab) -> list[str]:
    return [row.title for row in tab.state(InboxState).mentions]


def named(actor: Actor, by: Actor, key: str = "comment-1-named") -> None:
    """Tell a member that they were named."""
    assert actor.user_id is not None
    with transaction(actor.workspace_id) as session:
        said = "Design lead named you on ACM-1: @Product lead, look"
        notice = Notice(key, NAMED, said, "projects/ACM-1")
        notifications.tell(session, by, notice, [actor.user_id])


def test_a_key_puts_the_marked_thing_off_and_undo_brings_it_back(acme: Actor) -> None:
    tab = open_inbox(acme)
    first = UUID(tab.state(InboxState).opened.suggestion)
    tab.send(InboxState, "press", "h")
    assert tab.state(InboxState).snoozing
    assert words(tab.send(InboxState, "snooze", soon(), "Sat 28 Nov, 09:00")) == [
        "Snoozed until Sat 28 Nov, 09:00"
    ]
    state = tab.state(InboxState)
    assert (state.snoozing, shown(tab), state.snoozed_words) == (
        False,
        list(TEXTS[1:]),
        "Snoozed 1",
    )
    assert (state.suggested_words, state.kinds[0].label) == ("3", "Links 3")

    tab.send(InboxState, "bring_back", "suggestion", first)
    assert shown(tab) == list(TEXTS)
    assert tab.state(InboxState).snoozed_words == "Snoozed"


def test_what_is_put_off_is_listed_with_its_time_and_comes_back_by_hand(acme: Actor) -> None:
    tab = open_inbox(acme)
    tab.send(InboxState, "snooze", soon(), "later")
    tab.send(InboxState, "show", "snoozed")
    state = tab.state(InboxState)
    assert shown(tab) == [TEXTS[0]]
    assert state.suggested[0].until
    assert state.opened.until == state.suggested[0].until
    assert state.address == f"/w/acme/inbox?view=snoozed&item={quote(state.current, safe='')}"
    before = state.opened.until

    tab.send(InboxState, "press", "h")
    tab.send(InboxState, "snooze", (utcnow() + timedelta(days=3)).isoformat(), "Monday")
    assert tab.state(InboxState).opened.until > before
    tab.send(InboxState, "bring_back", "suggestion", state.opened.suggestion, before)
    assert tab.state(InboxState).opened.until == before

    tab.send(InboxState, "wake")
    assert tab.state(InboxState).is_empty
    assert shown(open_inbox(acme)) == list(TEXTS)


def test_what_came_back_is_new_until_it_is_opened(acme: Actor) -> None:
    tab = open_inbox(acme)
    tab.send(InboxState, "press", "j")
    tab.send(InboxState, "snooze", soon(), "later")
    with transaction(acme.workspace_id) as session:
        session.execute(text("update snoozes set until = now() - interval '1 second'"))
    tab.send(InboxState, "refresh")
    assert [row.back for row in tab.state(InboxState).suggested] == [False, True, False, False]
    tab.send(InboxState, "open", tab.state(InboxState).suggested[1].id)
    assert not any(row.back for row in tab.state(InboxState).suggested)
    assert not any(row.back for row in open_inbox(acme).state(InboxState).suggested)


def test_a_time_that_is_over_is_refused_in_words(acme: Actor) -> None:
    tab = open_inbox(acme)
    said = words(tab.send(InboxState, "snooze", (utcnow() - timedelta(hours=1)).isoformat(), "now"))
    assert said == ["Choose a time from now on, within a year."]
    assert shown(tab) == list(TEXTS)


def test_a_mention_waits_until_it_is_read_and_that_is_taken_back(acme: Actor) -> None:
    named(acme, as_member(acme, Role.EDITOR))
    tab = open_inbox(acme)
    assert titles(tab) == ["Design lead named you on ACM-1"]
    assert [each.label for each in tab.state(InboxState).kinds] == ["Links 4", "Mentions 1"]
    mention = UUID(tab.state(InboxState).mentions[0].id.partition(":")[2])
    assert tab.state(InboxState).opened.lead == "“@Product lead, look”"

    assert words(tab.send(InboxState, "press", "1")) == ["Marked as read"]
    assert (titles(tab), shown(tab)) == ([], list(TEXTS))
    tab.send(InboxState, "unread_mention", mention)
    assert titles(tab) == ["Design lead named you on ACM-1"]

    tab.send(InboxState, "open", tab.state(InboxState).mentions[0].id)
    assert goes_to(tab.send(InboxState, "press", "Enter")) == ["/w/acme/projects/ACM-1"]
    assert titles(open_inbox(acme)) == []


def test_a_viewer_is_named_and_puts_off_and_only_their_own_list_changes(acme: Actor) -> None:
    viewer = as_member(acme, Role.VIEWER)
    named(viewer, acme)
    tab = open_inbox(viewer, "?kind=mention")
    assert (titles(tab), shown(tab)) == (["Design lead named you on ACM-1"], [])
    tab.send(InboxState, "snooze", soon(), "later")
    assert tab.state(InboxState).is_empty
    tab.send(InboxState, "narrow", "")
    tab.send(InboxState, "snooze", soon(), "later")
    assert shown(tab) == list(TEXTS[1:])
    assert (titles(open_inbox(acme)), shown(open_inbox(acme))) == ([], list(TEXTS))
