"""A run as its page shows it: steps, checks, the newest log lines, gates and what follows."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import statements
from pmflow_core.board.reads import run_row
from pmflow_core.board.schemas import LogRead, RunRead, StepRead
from pmflow_core.board.why import explain, gather, read_gates
from pmflow_core.documents import repository as documents
from pmflow_core.projects import repository as projects
from pmflow_core.recipes import repository as recipes
from pmflow_core.recipes.models import RecipeVersion
from pmflow_core.recipes.service import read_spec
from pmflow_core.recipes.spec import StepSpec
from pmflow_core.runs import question_rows
from pmflow_core.runs import repository as runs
from pmflow_core.runs.extensions import installed
from pmflow_core.runs.models import RunLogLine, RunStep, StageRun

LINES_SHOWN = 500


def read_run(session: Session, actor: Actor, run_id: UUID, *, after_seq: int = 0) -> RunRead:
    """Return the run and its log lines above `after_seq`, at most the newest 500.

    Raises:
        NotFound: no such run in the actor's workspace.
    """
    actor.require(Role.VIEWER)
    run = runs.get_run(session, run_id)
    project = statements.projects_by_id(session, {run.project_id})[run.project_id]
    backdrop = gather(session, [project])
    version = recipes.get_version(session, run.recipe_version_id)
    decision = projects.decision_of_run(session, run.id)
    lines = runs.log_lines(session, run.id, after=after_seq, limit=LINES_SHOWN, newest=True)
    retried = None if run.retry_of is None else runs.get_run(session, run.retry_of).number
    return RunRead(
        row=run_row(run, project, backdrop.stages),
        stage=run.stage,
        recipe_version=version.number,
        worker=run.worker,
        steps=_steps(session, run, version),
        lines=tuple(_line(line) for line in lines),
        # Lines may have been added since the run was read; what was shown is what counts.
        last_seq=lines[-1].seq if lines else max(after_seq, run.last_seq),
        gates=() if decision is None else read_gates(decision.gates),
        why=explain(project, backdrop),
        retry_of=retried,
        rerun_from=run.rerun_from,
        workers_alive=runs.workers_alive(session),
        questions=question_rows.list_reads(session, run_id=run.id),
    )


def earlier_lines(
    session: Session, actor: Actor, run_id: UUID, *, before_seq: int
) -> tuple[LogRead, ...]:
    """Return up to 500 log lines before `before_seq`, in order."""
    actor.require(Role.VIEWER)
    after = max(0, before_seq - LINES_SHOWN - 1)
    limit = before_seq - after - 1
    lines = runs.log_lines(session, run_id, after=after, limit=limit, newest=False)
    return tuple(_line(line) for line in lines)


def _steps(session: Session, run: StageRun, version: RecipeVersion) -> tuple[StepRead, ...]:
    specs = {step.key: step for step in read_spec(version).steps}
    rows = runs.steps_of(session, run.id)
    written = [row.document_version_id for row in rows if row.document_version_id]
    types = documents.types_of_versions(session, written)
    return tuple(_step(row, specs[row.step_key], types) for row in rows)


def _step(step: RunStep, spec: StepSpec, types: Mapping[UUID, str]) -> StepRead:
    written = step.document_version_id
    return StepRead(
        key=step.step_key,
        title=step.title,
        status=step.status.value,
        attempts=step.attempts,
        summary=step.summary,
        criteria=read_gates(step.criteria),
        document_type=None if written is None else types.get(written),
        started_at=step.started_at,
        finished_at=step.finished_at,
        input_tokens=step.input_tokens,
        output_tokens=step.output_tokens,
        cost_usd=float(step.cost_usd),
        is_reused=step.reused_from is not None,
        instructions=_instructions(step, spec),
        live_text=step.live_text,
    )


def _instructions(step: RunStep, spec: StepSpec) -> str | None:
    """Return what the step was told besides its recipe; None where it takes no instructions."""
    steps = installed().steps
    # A plugin may be gone since the run.
    if spec.skill not in steps or "instructions" not in steps.get(spec.skill).params.model_fields:
        return None
    params = spec.params if step.params is None else step.params
    return str(params.get("instructions", ""))


def _line(line: RunLogLine) -> LogRead:
    return LogRead(line.seq, line.created_at, line.level.value, line.step_key, line.text)
