"""One step of a claimed run: from its beginning to its record, or to what its failure means."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from sqlalchemy.orm import Session

from pmflow_core.calls.budgets import Payer
from pmflow_core.calls.gateway import Caller, Gateway
from pmflow_core.calls.patience import Caps, Patience
from pmflow_core.db.patient import patiently
from pmflow_core.logs import get_logger
from pmflow_core.recipes.spec import OnFailure, StepSpec
from pmflow_core.runs import evidence, failing, judging, progress, repository, slow_checks
from pmflow_core.runs.context import with_outcome
from pmflow_core.runs.crashpoints import crash_point
from pmflow_core.runs.effects.git_commit import request_commit
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.heartbeat import Heartbeat
from pmflow_core.runs.judging import Judge
from pmflow_core.runs.kinds import (
    AnswerNeeded,
    CriterionFacts,
    LeaseLost,
    RunContext,
    StepOutcome,
    Verdict,
)
from pmflow_core.runs.models import RunStep, StageRun
from pmflow_core.runs.progress import Failure
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.status import LogLevel
from pmflow_core.runs.tool_loop import with_tools
from pmflow_core.runs.tools import StepTools
from pmflow_core.runs.trying import (
    NO_FAILURES,
    StoppedByAnswer,
    Tries,
    describe,
    feedback_on,
)

log = get_logger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Stepper:
    """Takes the steps of one claimed run, one after another."""

    extensions: Extensions
    patience: Patience
    run: StageRun
    holder: Holder
    heart: Heartbeat

    def take(self, context: RunContext, row: RunStep) -> RunContext:
        """Do one step and return what the next one is told.

        Raises:
            LeaseLost: another worker has the run.
            AnswerNeeded: the step, or its failure, needs a person's answer.
            StoppedByAnswer: it failed, and a person or time has ended the run with it.
        """
        spec = _with_input(context.recipe.steps[row.position], row)
        said = self._said_of_failure(row)
        if said == failing.STOP:
            raise StoppedByAnswer(failing.last_failure(row))
        if said == failing.SKIP:
            return self._pass_over(context, row, failing.last_failure(row))
        feedback = ""
        if said == failing.AGAIN:
            feedback = feedback_on(failing.last_failure(row).verdicts, row.attempts)
        self._write(lambda session: self._begin(session, row))
        crash_point("step_begun")
        try:
            outcome, verdicts = self._work(spec, context, feedback)
        except NO_FAILURES:
            raise
        except Exception as error:  # noqa: BLE001 a plugin may raise anything
            return self._failed(context, row, spec, error)
        crash_point("step_worked")
        result = (outcome, verdicts)
        self._write(lambda session: self._record(session, spec, row, result))
        crash_point("step_recorded")
        return with_outcome(context, row.step_key, outcome)

    def _said_of_failure(self, row: RunStep) -> str | None:
        if not row.attempts:
            return None
        return self._write(lambda session: failing.said_of_failure(session, row))

    def check_gates(self, context: RunContext) -> None:
        """Run the slow checks of the recipe's gates and keep what they came to.

        Raises:
            LeaseLost: another worker has the run.
            BudgetExceeded: a budget cannot take a call of a check.
        """
        spec = context.recipe.steps[-1].model_copy(update={"tools": ()})

        def make_tools() -> StepTools:
            self.heart.bound(slow_checks.TIMEOUT_S)
            return self.tools(context, spec)

        known = self.run.gate_evidence
        found = slow_checks.run_checks(context, known, make_tools, self.extensions)
        if found:
            self._write(lambda session: slow_checks.store(session, self.holder, self.run, found))

    def _record(
        self,
        session: Session,
        spec: StepSpec,
        row: RunStep,
        result: tuple[StepOutcome, tuple[Verdict, ...]],
    ) -> None:
        version_id = progress.record_step(session, self.holder, self.run, row, result)
        if spec.commit and version_id is not None:
            request_commit(session, self.run, row, version_id)

    def tools(self, context: RunContext, spec: StepSpec) -> StepTools:
        """Return what a step of this run may do to the world."""
        names = dict.fromkeys((self.run.provider, *context.recipe.fallbacks))
        payer = Payer(self.run.workspace_id, self.run.project_id, self.run.id)

        def say(text: str) -> None:
            tools.log(LogLevel.WARN, text)

        def tell(text: str) -> None:
            tools.log(LogLevel.INFO, text)

        gateway = Gateway(
            [self.extensions.provider(name) for name in names],
            Caller(payer, spec.key, self.holder.fence, self._require_run),
            say,
            self.patience,
            _caps(spec),
            self.run.replay,
            self.heart.pause,
        )
        kinds = [self.extensions.tools.get(name) for name in spec.tools]
        provider = with_tools(gateway, kinds, context, self.heart.check, tell)
        tools = StepTools(provider, self.run, self.holder, spec.key, self.heart)
        return tools

    def _require_run(self, session: Session) -> None:
        if not repository.is_held(session, self.holder):
            raise LeaseLost("The run is not this worker's any more.")

    def _begin(self, session: Session, row: RunStep) -> None:
        if not repository.begin_step(session, self.holder, row):
            raise LeaseLost("The run is not this worker's any more.")
        line = (LogLevel.INFO, f"{row.title} started with provider {self.run.provider}")
        progress.write_log(session, self.holder, self.run, row.step_key, [line])

    def _work(
        self, spec: StepSpec, context: RunContext, feedback: str
    ) -> tuple[StepOutcome, tuple[Verdict, ...]]:
        kind = self.extensions.steps.get(spec.skill)
        tools = self.tools(context, spec)
        # A judge reads; the tools of the step it judges are not for it.
        judge = Judge(context, self.tools(context, spec.model_copy(update={"tools": ()})))

        def verify(told: RunContext, outcome: StepOutcome) -> tuple[Verdict, ...]:
            return self._verify(spec, told, outcome, judge)

        outcome, verdicts = Tries(spec, kind, tools, verify).until_verified(context, feedback)
        return judge.charge(outcome), verdicts

    def _verify(
        self, spec: StepSpec, context: RunContext, outcome: StepOutcome, judge: Judge
    ) -> tuple[Verdict, ...]:
        if not spec.criteria:
            return ()
        numbers = {item.number for item in context.evidence}

        def read(session: Session) -> CriterionFacts:
            found = evidence.found_by_tools(session, context.run_id, spec.key)
            citable = evidence.citable(session, numbers | found)
            return CriterionFacts(
                outcome,
                citable,
                context.documents,
                context.evidence,
                judge.holds,
                context.total_signals,
            )

        return judging.verify(self.extensions, spec, self._write(read))

    def _failed(
        self, context: RunContext, row: RunStep, spec: StepSpec, error: Exception
    ) -> RunContext:
        """Go on without a step that failed, ask a person, or raise the error again."""
        failure = describe(error)
        if spec.continue_on_error and not self.run.trial:
            log.warning("step.passed_over", step=row.step_key, exc_info=error)
            return self._pass_over(context, row, failure)
        if self.run.trial or context.recipe.on_failure is not OnFailure.ASK:
            raise error
        log.warning("step.failed", step=row.step_key, exc_info=error)
        self._write(
            lambda session: progress.note_failure(session, self.holder, self.run, row, failure)
        )
        raise AnswerNeeded(failing.ask_about(row, failure.message)) from error

    def _pass_over(self, context: RunContext, row: RunStep, failure: Failure) -> RunContext:
        self._write(
            lambda session: progress.pass_over(session, self.holder, self.run, row, failure)
        )
        return context

    def _write(self, work: Callable[[Session], T]) -> T:
        return patiently(self.run.workspace_id, work)


def _caps(spec: StepSpec) -> Caps:
    usd = spec.max_cost_usd
    return Caps(spec.max_calls, None if usd is None else Decimal(str(usd)))


def _with_input(spec: StepSpec, row: RunStep) -> StepSpec:
    """Return the step with the input that was edited for this run, where it was."""
    return spec if row.params is None else spec.model_copy(update={"params": row.params})
