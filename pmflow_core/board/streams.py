"""Runs as they go, for programs: what is new since a cursor, in the order it happened.

The rows are the truth, so a reader that was away asks from its last cursor and misses nothing.
Log lines are each sent once. Steps and progress are states: their newest is sent when it differs
from the one that was sent before.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import stream_rows
from pmflow_core.board.cursors import AT_REST, BadCursor, Cursor, Seen
from pmflow_core.runs import repository as runs
from pmflow_core.runs.models import RunLogLine, RunStep, StageRun
from pmflow_core.runs.status import OPEN, RunStatus, StepStatus

LINES_AT_ONCE = 200
RUN_TAIL, WORKSPACE_TAIL = 2_000, 200
"""Characters shown of what is being written."""

Data = dict[str, object]


class EventKind(StrEnum):
    """What a stream tells."""

    LOG = "log"
    STEP = "step"
    PROGRESS = "progress"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One thing that happened; `cursor` is where a reader is that has read it."""

    kind: EventKind
    data: Data
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class News:
    """What happened since a cursor; `more` when not everything fitted, `ended` when all is told."""

    events: tuple[StreamEvent, ...]
    cursor: Cursor
    more: bool = False
    ended: bool = False


def begin(session: Session, actor: Actor, run_id: UUID | None) -> Cursor:
    """Return where a new reader begins: at a run's first line, or at what a workspace does now."""
    actor.require(Role.VIEWER)
    if run_id is not None:
        return Cursor().put(runs.get_run(session, run_id).number, Seen())
    cursor = Cursor(stream_rows.newest_number(session))
    going = stream_rows.open_runs(session)
    states = _steps(session, going)
    for run in going:
        cursor = cursor.put(run.number, Seen(run.last_seq, _codes(states.get(run.id, ()))))
    return cursor


def check(session: Session, actor: Actor, cursor: Cursor, run_id: UUID | None) -> None:
    """Raise BadCursor unless `read` goes on from `cursor`; NotFound when there is no such run."""
    actor.require(Role.VIEWER)
    if run_id is not None:
        _runs(session, cursor, run_id)


def read(session: Session, actor: Actor, cursor: Cursor, run_id: UUID | None) -> News:
    """Return what is new since `cursor`, of one run or of the whole workspace.

    Raises:
        BadCursor: it is a cursor of something else.
        NotFound: no such run.
    """
    actor.require(Role.VIEWER)
    # A run's row before its lines: what its row says has ended has no line that is not there yet.
    found, more = _runs(session, cursor, run_id)
    lines = stream_rows.lines_after(
        session,
        {run.id: cursor.runs.get(run.number, Seen()).seq for run in found},
        limit=LINES_AT_ONCE,
    )
    states = _steps(session, found)
    keys = stream_rows.project_keys(session, {run.project_id for run in found})
    events: list[StreamEvent] = []
    cursor = _known(cursor, found)
    for run in found:
        tail = WORKSPACE_TAIL if run_id is None else RUN_TAIL
        view = _View(run, keys.get(run.project_id, ""), states.get(run.id, ()), tail)
        # However little of it fits, the run is known from now on.
        cursor = cursor.put(run.number, cursor.runs.get(run.number, Seen()))
        told = list(_tell(view, cursor, lines.get(run.id, ()), keep=run_id is not None))
        events += told
        cursor = told[-1].cursor if told else cursor
        reached = cursor.runs.get(run.number)
        more = more or (reached is not None and not reached.ended and reached.seq < run.last_seq)
    ended = run_id is not None and all(cursor.runs[run.number].ended for run in found)
    return News(tuple(events), cursor, more, ended)


@dataclass(frozen=True, slots=True)
class _View:
    """A run with what is told of it."""

    run: StageRun
    project: str
    steps: Sequence[RunStep]
    tail: int


def _runs(session: Session, cursor: Cursor, run_id: UUID | None) -> tuple[list[StageRun], bool]:
    if run_id is None:
        return stream_rows.runs_since(session, cursor.base, cursor.runs.keys())
    run = runs.get_run(session, run_id)
    if set(cursor.runs) != {run.number}:
        raise BadCursor("That is a position in another stream.")
    return [run], False


