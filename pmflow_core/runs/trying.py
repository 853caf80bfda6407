"""Doing one step as often as its recipe allows, and saying in words why it failed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pmflow_core.calls.budgets import BudgetExceeded
from pmflow_core.db.patient import AWAY
from pmflow_core.errors import Invalid, PmflowError, Unavailable
from pmflow_core.providers.base import ProviderRejected, ProviderUnavailable
from pmflow_core.recipes.spec import StepSpec
from pmflow_core.runs.heartbeat import StepTimedOut, WorkerStops
from pmflow_core.runs.kinds import (
    AnswerNeeded,
    LeaseLost,
    RunCancelled,
    RunContext,
    StepKind,
    StepOutcome,
    Verdict,
)
from pmflow_core.runs.progress import Failure
from pmflow_core.runs.status import FailureClass, LogLevel
from pmflow_core.runs.tools import StepTools

# What is no failure of the step: the run waits, goes to another worker, or is not ours any more.
NO_FAILURES = (AnswerNeeded, BudgetExceeded, LeaseLost, RunCancelled, WorkerStops, *AWAY)
Verify = Callable[[RunContext, StepOutcome], tuple[Verdict, ...]]


class CriteriaFailed(PmflowError):
    """What a step wrote did not pass its criteria, and its tries are used up."""

    code = "criteria_failed"

    def __init__(self, verdicts: tuple[Verdict, ...]) -> None:
        first = next(verdict for verdict in verdicts if not verdict.passed)
        super().__init__(f"{first.title}: {first.detail}")
        self.verdicts = verdicts


class StoppedByAnswer(PmflowError):
    """A step failed, and a person, or nobody in time, said that its run ends with it."""

    code = "stopped_by_answer"

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True)
class Tries:
    """How one step is done and verified."""

    spec: StepSpec
    kind: StepKind
    tools: StepTools
    verify: Verify

    def until_verified(
        self, context: RunContext, feedback: str
    ) -> tuple[StepOutcome, tuple[Verdict, ...]]:
        """Return the first outcome that passes its criteria; raises what the last try raised."""
        params = self.kind.params.model_validate(self.spec.params)
        for attempt in range(1, self.spec.retries + 2):
            self.tools.heart.bound(self.spec.timeout_s)
            self.tools.check()
            self.tools.begin_text()
            told = replace(context, feedback=feedback)
            try:
                outcome = self.kind.run(params, told, self.tools)
                self.tools.show_rest()
                return outcome, self._passed(attempt, told, outcome)
            except NO_FAILURES:
                raise
            except Exception as error:
                if attempt > self.spec.retries or isinstance(error, Invalid):
                    raise
                feedback = self._pause(attempt, error) or feedback
        raise AssertionError("a step has at least one try")

    def _passed(self, attempt: int, told: RunContext, outcome: StepOutcome) -> tuple[Verdict, ...]:
        verdicts = self.verify(told, outcome)
        failed = [verdict for verdict in verdicts if not verdict.passed]
        for verdict in failed:
            text = f"try {attempt}: {verdict.title} failed. {verdict.detail}"
            self.tools.log(LogLevel.WARN, text)
        if any(not verdict.optional for verdict in failed):
            raise CriteriaFailed(verdicts)
        return verdicts

    def _pause(self, attempt: int, error: Exception) -> str:
        """Wait before the next try, and return what it is told to mend."""
        pause = self.spec.backoff_s * 2 ** (attempt - 1)
        if not isinstance(error, CriteriaFailed):
            text = f"try {attempt} failed ({describe(error).message}); again in {pause:g} s"
            self.tools.log(LogLevel.WARN, text)
        self.tools.heart.bound(pause + self.spec.timeout_s)
        self.tools.heart.pause(pause)
        return feedback_on(error.verdicts) if isinstance(error, CriteriaFailed) else ""


def feedback_on(verdicts: tuple[Verdict, ...], asked: int = 0) -> str:
    """Return what the next try is told to mend; a request that differs is a new call.

    `asked` counts how often a person had it tried again with the same faults.
    """
    failed = [verdict for verdict in verdicts if not verdict.passed]
    if not failed:
        return ""
    faults = "\n".join(f"- {verdict.title}: {verdict.detail}" for verdict in failed)
    again = f" A person asked for another try ({asked})." if asked else ""
    return f"The last try was refused.{again} Mend exactly this:\n{faults}"


def describe(error: Exception) -> Failure:
    """Return why a step failed, as it is stored and shown."""
    if isinstance(error, StoppedByAnswer):
        return error.failure
    if isinstance(error, CriteriaFailed):
        return Failure(FailureClass.CRITERIA, str(error), error.verdicts)
    if isinstance(error, PmflowError):
        return Failure(_class_of(error), str(error))
    # A plugin may raise anything.
    message = f"Internal error: {type(error).__name__}: {error}"
    return Failure(FailureClass.INTERNAL, message)


def _class_of(error: PmflowError) -> FailureClass:
    if isinstance(error, StepTimedOut):
        return FailureClass.TIMEOUT
    if isinstance(error, ProviderUnavailable | ProviderRejected):
        return FailureClass.PROVIDER
    return FailureClass.INTERNAL if isinstance(error, Unavailable) else FailureClass.INVALID
