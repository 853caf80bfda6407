"""What waits for a person is told with its reason, approvals before repairs."""

from uuid import UUID

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.providers.base import ProviderRejected
from pmflow_core.triage import inbox
from pmflow_core.triage.inbox import WaitingProject, WaitsFor
from tests.core.runs.staging import RESEARCH, Desk, MakeEngine, make_engine
from tests.core.triage.conftest import Suggest

__all__ = ["make_engine"]


def look(actor: Actor) -> tuple[tuple[WaitingProject, ...], int]:
    with transaction(actor.workspace_id) as session:
        return inbox.read_waiting(session, actor), inbox.count_waiting(session, actor)


def run_discovery(desk: Desk, admin: Actor) -> UUID:
    with transaction(admin.workspace_id) as session:
        board.move(session, admin, desk.id, "discovery", "for a test")
        return board.start_run(session, admin, desk.id).id


def test_a_project_that_waits_for_an_approval_waits_for_somebody(
    desk: Desk, admin: Actor, viewer: Actor, make_engine: MakeEngine
) -> None:
    assert look(viewer) == ((), 0)
    make_engine(RESEARCH).execute(run_discovery(desk, admin), "worker")
    [waiting], count = look(viewer)
    assert (waiting.key, waiting.waits_for, count) == (desk.key, WaitsFor.APPROVAL, 1)
    assert waiting.reason.endswith("waits for approval")


def test_a_failed_run_waits_for_a_repair(desk: Desk, admin: Actor, make_engine: MakeEngine) -> None:
    refused = ProviderRejected("The model refuses.")
    run = run_discovery(desk, admin)
    make_engine(*[refused] * 5).execute(run, "worker")
    [waiting], _ = look(admin)
    assert waiting.waits_for is WaitsFor.REPAIR
    assert waiting.run_id == run


def test_suggestions_count_as_waiting(link: UUID, suggest: Suggest, viewer: Actor) -> None:
    del link, suggest
    assert look(viewer) == ((), 1)
