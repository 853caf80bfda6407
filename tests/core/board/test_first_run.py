"""The first steps of a workspace: derived from its own rows, over once, hidden by its people."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, update
from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.schemas import AuditQuery
from pmflow_core.board import endings, first_run
from pmflow_core.board import service as board
from pmflow_core.board.first_run import Step
from pmflow_core.board.first_run_rows import done as steps_done
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PermissionDenied
from pmflow_core.recipes.spec import Level
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import RunStatus
from pmflow_core.signals import bulk
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import DIMENSIONS, Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.themes.models import Clustering, Theme, ThemeStatus
from pmflow_core.workspaces import service as workspaces
from tests.conftest import make_member, make_user, make_workspace
from tests.core.automation.conftest import make_theme
from tests.core.board.histories import World


def read(actor: Actor) -> first_run.FirstRunRead | None:
    with transaction(actor.workspace_id) as session:
        return first_run.read(session, actor)


def is_over(actor: Actor) -> bool:
    return read(actor) is None


def run_first_stage(world: World) -> None:
    world.publish(Level.HUMAN_APPROVAL, None)
    world.create()
    world.happen(("start", ""))
    world.work("write")


def add_signal(session: Session, actor: Actor) -> UUID:
    return signals.ingest(session, actor, [SignalIn(text="Search is gone")], source=Source.API).ids[
        0
    ]


def add_bare_theme(session: Session, actor: Actor, *, retired: bool = False) -> UUID:
    theme = Theme(
        workspace_id=actor.workspace_id,
        label="Search",
        keywords=[],
        centroid=[1.0] + [0.0] * (DIMENSIONS - 1),
        changed_at=utcnow(),
        status=ThemeStatus.RETIRED if retired else ThemeStatus.ACTIVE,
    )
    session.add(theme)
    session.flush()
    return theme.id


def test_a_new_workspace_begins_with_its_signals(admin: Actor) -> None:
    found = read(admin)
    assert found is not None
    assert (found.done, found.current) == (frozenset(), Step.SIGNALS)


def test_with_a_signal_it_is_the_themes_turn_and_it_is_said_what_they_wait_for(
    admin: Actor,
) -> None:
    with transaction(admin.workspace_id) as session:
        add_signal(session, admin)
    found = read(admin)
    assert found is not None
    assert (found.done, found.current) == ({Step.SIGNALS}, Step.THEMES)
    assert found.forming == first_run.FormingThemes(0, 30, is_reading=True, was_tried=False)


def test_themes_that_were_looked_for_and_not_found_are_told_from_those_to_come(
    admin: Actor,
) -> None:
    with transaction(admin.workspace_id) as session:
        add_signal(session, admin)
        session.add(
            Clustering(
                workspace_id=admin.workspace_id,
                version="1",
                params={},
                signals=1,
                themes=0,
                seconds=0.1,
            )
        )
    found = read(admin)
    assert found is not None
    assert found.forming is not None
    assert found.forming.was_tried


def test_with_a_theme_the_largest_is_offered_to_make_a_project_of(admin: Actor) -> None:
    with transaction(admin.workspace_id) as session:
        make_theme(session, admin, "Export", size=3)
        largest = make_theme(session, admin, "Search", size=5)
    found = read(admin)
    assert found is not None
    assert found.current is Step.PROJECT
    assert found.theme is not None
    assert (found.theme.id, found.theme.label, found.themes) == (largest, "Search", 2)


def test_with_a_project_its_stage_is_to_be_run_and_then_its_run_watched(world: World) -> None:
    admin = world.admin
    with transaction(admin.workspace_id) as session:
        make_theme(session, admin)
    world.create()
    with transaction(admin.workspace_id) as session:
        key = board.create_project(session, admin, "The newest").key
    found = read(admin)
    assert found is not None
    assert found.current is Step.RUN
    assert found.to_run == first_run.ToRun(key, "Inbox", None, None)

    world.happen(("start", ""))
    found = read(admin)
    assert found is not None
    assert found.to_run is not None
    assert found.to_run.key != key
    assert found.to_run.run_number == 1


def test_a_completed_run_is_the_last_step_and_ends_it_for_good(world: World) -> None:
    admin = world.admin
    with transaction(admin.workspace_id) as session:
        make_theme(session, admin)
    run_first_stage(world)
    found = read(admin)
    assert found is not None
    assert (found.done, found.current) == (set(Step), None)

    with transaction(admin.workspace_id) as session:
        assert first_run.finish(session, admin)
    assert is_over(admin)
    with transaction(admin.workspace_id) as session:
        assert not first_run.finish(session, admin)
        endings.archive(session, admin, world.project_id, "Not now")
    assert is_over(admin)


@pytest.mark.parametrize("change", [{"trial": True}, {"status": RunStatus.FAILED}], ids=str)
def test_a_trial_or_a_failed_run_is_no_first_run(world: World, change: dict[str, object]) -> None:
    run_first_stage(world)
    with transaction(world.workspace_id) as session:
        session.execute(update(StageRun).values(change))
        assert Step.RUN not in (steps_done(session, world.workspace_id) or ())


def test_it_cannot_be_finished_before_all_is_done(admin: Actor) -> None:
    with transaction(admin.workspace_id) as session:
        add_signal(session, admin)
        assert not first_run.finish(session, admin)
    assert not is_over(admin)


def test_what_was_put_away_is_not_there(admin: Actor) -> None:
    with transaction(admin.workspace_id) as session:
        signal = add_signal(session, admin)
        add_bare_theme(session, admin, retired=True)
        bulk.delete(session, admin, [signal])
    found = read(admin)
    assert found is not None
    assert found.done == frozenset()


def test_another_workspaces_rows_do_not_count(world: World) -> None:
    with transaction(world.workspace_id) as session:
        make_theme(session, world.admin)
    run_first_stage(world)
    other = make_member(make_workspace("Other"), Role.EDITOR)
    found = read(other)
    assert found is not None
    assert found.done == frozenset()
    with transaction(other.workspace_id) as session:
        assert not first_run.finish(session, other)
    with transaction(world.workspace_id) as session:
        assert first_run.finish(session, world.admin)
    assert not is_over(other)


def test_who_may_not_take_the_steps_does_not_see_them(viewer: Actor) -> None:
    for verb in (first_run.read, first_run.finish, first_run.hide, first_run.show):
        with transaction(viewer.workspace_id) as session, pytest.raises(PermissionDenied):
            verb(session, viewer)


def test_hiding_it_hides_it_for_everybody_and_can_be_taken_back(
    admin: Actor, editor: Actor
) -> None:
    with transaction(admin.workspace_id) as session:
        first_run.hide(session, editor)
        first_run.hide(session, editor)
    assert is_over(admin)
    with transaction(admin.workspace_id) as session:
        first_run.show(session, admin)
        first_run.show(session, admin)
    assert not is_over(editor)
    with transaction(admin.workspace_id) as session:
        told = audit.list_entries(session, admin, AuditQuery(action="first_run"))
    assert [entry.action for entry in told] == ["first_run.shown", "first_run.hidden"]


def test_a_sample_arrives_with_everything_done(session: Session) -> None:
    del session
    for is_sample in (True, False):
        workspace_id = uuid4()
        with transaction(workspace_id) as inside:
            user = make_user(inside)
            workspaces.add_workspace(
                inside,
                workspace_id,
                name=f"Bank {is_sample}",
                slug=f"bank-{workspace_id.hex[:8]}",
                admin_user_id=user.id,
                is_sample=is_sample,
            )
        assert is_over(Actor(workspace_id, Role.ADMIN, user.id)) is is_sample


def test_once_over_one_statement_looks_at_nothing_but_the_workspace(
    admin: Actor, database: Engine
) -> None:
    with transaction(admin.workspace_id) as session:
        first_run.hide(session, admin)
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(database, "before_cursor_execute", note)
    try:
        with transaction(admin.workspace_id) as session:
            session.connection()
            asked.clear()
            assert first_run.read(session, admin) is None
    finally:
        event.remove(database, "before_cursor_execute", note)
    assert [one for one in asked if "SAVEPOINT" not in one] == asked[:1]
    assert "first_run_ended_at IS NULL" in asked[0]


STEPS: dict[Step, Callable[[Session, Actor], object]] = {
    Step.SIGNALS: add_signal,
    Step.THEMES: add_bare_theme,
    Step.PROJECT: lambda session, actor: board.create_project(session, actor, "An idea"),
}


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(taken=st.lists(st.sampled_from(list(STEPS)), unique=True))
def test_in_whichever_order_steps_are_taken_the_first_that_is_not_done_is_next(
    world: World, taken: list[Step]
) -> None:
    with transaction(world.workspace_id) as session:
        savepoint = session.begin_nested()
        for step in taken:
            STEPS[step](session, world.admin)
        found = first_run.read(session, world.admin)
        assert found is not None
        assert found.done == set(taken)
        assert found.current is next(step for step in Step if step not in taken)
        savepoint.rollback()
