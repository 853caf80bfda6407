"""Stages: renamed, ordered, added and put aside, and no project lost on the way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine
from sqlmodel import col, select

from pmflow_core import jobs
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import AuditEntry
from pmflow_core.board import reads
from pmflow_core.board import service as board
from pmflow_core.board import stages as closing
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.errors import NotFound, PermissionDenied, PmflowError
from pmflow_core.events import bus
from pmflow_core.projects import repository as projects
from pmflow_core.projects import stages
from pmflow_core.projects.models import Decision, Project, ProjectStatus, StageTransition
from pmflow_core.projects.stages import Colour, StageRead
from pmflow_core.runs.service import RunAlreadyOpen
from tests.conftest import make_member
from tests.ui.tab import make_acme


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


def listed(actor: Actor) -> list[StageRead]:
    with transaction(actor.workspace_id) as session:
        return stages.list_stages(session, actor)


def disable(actor: Actor, slug: str, projects_to: str | None = None) -> StageRead:
    with transaction(actor.workspace_id) as session:
        return closing.disable(session, actor, slug, projects_to=projects_to)


def project(actor: Actor, name: str = "Search") -> UUID:
    with transaction(actor.workspace_id) as session:
        return board.create_project(session, actor, name).id


def stage_of(actor: Actor, project_id: UUID) -> str:
    with transaction(actor.workspace_id) as session:
        return projects.stage_of(session, projects.get_project(session, project_id)).slug


def test_a_stage_is_renamed_and_recoloured_and_keeps_its_slug(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        made = stages.edit(session, acme, "prd", name=" The  spec ", colour=Colour.TEAL)
    assert (made.slug, made.name, made.colour) == ("prd", "The spec", "teal")
    with transaction(acme.workspace_id) as session:
        entry = session.scalars(
            select(AuditEntry).where(col(AuditEntry.action) == "stage.edited")
        ).one()
        assert entry.detail["name"] == {"before": "PRD", "after": "The spec"}
        drawn = reads.read_board(session, acme)
    assert ("prd", "The spec", "teal") in [
        (stage.slug, stage.name, stage.colour) for stage in drawn.stages
    ]


def test_a_new_stage_comes_last_with_a_slug_of_its_own(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        made = stages.add(session, acme, "Launch!", Colour.GREEN)
        again = stages.add(session, acme, "Launch?")
        odd = stages.add(session, acme, "上线")
    assert (made.slug, again.slug, odd.slug) == ("launch", "launch-2", "stage")
    assert [stage.slug for stage in listed(acme)][-3:] == ["launch", "launch-2", "stage"]


def test_faulty_and_taken_names_are_refused(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        for name in ("", " ", "x" * 41, "a\x00b"):
            with pytest.raises(stages.BadStageName):
                stages.add(session, acme, name)
        with pytest.raises(stages.StageNameTaken):
            stages.add(session, acme, "design")
        with pytest.raises(stages.StageNameTaken):
            stages.edit(session, acme, "prd", name="Design")
        with pytest.raises(NotFound):
            stages.edit(session, acme, "nothing", name="A")
        for number in range(stages.MOST - 7):
            stages.add(session, acme, f"More {number}")
        with pytest.raises(stages.TooManyStages):
            stages.add(session, acme, "One too many")


def test_an_order_names_each_stage_once(acme: Actor) -> None:
    wanted = [stage.slug for stage in reversed(listed(acme))]
    with transaction(acme.workspace_id) as session:
        for faulty in (wanted[1:], [*wanted, "inbox"], [*wanted[1:], "nothing"]):
            with pytest.raises(stages.BadOrder):
                stages.put_in_order(session, acme, faulty)
        stages.put_in_order(session, acme, wanted)
    assert [stage.slug for stage in listed(acme)] == wanted


def test_a_stage_with_projects_goes_only_when_it_is_said_where_they_go(acme: Actor) -> None:
    first, second, shipped = project(acme), project(acme, "Export"), project(acme, "Old")
    with transaction(acme.workspace_id) as session:
        session.get_one(Project, shipped).status = ProjectStatus.SHIPPED
    for target in (None, "inbox"):
        with pytest.raises(closing.StageHasProjects, match="2 projects are in Inbox"):
            disable(acme, "inbox", target)
    with pytest.raises(NotFound):
        disable(acme, "inbox", "nothing")

    made = disable(acme, "inbox", "discovery")

    assert (made.enabled, made.projects) == (False, 0)
    assert [stage_of(acme, each) for each in (first, second)] == ["discovery", "discovery"]
    assert stage_of(acme, shipped) == "inbox"
    with transaction(acme.workspace_id) as session:
        moves = session.scalars(select(col(StageTransition.to_stage))).all()
        of_first = select(Decision).where(col(Decision.project_id) == first)
        told = session.scalars(of_first.order_by(col(Decision.id))).all()
        shown = reads.read_why(session, acme, first)
    assert list(moves) == ["discovery", "discovery"]
    assert "disabled the stage Inbox" in told[-1].reason
    assert "disabled the stage Inbox" in shown.reason


def test_a_project_that_a_run_works_on_keeps_its_stage_open(acme: Actor) -> None:
    busy = project(acme)
    with transaction(acme.workspace_id) as session:
        board.start_run(session, acme, busy)
    with pytest.raises(RunAlreadyOpen):
        disable(acme, "inbox", "discovery")
    assert stage_of(acme, busy) == "inbox"
    assert listed(acme)[0].enabled


def test_the_last_stage_stays_and_a_disabled_one_comes_back(acme: Actor) -> None:
    for stage in listed(acme)[1:]:
        disable(acme, stage.slug)
    with pytest.raises(stages.LastStage):
        disable(acme, "inbox")
    with transaction(acme.workspace_id) as session:
        assert stages.enable(session, acme, "prd").enabled
    assert [stage.slug for stage in listed(acme) if stage.enabled] == ["inbox", "prd"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_only_admins_change_stages(acme: Actor, role: Role) -> None:
    actor = make_member(acme.workspace_id, role)
    with transaction(acme.workspace_id) as session:
        assert len(stages.list_stages(session, actor)) == 7
        for attempt in (
            lambda: stages.add(session, actor, "Mine"),
            lambda: stages.edit(session, actor, "prd", name="Mine"),
            lambda: stages.put_in_order(session, actor, []),
            lambda: stages.enable(session, actor, "prd"),
            lambda: closing.disable(session, actor, "prd"),
        ):
            with pytest.raises(PermissionDenied):
                attempt()


@pytest.fixture
def committed(database: Engine) -> Iterator[Actor]:
    """The admin of a workspace whose rows other connections see."""
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    acme = make_acme(f"stages-{uuid4().hex[:8]}")
    yield acme
    database.dispose()


def test_no_project_is_left_in_a_stage_that_was_disabled_meanwhile(committed: Actor) -> None:
    for number in range(6):
        moving = project(committed, f"Project {number}")
        start = Barrier(2)

        def move(project_id: UUID = moving, start: Barrier = start) -> str:
            start.wait()
            try:
                with transaction(committed.workspace_id) as session:
                    board.move(session, committed, project_id, "tickets", "for a test")
            except PmflowError as error:
                return error.code
            return "moved"

        def close(start: Barrier = start) -> str:
            start.wait()
            try:
                disable(committed, "tickets")
            except PmflowError as error:
                return error.code
            return "disabled"

        with ThreadPoolExecutor(2) as pool:
            outcomes = {pool.submit(move), pool.submit(close)}
            assert {each.result() for each in outcomes}
        tickets = next(stage for stage in listed(committed) if stage.slug == "tickets")
        assert tickets.enabled or stage_of(committed, moving) != "tickets"
        with transaction(committed.workspace_id) as session:
            stages.enable(session, committed, "tickets")
            if stage_of(committed, moving) == "tickets":
                board.move(session, committed, moving, "inbox")
