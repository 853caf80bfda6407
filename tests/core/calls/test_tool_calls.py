"""Calls of tools: each has its row, and none is made twice."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy.orm import Session

from pmflow_core.calls import costs, ledger
from pmflow_core.calls.models import CallStatus
from pmflow_core.calls.replay import NotRecorded
from pmflow_core.calls.tool_calls import ToolCallInDoubt, ToolLedger, ToolRequest, ToolResult
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import Invalid
from pmflow_core.providers.base import ProviderUnavailable
from pmflow_core.runs.kinds import LeaseLost
from pmflow_core.runs.models import StageRun
from tests.core.calls.callers import caller_of, calls

POST = ToolRequest("SLACK_POST", {"text": "Shipped"}, 1, read_only=False)
LOOK = ToolRequest("search_signals", {"query": "cards"}, 1, read_only=True)


@dataclass
class World:
    """Counts what a tool really did."""

    says: list[str | Exception] = field(default_factory=list[str | Exception])
    done: int = 0

    def work(self) -> str:
        """Do it, and say or raise the next thing."""
        self.done += 1
        said = self.says.pop(0)
        if isinstance(said, Exception):
            raise said
        return said


class Killed(BaseException):
    """The worker dies here: nothing of its own code runs any more."""


def die_while_calling(run: StageRun, request: ToolRequest, world: World) -> None:
    def work() -> str:
        world.done += 1
        raise Killed

    with pytest.raises(Killed):
        ToolLedger(caller_of(run)).call(request, work)
    with transaction(run.workspace_id) as session:
        ledger.close_abandoned(session, run.id, 2)


def test_a_call_is_written_down_with_its_result_and_costs_nothing(run: StageRun) -> None:
    world = World(["posted"])
    assert ToolLedger(caller_of(run)).call(POST, world.work) == ToolResult("posted")
    (row,) = calls(run)
    assert (row.provider, row.status.value, row.response) == (
        "tool:SLACK_POST",
        "succeeded",
        "posted",
    )
    assert row.request is not None
    assert row.request["arguments"] == {"text": "Shipped"}
    with transaction(run.workspace_id) as session:
        assert costs.of_run(session, run.id) == costs.Cost()


def test_the_same_call_of_a_run_is_not_made_again(run: StageRun) -> None:
    world = World(["posted", "posted again"])
    for fence in (1, 2):
        assert ToolLedger(caller_of(run, fence)).call(POST, world.work).text == "posted"
    assert world.done == 1
    second = ToolRequest(POST.name, POST.arguments, 2, read_only=False)
    assert ToolLedger(caller_of(run)).call(second, world.work).text == "posted again"


def test_a_refusal_of_a_tool_is_told_and_kept(run: StageRun) -> None:
    world = World([Invalid("No such channel.")])
    for _ in range(2):
        result = ToolLedger(caller_of(run)).call(POST, world.work)
        assert result == ToolResult("No such channel.", failed=True)
    assert world.done == 1
    assert calls(run)[0].status is CallStatus.FAILED


def test_a_call_that_was_sent_and_never_settled_is_not_sent_again(run: StageRun) -> None:
    world = World(["posted"])
    die_while_calling(run, POST, world)

    with pytest.raises(ToolCallInDoubt, match="may have done its work or not"):
        ToolLedger(caller_of(run, 2)).call(POST, world.work)
    other = ToolRequest(POST.name, {"text": "Said otherwise"}, 1, read_only=False)
    with pytest.raises(ToolCallInDoubt):
        ToolLedger(caller_of(run, 2)).call(other, world.work)

    assert world.done == 1
    assert [row.status.value for row in calls(run)] == ["possibly_billed"]


def test_a_tool_that_only_reads_is_called_again_after_a_crash(run: StageRun) -> None:
    world = World(["[S-1] late"])
    die_while_calling(run, LOOK, world)
    assert ToolLedger(caller_of(run, 2)).call(LOOK, world.work).text == "[S-1] late"
    assert world.done == 2


def test_a_worker_that_lost_the_run_calls_no_tool_and_returns_its_money(run: StageRun) -> None:
    def lost(_session: Session) -> None:
        raise LeaseLost("The run is not this worker's any more.")

    world = World(["posted"])
    with pytest.raises(LeaseLost):
        ToolLedger(caller_of(run, guard=lost)).call(POST, world.work)

    assert world.done == 0
    assert [row.status.value for row in calls(run)] == ["failed"]


def test_an_answer_that_never_came_leaves_an_effect_in_doubt(run: StageRun) -> None:
    silent = ProviderUnavailable("no answer", maybe_billed=True)
    world = World([silent, silent])
    with pytest.raises(ToolCallInDoubt):
        ToolLedger(caller_of(run)).call(POST, world.work)
    assert calls(run)[0].status is CallStatus.POSSIBLY_BILLED
    assert ToolLedger(caller_of(run)).call(LOOK, world.work).failed


def test_an_unexpected_error_leaves_an_effect_in_doubt(run: StageRun) -> None:
    world = World([ValueError("boom"), "posted"])
    with pytest.raises(ValueError, match="boom"):
        ToolLedger(caller_of(run)).call(POST, world.work)
    with pytest.raises(ToolCallInDoubt):
        ToolLedger(caller_of(run)).call(POST, world.work)


def test_a_replayed_run_does_nothing_to_the_world(run: StageRun) -> None:
    world = World(["posted"])
    ToolLedger(caller_of(run)).call(POST, world.work)

    again = ToolLedger(caller_of(run), replay=True)
    assert again.call(POST, world.work).text == "posted"
    with pytest.raises(NotRecorded, match="SLACK_POST"):
        again.call(ToolRequest(POST.name, {"text": "New"}, 1, read_only=False), world.work)
    assert world.done == 1
