"""A run as the browser draws it: its facts, steps, checks and log lines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pmflow_core.board.approvals import ApprovalEffects
from pmflow_core.board.schemas import GateRead, LogRead, RunRead, RunRow, StepRead
from pmflow_core.clock import utcnow
from pmflow_core.runs.status import OPEN, RunStatus
from pmflow_ui.figures import counted, money
from pmflow_ui.state.run_asks import startable

LEVELS = {"debug": "dbg", "info": "info", "ok": "ok", "warn": "warn", "error": "err"}
STEP_GLYPHS = {
    "pending": "todo",
    "running": "running",
    "completed": "completed",
    "failed": "failed",
}


@dataclass(frozen=True)
class LogLine:
    """One line: its number in the run, the time of day, its level and its words.

    Levels: dbg, info, ok, warn, err. Where `step`, a title, changes, a head says so.
    """

    seq: int
    at: str
    level: str
    text: str
    step: str = ""


@dataclass(frozen=True)
class RunLine:
    """A run in the list of runs."""

    id: str
    number: int
    href: str
    project: str
    project_key: str
    project_href: str
    stage: str
    status: str
    provider: str
    who: str
    queued: str
    started: str
    finished: str
    failure: str
    kind: str = ""


@dataclass(frozen=True)
class Check:
    """A criterion of a step or a gate of a stage, with its verdict."""

    glyph: str
    title: str
    detail: str


@dataclass(frozen=True)
class StepLine:
    """A step on the run's time line; `left` and `width` are per cent of the time so far."""

    key: str
    title: str
    glyph: str
    note: str
    since: str
    until: str
    left: str
    width: str
    here: bool
    can_start: bool


@dataclass(frozen=True)
class Written:
    """A document that a step has written."""

    title: str
    href: str


@dataclass(frozen=True)
class Effect:
    """One thing that an approval sets in motion."""

    icon: str
    lead: str
    text: str


@dataclass(frozen=True)
class RunFacts:
    """What stands at the head of a run."""

    id: str = ""
    number: int = 0
    status: str = ""
    project: str = ""
    project_key: str = ""
    project_href: str = ""
    stage: str = ""
    recipe: str = ""
    since: str = ""
    until: str = ""
    waited: bool = False
    tokens_in: str = ""
    tokens_out: str = ""
    cost: str = ""
    provider: str = ""
    worker: str = ""
    who: str = ""
    retry_of: int = 0
    rerun_from: str = ""
    failure: str = ""
    is_open: bool = False
    can_retry: bool = False
    trial: bool = False
    replay: bool = False
    no_worker: bool = False
    done: str = ""
    checked_step: str = ""


def as_line(row: RunRow, slug: str) -> RunLine:
    """Return a run as a line of the list."""
    return RunLine(
        id=str(row.id),
        number=row.number,
        href=f"/w/{slug}/runs/{row.id}",
        project=row.project_name,
        project_key=row.project_key,
        project_href=f"/w/{slug}/projects/{row.project_key}",
        stage=row.stage,
        status=row.status.value,
        provider=row.provider,
        who=row.requested_by,
        queued=_iso(row.queued_at),
        started=_iso(row.started_at),
        finished=_iso(row.finished_at),
        failure=row.failure or "",
        kind="Trial" if row.is_trial else "Replay" if row.is_replay else "",
    )


def as_facts(run: RunRead, slug: str) -> RunFacts:
    """Return what stands at the head of a run."""
    row, is_open = run.row, run.row.status in OPEN
    cost = sum(step.cost_usd for step in run.steps)
    done = sum(1 for step in run.steps if step.status == "completed")
    return RunFacts(
        id=str(row.id),
        number=row.number,
        status=row.status.value,
        project=row.project_name,
        project_key=row.project_key,
        project_href=f"/w/{slug}/projects/{row.project_key}",
        stage=row.stage,
        recipe=f"recipe v{run.recipe_version}",
        since=_iso(row.started_at or row.queued_at),
        until=_iso(row.finished_at),
        waited=row.started_at is None,
        tokens_in=f"{sum(step.input_tokens for step in run.steps):,}",
        tokens_out=f"{sum(step.output_tokens for step in run.steps):,}",
        cost=money(cost),
        provider=row.provider,
        worker=run.worker or "",
        who=row.requested_by,
        retry_of=run.retry_of or 0,
        rerun_from=next((step.title for step in run.steps if step.key == run.rerun_from), ""),
        failure=row.failure or "",
        is_open=is_open,
        can_retry=not is_open and not row.is_trial and run.why.stage == run.stage,
        trial=row.is_trial,
        replay=row.is_replay,
        no_worker=is_open and not run.workers_alive,
        done=f"{done} of {len(run.steps)}",
        checked_step=_checked(run.steps).title if run.steps else "",
    )


