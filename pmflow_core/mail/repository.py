"""Every statement over mails. Times are the database's, because several hosts deliver."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Update, delete, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.mail.models import Mail, MailStatus

_DUE = (col(Mail.status) == MailStatus.PENDING, col(Mail.due_at) <= func.now())


def take(session: Session, *, taken_for: timedelta) -> Mail | None:
    """Take the mail that waits longest; nobody else gets it until its time is up."""
    mail = session.scalar(
        select(Mail)
        .where(*_DUE)
        .order_by(col(Mail.due_at), col(Mail.id))
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    if mail is None:
        return None
    taken = (
        update(Mail)
        .where(col(Mail.id) == mail.id)
        .values(attempts=col(Mail.attempts) + 1, due_at=func.now() + taken_for)
        .returning(Mail)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalars(taken).one()


def note_sent(session: Session, mail_id: UUID) -> None:
    """Save that the server has taken a mail, whoever asked it last, and forget the text."""
    session.execute(
        update(Mail)
        .where(col(Mail.id) == mail_id)
        .values(status=MailStatus.SENT, sent_at=func.now(), error=None, sealed_text="")
        .execution_options(synchronize_session=False)
    )


def note_failed(session: Session, mail: Mail, error: str) -> None:
    """Save that a mail is given up, and forget the text; only for who took it last."""
    session.execute(
        _taken(mail)
        .values(status=MailStatus.FAILED, error=error, sealed_text="")
        .execution_options(synchronize_session=False)
    )


def note_delayed(session: Session, mail: Mail, error: str, pause: timedelta) -> None:
    """Save that a mail is tried again after a pause; only for who took it last."""
    session.execute(
        _taken(mail)
        .values(error=error, due_at=func.now() + pause)
        .execution_options(synchronize_session=False)
    )


def postpone_all(session: Session, pause: timedelta) -> None:
    """Let every mail that is due wait: the server that would take it is away."""
    session.execute(
        update(Mail)
        .where(*_DUE)
        .values(due_at=func.now() + pause)
        .execution_options(synchronize_session=False)
    )


def is_any_due(session: Session) -> bool:
    """Return whether a mail waits to be sent now."""
    return session.scalar(select(col(Mail.id)).where(*_DUE).limit(1)) is not None


def delete_ended(session: Session, *, before: datetime) -> None:
    """Delete mails that were written before that moment and wait for nothing."""
    session.execute(
        delete(Mail).where(col(Mail.created_at) < before, col(Mail.status) != MailStatus.PENDING)
    )


def _taken(mail: Mail) -> Update:
    # The number of tries is this try's fence.
    return update(Mail).where(
        col(Mail.id) == mail.id,
        col(Mail.attempts) == mail.attempts,
        col(Mail.status) == MailStatus.PENDING,
    )
