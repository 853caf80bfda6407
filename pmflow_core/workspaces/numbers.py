"""Numbers that people read: S-12, SPO-3, run 41; gapless enough, never given twice."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.workspaces.models import Counter


def take_numbers(session: Session, workspace_id: UUID, kind: str, count: int = 1) -> int:
    """Return the first of `count` consecutive new numbers; the counter's row is locked till commit.

    `kind` is signal, project, run or ticket.
    """
    statement = (
        insert(Counter)
        .values(workspace_id=workspace_id, kind=kind, last=count)
        .on_conflict_do_update(
            index_elements=[col(Counter.workspace_id), col(Counter.kind)],
            set_={"last": col(Counter.last) + count},
        )
        .returning(col(Counter.last))
    )
    return session.execute(statement).scalar_one() - count + 1
