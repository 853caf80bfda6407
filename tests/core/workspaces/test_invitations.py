"""Invitations: for one address, for seven days, for one use, whoever races."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col, select

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import AuditEntry
from pmflow_core.accounts.service import InvalidEmail
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.errors import NotFound, PermissionDenied, PmflowError
from pmflow_core.ids import token_hash
from pmflow_core.mail import setup
from pmflow_core.mail.models import Mail
from pmflow_core.settings import Settings
from pmflow_core.workspaces import invitations, service
from pmflow_core.workspaces.models import Invitation, Workspace
from pmflow_core.workspaces.schemas import InvitationState, Invitee, NewInvitation
from tests.conftest import make_member, make_user, make_workspace

REDEMPTIONS = 50


def person(name: str = "Support lead") -> Invitee:
    with transaction(None) as session:
        user = make_user(session, name)
        return Invitee(user_id=user.id, email=user.email, name=user.name)


def invite(admin: Actor, email: str, role: Role = Role.EDITOR) -> NewInvitation:
    with transaction(admin.workspace_id) as session:
        return invitations.invite(session, admin, email, role)


def accept(token: str, invited: Invitee) -> str:
    with transaction(None) as session:
        workspace_id = invitations.workspace_of(session, token)
    with transaction(workspace_id) as session:
        return invitations.accept(session, workspace_id, token, invited)


def look(admin: Actor, token: str, who: Invitee | None) -> InvitationState:
    with transaction(admin.workspace_id) as session:
        return invitations.look(session, admin.workspace_id, token, who).state


def expire(admin: Actor) -> None:
    with transaction(admin.workspace_id) as session:
        session.execute(update(Invitation).values(expires_at=utcnow() - timedelta(seconds=1)))


def roles(admin: Actor) -> dict[UUID, Role]:
    with transaction(admin.workspace_id) as session:
        return {each.user_id: each.role for each in service.list_members(session, admin)}


def test_whoever_is_invited_joins_with_that_role_and_the_log_says_so(admin: Actor) -> None:
    invited = person()
    made = invite(admin, f"  {invited.email.upper()} ", Role.VIEWER)
    assert made.invitation.email == invited.email
    assert made.invitation.expires_at - made.invitation.sent_at == timedelta(days=7)

    slug = accept(made.token, invited)

    assert roles(admin)[invited.user_id] is Role.VIEWER
    with transaction(admin.workspace_id) as session:
        assert session.get_one(Workspace, admin.workspace_id).slug == slug
        assert invitations.list_invitations(session, admin) == []
        log = session.execute(
            select(AuditEntry.action, AuditEntry.actor_id).order_by(col(AuditEntry.id))
        ).all()
    assert [tuple(row) for row in log] == [
        ("invitation.created", admin.user_id),
        ("member.joined", invited.user_id),
    ]


def test_only_the_hash_of_a_token_is_stored(admin: Actor) -> None:
    made = invite(admin, "lead@example.com")
    with transaction(admin.workspace_id) as session:
        [row] = session.scalars(select(Invitation))
    assert made.token not in str(row.model_dump())
    assert row.token_hash == token_hash(made.token)
    assert made.token not in repr(made)


def test_an_invitation_is_for_one_address_only(admin: Actor) -> None:
    made, other = invite(admin, person().email), person("Somebody else")

    with pytest.raises(invitations.InvitationForAnother):
        accept(made.token, other)

    assert look(admin, made.token, other) is InvitationState.FOR_ANOTHER
    assert look(admin, made.token, None) is InvitationState.OPEN
    assert other.user_id not in roles(admin)


def test_each_state_of_an_invitation_is_told_and_refused(admin: Actor) -> None:
    invited = person()
    used = invite(admin, invited.email)
    accept(used.token, invited)
    late = person()
    expired = invite(admin, late.email)
    expire(admin)
    unwanted = person()
    revoked = invite(admin, unwanted.email)
    with transaction(admin.workspace_id) as session:
        invitations.revoke(session, admin, revoked.invitation.id)

    assert look(admin, used.token, None) is InvitationState.USED
    assert look(admin, used.token, invited) is InvitationState.ALREADY_MEMBER
    assert look(admin, expired.token, late) is InvitationState.EXPIRED
    assert look(admin, revoked.token, unwanted) is InvitationState.REVOKED
    for token, who, refusal in (
        (used.token, invited, service.AlreadyMember),
        (used.token, late, invitations.InvitationUsed),
        (expired.token, late, invitations.InvitationExpired),
        (revoked.token, unwanted, invitations.InvitationRevoked),
        ("made-up", late, invitations.InvitationUnknown),
        ("ümlaut", late, invitations.InvitationUnknown),
    ):
        with pytest.raises(refusal):
            accept(token, who)


def test_sending_again_makes_a_new_link_and_kills_the_old_one(admin: Actor) -> None:
    invited = person()
    first = invite(admin, invited.email)
    expire(admin)
    with transaction(admin.workspace_id) as session:
        again = invitations.resend(session, admin, first.invitation.id)

    assert again.token != first.token
    with pytest.raises(invitations.InvitationRevoked):
        accept(first.token, invited)
    accept(again.token, invited)
    assert invited.user_id in roles(admin)


def test_nobody_is_invited_twice_or_when_they_are_a_member(admin: Actor) -> None:
    invited = person()
    invite(admin, invited.email)
    with pytest.raises(invitations.AlreadyInvited):
        invite(admin, invited.email)
    expire(admin)
    accept(invite(admin, invited.email).token, invited)
    with pytest.raises(service.AlreadyMember):
        invite(admin, invited.email)
    with pytest.raises(InvalidEmail):
        invite(admin, "nobody")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_only_admins_invite_revoke_resend_and_list(admin: Actor, role: Role) -> None:
    made = invite(admin, "lead@example.com")
    actor = make_member(admin.workspace_id, role)
    with transaction(admin.workspace_id) as session:
        for attempt in (
            lambda: invitations.invite(session, actor, "x@example.com", Role.VIEWER),
            lambda: invitations.revoke(session, actor, made.invitation.id),
            lambda: invitations.resend(session, actor, made.invitation.id),
            lambda: invitations.list_invitations(session, actor),
        ):
            with pytest.raises(PermissionDenied):
                attempt()


def test_an_invitation_of_another_workspace_is_not_found(admin: Actor) -> None:
    stranger = make_member(make_workspace("Other"), Role.ADMIN)
    made = invite(admin, "lead@example.com")
    with transaction(stranger.workspace_id) as session:
        for verb in (invitations.revoke, invitations.resend):
            with pytest.raises(NotFound):
                verb(session, stranger, made.invitation.id)
        with pytest.raises(invitations.InvitationUnknown):
            invitations.look(session, stranger.workspace_id, made.token, None)


def test_an_invitation_into_a_deleted_workspace_leads_nowhere(admin: Actor) -> None:
    made = invite(admin, "lead@example.com")
    with transaction(admin.workspace_id) as session:
        session.get_one(Workspace, admin.workspace_id).deleted_at = utcnow()
    with transaction(None) as session, pytest.raises(invitations.InvitationUnknown):
        invitations.workspace_of(session, made.token)


def test_an_address_counts_as_invited_while_its_invitation_is_open(admin: Actor) -> None:
    def invited() -> bool:
        with transaction(None) as session:
            return invitations.is_invited(session, " Lead@example.com")

    assert not invited()
    made = invite(admin, "lead@example.com")
    assert invited()
    expire(admin)
    assert not invited()
    with transaction(admin.workspace_id) as session:
        again = invitations.resend(session, admin, made.invitation.id)
    assert invited()
    with transaction(admin.workspace_id) as session:
        invitations.revoke(session, admin, again.invitation.id)
    assert not invited()


@pytest.fixture
def mail_is_on(tmp_path: Path) -> Iterator[None]:
    """Have this process write mails down; nobody delivers them."""
    values = {"data_dir": tmp_path, "secret_key": "a secret of tests", "smtp_url": "smtp://mail:25"}
    setup.configure(Settings.model_validate(values))
    yield
    setup.configure(None)


@pytest.mark.usefixtures("mail_is_on")
def test_where_mail_is_sent_the_link_goes_out_until_it_expires(admin: Actor) -> None:
    with transaction(admin.workspace_id) as session:
        made = invitations.invite(
            session, admin, "lead@example.com", Role.EDITOR, web_url="https://pm.example"
        )
        mail = session.scalars(select(Mail)).one()

    current = setup.current()
    assert current is not None
    text = current.open(mail.sealed_text or "")
    assert made.is_mailed
    assert mail.recipient == "lead@example.com"
    assert f"https://pm.example/invite/{made.token}" in text
    assert made.token not in str(mail.sealed_text)
    assert mail.useless_after == made.invitation.expires_at


def test_without_a_mail_server_the_link_is_only_shown(admin: Actor) -> None:
    with transaction(admin.workspace_id) as session:
        made = invitations.invite(
            session, admin, "lead@example.com", Role.EDITOR, web_url="https://pm.example"
        )
        assert session.scalars(select(Mail)).all() == []
    assert not made.is_mailed


@pytest.fixture
def committed_admin(database: Engine) -> Iterator[Actor]:
    """An admin of a workspace that is really committed, for threads."""
    configure(database)
    yield make_member(make_workspace(workspace_id=uuid4()), Role.ADMIN)
    database.dispose()


def test_of_fifty_redemptions_at_once_one_is_let_in(committed_admin: Actor) -> None:
    invited = person()
    made = invite(committed_admin, invited.email)
    start = Barrier(REDEMPTIONS)

    def redeem(_number: int) -> str:
        start.wait()
        try:
            accept(made.token, invited)
        except PmflowError as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(REDEMPTIONS) as pool:
        came_to = list(pool.map(redeem, range(REDEMPTIONS)))

    assert came_to.count("in") == 1
    assert set(came_to) <= {"in", "invitation_used", "already_member"}
    assert list(roles(committed_admin)).count(invited.user_id) == 1


def test_of_two_admins_who_invite_at_once_one_is_told(committed_admin: Actor) -> None:
    other = make_member(committed_admin.workspace_id, Role.ADMIN)
    start = Barrier(2)

    def ask(actor: Actor) -> str:
        start.wait()
        try:
            invite(actor, "both@example.com")
        except invitations.AlreadyInvited as error:
            return error.code
        return "invited"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, [committed_admin, other])) == ["already_invited", "invited"]
