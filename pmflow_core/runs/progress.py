"""What an executing worker writes: log lines, finished steps, the end; each fenced."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import exists, func, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.activity import service as activity
from pmflow_core.documents import service as documents
from pmflow_core.documents.citations import cited_numbers
from pmflow_core.documents.service import Draft
from pmflow_core.projects import repository as projects
from pmflow_core.runs import (
    approval_rows,
    approvals,
    evidence,
    repository,
    results,
    step_costs,
    tried,
)
from pmflow_core.runs.advance import conclude
from pmflow_core.runs.failing import Failure, conclude_failure
from pmflow_core.runs.kinds import DocumentDraft, LeaseLost, StepOutcome, Verdict
from pmflow_core.runs.models import RunLogLine, RunStep, StageRun
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.service import announce, dispatch, tell_ended
from pmflow_core.runs.status import LogLevel, RunStatus, StepStatus, WaitingFor

Line = tuple[LogLevel, str]
LIVE_CHARS = 4_000


def write_log(
    session: Session, holder: Holder, run: StageRun, step: str | None, lines: Sequence[Line]
) -> None:
    """Append lines to the run's log; raises LeaseLost, having written nothing, without the run."""
    rows = [
        RunLogLine(
            workspace_id=run.workspace_id,
            run_id=run.id,
            seq=0,
            level=level,
            step_key=step,
            text=text,
        )
        for level, text in lines
    ]
    if not repository.append_log(session, holder, rows):
        raise LeaseLost("The run is not this worker's any more.")
    announce(session, run)


def show_live(session: Session, holder: Holder, run: StageRun, step_key: str, text: str) -> None:
    """Show the end of what a step is writing.

    Raises:
        LeaseLost: another worker has the run, or it was cancelled; nothing is shown.
    """
    shown = session.execute(
        update(RunStep)
        .where(
            col(RunStep.run_id) == run.id,
            col(RunStep.step_key) == step_key,
            exists().where(holder.holds()),
        )
        .values(live_text=text[-LIVE_CHARS:])
        .returning(col(RunStep.id))
        .execution_options(synchronize_session=False)
    )
    if shown.one_or_none() is None:
        raise LeaseLost("The run is not this worker's any more.")
    announce(session, run)


def record_step(
    session: Session,
    holder: Holder,
    run: StageRun,
    step: RunStep,
    result: tuple[StepOutcome, tuple[Verdict, ...]],
) -> UUID | None:
    """Store a verified step: its document version, its checks and its completion, together.

    Returns the version it wrote, None where it wrote none.

    Raises:
        LeaseLost: another worker has the run; nothing is written.
    """
    outcome, verdicts = result
    passed = [verdict for verdict in verdicts if verdict.passed]
    lines: list[Line] = [(LogLevel.OK, f"{one.title}: {one.detail}") for one in passed]
    lines.append((LogLevel.INFO, f"{step.title} done: {outcome.summary}"))
    write_log(session, holder, run, step.step_key, lines)
    version_id = None if run.trial else _keep(session, run, step, outcome)
    session.execute(
        update(RunStep)
        .where(col(RunStep.id) == step.id)
        .values(
            status=StepStatus.COMPLETED,
            finished_at=func.now(),
            summary=outcome.summary,
            output=tried.keep(outcome) if run.trial else dict(outcome.output),
            live_text="",
            criteria=[verdict.as_json() for verdict in verdicts],
            document_version_id=version_id,
            input_tokens=outcome.usage.input_tokens,
            output_tokens=outcome.usage.output_tokens,
            cost_usd=outcome.usage.cost_usd,
        )
        .execution_options(synchronize_session=False)
    )
    step_costs.count(session, run.id)
    return version_id


def note_failure(
    session: Session, holder: Holder, run: StageRun, step: RunStep, failure: Failure
) -> None:
    """Keep why a step failed with the step, for whoever is asked about it; fenced as all writes."""
    write_log(session, holder, run, step.step_key, [(LogLevel.ERROR, failure.message)])
    session.execute(
        update(RunStep)
        .where(col(RunStep.id) == step.id)
        .values(**_failed_values(failure), output={"failed_as": failure.kind.value})
        .execution_options(synchronize_session=False)
    )


def pass_over(
    session: Session, holder: Holder, run: StageRun, step: RunStep, failure: Failure
) -> None:
    """Store that a step failed and the run goes on without it.

    Raises:
        LeaseLost: another worker has the run; nothing is written.
    """
    text = f"{step.title} failed and the run goes on. {failure.message}"
    write_log(session, holder, run, step.step_key, [(LogLevel.ERROR, text)])
    session.execute(
        update(RunStep)
        .where(col(RunStep.id) == step.id)
        .values(
            status=StepStatus.FAILED,
            started_at=func.coalesce(col(RunStep.started_at), func.now()),
            finished_at=func.now(),
            **_failed_values(failure),
        )
        .execution_options(synchronize_session=False)
    )
    step_costs.count(session, run.id)


def _failed_values(failure: Failure) -> dict[str, object]:
    return {
        "summary": failure.message,
        "live_text": "",
        "criteria": [verdict.as_json() for verdict in failure.verdicts],
    }


def _keep(session: Session, run: StageRun, step: RunStep, outcome: StepOutcome) -> UUID | None:
    version_id = _write_document(session, run, step, outcome)
    results.store(session, run, step.step_key, outcome)
    return version_id


