"""Writing a mail down in the transaction that causes it; a worker delivers it after the commit."""

from datetime import datetime, timedelta

from sqlalchemy import func, insert
from sqlalchemy.orm import Session

from pmflow_core.clock import utcnow
from pmflow_core.ids import uuid7
from pmflow_core.jobs import Job, enqueue_on_commit
from pmflow_core.mail import repository
from pmflow_core.mail.models import Mail, MailStatus
from pmflow_core.mail.setup import MailUnavailable, current

JOB_ID = "mail"
KEPT = timedelta(days=7)


def is_on() -> bool:
    """Return whether this installation sends mail; if not, links are handed on by people."""
    return current() is not None


def send(
    session: Session, to: str, subject: str, text: str, *, useless_after: datetime | None = None
) -> None:
    """Have a plain-text mail sent if, and only if, this transaction commits.

    It is tried again while the mail server is away, but not after `useless_after`. Its text is
    stored encrypted and forgotten once it is sent.

    Raises:
        MailUnavailable: this installation sends no mail; ask `is_on` before.
    """
    setup = current()
    if setup is None:
        raise MailUnavailable("This installation sends no mail: PMFLOW_SMTP_URL is not set.")
    row = insert(Mail).values(
        id=uuid7(),
        created_at=utcnow(),
        recipient=_one_line(to),
        subject=_one_line(subject),
        sealed_text=setup.seal(text),
        status=MailStatus.PENDING,
        attempts=0,
        due_at=func.now(),
        useless_after=useless_after,
    )
    session.execute(row)
    enqueue_on_commit(session, Job.DELIVER_MAIL, job_id=JOB_ID)


def forget_old(session: Session) -> None:
    """Delete mails that ended a week ago; the scheduler's maintenance."""
    repository.delete_ended(session, before=utcnow() - KEPT)


def _one_line(text: str) -> str:
    # A line break would begin another header.
    return " ".join(text.split())
