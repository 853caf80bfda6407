"""A run while it goes: its steps, its log, and what a person decides about it."""

from typing import Annotated, Literal
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import approvals, reads, results, run_ledger, shown_runs
from pmflow_core.board import service as board
from pmflow_core.board.schemas import LogRead, Mood, RunRead
from pmflow_core.errors import NotFound
from pmflow_core.events import topics
from pmflow_core.runs import questions
from pmflow_core.runs import service as runs
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event, opened
from pmflow_ui.state.covered import Covered, covered
from pmflow_ui.state.project_results import FileLine, file_line
from pmflow_ui.state.run_asks import Asked, Live, RerunFrom, asked_of, live_of, rerun_of
from pmflow_ui.state.run_rows import (
    Check,
    Effect,
    LogLine,
    RunFacts,
    StepLine,
    Written,
    as_checks,
    as_effects,
    as_facts,
    as_gates,
    as_lines,
    as_steps,
    as_written,
)
from pmflow_ui.toasts import say
from pmflow_ui.viewer import workspace_slug

Level = Literal["all", "info", "warn", "err"]
SHOWN = {"all": [], "info": ["info", "ok", "warn", "err"], "warn": ["warn", "err"], "err": ["err"]}
StepKey = Annotated[str, StringConstraints(max_length=40)]
Needle = Annotated[str, StringConstraints(max_length=100)]
GLYPHS = {
    Mood.IDLE: "todo",
    Mood.QUEUED: "queued",
    Mood.RUNNING: "running",
    Mood.WAITING: "waiting",
    Mood.FAILED: "blocked",
    Mood.DONE: "completed",
}
TONES = {Mood.WAITING: "need", Mood.FAILED: "fail"}


class Verdict(BaseModel):
    """What the form for a rejection sends."""

    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class Answered(BaseModel):
    """What the form of a question sends."""

    answer: Annotated[str, StringConstraints(strip_whitespace=True, max_length=8000)] = ""


class Rerun(BaseModel):
    """What the form for running again from a step sends."""

    instructions: Annotated[str, StringConstraints(strip_whitespace=True, max_length=8000)] = ""


