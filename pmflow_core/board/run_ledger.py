"""What a run asked providers, and how it compares with other runs of the same work."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board.shown_runs import read_run
from pmflow_core.calls import ledger
from pmflow_core.calls.models import CallStatus
from pmflow_core.runs import repository as runs
from pmflow_core.runs.models import RunLogLine, StageRun
from pmflow_core.runs.status import LogLevel, RunStatus

NO_LINES = 2**31 - 1
COMPARED = 4


@dataclass(frozen=True, slots=True)
class CallRead:
    """One try of one call to a provider, as the ledger has it; costs in US dollars."""

    step: str
    provider: str
    model: str
    attempt: int
    status: CallStatus
    input_tokens: int
    output_tokens: int
    cost_usd: float
    reserved_usd: float
    started_at: datetime
    finished_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step of one run came to; `failed_checks` names those it did not pass."""

    key: str
    title: str
    status: str
    seconds: float | None
    cost_usd: float
    tokens: int
    attempts: int
    is_reused: bool
    checks: int
    failed_checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttemptRead:
    """One run beside others of the same project and stage."""

    run_id: UUID
    number: int
    status: RunStatus
    recipe_version: int
    provider: str
    seconds: float | None
    cost_usd: float
    failure: str
    is_replay: bool
    steps: tuple[StepResult, ...]


def list_calls(session: Session, actor: Actor, run_id: UUID) -> tuple[CallRead, ...]:
    """Return the calls of a run in the order they were made; raises NotFound."""
    actor.require(Role.VIEWER)
    run = runs.get_run(session, run_id)
    titles = {step.step_key: step.title for step in runs.steps_of(session, run.id)}
    return tuple(
        CallRead(
            step=titles.get(call.step_key, call.step_key),
            provider=call.provider,
            model=call.model or "",
            attempt=call.attempt,
            status=call.status,
            input_tokens=call.input_tokens,
            output_tokens=call.output_tokens,
            cost_usd=float(call.cost_usd),
            reserved_usd=float(call.reserved_usd),
            started_at=call.created_at,
            finished_at=call.finished_at,
            error=call.error or "",
        )
        for call in ledger.calls_of(session, run.id)
    )


def list_attempts(session: Session, actor: Actor, run_id: UUID) -> tuple[AttemptRead, ...]:
    """Return a run with up to three others of its project and stage, the newest first.

    A trial stands alone.

    Raises:
        NotFound: no such run.
    """
    actor.require(Role.VIEWER)
    run = runs.get_run(session, run_id)
    others = (
        select(col(StageRun.id))
        .where(
            col(StageRun.project_id) == run.project_id,
            col(StageRun.stage) == run.stage,
            col(StageRun.trial).is_(False),
            col(StageRun.id) != run.id,
        )
        .order_by(func.abs(col(StageRun.number) - run.number), col(StageRun.number).desc())
        .limit(0 if run.trial else COMPARED - 1)
    )
    found = [run.id, *session.scalars(others)]
    read = [_attempt(session, actor, one) for one in found]
    return tuple(sorted(read, key=lambda each: -each.number))


def first_error(session: Session, actor: Actor, run_id: UUID) -> int | None:
    """Return the number of the first line of a run's log that tells an error, None without one."""
    actor.require(Role.VIEWER)
    run = runs.get_run(session, run_id)
    statement = select(func.min(col(RunLogLine.seq))).where(
        col(RunLogLine.run_id) == run.id, col(RunLogLine.level) == LogLevel.ERROR
    )
    return session.scalar(statement)


def _attempt(session: Session, actor: Actor, run_id: UUID) -> AttemptRead:
    read = read_run(session, actor, run_id, after_seq=NO_LINES)
    row = read.row
    return AttemptRead(
        run_id=row.id,
        number=row.number,
        status=row.status,
        recipe_version=read.recipe_version,
        provider=row.provider,
        seconds=_seconds(row.started_at, row.finished_at),
        cost_usd=sum(step.cost_usd for step in read.steps),
        failure=row.failure or "",
        is_replay=row.is_replay,
        steps=tuple(
            StepResult(
                key=step.key,
                title=step.title,
                status=step.status,
                seconds=_seconds(step.started_at, step.finished_at),
                cost_usd=step.cost_usd,
                tokens=step.input_tokens + step.output_tokens,
                attempts=step.attempts,
                is_reused=step.is_reused,
                checks=len(step.criteria),
                failed_checks=tuple(check.title for check in step.criteria if not check.passed),
            )
            for step in read.steps
        ),
    )


def _seconds(begin: datetime | None, end: datetime | None) -> float | None:
    return None if begin is None or end is None else (end - begin).total_seconds()
