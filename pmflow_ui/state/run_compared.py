"""The other views of a run: its calls to providers, and its attempts side by side."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import run_ledger
from pmflow_core.board.run_ledger import AttemptRead, CallRead, StepResult
from pmflow_core.calls.models import CallStatus
from pmflow_core.errors import NotFound
from pmflow_core.events import topics
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.figures import counted, duration, money
from pmflow_ui.guard import event
from pmflow_ui.viewer import workspace_slug

View = Literal["log", "calls", "attempts"]
VIEWS = ("log", "calls", "attempts")
GLYPHS = {
    CallStatus.RESERVED: "queued",
    CallStatus.STARTED: "running",
    CallStatus.SUCCEEDED: "completed",
    CallStatus.FAILED: "failed",
    CallStatus.POSSIBLY_BILLED: "blocked",
}
WORDS = {
    CallStatus.RESERVED: "not sent yet",
    CallStatus.STARTED: "under way",
    CallStatus.SUCCEEDED: "answered",
    CallStatus.FAILED: "failed",
    CallStatus.POSSIBLY_BILLED: "possibly billed",
}
STEP_GLYPHS = {"running": "running", "completed": "completed", "failed": "failed"}


@dataclass(frozen=True)
class CallLine:
    """One call to a provider."""

    step: str
    asked: str
    attempt: str
    glyph: str
    status: str
    tokens: str
    cost: str
    took: str
    at: str
    error: str


@dataclass(frozen=True)
class Cell:
    """What a step came to in one run."""

    glyph: str
    words: str
    checks: str
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Attempt:
    """One run as a column."""

    title: str
    href: str
    status: str
    here: bool
    facts: str
    took: str
    cost: str
    failure: str


@dataclass(frozen=True)
class StepRow:
    """One step over all runs that are compared."""

    title: str
    cells: list[Cell] = field(default_factory=list)


class RunComparedState(rx.State):
    """Which view of the run is open, and what the two others show."""

    view: rx.Field[str] = rx.field("log")
    calls: rx.Field[list[CallLine]] = rx.field(default_factory=list)
    spent: rx.Field[str] = rx.field("")
    attempts: rx.Field[list[Attempt]] = rx.field(default_factory=list)
    steps: rx.Field[list[StepRow]] = rx.field(default_factory=list)
    _run: UUID | None = None

    @event(allow=Role.VIEWER)
    async def load(self) -> None:
        """Show the view that the address asks for, and keep it live."""
        asked = self.router.url.query_parameters.get("view", "log")
        self.view = asked if asked in VIEWS else "log"
        self.calls, self.attempts, self.steps = [], [], []
        self._run = _run_of(self.router.url.path)
        if self._run is not None:
            watch.watch(self, [topics.run(self._run)], RunComparedState.refresh())
            await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Show how it is now, where it can be seen."""
        if self._run is not None and self.view != "log":
            await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def show(self, view: View) -> EventSpec:
        """Open a view; the address remembers it."""
        if self._run is None:
            raise NotFound("There is no such run.")
        slug = workspace_slug(self.router.url.path)
        rest = "" if view == "log" else f"?view={view}"
        return rx.redirect(f"/w/{slug}/runs/{self._run}{rest}", replace=True)

    async def _read(self, actor: Actor) -> None:
        if self._run is None or self.view == "log":
            return
        if self.view == "calls":
            found = await call(run_ledger.list_calls, actor, self._run)
            self.calls = [call_line(each) for each in found]
            self.spent = money(sum(each.cost_usd for each in found))
            return
        base = f"/w/{workspace_slug(self.router.url.path)}/runs"
        read = await call(run_ledger.list_attempts, actor, self._run)
        self.attempts = [attempt_of(each, base, self._run) for each in read]
        self.steps = step_rows(read)


def call_line(read: CallRead) -> CallLine:
    """Return a call; one that may have been billed shows what it is charged at."""
    unsure = read.status is CallStatus.POSSIBLY_BILLED
    cost = read.reserved_usd if unsure else read.cost_usd
    ended = read.finished_at
    return CallLine(
        step=read.step,
        asked=" · ".join(part for part in (read.provider, read.model) if part),
        attempt=f"try {read.attempt}" if read.attempt > 1 else "",
        glyph=GLYPHS[read.status],
        status=WORDS[read.status],
        tokens=f"{read.input_tokens:,} in, {read.output_tokens:,} out",
        cost=f"≤ {money(cost)}" if unsure else money(cost),
        took="" if ended is None else _took((ended - read.started_at).total_seconds()),
        at=read.started_at.isoformat(),
        error=read.error,
    )


def attempt_of(read: AttemptRead, base: str, here: UUID) -> Attempt:
    """Return a run as the head of its column."""
    replay = ", replay" if read.is_replay else ""
    return Attempt(
        title=f"Run {read.number}",
        href=f"{base}/{read.run_id}?view=attempts",
        status=read.status.value,
        here=read.run_id == here,
        facts=f"recipe v{read.recipe_version}, {read.provider}{replay}",
        took="" if read.seconds is None else _took(read.seconds),
        cost=money(read.cost_usd),
        failure=read.failure,
    )


def step_rows(attempts: tuple[AttemptRead, ...]) -> list[StepRow]:
    """Return every step that any of the runs has, with what it came to in each."""
    titles: dict[str, str] = {}
    for attempt in attempts:
        for step in attempt.steps:
            titles.setdefault(step.key, step.title)
    by_run = [{step.key: step for step in attempt.steps} for attempt in attempts]
    return [
        StepRow(title, [_cell(steps.get(key)) for steps in by_run]) for key, title in titles.items()
    ]


def _cell(step: StepResult | None) -> Cell:
    if step is None:
        return Cell("todo", "Not in its recipe", "")
    if step.is_reused:
        return Cell("completed", "Taken over, at no cost", "")
    parts = [] if step.seconds is None else [_took(step.seconds)]
    parts += [money(step.cost_usd)] if step.cost_usd else []
    parts += [f"{step.tokens:,} tokens"] if step.tokens else []
    parts += [counted(step.attempts, "try", "tries")] if step.attempts > 1 else []
    passed = step.checks - len(step.failed_checks)
    return Cell(
        STEP_GLYPHS.get(step.status, "todo"),
        ", ".join(parts) or "Not begun",
        f"{passed} of {counted(step.checks, 'check')}" if step.checks else "",
        list(step.failed_checks),
    )


def _took(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else duration(seconds)


def _run_of(path: str) -> UUID | None:
    try:
        return UUID(path.rstrip("/").rsplit("/", 1)[-1])
    except ValueError:
        return None
