from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.board import service as board
from pmflow_core.calls.models import CallStatus, ProviderCall
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.insights import service
from pmflow_core.insights.schemas import Range, Span
from pmflow_core.projects.models import Project, StageTransition
from pmflow_core.runs.models import StageRun
from pmflow_core.runs.status import FailureClass, RunStatus
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Severity, Signal, Source
from pmflow_core.signals.schemas import SignalIn
from tests.conftest import make_workspace
from tests.core.automation.conftest import make_theme

DAY = timedelta(days=1)


def take_in(
    session: Session, actor: Actor, *severities: Severity | None, days_ago: int = 0
) -> None:
    rows = [
        SignalIn(text=f"Export fails {place}, {days_ago}", severity=severity)
        for place, severity in enumerate(severities)
    ]
    ids = signals.ingest(session, actor, rows, source=Source.API).ids
    session.execute(
        update(Signal).where(Signal.id.in_(ids)).values(received_at=utcnow() - DAY * days_ago)
    )


def pay(
    session: Session, workspace_id: UUID, project: Project | None, cost: str, **more: str
) -> None:
    session.add(
        ProviderCall(
            workspace_id=workspace_id,
            project_id=project.id if project else None,
            step_key="prd",
            fence=1,
            attempt=1,
            provider=more.get("provider", "anthropic"),
            request_hash="x",
            status=CallStatus.SUCCEEDED,
            cost_usd=Decimal(cost),
        )
    )
    session.flush()


@pytest.mark.parametrize("days", Range)
def test_the_last_bucket_of_every_range_ends_with_today(days: Range) -> None:
    now = datetime(2026, 11, 26, 23, 59, tzinfo=UTC)
    span = Span.until(now, days)
    assert span.end == datetime(2026, 11, 27, tzinfo=UTC)
    assert span.starts[0] == span.start
    assert span.starts[-1] + span.bucket == span.end
    assert abs((span.end - span.start).days - days) <= 1
    assert span.before.end == span.start


def test_signals_are_counted_where_they_were_received(session: Session, editor: Actor) -> None:
    take_in(session, editor, Severity.CRITICAL, Severity.HIGH, None)
    take_in(session, editor, Severity.HIGH, days_ago=29)
    take_in(session, editor, Severity.LOW, days_ago=31)
    found = service.read_insights(session, editor, Range.MONTH)
    by_severity = {series.name: series.counts for series in found.severities}
    assert list(by_severity) == ["critical", "high", "medium", "low", "unknown"]
    assert by_severity["high"][0] == 1
    assert by_severity["high"][-1] == 1
    assert by_severity["unknown"][-1] == 1
    assert by_severity["low"] == (0,) * 30
    assert (found.signals, found.signals_before) == (4, 1)
    assert [(series.name, series.total) for series in found.sources] == [("api", 4)]


def test_a_critical_signal_counts_until_somebody_deals_with_it(
    session: Session, editor: Actor
) -> None:
    take_in(session, editor, Severity.CRITICAL, Severity.CRITICAL, Severity.HIGH, days_ago=400)
    assert service.read_insights(session, editor).critical_unlinked == 2
    session.execute(update(Signal).where(Signal.number == 1).values(status="archived"))
    assert service.read_insights(session, editor).critical_unlinked == 1


def test_the_largest_themes_come_first_and_no_more_than_are_drawn(
    session: Session, editor: Actor
) -> None:
    for place, label in enumerate(("Export", "Search", "Login", "Sync", "Fees")):
        make_theme(session, editor, label, size=3 + place)
    found = service.read_insights(session, editor).themes
    assert [theme.label for theme in found] == ["Fees", "Sync", "Login", "Search"]
    assert [sum(theme.counts) for theme in found] == [7, 6, 5, 4]


def test_a_stage_takes_the_median_of_the_visits_that_ended(session: Session, editor: Actor) -> None:
    now = utcnow()
    for hours in (2, 4, 9):
        project = board.create_project(session, editor, f"Took {hours} h")
        project.created_at = now - timedelta(hours=hours)
        session.add(
            StageTransition(
                workspace_id=editor.workspace_id,
                project_id=project.id,
                from_stage="inbox",
                to_stage="discovery",
                automatic=False,
                created_at=now,
            )
        )
    session.flush()
    found = service.read_insights(session, editor)
    inbox = next(stage for stage in found.stages if stage.slug == "inbox")
    assert inbox.visits == 3
    assert inbox.median_s == pytest.approx(4 * 3600)
    assert next(stage for stage in found.stages if stage.slug == "prd").median_s is None
    assert found.flow.arrived == 0


def test_the_way_to_the_last_stage_is_counted_once_for_a_project(
    session: Session, editor: Actor
) -> None:
    now = utcnow()
    project = board.create_project(session, editor, "Came twice")
    project.created_at = now - 10 * DAY
    for days in (4, 1):
        session.add(
            StageTransition(
                workspace_id=editor.workspace_id,
                project_id=project.id,
                from_stage="validate",
                to_stage="tickets",
                automatic=True,
                created_at=now - days * DAY,
            )
        )
    session.flush()
    found = service.read_insights(session, editor).flow
    assert found.arrived == 1
    assert found.median_s == pytest.approx(6 * 86_400)


def test_runs_count_by_how_they_ended(session: Session, editor: Actor) -> None:
    for status, fault in (
        (RunStatus.COMPLETED, None),
        (RunStatus.FAILED, FailureClass.PROVIDER),
        (RunStatus.CANCELLED, None),
    ):
        project = board.create_project(session, editor, f"Was {status}")
        run = board.start_run(session, editor, project.id, "inbox")
        session.execute(
            update(StageRun)
            .where(StageRun.id == run.id)
            .values(status=status, finished_at=utcnow(), failure_class=fault)
        )
    waiting = board.create_project(session, editor, "Is queued")
    board.start_run(session, editor, waiting.id, "inbox")
    found = service.read_insights(session, editor)
    ended = {series.name: series.total for series in found.outcomes}
    assert ended == {"completed": 1, "failed": 1, "cancelled": 1}
    assert found.failures == {FailureClass.PROVIDER: 1}


def test_costs_add_up_by_project_and_provider_and_leave_tools_out(
    session: Session, editor: Actor
) -> None:
    dear = board.create_project(session, editor, "Dear")
    cheap = board.create_project(session, editor, "Cheap")
    here = editor.workspace_id
    pay(session, here, dear, "1.50")
    pay(session, here, dear, "0.50", provider="openai")
    pay(session, here, cheap, "0.25")
    pay(session, here, cheap, "9.00", provider="tool:composio")
    pay(session, here, None, "0.01", provider="openai")
    found = service.read_insights(session, editor).costs
    assert found.total_usd == Decimal("2.26")
    assert found.by_provider == {"anthropic": Decimal("1.75"), "openai": Decimal("0.51")}
    assert [(each.key, each.total_usd) for each in found.projects] == [
        (dear.key, Decimal("2.00")),
        (cheap.key, Decimal("0.25")),
        (None, Decimal("0.01")),
    ]


def test_another_workspace_sees_none_of_it(session: Session, editor: Actor) -> None:
    take_in(session, editor, Severity.CRITICAL)
    other = make_workspace("Others")
    with transaction(other) as elsewhere:
        found = service.read_insights(elsewhere, Actor.system(other))
    assert (found.signals, found.critical_unlinked, found.sources) == (0, 0, ())
