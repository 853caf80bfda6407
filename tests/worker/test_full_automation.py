"""A project goes through all its lanes by the worker alone, each run woken by the one before."""

import time
from collections.abc import Callable

import pytest

from pmflow_core.board.reads import read_why
from pmflow_core.board.schemas import Mood
from pmflow_core.db.transaction import transaction
from pmflow_core.projects import repository as projects
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import Level, RecipeSpec
from pmflow_core.runs import repository
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.status import RunStatus
from tests.worker.conftest import Desk, House, slow_recipe

pytestmark = pytest.mark.processes
LANES = ("discovery", "prd", "design")


def wait_until_done(desk: Desk, seconds: float = 20) -> str:
    """Return the project's reason once it is done, or what it is after so long."""
    until = time.monotonic() + seconds
    while True:
        with transaction(desk.workspace_id) as session:
            why = read_why(session, desk.actor, desk.project_id)
        if why.mood is Mood.DONE or time.monotonic() > until:
            return why.reason
        time.sleep(0.1)


def test_full_automation_goes_through_every_lane_without_being_rescued(
    house: House, make_desk: Callable[[RecipeSpec], Desk], extensions: Extensions
) -> None:
    """Failure 2: Automation started the first lane and stalled; completion went elsewhere."""
    desk = make_desk(slow_recipe(0))
    with transaction(desk.workspace_id) as session:
        for lane in LANES:
            spec = slow_recipe(0).model_copy(update={"stage": lane, "level": Level.FULL_AUTO})
            recipes.publish(session, desk.actor, spec, extensions.catalogue())
        for stage in projects.list_all_stages(session):
            stage.enabled = stage.slug in ("inbox", *LANES)
    # A reconciler that looked again would offer what nobody had enqueued.
    house.start(PMFLOW_RECONCILE_S="60")

    desk.run()

    assert wait_until_done(desk) == "All gates of Design passed; it is the last stage"
    with transaction(desk.workspace_id) as session:
        found = repository.list_runs(session, project_id=desk.project_id, limit=10)
    assert [run.stage for run in reversed(found)] == list(LANES)
    assert {run.status for run in found} == {RunStatus.COMPLETED}
    assert {run.dispatch for run in found} == {1}
