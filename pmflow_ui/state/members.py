"""The members of a workspace, who is invited, and what an admin does about both."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import reflex as rx
from pydantic import BaseModel, StringConstraints
from reflex.event import EventSpec

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.service import InvalidEmail
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict
from pmflow_core.events import topics
from pmflow_core.settings import get_settings
from pmflow_core.workspaces import invitations
from pmflow_core.workspaces import service as workspaces
from pmflow_core.workspaces.schemas import InvitationRead, MemberRead, NewInvitation
from pmflow_ui import watch
from pmflow_ui.access import current_actor
from pmflow_ui.call import call
from pmflow_ui.guard import event, opened
from pmflow_ui.initials import initials
from pmflow_ui.toasts import say

ONLY_ADMIN = "The only admin: make somebody else one first."


class InviteForm(BaseModel):
    """What the form sends."""

    email: Annotated[str, StringConstraints(max_length=320)] = ""
    role: Role = Role.EDITOR


@dataclass(frozen=True)
class MemberRow:
    """A member as a line; `fixed` says why their membership cannot change, empty when it can."""

    id: str
    name: str
    email: str
    letters: str
    role: str
    since: str
    me: bool
    fixed: str


@dataclass(frozen=True)
class InvitationRow:
    """An open invitation as a line."""

    id: str
    email: str
    role: str
    by: str
    expires_at: str
    expired: bool


class MembersState(rx.State):
    """The page; `link` is the one that was made last, until the admin has copied it."""

    rows: rx.Field[list[MemberRow]] = rx.field(default_factory=list)
    invited: rx.Field[list[InvitationRow]] = rx.field(default_factory=list)
    email_error: rx.Field[str] = rx.field("")
    form_key: rx.Field[int] = rx.field(0)
    link: rx.Field[str] = rx.field("")
    link_for: rx.Field[str] = rx.field("")
    is_mailed: rx.Field[bool] = rx.field(False)
    asked: rx.Field[str] = rx.field("")
    asked_name: rx.Field[str] = rx.field("")
    leaving: rx.Field[bool] = rx.field(False)
    ready: rx.Field[bool] = rx.field(False)

    @event(allow=Role.VIEWER, page=True)
    async def load(self) -> None:
        """Show who is a member, and to admins who is invited."""
        actor = current_actor()
        watch.watch(self, [topics.workspace(actor.workspace_id)], MembersState.refresh())
        self.link = self.link_for = self.email_error = self.asked = ""
        await self._read(actor)
        self.ready = True

    @event(allow=Role.VIEWER)
    async def refresh(self) -> None:
        """Look again."""
        await self._read(current_actor())

    @event(allow=Role.ADMIN)
    async def invite(self, form: InviteForm) -> None:
        """Invite somebody, or say under the field why not."""
        actor, self.email_error = current_actor(), ""
        try:
            web_url = get_settings().web_url
            self._made(
                await call(invitations.invite, actor, form.email, form.role, web_url=web_url)
            )
        except (InvalidEmail, Conflict) as error:
            self.email_error = str(error)
            return
        self.form_key += 1
        await self._read(actor)

    @event(allow=Role.ADMIN)
    async def resend(self, invitation_id: UUID) -> None:
        """Make a new link for an invitation."""
        actor = current_actor()
        web_url = get_settings().web_url
        self._made(await call(invitations.resend, actor, invitation_id, web_url=web_url))
        await self._read(actor)

    @event(allow=Role.ADMIN)
    async def revoke(self, invitation_id: UUID) -> EventSpec:
        """Take an invitation back."""
        actor = current_actor()
        await call(invitations.revoke, actor, invitation_id)
        self.link = self.link_for = ""
        await self._read(actor)
        return say("The invitation was taken back; its link is dead.")

    @event(allow=Role.ADMIN)
    async def forget_link(self) -> None:
        """Take the link off the page; it cannot be shown again."""
        self.link = self.link_for = ""

    @event(allow=Role.ADMIN)
    async def change_role(self, user_id: UUID, role: Role) -> EventSpec:
        """Give a member another role."""
        actor = current_actor()
        try:
            await call(workspaces.change_role, actor, user_id, role)
        finally:
            # What was refused must not stay chosen.
            self.form_key += 1
            await self._read(actor)
        return say(f"Changed to {role.value}. It counts from the next click on.")

    @event(allow=Role.VIEWER)
    async def ask(self, user_id: UUID) -> None:
        """Ask whether somebody is to be removed, or oneself is to leave."""
        found = next((row for row in self.rows if row.id == str(user_id)), None)
        if found is not None:
            self.asked, self.asked_name, self.leaving = found.id, found.name, found.me

    @event(allow=Role.VIEWER)
    async def keep(self, is_open: bool) -> None:
        """Close the question when it asks to."""
        if not is_open:
            self.asked = ""

    @event(allow=Role.VIEWER)
    async def remove(self) -> EventSpec | list[EventSpec]:
        """End the membership that was asked about; the service says who may."""
        actor, name, leaving = current_actor(), self.asked_name, self.leaving
        user_id, self.asked = opened(self.asked), ""
        await call(workspaces.remove_member, actor, user_id)
        if leaving:
            return [say("You left the workspace."), rx.redirect("/", replace=True)]
        await self._read(actor)
        return say(f"{name} is no longer a member.")

    async def _read(self, actor: Actor) -> None:
        found = await call(workspaces.list_members, actor)
        admins = sum(1 for each in found if each.role is Role.ADMIN)
        self.rows = [as_member(each, actor, admins) for each in found]
        self.invited = []
        if actor.may(Role.ADMIN):
            waiting = await call(invitations.list_invitations, actor)
            self.invited = [as_invitation(each) for each in waiting]

    def _made(self, made: NewInvitation) -> None:
        self.link = invitations.link(get_settings().web_url, made.token)
        self.link_for = made.invitation.email
        self.is_mailed = made.is_mailed


def as_member(member: MemberRead, actor: Actor, admins: int) -> MemberRow:
    """Return a member as a line."""
    return MemberRow(
        id=str(member.user_id),
        name=member.name,
        email=member.email,
        letters=initials(member.name or member.email),
        role=member.role.value,
        since=member.since.isoformat(),
        me=member.user_id == actor.user_id,
        fixed=ONLY_ADMIN if member.role is Role.ADMIN and admins == 1 else "",
    )


def as_invitation(invitation: InvitationRead) -> InvitationRow:
    """Return an invitation as a line."""
    return InvitationRow(
        id=str(invitation.id),
        email=invitation.email,
        role=invitation.role.value,
        by=invitation.invited_by or "pmflow",
        expires_at=invitation.expires_at.isoformat(),
        expired=invitation.expires_at <= utcnow(),
    )
