"""Questions that steps ask people, and the answers the same run goes on with."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import service as activity
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Invalid, NotFound
from pmflow_core.ids import uuid7
from pmflow_core.projects import repository as projects
from pmflow_core.runs import progress, question_rows, repository
from pmflow_core.runs.failing import conclude_failure
from pmflow_core.runs.kinds import Answer, QuestionDraft
from pmflow_core.runs.models import Question, QuestionKind, RunLogLine, StageRun
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.requests import one_line
from pmflow_core.runs.schemas import QuestionRead
from pmflow_core.runs.service import announce, resume
from pmflow_core.runs.status import (
    OPEN,
    FailureClass,
    LogLevel,
    RunStatus,
    StepStatus,
    WaitingFor,
)
from pmflow_core.signals.normalise import clean

PMFLOW = "pmflow"
MAX_ANSWER = 8_000
SHOWN = 300  # of a text on the timeline; the run's page has all of it
YES_OR_NO = ("yes", "no")
find_answer = question_rows.find_answer


class QuestionIsClosed(Conflict):
    """The question was answered already, or its run has ended."""

    code = "question_is_closed"


class WrongAnswer(Invalid):
    """The answer is none of those the question allows; the text says which are."""

    code = "wrong_answer"


def open_question(session: Session, holder: Holder, run: StageRun, draft: QuestionDraft) -> None:
    """Write a question down and let its run wait, together; raises LeaseLost without the run."""
    progress.wait(session, holder, run, WaitingFor.QUESTION, draft.text)
    # What the worker claimed is older than the step that asks.
    step_key = repository.get_run(session, run.id).current_step
    deadline = None if draft.timeout is None else func.now() + draft.timeout
    statement = insert(Question).values(
        id=uuid7(),
        created_at=utcnow(),
        workspace_id=run.workspace_id,
        project_id=run.project_id,
        run_id=run.id,
        step_key=step_key,
        key=draft.key,
        kind=draft.kind,
        text=draft.text,
        options=list(draft.options),
        default=draft.default,
        deadline_at=deadline,
    )
    # A step that asks once more, because its worker died, asks the same question.
    session.execute(statement.on_conflict_do_nothing())
    text = f"Asks: {one_line(draft.text, SHOWN)}"
    activity.record(session, progress.run_author(run), run.project_id, "question", text)


def answers(session: Session, run_id: UUID) -> tuple[Answer, ...]:
    """Return what was answered in a run, in the order it was asked."""
    statement = (
        select(Question)
        .where(col(Question.run_id) == run_id, col(Question.answer).is_not(None))
        .order_by(col(Question.id))
    )
    return tuple(
        Answer(question.text, question.answer or "", question.answered_by_name or PMFLOW)
        for question in session.scalars(statement)
    )


def open_questions(
    session: Session, actor: Actor, run_id: UUID | None = None
) -> tuple[QuestionRead, ...]:
    """Return what waits for an answer in the workspace or one run, the most urgent first."""
    actor.require(Role.VIEWER)
    return question_rows.list_reads(session, run_id=run_id, only_open=True)


def list_questions(session: Session, actor: Actor, run_id: UUID) -> tuple[QuestionRead, ...]:
    """Return everything a run has asked, with its answers."""
    actor.require(Role.VIEWER)
    return question_rows.list_reads(session, run_id=run_id)


def answer(session: Session, actor: Actor, question_id: UUID, text: str) -> QuestionRead:
    """Answer a question once and queue its run again, which goes on at the step that asked.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: no such question in the actor's workspace, or its project was deleted.
        WrongAnswer: the answer is none of those allowed; nothing is changed.
        QuestionIsClosed: it was answered already, or its run has ended.
    """
    actor.require(Role.EDITOR)
    question, run, key = _lock(session, question_id)
    if run.status not in OPEN:
        raise QuestionIsClosed(
            f"Run {run.number} is {run.status.value}, so its question cannot be answered any more."
        )
    if question.answered_at is not None:
        raise QuestionIsClosed(f"{question.answered_by_name} answered this: {question.answer}")
    question.answer = _allowed(question, text)
    question.answered_at = utcnow()
    question.answered_by = actor.user_id
    question.answered_by_name = actor.name
    said = f"Answered “{one_line(question.text, SHOWN)}”: {one_line(question.answer, SHOWN)}"
    activity.record(session, actor, run.project_id, "question", said)
    audit.record(session, actor, "question.answered", f"run {run.number}", {"key": question.key})
    _log(session, run, LogLevel.INFO, f"{actor.name} answered: {question.answer}")
    _go_on(session, run)
    return question_rows.read(question, run, key)


def answer_run(session: Session, actor: Actor, run_id: UUID, text: str) -> QuestionRead:
    """Answer what a run waits for; raises NotFound when it asks nothing, and as `answer`."""
    actor.require(Role.EDITOR)
    run = repository.get_run(session, run_id)
    question = question_rows.open_question_of(session, run.id)
    if question is None:
        raise NotFound(f"Run {run.number} asks nothing now; it is {run.status.value}.")
    return answer(session, actor, question.id, text)


def expire(session: Session, question_id: UUID) -> None:
    """Take a question's default when its time ran out, or fail its run where it has none.

    Does nothing to a question that is answered, or has time left after all.
    """
    question, run, _ = _lock(session, question_id)
    now = session.scalars(select(func.now())).one()
    overdue = question.deadline_at is not None and question.deadline_at < now
    if question.answered_at is not None or not overdue:
        return
    question.answered_at = now
    question.answered_by_name = PMFLOW
    if run.status is not RunStatus.WAITING:
        session.flush()
        return
    if question.default is None:
        _fail(session, run, question)
        return
    question.answer = question.default
    said = f"Nobody answered “{question.text}” in time; pmflow took the default: {question.answer}"
    _log(session, run, LogLevel.WARN, said)
    activity.record(session, Actor.system(run.workspace_id), run.project_id, "question", said)
    _go_on(session, run)


def _lock(session: Session, question_id: UUID) -> tuple[Question, StageRun, str]:
    """Return a question with its run and its project's key, all held until the transaction ends."""
    found = question_rows.get_question(session, question_id)
    project = projects.get_project(session, found.project_id, lock=True)
    run = repository.get_run(session, found.run_id, lock=True)
    return question_rows.get_question(session, question_id), run, project.key


