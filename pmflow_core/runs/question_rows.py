"""Statements over the questions of runs."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.db.arrays import among
from pmflow_core.errors import NotFound
from pmflow_core.projects.models import Project
from pmflow_core.runs.models import Question, StageRun
from pmflow_core.runs.schemas import QuestionRead
from pmflow_core.runs.status import RunStatus, WaitingFor


def get_question(session: Session, question_id: UUID) -> Question:
    """Return a question of the session's workspace as it is now; raises NotFound."""
    statement = (
        select(Question)
        .where(col(Question.id) == question_id)
        .execution_options(populate_existing=True)
    )
    question = session.scalar(statement)
    if question is None:
        raise NotFound("There is no such question.")
    return question


def find_answer(session: Session, run_id: UUID, step_key: str, key: str) -> str | None:
    """Return the answer to a step's question, or None while there is none."""
    statement = select(col(Question.answer)).where(
        col(Question.run_id) == run_id,
        col(Question.step_key) == step_key,
        col(Question.key) == key,
        col(Question.answered_at).is_not(None),
    )
    return session.scalar(statement)


def open_question_of(session: Session, run_id: UUID) -> Question | None:
    """Return what a run waits for an answer to, or None."""
    statement = (
        select(Question)
        .where(col(Question.run_id) == run_id, col(Question.answered_at).is_(None))
        .order_by(col(Question.id))
        .limit(1)
    )
    return session.scalar(statement)


def open_by_run(session: Session, run_ids: Sequence[UUID]) -> dict[UUID, Question]:
    """Return what each of the runs waits for an answer to, by run id."""
    statement = (
        select(Question)
        .where(among(col(Question.run_id), run_ids), col(Question.answered_at).is_(None))
        .order_by(col(Question.id).desc())
    )
    return {question.run_id: question for question in session.scalars(statement)}


def close_unanswered(session: Session, run_id: UUID, by: str) -> None:
    """Close what an ended run still asked; nobody is asked for an answer that nothing reads."""
    session.execute(
        update(Question)
        .where(col(Question.run_id) == run_id, col(Question.answered_at).is_(None))
        .values(answered_at=func.now(), answered_by_name=by)
        .execution_options(synchronize_session=False)
    )


def list_reads(
    session: Session, *, run_id: UUID | None = None, only_open: bool = False
) -> tuple[QuestionRead, ...]:
    """Return questions of the workspace or of one run, the one with the nearest deadline first."""
    statement = (
        select(Question, StageRun, col(Project.key))
        .join(StageRun, col(StageRun.id) == col(Question.run_id))
        .join(Project, col(Project.id) == col(Question.project_id))
        .order_by(col(Question.deadline_at).nulls_last(), col(Question.id))
    )
    if run_id is not None:
        statement = statement.where(col(Question.run_id) == run_id)
    if only_open:
        statement = statement.where(
            col(Question.answered_at).is_(None),
            col(StageRun.status) == RunStatus.WAITING,
            col(StageRun.waiting_for) == WaitingFor.QUESTION,
            col(Project.deleted_at).is_(None),
        )
    return tuple(read(*row) for row in session.execute(statement))


def read(question: Question, run: StageRun, project_key: str) -> QuestionRead:
    """Return a question as it is shown."""
    return QuestionRead(
        id=question.id,
        project_id=question.project_id,
        project_key=project_key,
        run_id=question.run_id,
        run_number=run.number,
        step_key=question.step_key,
        kind=question.kind,
        text=question.text,
        options=tuple(question.options),
        default=question.default,
        asked_at=question.created_at,
        deadline_at=question.deadline_at,
        is_open=question.answered_at is None,
        answer=question.answer,
        answered_at=question.answered_at,
        answered_by=question.answered_by_name,
    )


def overdue(session: Session) -> list[tuple[UUID, UUID]]:
    """Return (workspace id, question id) of the questions whose time ran out, in any workspace."""
    rows = session.execute(text("select workspace_id, id from pmflow_overdue_questions()"))
    return [(row[0], row[1]) for row in rows]
