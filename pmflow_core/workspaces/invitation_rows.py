"""Statements over invitations; the session narrows each to its workspace."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Role
from pmflow_core.accounts.models import User
from pmflow_core.errors import NotFound
from pmflow_core.workspaces.models import Invitation, Membership, Workspace
from pmflow_core.workspaces.schemas import InvitationRead


def workspace_of(session: Session, token_hash: str) -> UUID | None:
    """Return the live workspace that a token leads into, before one is known."""
    return session.scalar(select(func.pmflow_workspace_of_invitation(token_hash, type_=Uuid())))


def is_invited(session: Session, email: str) -> bool:
    """Return whether any live workspace invites that address, before a workspace is known."""
    return bool(session.scalar(select(func.pmflow_is_invited(email))))


def list_open(session: Session) -> list[InvitationRead]:
    """Return the invitations that nobody accepted or revoked, the newest first."""
    statement = (
        select(Invitation, col(User.name))
        .outerjoin(User, col(User.id) == col(Invitation.invited_by))
        .where(*_open())
        .order_by(col(Invitation.id).desc())
    )
    return [read(row, name) for row, name in session.execute(statement)]


def find_by_token(session: Session, token_hash: str) -> tuple[Invitation, str | None] | None:
    """Return the invitation that a token is for, with the name of who invited."""
    statement = (
        select(Invitation, col(User.name))
        .outerjoin(User, col(User.id) == col(Invitation.invited_by))
        .where(col(Invitation.token_hash) == token_hash)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else (row[0], row[1])


def find_open(session: Session, email: str) -> Invitation | None:
    """Return the open invitation of an address, also when its time is over."""
    return session.scalar(select(Invitation).where(*_open(), col(Invitation.email) == email))


def get_open(session: Session, invitation_id: UUID) -> Invitation:
    """Return an open invitation; raises NotFound."""
    found = session.scalar(select(Invitation).where(*_open(), col(Invitation.id) == invitation_id))
    if found is None:
        raise NotFound("This workspace has no such open invitation.")
    return found


def close(session: Session, invitation_id: UUID, **values: Any) -> bool:
    """Set `values` on an invitation that is still open; False when somebody was quicker."""
    statement = (
        update(Invitation)
        .where(*_open(), col(Invitation.id) == invitation_id)
        .values(**values)
        .returning(col(Invitation.id))
        .execution_options(synchronize_session=False)
    )
    return session.scalar(statement) is not None


def redeem(session: Session, token_hash: str, user_id: UUID, now: datetime) -> bool:
    """Use an invitation up; of any number at once one gets True."""
    statement = (
        update(Invitation)
        .where(
            *_open(),
            col(Invitation.token_hash) == token_hash,
            col(Invitation.expires_at) > now,
        )
        .values(accepted_at=now, accepted_by=user_id)
        .returning(col(Invitation.id))
        .execution_options(synchronize_session=False)
    )
    return session.scalar(statement) is not None


def is_member(session: Session, email: str) -> bool:
    """Return whether the person with that address is a member of the session's workspace."""
    statement = (
        select(col(Membership.id))
        .join(User, col(User.id) == col(Membership.user_id))
        .where(col(User.email) == email)
    )
    return session.scalar(statement) is not None


def place(session: Session, workspace_id: UUID, user_id: UUID | None) -> tuple[Workspace, bool]:
    """Return the session's workspace, and whether a person is a member of it."""
    workspace = session.get_one(Workspace, workspace_id)
    role: Role | None = session.scalar(
        select(col(Membership.role)).where(col(Membership.user_id) == user_id)
    )
    return workspace, role is not None


def read(row: Invitation, invited_by: str | None) -> InvitationRead:
    """Return an invitation as it is shown; never its token."""
    return InvitationRead(
        id=row.id,
        email=row.email,
        role=row.role,
        invited_by=invited_by,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
    )


def _open() -> tuple[ColumnElement[bool], ...]:
    return col(Invitation.accepted_at).is_(None), col(Invitation.revoked_at).is_(None)
