"""Questions that steps ask people, and the answers the same run goes on with."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.ids import uuid7
from pmflow_core.runs import progress
from pmflow_core.runs.kinds import Answer, QuestionDraft
from pmflow_core.runs.models import Question, StageRun
from pmflow_core.runs.repository import Holder
from pmflow_core.runs.status import WaitingFor


def open_question(session: Session, holder: Holder, run: StageRun, draft: QuestionDraft) -> None:
    """Write a question down and let its run wait, together; raises LeaseLost without the run."""
    progress.wait(session, holder, run, WaitingFor.QUESTION, draft.text)
    deadline = None if draft.timeout is None else func.now() + draft.timeout
    statement = insert(Question).values(
        id=uuid7(),
        created_at=utcnow(),
        workspace_id=run.workspace_id,
        project_id=run.project_id,
        run_id=run.id,
        step_key=run.current_step,
        key=draft.key,
        kind=draft.kind,
        text=draft.text,
        options=list(draft.options),
        default=draft.default,
        deadline_at=deadline,
    )
    # A step that asks once more, because its worker died, asks the same question.
    session.execute(statement.on_conflict_do_nothing())


def find_answer(session: Session, run_id: UUID, step_key: str, key: str) -> str | None:
    """Return the answer to a step's question, or None while there is none."""
    statement = select(col(Question.answer)).where(
        col(Question.run_id) == run_id,
        col(Question.step_key) == step_key,
        col(Question.key) == key,
        col(Question.answered_at).is_not(None),
    )
    return session.scalar(statement)


def answers(session: Session, run_id: UUID) -> tuple[Answer, ...]:
    """Return what was answered in a run, in the order it was asked."""
    statement = (
        select(Question)
        .where(col(Question.run_id) == run_id, col(Question.answered_at).is_not(None))
        .order_by(col(Question.id))
    )
    return tuple(
        Answer(question.text, question.answer or "", question.answered_by_name or "pmflow")
        for question in session.scalars(statement)
    )
