"""Operators see all of the installation and nothing of a tenant's content; nobody else sees it."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.accounts.models import User
from pmflow_core.board import service as board
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.intake.models import Reembedding
from pmflow_core.operations import service
from pmflow_core.operations.alarms import Level, Surroundings, alarms
from pmflow_core.operations.schemas import (
    DatabaseRead,
    OpenRunRead,
    OperationsRead,
    ProcessRead,
    WorkRead,
)
from pmflow_core.runs import repository as runs
from pmflow_core.runs.models import StageRun, WorkerHeartbeat
from pmflow_core.runs.status import RunStatus
from tests.conftest import make_user
from tests.core.runs.staging import Desk

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HEALTHY = OperationsRead(
    database=DatabaseRead("18.6", 10**8, 5, 100, NOW - timedelta(days=1), "head", NOW),
    processes=(
        ProcessRead("worker-1", "worker", "host", 1, NOW, 3.0, None),
        ProcessRead("scheduler", "scheduler", "host", 2, NOW, 3.0, None),
    ),
    work=(),
    runs=(),
    reembeddings=(),
)
FINE = Surroundings(True, "head", 50, 100, 300.0)
RUN = OpenRunRead(
    UUID(int=1), UUID(int=2), "acme", 7, "prd", "queued", None, NOW, None, None, None, 0
)


@pytest.fixture
def operator(workspace_id: UUID) -> UUID:
    """Somebody who runs the installation and is a member of nothing."""
    del workspace_id
    with transaction(None) as session:
        user = make_user(session, "Operator")
        user.is_operator = True
        session.add(user)
        return user.id


def test_only_operators_read_the_installation(operator: UUID, admin: Actor) -> None:
    assert admin.user_id is not None
    with transaction(None) as session:
        assert service.read_operations(session, operator).database.revision
        with pytest.raises(PermissionDenied):
            service.read_operations(session, admin.user_id)
        with pytest.raises(PermissionDenied):
            service.find_workspace_of_run(session, admin.user_id, UUID(int=1))


def test_somebody_who_is_no_operator_any_more_reads_nothing(operator: UUID) -> None:
    with transaction(None) as session:
        session.execute(update(User).where(User.id == operator).values(is_operator=False))
    with transaction(None) as session, pytest.raises(PermissionDenied):
        service.read_operations(session, operator)


def test_open_runs_of_all_workspaces_are_listed_without_their_content(
    desk: Desk, operator: UUID
) -> None:
    here = desk.actor.workspace_id
    with transaction(here) as session:
        run = board.start_run(session, desk.actor, desk.id, "discovery")
        session.add(Reembedding(workspace_id=here, model="other", total=9, done=3))
    with transaction(None) as session:
        read = service.read_operations(session, operator)
    [shown] = [each for each in read.runs if each.id == run.id]
    assert (shown.number, shown.status, shown.overdue_s) == (run.number, "queued", None)
    assert read.many("runs", "queued") >= 1
    assert read.many("signals", "unprocessed") >= 3
    [change] = [each for each in read.reembeddings if each.workspace == shown.workspace]
    assert (change.done, change.total, change.failed) == (3, 9, False)
    assert "Bring search back" not in str(asdict(read))


def test_heartbeats_are_listed_with_their_age_by_the_database(operator: UUID) -> None:
    with transaction(None) as session:
        heartbeat = WorkerHeartbeat(
            name="worker-of-test", role="worker", host="here", pid=7, seen_at=utcnow()
        )
        runs.beat(session, heartbeat)
        read = service.read_operations(session, operator)
    [shown] = [each for each in read.processes if each.name == "worker-of-test"]
    assert 0 <= shown.silent_s < 60


def test_a_healthy_run_is_left_alone_and_a_lost_one_is_offered_again(
    desk: Desk, operator: UUID
) -> None:
    here = desk.actor.workspace_id
    with transaction(here) as session:
        run = board.start_run(session, desk.actor, desk.id, "discovery")
    with transaction(None) as session:
        assert service.find_workspace_of_run(session, operator, run.id) == here
        with pytest.raises(NotFound):
            service.find_workspace_of_run(session, operator, UUID(int=1))
    assert _rescued(here, operator, run.id).endswith("takes it in its turn.")
    _set(here, run.id, status="running", worker="w", lease_until=utcnow() + timedelta(minutes=1))
    assert "is healthy: w holds it" in _rescued(here, operator, run.id)
    _set(here, run.id, status="queued", dispatched_at=utcnow() - timedelta(hours=1))
    assert "offered to the workers again" in _rescued(here, operator, run.id)
    with transaction(here) as session:
        assert runs.get_run(session, run.id).status is RunStatus.QUEUED


def test_rescuing_needs_an_operator(session: Session, desk: Desk, admin: Actor) -> None:
    run = board.start_run(session, desk.actor, desk.id, "discovery")
    assert admin.user_id is not None
    with pytest.raises(PermissionDenied):
        service.rescue_run(session, admin.user_id, run.id)


def _rescued(here: UUID, operator: UUID, run_id: UUID) -> str:
    with transaction(here) as session:
        return service.rescue_run(session, operator, run_id)


def _set(here: UUID, run_id: UUID, **values: object) -> None:
    with transaction(here) as session:
        session.execute(update(StageRun).where(StageRun.id == run_id).values(**values))


def test_a_healthy_installation_raises_no_alarm() -> None:
    running = replace(RUN, status="running", queued_at=NOW - timedelta(hours=1), worker="w")
    waiting = replace(RUN, status="waiting", queued_at=NOW - timedelta(days=3))
    work = (
        WorkRead("webhooks", "failing", 1, NOW - timedelta(minutes=59)),
        WorkRead("messages", "pending", 3, NOW - timedelta(minutes=59)),
    )
    assert alarms(replace(HEALTHY, runs=(RUN, running, waiting), work=work), FINE) == []


@pytest.mark.parametrize(
    ("read", "around", "level", "words"),
    [
        (replace(HEALTHY, processes=()), FINE, Level.CRITICAL, "No worker is alive."),
        (replace(HEALTHY, processes=HEALTHY.processes[:1]), FINE, Level.HIGH, "No scheduler"),
        (HEALTHY, replace(FINE, redis_answers=False), Level.CRITICAL, "Redis does not answer."),
        (HEALTHY, replace(FINE, head="newer"), Level.CRITICAL, "not migrated"),
        (HEALTHY, replace(FINE, disk_free=9), Level.CRITICAL, "9 % of the data folder's disk"),
        (
            replace(HEALTHY, runs=(replace(RUN, queued_at=NOW - timedelta(minutes=6)),)),
            FINE,
            Level.HIGH,
            "queued for 6 min",
        ),
        (
            replace(HEALTHY, runs=(replace(RUN, status="running", overdue_s=61.0),)),
            FINE,
            Level.CRITICAL,
            "lease ran out",
        ),
        (
            replace(HEALTHY, work=(WorkRead("deliveries", "failed", 2, NOW),)),
            FINE,
            Level.HIGH,
            "2 deliveries failed for good.",
        ),
        (
            replace(HEALTHY, work=(WorkRead("messages", "failed", 1, NOW),)),
            FINE,
            Level.HIGH,
            "1 webhook message was given up in the last 24 h.",
        ),
        (
            replace(
                HEALTHY,
                work=(
                    WorkRead("webhooks", "failing", 2, NOW - timedelta(hours=5)),
                    WorkRead("webhooks", "disabled", 1, NOW),
                ),
            ),
            FINE,
            Level.HIGH,
            "2 webhooks take nothing, the longest for 5 h; 1 more is switched off.",
        ),
        (
            replace(HEALTHY, database=replace(HEALTHY.database, connections=81)),
            FINE,
            Level.HIGH,
            "81 of 100",
        ),
    ],
)
def test_each_fault_raises_its_alarm(
    read: OperationsRead, around: Surroundings, level: Level, words: str
) -> None:
    found = alarms(read, around)
    assert [(alarm.level, words in alarm.text) for alarm in found if words in alarm.text] == [
        (level, True)
    ]
    assert all(alarm.action for alarm in found)
