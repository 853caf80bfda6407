"""A run as its page shows it: steps, checks, the newest log lines, gates and what follows."""

from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import statements
from pmflow_core.board.reads import run_row
from pmflow_core.board.schemas import LogRead, RunRead, StepRead
from pmflow_core.board.why import explain, gather, read_gates
from pmflow_core.projects import repository as projects
from pmflow_core.recipes import repository as recipes
from pmflow_core.runs import question_rows
from pmflow_core.runs import repository as runs
from pmflow_core.runs.models import RunLogLine, RunStep

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
    decision = projects.decision_of_run(session, run.id)
    lines = runs.log_lines(session, run.id, after=after_seq, limit=LINES_SHOWN, newest=True)
    retried = None if run.retry_of is None else runs.get_run(session, run.retry_of).number
    return RunRead(
        row=run_row(run, project, backdrop.stages),
        stage=run.stage,
        recipe_version=recipes.get_version(session, run.recipe_version_id).number,
        worker=run.worker,
        steps=tuple(_step(step) for step in runs.steps_of(session, run.id)),
        lines=tuple(_line(line) for line in lines),
        # Lines may have been added since the run was read; what was shown is what counts.
        last_seq=lines[-1].seq if lines else max(after_seq, run.last_seq),
        gates=() if decision is None else read_gates(decision.gates),
        why=explain(project, backdrop),
        retry_of=retried,
        workers_alive=backdrop.workers_alive,
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


def _step(step: RunStep) -> StepRead:
    return StepRead(
        key=step.step_key,
        title=step.title,
        status=step.status.value,
        attempts=step.attempts,
        summary=step.summary,
        criteria=read_gates(step.criteria),
        has_document=step.document_version_id is not None,
        started_at=step.started_at,
        finished_at=step.finished_at,
        input_tokens=step.input_tokens,
        output_tokens=step.output_tokens,
        cost_usd=float(step.cost_usd),
    )


def _line(line: RunLogLine) -> LogRead:
    return LogRead(line.seq, line.created_at, line.level.value, line.step_key, line.text)