def as_steps(run: RunRead) -> list[StepLine]:
    """Return the steps on one time axis."""
    begin = run.row.started_at
    end = run.row.finished_at or utcnow()
    whole = max(1.0, (end - begin).total_seconds()) if begin else 1.0
    drawn = [_step(step, run, whole, end) for step in run.steps]
    if run.row.status in OPEN or run.row.is_trial or run.why.stage != run.stage:
        return drawn
    keys = startable(run)
    return [replace(step, can_start=step.key in keys) for step in drawn]


def _step(step: StepRead, run: RunRead, whole: float, end: datetime) -> StepLine:
    begin = run.row.started_at or run.row.queued_at
    left = width = 0.0
    if step.started_at is not None and not step.is_reused:
        left = 100 * (step.started_at - begin).total_seconds() / whole
        width = 100 * ((step.finished_at or end) - step.started_at).total_seconds() / whole
    left = min(max(0.0, left), 98.0)
    stopped = step.status == "running" and run.row.status is not RunStatus.RUNNING
    waits = stopped and run.row.status in OPEN
    return StepLine(
        key=step.key,
        title=step.title,
        glyph="waiting" if waits else "cancelled" if stopped else STEP_GLYPHS[step.status],
        note="Waits" if waits else "Stopped" if stopped else _note(step),
        since=_iso(step.started_at),
        until=_iso(step.finished_at or (end if stopped else None)),
        left=f"{left:.1f}%",
        width=f"{min(max(2.0, width), 100 - left):.1f}%" if width else "0",
        here=step.status == "running" and not stopped,
        can_start=False,
    )


def _note(step: StepRead) -> str:
    if step.is_reused:
        return "Taken over, at no cost"
    if step.status == "pending":
        return "Not begun"
    parts = []
    if step.attempts > 1:
        parts.append(f"attempt {step.attempts}")
    if step.criteria:
        passed = sum(1 for check in step.criteria if check.passed)
        parts.append(f"{passed} of {counted(len(step.criteria), 'check')}")
    tokens = step.input_tokens + step.output_tokens
    if tokens:
        parts.append(f"{tokens:,} tokens")
    if step.cost_usd:
        parts.append(money(step.cost_usd))
    words = ", ".join(parts) or step.summary or step.status
    return words[:1].upper() + words[1:]


def _checked(steps: Sequence[StepRead]) -> StepRead:
    """Return the step whose checks are worth reading: the failed one, else the last with any."""
    for step in steps:
        if step.status == "failed":
            return step
    checked = [step for step in steps if step.criteria]
    return checked[-1] if checked else steps[0]


def as_checks(run: RunRead) -> list[Check]:
    """Return the criteria of the step that matters now."""
    return [_check(check) for check in _checked(run.steps).criteria] if run.steps else []


def as_gates(gates: Sequence[GateRead]) -> list[Check]:
    """Return the verdicts of the stage's gates."""
    return [_check(gate) for gate in gates]


def _check(gate: GateRead) -> Check:
    failed = "todo" if gate.optional else "failed"
    optional = " (optional)" if gate.optional else ""
    return Check("completed" if gate.passed else failed, f"{gate.title}{optional}", gate.detail)


def as_written(run: RunRead, slug: str) -> list[Written]:
    """Return the documents that the run has written."""
    base = f"/w/{slug}/projects/{run.row.project_key}/documents"
    return [
        Written(step.title, f"{base}/{step.document_type}")
        for step in run.steps
        if step.document_type
    ]


def as_lines(lines: Sequence[LogRead], titles: dict[str, str]) -> list[LogLine]:
    """Return log lines; times of day are those of the server, in UTC."""
    return [
        LogLine(
            line.seq,
            f"{line.at:%H:%M:%S}",
            LEVELS.get(line.level, "info"),
            line.text,
            titles.get(line.step or "", ""),
        )
        for line in lines
    ]


def as_effects(effects: ApprovalEffects, key: str) -> list[Effect]:
    """Return what approving would set in motion, in words."""
    if effects.others:
        return [Effect("hand", "Your approval counts;", effects.stays)]
    if effects.to is None:
        return [Effect("hand", f"{key} stays;", f"{effects.stage} is the last stage")]
    found = [Effect("arrow-right", f"{key} moves", f"from {effects.stage} to {effects.to}")]
    if effects.starts:
        found.append(Effect("play", effects.starts, "starts by itself in the next stage"))
    else:
        found.append(Effect("hand", "Nothing runs by itself", f"in {effects.to}"))
    return found


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
