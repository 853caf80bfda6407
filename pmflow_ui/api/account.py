"""One's own account: name, password, signed-in browsers, connections, and its end."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from pmflow_core.accounts import account, identity_providers, oauth, sessions
from pmflow_core.accounts.account import Myself, PasswordChange
from pmflow_core.accounts.schemas import ConnectionRead, SessionRead
from pmflow_core.errors import PmflowError
from pmflow_core.settings import get_settings
from pmflow_core.workspaces import leaving
from pmflow_ui.access import Access
from pmflow_ui.api.auth import Me
from pmflow_ui.api.permission import Allow
from pmflow_ui.api.posted import (
    Sent,
    client_of,
    refused,
    sent_on,
    with_session,
    with_words,
    without_session,
)
from pmflow_ui.call import call_across, call_in_steps, call_outside
from pmflow_ui.forms import RefusedForm
from pmflow_ui.viewer import Viewer

router = APIRouter(prefix="/api/auth", tags=["auth"])
Person = Annotated[Viewer, Depends(Allow(Access.SIGNED_IN))]


class NewName(BaseModel):
    """What others are to see."""

    name: str = Field(max_length=200, description="1 to 80 printable characters.")


class Sessions(BaseModel):
    """Where a person is signed in."""

    items: list[SessionRead]


class Connections(BaseModel):
    """By which providers a person may sign in."""

    items: list[ConnectionRead]


class Ended(BaseModel):
    """How many sessions ended."""

    ended: int


def myself(viewer: Viewer, request: Request) -> Myself:
    """Return a signed-in person as who changes their own account."""
    return Myself(viewer.user_id, viewer.session_id, client_of(request).address)


@router.patch("/me")
async def rename(request: Request, viewer: Person, new: NewName) -> Me:
    """Change what others see."""
    name = await call_outside(account.change_name, myself(viewer, request), new.name)
    return Me(id=str(viewer.user_id), email=viewer.email, name=name, is_operator=viewer.is_operator)


@router.post("/password", response_model=None)
async def change_password(request: Request, viewer: Person, posted: Sent) -> Response:
    """Set `password`, showing `old_password`; all other sessions end, this one gets a new id."""
    given = posted.given
    try:
        change = PasswordChange(given.old_password, given.password)
        token = await call_in_steps(account.change_password, myself(viewer, request), change)
    except PmflowError as error:
        return refused("account", posted, error, "password")
    if not posted.by_form:
        return with_session(JSONResponse({"status": "changed"}), token)
    said = RefusedForm("password", "said", "Your password is changed. Other sessions ended.")
    return with_words(with_session(sent_on("/account"), token), said)


@router.post("/me/delete", response_model=None)
async def delete(request: Request, viewer: Person, posted: Sent) -> Response:
    """Delete the account, showing `password` if it has one.

    Refused to the last admin of a workspace, with the names of all such.
    """
    try:
        await call_in_steps(account.prove, myself(viewer, request), posted.given.password)
        await call_across(leaving.delete_account, viewer.user_id)
    except PmflowError as error:
        return refused("account", posted, error, "delete")
    if posted.by_form:
        return without_session(sent_on("/login"))
    return without_session(JSONResponse({"status": "deleted"}))


@router.get("/sessions")
async def list_sessions(viewer: Person) -> Sessions:
    """Return where the person is signed in, the browser seen last first."""
    found = await call_outside(sessions.list_sessions, viewer.user_id, viewer.session_id)
    return Sessions(items=found)


@router.delete("/sessions")
async def end_others(viewer: Person) -> Ended:
    """End all sessions but the one that asks."""
    ended = await call_outside(sessions.revoke_others, viewer.user_id, viewer.session_id)
    return Ended(ended=ended)


@router.delete("/sessions/{session_id}", status_code=204)
async def end(viewer: Person, session_id: UUID) -> None:
    """End one session; its tabs go to the sign-in page at once."""
    await call_outside(sessions.revoke, viewer.user_id, session_id)


@router.get("/connections")
async def list_connections(viewer: Person) -> Connections:
    """Return by which identity providers the person may sign in."""
    return Connections(items=await call_outside(oauth.list_connections, viewer.user_id))


@router.delete("/connections/{provider}", status_code=204)
async def disconnect(viewer: Person, provider: str) -> None:
    """Remove a way in, unless it is the last one."""
    usable = frozenset(identity_providers.configured(get_settings()))
    await call_outside(oauth.disconnect, viewer.user_id, provider, usable)
