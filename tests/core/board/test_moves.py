"""Moving projects by hand: gates, overrides, and the reason that always remains."""

import pytest
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import reads
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Conflict, Invalid, NotFound, PermissionDenied
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Project, Stage
from pmflow_core.runs.service import RunAlreadyOpen
from pmflow_core.signals import links
from pmflow_core.signals.models import UNRATED, Severity, Signal, Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.signals.service import ingest
from tests.conftest import make_workspace


@pytest.fixture
def project(session: Session, editor: Actor) -> Project:
    """A project without evidence, in Inbox."""
    return board.create_project(session, editor, "  Bring   search back ")


def test_a_project_is_created_with_a_key_and_a_reason(
    session: Session, editor: Actor, project: Project
) -> None:
    why = reads.read_why(session, editor, project.id)

    assert project.name == "Bring search back"
    assert project.key.endswith("-1")
    assert (why.stage, why.reason) == ("inbox", "In Inbox, nothing has run here yet")
    assert why.next_action == "Run Inbox: summarise the intake"
    assert why.owner == "Product lead"


def test_a_forward_move_is_refused_with_the_reason_of_the_gate(
    session: Session, editor: Actor, project: Project
) -> None:
    with pytest.raises(board.MoveRefused, match="0 linked signals, needs 1"):
        board.move(session, editor, project.id, "discovery")


def test_an_editor_may_not_override_a_gate(
    session: Session, editor: Actor, project: Project
) -> None:
    with pytest.raises(PermissionDenied):
        board.move(session, editor, project.id, "discovery", "we know better")


def test_an_admin_overrides_with_a_reason_that_is_kept(
    session: Session, admin: Actor, project: Project
) -> None:
    decision = board.move(session, admin, project.id, "discovery", "a strategic bet")
    move = projects.transitions(session, project.id)[-1]
    why = reads.read_why(session, admin, project.id)

    assert decision.outcome == "overridden"
    assert move.override_reason == "a strategic bet"
    assert "a strategic bet" in why.reason
    assert why.next_action == "Run Discovery"


def test_going_back_needs_no_gate(session: Session, admin: Actor, project: Project) -> None:
    board.move(session, admin, project.id, "prd", "a strategic bet")

    board.move(session, admin, project.id, "inbox")

    assert reads.read_why(session, admin, project.id).stage == "inbox"


def test_a_project_does_not_move_while_a_run_works_on_it(
    session: Session, admin: Actor, project: Project
) -> None:
    board.move(session, admin, project.id, "discovery", "a strategic bet")
    board.start_run(session, admin, project.id)

    with pytest.raises(RunAlreadyOpen):
        board.move(session, admin, project.id, "inbox")


def test_an_unknown_stage_names_those_there_are(
    session: Session, editor: Actor, project: Project
) -> None:
    with pytest.raises(NotFound, match="inbox, discovery, prd"):
        board.move(session, editor, project.id, "moon")


def test_a_stage_without_a_recipe_cannot_be_run(
    session: Session, admin: Actor, project: Project
) -> None:
    session.add(Stage(workspace_id=admin.workspace_id, slug="legal", name="Legal", position=20))
    session.flush()
    board.move(session, admin, project.id, "legal", "a strategic bet")

    with pytest.raises(Conflict, match="Nothing is automated in Legal"):
        board.start_run(session, admin, project.id)


def test_a_viewer_may_look_but_not_touch(session: Session, viewer: Actor, project: Project) -> None:
    assert reads.read_board(session, viewer).cards[0].key == project.key
    with pytest.raises(PermissionDenied):
        board.create_project(session, viewer, "Mine")
    with pytest.raises(PermissionDenied):
        board.move(session, viewer, project.id, "discovery")
    with pytest.raises(PermissionDenied):
        board.start_run(session, viewer, project.id)


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_name_that_cannot_be_is_refused(session: Session, editor: Actor, name: str) -> None:
    with pytest.raises(Invalid, match="1 to 120"):
        board.create_project(session, editor, name)


def test_the_project_page_adds_up_the_time_in_each_stage(
    session: Session, admin: Actor, project: Project
) -> None:
    board.move(session, admin, project.id, "discovery", "a strategic bet")

    read = reads.read_project(session, admin, project.key)

    visited = [visit.slug for visit in read.stages if visit.seconds is not None]
    assert visited == ["inbox", "discovery"]
    assert [row.kind for row in read.activity] == ["move", "created"]


def test_a_signal_without_a_severity_counts_as_no_mild_one(
    session: Session, admin: Actor, project: Project
) -> None:
    rows = [
        SignalIn(text="It crashes", severity=Severity.HIGH),
        SignalIn(text="Anything", severity=Severity.LOW),
        SignalIn(text="Something else"),
    ]
    made = ingest(session, admin, rows, source=Source.API)
    session.get_one(Signal, made.ids[2]).severity = None
    links.link_to_project(session, admin, made.ids, project.id)

    read = reads.read_project(session, admin, project.key)

    assert read.signals == 3
    assert read.severities == {"high": 1, "low": 1, UNRATED: 1}


def test_another_workspaces_project_is_not_found(editor: Actor) -> None:
    with transaction(editor.workspace_id) as session:
        project = board.create_project(session, editor, "Mine")
    stranger = make_workspace("Others")

    with transaction(stranger) as session, pytest.raises(NotFound):
        reads.read_why(session, Actor.system(stranger), project.id)
