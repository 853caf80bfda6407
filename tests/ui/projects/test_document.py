"""A document's page: claims with their signals, versions compared, edits that lose no words."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.board.shown_documents import read_document
from pmflow_core.db.transaction import transaction
from pmflow_core.documents import service as documents
from pmflow_core.documents.service import Draft
from pmflow_core.runs import evidence
from pmflow_ui.state.document import DocumentState
from pmflow_ui.state.project import ProjectState
from tests.core.runs.staging import RESEARCH, VERBATIMS, Desk, MakeEngine
from tests.ui.projects.conftest import Tab, said
from tests.ui.tab import as_member

OpenTab = Callable[[Actor, str], Tab]
UNCITED = "Everybody **wants** it back."
EDITED = RESEARCH.replace("## Personas", f"{UNCITED}\n\n## Personas")


def address(desk: Desk, query: str = "") -> str:
    return f"/w/acme/projects/{desk.key}/documents/research{query}"


def reading(tab: Tab) -> DocumentState:
    tab.send(DocumentState, "load")
    return tab.state(DocumentState)


def edit(desk: Desk, content: str, base: int) -> None:
    with transaction(desk.actor.workspace_id) as session:
        board.edit_document(session, desk.actor, desk.key, "research", content, base=base)


def newest(desk: Desk) -> str:
    with transaction(desk.actor.workspace_id) as session:
        return read_document(session, desk.actor, desk.key, "research").content


def test_a_citation_shows_the_signals_words_around_the_quoted_ones(
    written: Desk, open_tab: OpenTab
) -> None:
    state = reading(open_tab(written.actor, address(written)))
    cites = [span for block in state.blocks for span in block.spans if span.kind == "cite"]

    assert [span.text for span in cites] == ["S-1", "S-2", "S-3"]
    assert cites[0].before + cites[0].quote + cites[0].after == VERBATIMS[0]
    assert (cites[0].quote, cites[0].check) == ("The search bar disappeared", "verbatim")
    assert cites[1].check == ""
    assert cites[0].href == "/w/acme/signals?signal=1"


def test_an_uncited_claim_is_underlined_and_nothing_else(written: Desk, open_tab: OpenTab) -> None:
    edit(written, EDITED, 1)
    state = reading(open_tab(written.actor, address(written)))
    marked = [span.text for block in state.blocks for span in block.spans if span.uncited]
    head = next(block for block in state.blocks if block.anchor == "user-problems")

    assert marked == ["Everybody ", "wants", " it back."]
    assert (head.ticks, head.coverage) == (["on", "wait"], "1 of 2 cited")
    assert (state.head.chip, state.head.chip_class) == ("1 uncited", "s-waiting")


def test_a_citation_of_no_signal_is_a_fault_and_leads_nowhere(
    written: Desk, open_tab: OpenTab
) -> None:
    edit(written, RESEARCH.replace("[S-3]", "[S-404]"), 1)
    state = reading(open_tab(written.actor, address(written)))
    cites = [span for block in state.blocks for span in block.spans if span.kind == "cite"]

    assert cites[-1].href == ""
    assert "S-404" in state.faults[0]
    assert state.head.chip == "1 citation fails"


def test_two_versions_are_compared_and_the_rest_is_folded(written: Desk, open_tab: OpenTab) -> None:
    edit(written, EDITED.replace(" [S-3]", ""), 1)
    state = reading(open_tab(written.actor, address(written, "?diff=1")))

    assert (state.mode, state.diff.old, state.diff.new) == ("diff", 1, 2)
    assert state.rows[0].kind == "fold"
    assert UNCITED in [
        "".join(p.text for p in row.new) for row in state.rows if row.kind == "added"
    ]
    assert state.diff.left == ["S-3"]
    assert (state.diff.uncited, state.diff.worse) == ("2, was 0", True)


def test_an_edit_becomes_the_next_version(written: Desk, open_tab: OpenTab) -> None:
    tab = open_tab(written.actor, address(written, "?view=edit"))
    state = reading(tab)
    assert (state.mode, state.text, state.base_version) == ("edit", RESEARCH, 1)

    assert "Saved as version 2" in said(tab.send(DocumentState, "save", {"content": EDITED}))
    assert newest(written) == EDITED


def test_an_edit_over_a_newer_version_is_refused_and_kept(written: Desk, open_tab: OpenTab) -> None:
    tab = open_tab(written.actor, address(written, "?view=edit"))
    opened = reading(tab).opened
    edit(written, EDITED, 1)
    mine = RESEARCH + "\nMine.\n"
    tab.send(DocumentState, "save", {"content": mine})

    state = tab.state(DocumentState)
    assert (state.newer, state.mode, state.opened) == (2, "edit", opened)
    assert "Version 2 was written meanwhile" in state.edit_error
    assert newest(written) == EDITED

    tab.send(DocumentState, "save_over")
    tab.send(DocumentState, "save", {"content": mine})
    assert newest(written) == mine


def test_live_updates_and_reconnections_leave_the_editor_alone(
    written: Desk, open_tab: OpenTab
) -> None:
    tab = open_tab(written.actor, address(written, "?view=edit"))
    opened = reading(tab).opened
    edit(written, EDITED, 1)
    tab.send(DocumentState, "refresh")
    assert tab.state(DocumentState).newer == 2

    tab.send(DocumentState, "load")
    state = tab.state(DocumentState)
    assert (state.text, state.opened, state.base_version) == (RESEARCH, opened, 1)


def test_the_preview_knows_which_signals_exist(written: Desk, open_tab: OpenTab) -> None:
    tab = open_tab(written.actor, address(written, "?view=edit"))
    reading(tab)
    tab.send(DocumentState, "typed", "Two words [S-2] [S-404]")
    state = tab.state(DocumentState)

    cites = [span.href for span in state.preview[0].spans if span.kind == "cite"]
    assert (cites, state.words) == (["/w/acme/signals?signal=2", ""], 4)


def test_an_older_version_is_restored_as_a_new_one(written: Desk, open_tab: OpenTab) -> None:
    edit(written, EDITED, 1)
    tab = open_tab(written.actor, address(written, "?diff=1"))
    reading(tab)

    assert "Restored version 1 as version 3" in said(tab.send(DocumentState, "restore"))
    assert newest(written) == RESEARCH


def test_a_viewer_reads_even_where_the_address_asks_to_edit(
    written: Desk, viewer: Actor, open_tab: OpenTab
) -> None:
    tab = open_tab(viewer, address(written, "?view=edit"))
    assert reading(tab).mode == "read"

    assert tab.send(DocumentState, "save", {"content": "Mine"})
    assert newest(written) == RESEARCH


def test_a_version_that_cannot_be_is_the_newest(written: Desk, open_tab: OpenTab) -> None:
    state = reading(open_tab(written.actor, address(written, "?version=1e3&diff=-1")))
    assert (state.mode, state.head.version) == ("read", 1)


def test_what_is_typed_survives_a_reload_and_somebody_elses_version(
    written: Desk, open_tab: OpenTab
) -> None:
    tab = open_tab(written.actor, address(written, "?view=edit"))
    reading(tab)
    tab.send(DocumentState, "typed", f"{RESEARCH}\nMine.\n")
    somebody = as_member(written.actor, Role.EDITOR)
    edit(replace(written, actor=somebody), f"{RESEARCH}\nTheirs.\n", 1)

    again = reading(open_tab(written.actor, address(written, "?view=edit")))

    assert again.text == f"{RESEARCH}\nMine.\n"
    assert (again.base_version, again.newer) == (1, 2)
    assert again.kept_at


def test_a_discarded_draft_can_be_taken_up_again(written: Desk, open_tab: OpenTab) -> None:
    tab = open_tab(written.actor, address(written, "?view=edit"))
    reading(tab)
    tab.send(DocumentState, "typed", f"{RESEARCH}\nMine.\n")

    tab.send(DocumentState, "discard")
    assert (tab.state(DocumentState).text, tab.state(DocumentState).kept_at) == (RESEARCH, "")
    tab.send(DocumentState, "take_up")

    assert tab.state(DocumentState).text == f"{RESEARCH}\nMine.\n"


def test_a_restore_can_be_taken_back(written: Desk, open_tab: OpenTab) -> None:
    edit(written, EDITED, 1)
    tab = open_tab(written.actor, address(written, "?diff=1"))
    reading(tab)

    tab.send(DocumentState, "restore")
    assert newest(written) == RESEARCH
    tab.send(DocumentState, "bring_back", 2, 3)

    assert newest(written) == EDITED


INTAKE = "## TL;DR\n\nThe search bar is gone [S-1].\n"


@pytest.fixture
def rewritten(desk: Desk, make_engine: MakeEngine, one_step: Callable[..., None]) -> Desk:
    """The project in Discovery, whose run wrote the research over the intake summary of Inbox."""
    workspace = desk.actor.workspace_id
    with transaction(workspace) as session:
        known = evidence.citable(session, {1, 2, 3})
        draft = Draft("intake_research", INTAKE)
        documents.save_version(session, desk.actor, desk.id, draft, known)
        board.move(session, desk.actor, desk.id, "discovery")
    one_step()
    with transaction(workspace) as session:
        run = board.start_run(session, desk.actor, desk.id)
    make_engine(RESEARCH).execute(run.id, "worker")
    return desk


def test_what_another_stage_wrote_before_is_found_from_the_newest_version(
    rewritten: Desk, open_tab: OpenTab
) -> None:
    state = reading(open_tab(rewritten.actor, address(rewritten)))
    assert (state.head.version, state.head.stage) == (2, "Discovery")
    assert [(each.label, each.href) for each in state.earlier] == [
        ("Intake summary, version 1", address(rewritten, "?version=1"))
    ]
    assert [line.origin for line in state.versions] == ["Research · Discovery", "Intake summary"]

    old = reading(open_tab(rewritten.actor, address(rewritten, "?version=1")))
    assert (old.head.title, old.head.newest) == ("Intake summary", "version 2, Research")
    assert old.earlier == []


def test_the_project_lists_it_beside_the_document(rewritten: Desk, open_tab: OpenTab) -> None:
    tab = open_tab(rewritten.actor, f"/w/acme/projects/{rewritten.key}?tab=documents")
    tab.send(ProjectState, "load")
    [line] = tab.state(ProjectState).documents
    assert line.version == "v2"
    assert [each.label for each in line.earlier] == ["Intake summary, v1"]


def test_an_edit_of_the_same_text_is_no_other_document(written: Desk, open_tab: OpenTab) -> None:
    edit(written, EDITED, 1)
    state = reading(open_tab(written.actor, address(written)))
    assert (state.earlier, [line.origin for line in state.versions]) == ([], ["", ""])