def _known(cursor: Cursor, found: Sequence[StageRun]) -> Cursor:
    """Return the cursor without runs that do not exist; it came from outside."""
    numbers = {run.number for run in found}
    return Cursor(cursor.base, {key: seen for key, seen in cursor.runs.items() if key in numbers})


def _tell(
    view: _View, cursor: Cursor, lines: Sequence[RunLogLine], *, keep: bool
) -> Iterator[StreamEvent]:
    number = view.run.number
    seen = cursor.runs.get(number, Seen())
    if seen.ended:
        return
    for line in lines:
        seen = replace(seen, seq=line.seq)
        cursor = cursor.put(number, seen)
        yield StreamEvent(EventKind.LOG, _line(view.run, line), cursor)
    if seen.seq < view.run.last_seq:
        return
    for after, step in _changes(seen, view.steps):
        seen = after
        cursor = cursor.put(number, seen)
        yield StreamEvent(EventKind.STEP, _step(view.run, step), cursor)
    progress = _progress(view)
    digest = _digest(view.run, progress)
    if digest != seen.shown:
        seen = replace(seen, shown=digest)
        cursor = cursor.put(number, seen)
        yield StreamEvent(EventKind.PROGRESS, progress, cursor)
    if view.run.status not in OPEN:
        cursor = cursor.put(number, replace(seen, ended=True)) if keep else cursor.drop(number)
        yield StreamEvent(EventKind.COMPLETE, _end(view), cursor)


def _changes(seen: Seen, steps: Sequence[RunStep]) -> Iterator[tuple[Seen, RunStep]]:
    """Yield the steps whose state was not told, each with what has been told after it."""
    # Who was told nothing knows that the steps are still to be done.
    told = list(seen.steps) or [_code(StepStatus.PENDING, 0)] * len(steps)
    for index, step in enumerate(steps):
        code = _code(step.status, step.attempts)
        if index < len(told) and told[index] != code:
            told[index] = code
            yield replace(seen, steps=tuple(told)), step


def _steps(session: Session, found: Sequence[StageRun]) -> Mapping[UUID, Sequence[RunStep]]:
    begun = [run.id for run in found if not _at_rest(run)]
    return stream_rows.steps_of(session, begun)


def _at_rest(run: StageRun) -> bool:
    return run.status is RunStatus.QUEUED and run.last_seq == 0


def _codes(steps: Sequence[RunStep]) -> tuple[str, ...]:
    return tuple(_code(step.status, step.attempts) for step in steps)


def _code(status: StepStatus, attempts: int) -> str:
    return f"{status.value[:2]}{attempts}"


def _digest(run: StageRun, progress: Data) -> str:
    if _at_rest(run):
        return AT_REST
    text = json.dumps(progress, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def _line(run: StageRun, line: RunLogLine) -> Data:
    return {
        "run": str(run.id),
        "seq": line.seq,
        "at": line.created_at.isoformat(),
        "level": line.level.value,
        "step": line.step_key,
        "text": line.text,
    }


def _step(run: StageRun, step: RunStep) -> Data:
    return {
        "run": str(run.id),
        "key": step.step_key,
        "title": step.title,
        "status": step.status.value,
        "attempts": step.attempts,
        "summary": step.summary,
    }


def _progress(view: _View) -> Data:
    run, steps = view.run, view.steps
    current = next((step for step in steps if step.step_key == run.current_step), None)
    return {
        "run": str(run.id),
        "number": run.number,
        "project": view.project,
        "stage": run.stage,
        "status": run.status.value,
        "step": run.current_step,
        "steps": {
            "completed": sum(1 for step in steps if step.status is StepStatus.COMPLETED),
            "total": len(steps),
        },
        "tokens": {
            "input": sum(step.input_tokens for step in steps),
            "output": sum(step.output_tokens for step in steps),
        },
        "cost_usd": float(sum(step.cost_usd for step in steps)),
        "waiting_for": None if run.waiting_for is None else run.waiting_for.value,
        "waiting_reason": run.waiting_reason,
        "text": "" if current is None else current.live_text[-view.tail :],
    }


def _end(view: _View) -> Data:
    run = view.run
    return {
        "run": str(run.id),
        "number": run.number,
        "project": view.project,
        "stage": run.stage,
        "status": run.status.value,
        "failure_class": None if run.failure_class is None else run.failure_class.value,
        "failure": run.failure_message,
    }
