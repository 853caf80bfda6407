"""Table of mails on their way."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from pmflow_core.db.base import Row
from pmflow_core.db.columns import UtcDateTime, text_enum


class MailStatus(StrEnum):
    """How far a mail came."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


class Mail(Row, table=True):
    """One mail to one person; it may hold a link that lets in, so its text is kept encrypted.

    Belongs to no workspace, because a person who forgot a password is in none.
    """

    __tablename__ = "mails"
    __table_args__ = (Index("ix_mails_pending", "due_at", postgresql_where="status = 'pending'"),)

    recipient: str
    subject: str
    sealed_text: str = Field(description="Encrypted; empty once the mail is sent or given up.")
    status: MailStatus = Field(default=MailStatus.PENDING, sa_type=text_enum(MailStatus))
    attempts: int = 0
    due_at: datetime = Field(sa_type=UtcDateTime)
    useless_after: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = None