class RunState(rx.State):
    """The run of the address. The browser keeps the log; here is only its newest piece."""

    facts: rx.Field[RunFacts] = rx.field(default_factory=RunFacts)
    steps: rx.Field[list[StepLine]] = rx.field(default_factory=list)
    checks: rx.Field[list[Check]] = rx.field(default_factory=list)
    gates: rx.Field[list[Check]] = rx.field(default_factory=list)
    written: rx.Field[list[Written]] = rx.field(default_factory=list)
    effects: rx.Field[list[Effect]] = rx.field(default_factory=list)
    covered: rx.Field[list[Covered]] = rx.field(default_factory=list)
    reason: rx.Field[str] = rx.field("")
    following: rx.Field[str] = rx.field("")
    acts: rx.Field[str] = rx.field("")
    glyph: rx.Field[str] = rx.field("todo")
    tone: rx.Field[str] = rx.field("")
    can_approve: rx.Field[bool] = rx.field(False)
    chunk: rx.Field[list[LogLine]] = rx.field(default_factory=list)
    warnings: rx.Field[int] = rx.field(0)
    faults: rx.Field[int] = rx.field(0)
    first_seq: rx.Field[int] = rx.field(0)
    level: rx.Field[str] = rx.field("all")
    levels: rx.Field[list[str]] = rx.field(default_factory=list)
    needle: rx.Field[str] = rx.field("")
    wrap: rx.Field[bool] = rx.field(True)
    jump: rx.Field[str] = rx.field("")
    question: rx.Field[Asked] = rx.field(default_factory=Asked)
    rerun: rx.Field[RerunFrom] = rx.field(default_factory=RerunFrom)
    live: rx.Field[Live] = rx.field(default_factory=Live)
    files: rx.Field[list[FileLine]] = rx.field(default_factory=list)
    rejecting: rx.Field[bool] = rx.field(False)
    ready: rx.Field[bool] = rx.field(False)
    _run: UUID | None = None
    _last: int = 0
    _jumps: int = 0
    _seen: dict[str, str] = {}  # noqa: RUF012 the framework copies defaults

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show the run of the address with the newest lines of its log."""
        actor = current_actor()
        self.ready, self.rejecting, self.rerun = False, False, RerunFrom()
        self.chunk, self._last, self.warnings, self.faults, self.first_seq = [], 0, 0, 0, 0
        self.facts, self.jump = RunFacts(), ""
        self._run = _run_of(self.router.url.path)
        nudges = [topics.run(self._run), topics.board(actor.workspace_id)]
        watch.watch(self, nudges, RunState.refresh())
        await self._read(actor)

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Read what is new since the last line."""
        await self._read(current_actor())

    @event(allow=Role.VIEWER)
    async def fill_gap(self, seq: int) -> None:
        """Send the lines after `seq` again, for a browser that missed a piece."""
        run = await call(shown_runs.read_run, current_actor(), self._here(), after_seq=max(0, seq))
        self.chunk = as_lines(run.lines, _titles(run))

    @event(allow=Role.VIEWER)
    async def earlier(self) -> None:
        """Read older lines than the first that is shown."""
        actor, before = current_actor(), self.first_seq
        if before <= 1:
            return
        found = await call(shown_runs.earlier_lines, actor, self._here(), before_seq=before)
        if found:
            self.chunk = as_lines(found, {line.key: line.title for line in self.steps})
            self.first_seq = found[0].seq

    @event(allow=Role.VIEWER)
    async def choose_level(self, level: Level) -> None:
        """Show only lines from a level on."""
        self.level, self.levels = level, SHOWN[level]

    @event(allow=Role.VIEWER, debounce=150)
    async def find(self, needle: Needle) -> None:
        """Show only lines with these words."""
        self.needle = needle

    @event(allow=Role.VIEWER)
    async def toggle_wrap(self) -> None:
        """Break long lines, or let them run on."""
        self.wrap = not self.wrap

    @event(allow=Role.EDITOR)
    async def cancel(self) -> EventSpec:
        """End the run; what it has written stays."""
        await call(runs.cancel, current_actor(), self._here())
        await self._read(current_actor())
        return say("Cancelled. What was written stays.")

    @event(allow=Role.EDITOR)
    async def retry(self) -> EventSpec:
        """Queue the run again and go there."""
        run = await call(runs.retry, current_actor(), self._here())
        return rx.redirect(f"/w/{workspace_slug(self.router.url.path)}/runs/{run.id}")

    @event(allow=Role.EDITOR)
    async def replay(self) -> EventSpec:
        """Queue the run again on its recorded answers, and go there."""
        run = await call(runs.replay, current_actor(), self._here())
        return rx.redirect(f"/w/{workspace_slug(self.router.url.path)}/runs/{run.id}")

    @event(allow=Role.VIEWER)
    async def to_first_error(self) -> EventSpec | None:
        """Show the first line that tells an error, read from the past where it is not here yet."""
        actor = current_actor()
        seq = await call(run_ledger.first_error, actor, self._here())
        if seq is None:
            return say("No line of the log tells an error.")
        older: list[LogRead] = []
        while seq < self.first_seq:
            found = await call(
                shown_runs.earlier_lines, actor, self._here(), before_seq=self.first_seq
            )
            older, self.first_seq = [*found, *older], found[0].seq
        if older:
            self.chunk = as_lines(older, {line.key: line.title for line in self.steps})
        self.level, self.levels, self.needle = "all", [], ""
        self._jumps += 1
        self.jump = f"{seq}:{self._jumps}"
        return None

    @event(allow=Role.EDITOR)
    async def answer(self, form: Answered) -> EventSpec:
        """Answer what the run asks; it goes on at the same step."""
        actor = current_actor()
        if not self.question.id:
            raise NotFound("Nothing is asked any more.")
        await call(questions.answer, actor, opened(self.question.id), form.answer)
        await self._read(actor)
        return say("Answered. The run goes on.")

    @event(allow=Role.EDITOR)
    async def choose_step(self, key: StepKey) -> None:
        """Open the dialog for running again from a step."""
        run = await call(shown_runs.read_run, current_actor(), self._here(), after_seq=self._last)
        self.rerun = rerun_of(run, key)

    @event(allow=Role.EDITOR)
    async def close_rerun(self, is_open: bool) -> None:
        """Close the dialog when it asks to."""
        if not is_open:
            self.rerun = RerunFrom()

    @event(allow=Role.EDITOR)
    async def run_from(self, form: Rerun) -> EventSpec:
        """Queue a run that starts at the chosen step and go there."""
        asked, self.rerun = self.rerun, RerunFrom()
        told = {"instructions": form.instructions} if asked.takes_instructions else None
        run = await call(runs.rerun, current_actor(), self._here(), asked.key, told)
        return rx.redirect(f"/w/{workspace_slug(self.router.url.path)}/runs/{run.id}")

    @event(allow=Role.EDITOR)
    async def approve(self) -> EventSpec:
        """Let the project go on with what is shown."""
        actor = current_actor()
        project = await call(reads.find_project, actor, self.facts.project_key)
        decision = await call(board.approve, actor, project, seen=self._seen)
        await self._read(actor)
        return say(decision.reason)

    @event(allow=Role.EDITOR)
    async def ask_reject(self, is_open: bool) -> None:
        """Open or close the form for a rejection."""
        self.rejecting = is_open

    @event(allow=Role.EDITOR)
    async def reject(self, form: Verdict) -> EventSpec:
        """Send the project back, with the reason."""
        actor = current_actor()
        project = await call(reads.find_project, actor, self.facts.project_key)
        decision = await call(board.reject, actor, project, form.comment)
        self.rejecting = False
        await self._read(actor)
        return say(decision.reason)

    def _here(self) -> UUID:
        if self._run is None:
            raise NotFound("There is no such run.")
        return self._run

    async def _read(self, actor: Actor) -> None:
        slug = workspace_slug(self.router.url.path) or ""
        run = await call(shown_runs.read_run, actor, self._here(), after_seq=self._last)
        self.facts = as_facts(run, slug)
        self.steps = as_steps(run)
        self.checks, self.gates = as_checks(run), as_gates(run.gates)
        self.written = as_written(run, slug)
        self.question, self.live = asked_of(run), live_of(run)
        files = await call(results.list_artifacts, actor, run.row.project_id, run_id=run.row.id)
        self.files = [file_line(row, f"/w/{slug}") for row in files]
        self._append(run)
        await self._explain(actor, run)
        self.ready = True

    def _append(self, run: RunRead) -> None:
        if not run.lines:
            return
        self.chunk = as_lines(run.lines, _titles(run))
        self._last = run.lines[-1].seq
        self.first_seq = self.first_seq or run.lines[0].seq
        self.warnings += sum(1 for line in self.chunk if line.level == "warn")
        self.faults += sum(1 for line in self.chunk if line.level == "err")

    async def _explain(self, actor: Actor, run: RunRead) -> None:
        why = run.why
        self.reason, self.following, self.acts = why.reason, why.next_action, why.owner
        self.glyph, self.tone = GLYPHS[why.mood], TONES.get(why.mood, "")
        self.can_approve = why.can_approve and why.run_id == run.row.id
        self.effects = []
        if self.can_approve:
            found = await call(approvals.approval_effects, actor, run.row.project_key)
            self.effects = as_effects(found, run.row.project_key)
            base = f"/w/{workspace_slug(self.router.url.path)}"
            self.covered = [covered(each, base, run.row.project_key) for each in found.documents]
            self._seen = found.seen


def _run_of(path: str) -> UUID:
    """Return the run that an address names; raises NotFound."""
    try:
        return UUID(path.rstrip("/").rsplit("/", 1)[-1])
    except ValueError as error:
        raise NotFound("There is no such run.") from error


def _titles(run: RunRead) -> dict[str, str]:
    return {step.key: step.title for step in run.steps}