def _write_document(
    session: Session, run: StageRun, step: RunStep, outcome: StepOutcome
) -> UUID | None:
    if outcome.document is None:
        return None
    draft = Draft(
        outcome.document.template,
        outcome.document.content,
        outcome.document.model,
        run.id,
        step.step_key,
    )
    numbers = cited_numbers(draft.content)
    signals = evidence.citable(session, numbers)
    author = run_author(run)
    before = approval_rows.newest_versions(session, run.project_id)
    version = documents.save_version(session, author, run.project_id, draft, signals)
    old = before.get(document_type(outcome.document), version.sha256)
    approvals.note_voided(session, author, run.project_id, version, old)
    text = f"Wrote {step.title}, version {version.number}"
    activity.record(session, author, run.project_id, "document", text)
    return version.id


def complete(session: Session, holder: Holder, claimed: StageRun) -> None:
    """End the run and decide what that means for its project, in one transaction.

    A trial only ends.

    Raises:
        LeaseLost: another worker has the run; nothing is written.
    """
    projects.get_project(session, claimed.project_id, lock=True)
    run = repository.get_run(session, claimed.id)
    if run.trial:
        line = (LogLevel.INFO, "tried; the project stays as it is")
        write_log(session, holder, run, None, [line])
        announce(session, _end(session, holder, RunStatus.COMPLETED))
        return
    write_log(session, holder, run, None, [(LogLevel.INFO, "all steps done; checking gates")])
    run = _end(session, holder, RunStatus.COMPLETED)
    decision = conclude(session, run_author(run), run)
    lines = [
        RunLogLine(
            workspace_id=run.workspace_id,
            run_id=run.id,
            seq=0,
            level=LogLevel.OK if gate["passed"] else LogLevel.WARN,
            text=f"gate {gate['title']}: {gate['detail']}",
        )
        for gate in decision.gates
    ]
    for line in lines:
        repository.append_unfenced_log(session, run, line)
    tell_ended(session, run)
    announce(session, run)


def fail(session: Session, holder: Holder, claimed: StageRun, failure: Failure) -> None:
    """End the run as failed, with its project's explanation, in one transaction.

    Raises:
        LeaseLost: another worker has the run; nothing is written.
    """
    project = projects.get_project(session, claimed.project_id, lock=True)
    run = repository.get_run(session, claimed.id)
    step = next(
        (row for row in repository.steps_of(session, run.id) if row.step_key == run.current_step),
        None,
    )
    key = None if step is None else step.step_key
    write_log(session, holder, run, key, [(LogLevel.ERROR, failure.message)])
    run = _end(session, holder, RunStatus.FAILED, failure)
    if step is not None and step.status is not StepStatus.COMPLETED:
        step.status = StepStatus.FAILED
        step.finished_at = _now(session)
        step.live_text = ""
        step.criteria = [verdict.as_json() for verdict in failure.verdicts]
    author = run_author(run)
    title = step.title if step else None
    if conclude_failure(session, author, run, title, failure.message) is not None:
        activity.record(session, author, project.id, "run", "Failed")
        tell_ended(session, run)
    announce(session, run)


def wait(
    session: Session,
    holder: Holder,
    claimed: StageRun,
    what: WaitingFor,
    reason: str,
    needs_usd: Decimal | None = None,
) -> None:
    """Let the run wait at its step, holding no worker, until `resume` queues it again.

    `needs_usd` is the money that a run lacks which waits for money.

    Raises:
        LeaseLost: another worker has the run; nothing is written.
    """
    projects.get_project(session, claimed.project_id, lock=True)
    run = repository.get_run(session, claimed.id)
    write_log(session, holder, run, run.current_step, [(LogLevel.WARN, reason)])
    waiting = (
        update(StageRun)
        .where(holder.holds())
        .values(
            status=RunStatus.WAITING,
            lease_until=None,
            waiting_for=what,
            waiting_reason=reason,
            waiting_usd=needs_usd,
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(waiting)
    step_costs.count(session, run.id)


def hand_over(session: Session, holder: Holder, claimed: StageRun, why: str) -> None:
    """Give the run back to the queue unharmed: no crash is counted, its open step is pending.

    Raises:
        LeaseLost: another worker has the run; nothing is written.
    """
    write_log(session, holder, claimed, None, [(LogLevel.INFO, why)])
    session.execute(
        update(RunStep)
        .where(col(RunStep.run_id) == claimed.id, col(RunStep.status) == StepStatus.RUNNING)
        .values(status=StepStatus.PENDING, live_text="")
        .execution_options(synchronize_session=False)
    )
    run = session.scalars(
        update(StageRun)
        .where(holder.holds())
        .values(
            status=RunStatus.QUEUED,
            lease_until=None,
            worker=None,
            queued_at=func.now(),
            dispatch=col(StageRun.dispatch) + 1,
            dispatched_at=func.now(),
        )
        .returning(StageRun)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one()
    dispatch(session, run)


def document_type(draft: DocumentDraft) -> str:
    """Return the type of the document a draft would become."""
    return documents.template(draft.template).document_type


def run_author(run: StageRun) -> Actor:
    """Return the actor in whose name a run writes: the system, named as the run."""
    system = Actor.system(run.workspace_id)
    return Actor(system.workspace_id, system.role, None, f"Run {run.number}")


def _end(
    session: Session,
    holder: Holder,
    status: RunStatus,
    failure: Failure | None = None,
) -> StageRun:
    statement = (
        update(StageRun)
        .where(holder.holds())
        .values(
            status=status,
            finished_at=func.now(),
            lease_until=None,
            failure_class=failure.kind if failure else None,
            failure_message=failure.message if failure else None,
        )
        .returning(StageRun)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    run = session.scalar(statement)
    if run is None:
        raise LeaseLost("The run is not this worker's any more.")
    step_costs.count(session, run.id)
    return run


def _now(session: Session) -> datetime:
    return session.execute(func.now().select()).scalar_one()