def _allowed(question: Question, text: str) -> str:
    given = clean(text).strip()
    if question.kind is QuestionKind.TEXT:
        if not 0 < len(given) <= MAX_ANSWER:
            raise WrongAnswer(f"An answer has 1 to {MAX_ANSWER:,} characters.")
        return given
    options = YES_OR_NO if question.kind is QuestionKind.APPROVAL else question.options
    wanted = given.casefold() if question.kind is QuestionKind.APPROVAL else given
    if wanted not in options:
        raise WrongAnswer(f"Answer with one of: {', '.join(options)}.")
    return wanted


def _go_on(session: Session, run: StageRun) -> None:
    session.flush()
    if run.status is RunStatus.WAITING and run.waiting_for is WaitingFor.QUESTION:
        resume(session, run)


def _fail(session: Session, run: StageRun, question: Question) -> None:
    """End a locked run that nobody answered, with its project's explanation."""
    message = f"Nobody answered “{question.text}” in time, and it has no default."
    _log(session, run, LogLevel.ERROR, message)
    run.status = RunStatus.FAILED
    run.failure_class = FailureClass.UNANSWERED
    run.failure_message = message
    run.finished_at = utcnow()
    step = next(
        (row for row in repository.steps_of(session, run.id) if row.step_key == question.step_key),
        None,
    )
    if step is not None:
        step.status = StepStatus.FAILED
        step.finished_at = run.finished_at
    author = progress.run_author(run)
    conclude_failure(session, author, run, step.title if step else None, message)
    activity.record(session, author, run.project_id, "run", f"Failed: {message}")
    announce(session, run)


def _log(session: Session, run: StageRun, level: LogLevel, text: str) -> None:
    line = RunLogLine(
        workspace_id=run.workspace_id,
        run_id=run.id,
        seq=0,
        level=level,
        step_key=run.current_step,
        text=text,
    )
    repository.append_unfenced_log(session, run, line)
