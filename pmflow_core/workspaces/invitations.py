"""Invitations: a link for one e-mail address, good for seven days and for one use.

The link is shown once, to the admin who made it; sending it by mail is a convenience on top.
Whoever opens it is not a member yet, so the token and the address are the permission.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.audit import record
from pmflow_core.accounts.service import parse_email
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, NotFound, PermissionDenied
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.ids import new_token, token_hash
from pmflow_core.mail import service as mail
from pmflow_core.workspaces import invitation_rows as rows
from pmflow_core.workspaces import repository
from pmflow_core.workspaces.models import Invitation
from pmflow_core.workspaces.schemas import (
    InvitationLook,
    InvitationRead,
    InvitationState,
    Invitee,
    NewInvitation,
)
from pmflow_core.workspaces.service import AlreadyMember

LIFETIME = timedelta(days=7)
MAIL = """{who} invites you to {workspace} on pmflow as {role}:

{link}

The link works once, for this address, within {days} days.
"""


class AlreadyInvited(Conflict):
    """An invitation for that address is open."""

    code = "already_invited"


class InvitationUnknown(NotFound):
    """No invitation has that token, or its workspace is gone."""

    code = "invitation_unknown"


class InvitationUsed(Conflict):
    """The invitation was accepted before."""

    code = "invitation_used"


class InvitationRevoked(Conflict):
    """An admin took the invitation back, or sent a newer link."""

    code = "invitation_revoked"


class InvitationExpired(Conflict):
    """The invitation is older than seven days."""

    code = "invitation_expired"


class InvitationForAnother(PermissionDenied):
    """The invitation is for another e-mail address than the one signed in with."""

    code = "invitation_for_another"


def invite(
    session: Session, actor: Actor, email: str, role: Role, *, web_url: str | None = None
) -> NewInvitation:
    """Invite whoever owns an e-mail address; the token is known only now.

    With the installation's `web_url` the link is mailed too, where mail is sent.

    Raises:
        PermissionDenied: the actor is not an admin.
        InvalidEmail: the address cannot be one.
        AlreadyMember: a member has that address.
        AlreadyInvited: an invitation for it is open; send that one again instead.
    """
    actor.require(Role.ADMIN)
    email = parse_email(email)
    repository.lock_workspace(session, actor.workspace_id)
    if rows.is_member(session, email):
        raise AlreadyMember(f"{email} is a member already.")
    before = rows.find_open(session, email)
    now = utcnow()
    if before is not None and before.expires_at > now:
        raise AlreadyInvited(f"{email} is invited already. Send that invitation again instead.")
    if before is not None:
        rows.close(session, before.id, revoked_at=now)
    made, token = _new(actor, email, role)
    session.add(made)
    session.flush()
    record(session, actor, "invitation.created", email, {"role": role.value})
    _announce(session, actor.workspace_id)
    return _handed_out(session, actor, made, token, web_url)


def resend(
    session: Session, actor: Actor, invitation_id: UUID, *, web_url: str | None = None
) -> NewInvitation:
    """Make a new link for an open invitation, good for seven days anew; the old link is dead.

    It is mailed as `invite` does.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: no such open invitation.
    """
    actor.require(Role.ADMIN)
    repository.lock_workspace(session, actor.workspace_id)
    before = rows.get_open(session, invitation_id)
    if not rows.close(session, before.id, revoked_at=utcnow()):
        raise NotFound("Somebody has just accepted or revoked that invitation.")
    made, token = _new(actor, before.email, before.role)
    session.add(made)
    session.flush()
    record(session, actor, "invitation.sent_again", made.email, {"role": made.role.value})
    _announce(session, actor.workspace_id)
    return _handed_out(session, actor, made, token, web_url)


def revoke(session: Session, actor: Actor, invitation_id: UUID) -> None:
    """Take an open invitation back; its link is dead at once.

    Raises:
        PermissionDenied: the actor is not an admin.
        NotFound: no such open invitation.
    """
    actor.require(Role.ADMIN)
    before = rows.get_open(session, invitation_id)
    if not rows.close(session, before.id, revoked_at=utcnow()):
        raise NotFound("Somebody has just accepted or revoked that invitation.")
    record(session, actor, "invitation.revoked", before.email, {"role": before.role.value})
    _announce(session, actor.workspace_id)


def list_invitations(session: Session, actor: Actor) -> list[InvitationRead]:
    """Return the open invitations, the newest first; raises PermissionDenied below admin."""
    actor.require(Role.ADMIN)
    return rows.list_open(session)


def link(public_url: str, token: str) -> str:
    """Return the address that lets the invited person in."""
    return f"{public_url.rstrip('/')}/invite/{token}"


def is_invited(session: Session, email: str) -> bool:
    """Return whether an open invitation is for that address, where accounts need one.

    Raises:
        InvalidEmail: the address cannot be one.
    """
    return rows.is_invited(session, parse_email(email))


def workspace_of(session: Session, token: str) -> UUID:
    """Return the workspace that a token leads into, for the edge to open.

    Raises:
        InvitationUnknown: it leads nowhere.
    """
    found = rows.workspace_of(session, token_hash(token)) if token.isascii() else None
    if found is None:
        raise InvitationUnknown("This link leads to no invitation. Ask for a new one.")
    return found


def look(
    session: Session, workspace_id: UUID, token: str, person: Invitee | None
) -> InvitationLook:
    """Return what an invitation offers, as whoever holds its link sees it.

    Raises:
        InvitationUnknown: no invitation has that token.
    """
    row, inviter = _found(session, token)
    workspace, is_member = rows.place(session, workspace_id, person.user_id if person else None)
    state = InvitationState.ALREADY_MEMBER if is_member else _state(row)
    if state is InvitationState.OPEN and person is not None and person.email != row.email:
        state = InvitationState.FOR_ANOTHER
    return InvitationLook(
        state=state,
        workspace=workspace.name,
        # Only members learn the address of the workspace.
        slug=workspace.slug if is_member else None,
        email=row.email,
        role=row.role,
        invited_by=inviter,
        expires_at=row.expires_at,
    )


def accept(session: Session, workspace_id: UUID, token: str, person: Invitee) -> str:
    """Make a signed-in person a member by their invitation and return the workspace's slug.

    Raises:
        InvitationUnknown: no invitation has that token.
        InvitationUsed: it was accepted before, also a moment ago.
        InvitationRevoked: it was taken back.
        InvitationExpired: it is too old.
        InvitationForAnother: it is for another address.
        AlreadyMember: the person is a member.
    """
    row, _ = _found(session, token)
    workspace, is_member = rows.place(session, workspace_id, person.user_id)
    if is_member:
        raise AlreadyMember(f"You are a member of {workspace.name} already.")
    _refuse(row)
    if person.email != row.email:
        raise InvitationForAnother(f"This invitation is for {row.email}. Sign in as that person.")
    if not rows.redeem(session, token_hash(token), person.user_id, utcnow()):
        session.refresh(row)
        _refuse(row)
        raise InvitationUsed("This invitation was accepted already.")
    if not repository.add_member(session, workspace_id, person.user_id, row.role):
        raise AlreadyMember(f"You are a member of {workspace.name} already.")
    actor = Actor(workspace_id, row.role, person.user_id, person.name)
    record(session, actor, "member.joined", row.email, {"role": row.role.value})
    _announce(session, workspace_id)
    publish_on_commit(session, topics.memberships(person.user_id))
    return workspace.slug


def _new(actor: Actor, email: str, role: Role) -> tuple[Invitation, str]:
    token, now = new_token(), utcnow()
    made = Invitation(
        workspace_id=actor.workspace_id,
        email=email,
        role=role,
        token_hash=token_hash(token),
        sent_at=now,
        expires_at=now + LIFETIME,
        invited_by=actor.user_id,
    )
    return made, token


def _found(session: Session, token: str) -> tuple[Invitation, str | None]:
    found = rows.find_by_token(session, token_hash(token)) if token.isascii() else None
    if found is None:
        raise InvitationUnknown("This link leads to no invitation. Ask for a new one.")
    return found


def _state(row: Invitation) -> InvitationState:
    if row.accepted_at is not None:
        return InvitationState.USED
    if row.revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.OPEN if row.expires_at > utcnow() else InvitationState.EXPIRED


def _refuse(row: Invitation) -> None:
    state = _state(row)
    if state is InvitationState.USED:
        raise InvitationUsed("This invitation was accepted already.")
    if state is InvitationState.REVOKED:
        raise InvitationRevoked("This invitation was taken back, or a newer link was sent.")
    if state is InvitationState.EXPIRED:
        raise InvitationExpired("This invitation is over. Ask an admin to send it again.")


def _handed_out(
    session: Session, actor: Actor, made: Invitation, token: str, web_url: str | None
) -> NewInvitation:
    is_mailed = web_url is not None and mail.is_on()
    if is_mailed:
        workspace = repository.name_of(session, actor.workspace_id)
        text = MAIL.format(
            who=actor.name,
            workspace=workspace,
            role=made.role.value,
            link=link(web_url or "", token),
            days=LIFETIME.days,
        )
        subject = f"Join {workspace} on pmflow"
        mail.send(session, made.email, subject, text, useless_after=made.expires_at)
    return NewInvitation(invitation=rows.read(made, actor.name), token=token, is_mailed=is_mailed)


def _announce(session: Session, workspace_id: UUID) -> None:
    publish_on_commit(session, topics.workspace(workspace_id))
