"""Members and invitations of a workspace as programs see them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db import Session
from pmflow_core.settings import get_settings
from pmflow_core.workspaces import invitations
from pmflow_core.workspaces import service as workspaces
from pmflow_core.workspaces.schemas import Invitee, NewInvitation
from pmflow_ui.access import Access, member
from pmflow_ui.api import paging
from pmflow_ui.api.bodies import Body, Sent, described
from pmflow_ui.api.paging import Cursor, Limit
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.shapes import Page, Shape
from pmflow_ui.call import call, call_outside, call_within
from pmflow_ui.viewer import Program, Viewer

router = APIRouter(prefix="/api/workspaces/{slug}", tags=["members"])
accepting = APIRouter(prefix="/api/invitations", tags=["members"])
Reader = Annotated[Viewer | Program, Depends(Allow(Role.VIEWER))]
Admin = Annotated[Viewer | Program, Depends(Allow(Role.ADMIN))]
Person = Annotated[Viewer, Depends(Allow(Access.SIGNED_IN))]


class Member(Shape):
    """A person in the workspace."""

    user_id: UUID
    email: str
    name: str
    role: Role
    since: datetime


class RoleIn(BaseModel):
    """The role a member gets."""

    model_config = ConfigDict(extra="forbid")

    role: Role


class Invitation(Shape):
    """An open invitation; its link is told once, when it is made."""

    id: UUID
    email: str
    role: Role
    invited_by: str | None
    sent_at: datetime
    expires_at: datetime


class InvitationMade(Invitation):
    """An invitation that has just been made, with its link."""

    link: str = Field(description="Told only now; for one use by the owner of the address.")


class InvitationIn(BaseModel):
    """Who is invited, and what they may do."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=320)
    role: Role = Role.EDITOR


class Token(BaseModel):
    """The last part of an invitation's link."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(max_length=200)


class Joined(BaseModel):
    """The workspace whose member somebody became."""

    slug: str


@router.get("/members")
async def list_members(
    slug: str,  # noqa: ARG001
    viewer: Reader,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Member]:
    """List the members by name."""
    found = await call(workspaces.list_members, member(viewer))
    return paging.slice_of(found, cursor, limit, Member.model_validate)


@router.patch("/members/{user_id}", openapi_extra=described(RoleIn))
async def change_role(
    slug: str,  # noqa: ARG001
    user_id: UUID,
    viewer: Admin,
    sent: Annotated[Sent[RoleIn], Depends(Body(RoleIn))],
) -> Member:
    """Give a member another role; the last admin stays one."""

    def do(session: Session, actor: Actor) -> Member:
        workspaces.change_role(session, actor, user_id, sent.value.role)
        found = workspaces.list_members(session, actor)
        return next(Member.model_validate(each) for each in found if each.user_id == user_id)

    return await call(do, member(viewer))


@router.delete("/members/{user_id}", status_code=204)
async def remove_member(slug: str, user_id: UUID, viewer: Reader) -> None:  # noqa: ARG001
    """End a membership: one's own, or as an admin anybody's."""
    await call(workspaces.remove_member, member(viewer), user_id)


@router.get("/invitations")
async def list_invitations(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Invitation]:
    """List the open invitations, the newest first; also those whose time is over."""
    found = await call(invitations.list_invitations, member(viewer))
    return paging.slice_of(found, cursor, limit, Invitation.model_validate)


@router.post("/invitations", status_code=201, openapi_extra=described(InvitationIn))
async def invite(
    slug: str,  # noqa: ARG001
    viewer: Admin,
    sent: Annotated[Sent[InvitationIn], Depends(Body(InvitationIn))],
) -> InvitationMade:
    """Invite the owner of an e-mail address; the answer holds the link, this once."""
    wanted = sent.value
    web_url = get_settings().web_url
    return _made(
        await call(invitations.invite, member(viewer), wanted.email, wanted.role, web_url=web_url)
    )


@router.post("/invitations/{invitation_id}/resend", status_code=201)
async def resend(slug: str, invitation_id: UUID, viewer: Admin) -> InvitationMade:  # noqa: ARG001
    """Make a new link, good for seven days anew; the old one is dead."""
    web_url = get_settings().web_url
    return _made(await call(invitations.resend, member(viewer), invitation_id, web_url=web_url))


@router.delete("/invitations/{invitation_id}", status_code=204)
async def revoke(slug: str, invitation_id: UUID, viewer: Admin) -> None:  # noqa: ARG001
    """Take an open invitation back."""
    await call(invitations.revoke, member(viewer), invitation_id)


@accepting.post("/accept", openapi_extra=described(Token))
async def accept(viewer: Person, sent: Annotated[Sent[Token], Depends(Body(Token))]) -> Joined:
    """Become a member by an invitation for the signed-in person's address."""
    token = sent.value.token
    workspace_id = await call_outside(invitations.workspace_of, token)
    person = Invitee(user_id=viewer.user_id, email=viewer.email, name=viewer.name)
    joined = await call_within(workspace_id, invitations.accept, workspace_id, token, person)
    return Joined(slug=joined)


def _made(made: NewInvitation) -> InvitationMade:
    facts = Invitation.model_validate(made.invitation).model_dump()
    return InvitationMade(**facts, link=invitations.link(get_settings().web_url, made.token))
