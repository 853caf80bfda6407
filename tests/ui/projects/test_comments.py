"""Comments beside a document: who may say what, and what stays when others talk."""

from collections.abc import Callable
from dataclasses import replace

from pmflow_core.accounts.actor import Actor, Role
from pmflow_ui.state.comments import CommentsState, pieces_of
from tests.core.runs.staging import Desk
from tests.ui.projects.conftest import Tab

OpenTab = Callable[[Actor, str], Tab]


def address(desk: Desk) -> str:
    return f"/w/acme/projects/{desk.key}/documents/research"


def open_comments(open_tab: OpenTab, actor: Actor, desk: Desk) -> Tab:
    tab = open_tab(actor, address(desk))
    tab.send(CommentsState, "load")
    return tab


def test_a_comment_on_a_section_leads_there_and_counts_at_its_heading(
    written: Desk, open_tab: OpenTab
) -> None:
    tab = open_comments(open_tab, written.actor, written)
    tab.send(CommentsState, "say", {"text": "Since when?", "section": "Open Questions"})

    state = tab.state(CommentsState)
    assert [(each.section, each.href) for each in state.threads] == [
        ("Open Questions", "#open-questions")
    ]
    assert state.by_section == {"Open Questions": "1"}
    assert state.draft == ""


def test_an_empty_comment_is_refused_beneath_its_field(written: Desk, open_tab: OpenTab) -> None:
    tab = open_comments(open_tab, written.actor, written)
    tab.send(CommentsState, "say", {"text": "  "})

    assert tab.state(CommentsState).error.startswith("A comment has")
    assert tab.state(CommentsState).threads == []


def test_a_thread_is_answered_closed_and_a_comment_deleted_and_brought_back(
    written: Desk, open_tab: OpenTab
) -> None:
    tab = open_comments(open_tab, written.actor, written)
    tab.send(CommentsState, "say", {"text": "Since when?"})
    (thread,) = tab.state(CommentsState).threads
    tab.send(CommentsState, "answer", thread.id)
    tab.send(CommentsState, "say_answer", {"text": "Since May."})
    tab.send(CommentsState, "resolve", thread.id, True)
    assert [len(each.replies) for each in tab.state(CommentsState).closed] == [1]
    tab.send(CommentsState, "resolve", thread.id, False)

    (thread,) = tab.state(CommentsState).threads
    tab.send(CommentsState, "delete", thread.replies[0].id)
    assert tab.state(CommentsState).threads[0].replies == []
    tab.send(CommentsState, "restore", thread.replies[0].id)
    assert [line.text for line in tab.state(CommentsState).threads[0].replies] == ["Since May."]


def test_a_viewer_reads_and_says_nothing(written: Desk, open_tab: OpenTab) -> None:
    open_comments(open_tab, written.actor, written).send(CommentsState, "say", {"text": "Hello"})
    tab = open_comments(open_tab, replace(written.actor, role=Role.VIEWER), written)

    tab.send(CommentsState, "say", {"text": "Me too"})

    assert [each.first.text for each in tab.state(CommentsState).threads] == ["Hello"]


def test_a_name_is_put_behind_what_is_being_written(written: Desk, open_tab: OpenTab) -> None:
    tab = open_comments(open_tab, written.actor, written)
    tab.send(CommentsState, "typed", "Please look,")
    tab.send(CommentsState, "name_member", "Product lead")

    assert tab.state(CommentsState).draft == "Please look, @Product lead "


def test_names_are_set_apart_and_nothing_else_is() -> None:
    members = ["Design", "Design lead"]
    pieces = pieces_of("Ask @Design lead, not mail@design or @designers.", members)

    assert [piece.text for piece in pieces if piece.named] == ["@Design lead"]
    assert "".join(piece.text for piece in pieces).startswith("Ask @Design lead, not")
