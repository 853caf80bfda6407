"""Carries a run to its end: claim, work step by step, record each, decide.

No transaction is open while a step works. Every write after the claim is fenced, so a worker that
was thought dead and comes back writes nothing.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.exc import OperationalError

from pmflow_core.calls import ledger
from pmflow_core.calls.budgets import BudgetExceeded, Payer
from pmflow_core.calls.gateway import Caller, Gateway
from pmflow_core.calls.patience import USUAL, Caps, Patience
from pmflow_core.db.transaction import transaction
from pmflow_core.documents.service import content_hash
from pmflow_core.errors import PmflowError, Unavailable
from pmflow_core.logs import get_logger
from pmflow_core.projects import repository as projects
from pmflow_core.providers.base import ProviderRejected, ProviderUnavailable
from pmflow_core.recipes import repository as recipe_rows
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import StepSpec
from pmflow_core.recipes.validation import parse_criterion
from pmflow_core.runs import evidence, progress, questions, replays, repository
from pmflow_core.runs.crashpoints import crash_point
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.heartbeat import Heartbeat, StepTimedOut
from pmflow_core.runs.kinds import (
    AnswerNeeded,
    CriterionFacts,
    LeaseLost,
    ProjectFacts,
    RunContext,
    StepOutcome,
    Verdict,
)
from pmflow_core.runs.models import RunStep, StageRun
from pmflow_core.runs.progress import Failure
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.status import FailureClass, LogLevel, StepStatus, WaitingFor
from pmflow_core.runs.tool_loop import with_tools
from pmflow_core.runs.tools import StepTools

log = get_logger(__name__)


class CriteriaFailed(PmflowError):
    """What a step wrote did not pass its criteria, and its tries are used up."""

    code = "criteria_failed"

    def __init__(self, verdicts: tuple[Verdict, ...]) -> None:
        first = next(verdict for verdict in verdicts if not verdict.passed)
        super().__init__(f"{first.title}: {first.detail}")
        self.verdicts = verdicts


@dataclass(frozen=True, slots=True)
class Pace:
    """How long leases last and how much runs at once."""

    lease: timedelta = timedelta(seconds=45)
    heartbeat: timedelta = timedelta(seconds=15)
    runs_per_workspace: int = 4


@dataclass(frozen=True)
class Engine:
    """Executes runs with the installed extensions."""

    extensions: Extensions
    pace: Pace = Pace()
    patience: Patience = USUAL

    def execute(self, run_id: UUID, worker: str) -> None:
        """Claim the run and carry it to its end; does nothing when it is not to be had."""
        run = self._claim(run_id, worker)
        if run is None:
            return
        holder = Holder(run.id, run.fence)
        crash_point("claimed")
        with Heartbeat(run.workspace_id, holder, self.pace.lease, self.pace.heartbeat) as heart:
            try:
                self._carry_out(run, holder, heart)
            except LeaseLost:
                log.info("run.left", run_id=str(run.id), fence=run.fence)

    def _claim(self, run_id: UUID, worker: str) -> StageRun | None:
        with transaction(None) as session:
            workspace_id = repository.workspace_of(session, run_id)
        if workspace_id is None:
            return None
        with transaction(workspace_id) as session:
            run = repository.claim(
                session,
                run_id,
                worker=worker,
                lease=self.pace.lease,
                at_once=self.pace.runs_per_workspace,
            )
            if run is not None:
                ledger.close_abandoned(session, run.id, run.fence)
                line = f"claimed by {worker}, fence {run.fence}"
                holder = Holder(run.id, run.fence)
                progress.write_log(session, holder, run, None, [(LogLevel.DEBUG, line)])
            return run

    def _carry_out(self, run: StageRun, holder: Holder, heart: Heartbeat) -> None:
        try:
            self._take_steps(run, holder, heart)
        except (LeaseLost, OperationalError):
            # Without the run or the database there is nothing to write; the lease runs out and
            # another worker goes on at this step.
            raise
        except CriteriaFailed as error:
            self._fail(run, holder, FailureClass.CRITERIA, str(error), error.verdicts)
        except PmflowError as error:
            self._fail(run, holder, _class_of(error), str(error))
        except Exception as error:
            # A plugin may raise anything, and a run must never be left running.
            message = f"Internal error: {type(error).__name__}: {error}"
            self._fail(run, holder, FailureClass.INTERNAL, message)
            raise

    def _take_steps(self, run: StageRun, holder: Holder, heart: Heartbeat) -> None:
        """Take what is left of the steps and conclude, or let the run wait."""
        context, steps = self._load(run)
        try:
            for row in steps:
                if row.status is not StepStatus.COMPLETED:
                    context = self._take_step(context, run, holder, heart, row)
        except BudgetExceeded as error:
            with transaction(run.workspace_id) as session:
                progress.wait(session, holder, run, WaitingFor.BUDGET, str(error))
        except AnswerNeeded as error:
            with transaction(run.workspace_id) as session:
                questions.open_question(session, holder, run, error.question)
        else:
            crash_point("steps_done")
            with transaction(run.workspace_id) as session:
                progress.complete(session, holder, run)
            crash_point("concluded")

    def _load(self, run: StageRun) -> tuple[RunContext, list[RunStep]]:
        with transaction(run.workspace_id) as session:
            project = projects.get_project(session, run.project_id)
            recipe = recipes.read_spec(recipe_rows.get_version(session, run.recipe_version_id))
            found = replays.documents_of(session, run)
            context = RunContext(
                run_id=run.id,
                workspace_id=run.workspace_id,
                fence=run.fence,
                number=run.number,
                stage=run.stage,
                recipe=recipe,
                provider=run.provider,
                project=ProjectFacts(project.id, project.key, project.name, project.description),
                evidence=evidence.linked_evidence(session, project.id),
                total_signals=evidence.workspace_count(session),
                documents=MappingProxyType(
                    {document.type: version.content for document, version in found}
                ),
                hashes=MappingProxyType(
                    {document.type: version.sha256 for document, version in found}
                ),
                answers=questions.answers(session, run.id),
                outputs=MappingProxyType(
                    {
                        step.step_key: MappingProxyType(step.output)
                        for step in repository.steps_of(session, run.id)
                        if step.status is StepStatus.COMPLETED
                    }
                ),
            )
            return context, repository.steps_of(session, run.id)

    def _take_step(
        self,
        context: RunContext,
        run: StageRun,
        holder: Holder,
        heart: Heartbeat,
        row: RunStep,
    ) -> RunContext:
        spec = next(step for step in context.recipe.steps if step.key == row.step_key)
        with transaction(run.workspace_id) as session:
            if not repository.begin_step(session, holder, row):
                raise LeaseLost("The run is not this worker's any more.")
            line = (LogLevel.INFO, f"{row.title} started with provider {run.provider}")
            progress.write_log(session, holder, run, row.step_key, [line])
        crash_point("step_begun")
        tools = self._tools(context, run, holder, heart, row.step_key)
        outcome, verdicts = self._work(_with_input(spec, row), context, tools)
        crash_point("step_worked")
        with transaction(run.workspace_id) as session:
            progress.record_step(session, holder, run, row, (outcome, verdicts))
        crash_point("step_recorded")
        return self._with_outcome(context, row.step_key, outcome)

    def _tools(
        self, context: RunContext, run: StageRun, holder: Holder, heart: Heartbeat, step_key: str
    ) -> StepTools:
        spec = next(step for step in context.recipe.steps if step.key == step_key)
        names = dict.fromkeys((run.provider, *context.recipe.fallbacks))
        caller = Caller(Payer(run.workspace_id, run.project_id, run.id), step_key, holder.fence)

        def say(text: str) -> None:
            tools.log(LogLevel.WARN, text)

        def tell(text: str) -> None:
            tools.log(LogLevel.INFO, text)

        gateway = Gateway(
            [self.extensions.provider(name) for name in names],
            caller,
            say,
            self.patience,
            _caps(spec),
            run.replay,
        )
        kinds = [self.extensions.tools.get(name) for name in spec.tools]
        provider = with_tools(gateway, kinds, context, heart.check, tell)
        tools = StepTools(provider, run, holder, step_key, heart)
        return tools

    def _work(
        self, spec: StepSpec, context: RunContext, tools: StepTools
    ) -> tuple[StepOutcome, tuple[Verdict, ...]]:
        kind = self.extensions.steps.get(spec.skill)
        params = kind.params.model_validate(spec.params)
        failed: list[Verdict] = []
        verdicts: tuple[Verdict, ...] = ()
        for attempt in range(1, spec.retries + 2):
            tools.heart.bound(spec.timeout_s)
            tools.check()
            told = replace(context, feedback=_feedback(failed))
            outcome = kind.run(params, told, tools)
            verdicts = self._verify(spec, context, outcome)
            failed = [verdict for verdict in verdicts if not verdict.passed]
            if not failed:
                return outcome, verdicts
            for verdict in failed:
                tools.log(LogLevel.WARN, f"try {attempt}: {verdict.title} failed. {verdict.detail}")
        raise CriteriaFailed(verdicts)

    def _verify(
        self, spec: StepSpec, context: RunContext, outcome: StepOutcome
    ) -> tuple[Verdict, ...]:
        numbers = {item.number for item in context.evidence}
        with transaction(context.workspace_id) as session:
            numbers |= evidence.found_by_tools(session, context.run_id, spec.key)
            facts = CriterionFacts(outcome, evidence.citable(session, numbers))
        verdicts: list[Verdict] = []
        for text in spec.criteria:
            name, argument = parse_criterion(text)
            kind = self.extensions.criteria.get(name)
            verdicts.append(kind.check(kind.parse(argument), facts))
        return tuple(verdicts)

    def _with_outcome(self, context: RunContext, step_key: str, outcome: StepOutcome) -> RunContext:
        """Return what later steps see: what this one wrote and what it came to."""
        outputs = MappingProxyType({**context.outputs, step_key: outcome.output})
        if outcome.document is None:
            return replace(context, outputs=outputs)
        kind = progress.document_type(outcome.document)
        content = outcome.document.content
        return replace(
            context,
            outputs=outputs,
            documents=MappingProxyType({**context.documents, kind: content}),
            hashes=MappingProxyType({**context.hashes, kind: content_hash(content)}),
        )

    def _fail(
        self,
        run: StageRun,
        holder: Holder,
        failure: FailureClass,
        message: str,
        verdicts: tuple[Verdict, ...] = (),
    ) -> None:
        with transaction(run.workspace_id) as session:
            progress.fail(session, holder, run, Failure(failure, message, verdicts))


def _caps(spec: StepSpec) -> Caps:
    usd = spec.max_cost_usd
    return Caps(spec.max_calls, None if usd is None else Decimal(str(usd)))


def _with_input(spec: StepSpec, row: RunStep) -> StepSpec:
    """Return the step with the input that was edited for this run, where it was."""
    return spec if row.params is None else spec.model_copy(update={"params": row.params})


def _feedback(failed: list[Verdict]) -> str:
    """Return what the last try is told to mend; a request that differs is a new call."""
    if not failed:
        return ""
    faults = "\n".join(f"- {verdict.title}: {verdict.detail}" for verdict in failed)
    return f"The last try was refused. Mend exactly this:\n{faults}"


def _class_of(error: PmflowError) -> FailureClass:
    if isinstance(error, StepTimedOut):
        return FailureClass.TIMEOUT
    if isinstance(error, ProviderUnavailable | ProviderRejected):
        return FailureClass.PROVIDER
    return FailureClass.INTERNAL if isinstance(error, Unavailable) else FailureClass.INVALID
