"""Signing up, in and out: native form posts that set the session cookie, and the same as JSON."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.service import Begin
from pmflow_core.errors import PmflowError
from pmflow_ui import forms
from pmflow_ui.access import Access
from pmflow_ui.api.coming import may_come
from pmflow_ui.api.permission import ANYONE, Allow
from pmflow_ui.api.posted import (
    Posted,
    Sent,
    refused,
    sent_on,
    with_session,
    without_session,
)
from pmflow_ui.call import call_in_steps, call_outside
from pmflow_ui.viewer import Viewer, find_viewer, session_token

router = APIRouter(prefix="/api/auth", tags=["auth"])


class Me(BaseModel):
    """The signed-in person."""

    id: str
    email: str
    name: str
    is_operator: bool


class Standing(BaseModel):
    """Whether the browser that asks is signed in."""

    signed_in: bool = Field(description="False too when the session has ended.")


def _sign_up(begin: Begin, posted: Posted) -> str:
    given = posted.given
    with begin() as session:
        is_open = may_come(session, given.email)
        user = accounts.sign_up(session, given.email, given.password, given.name, is_open=is_open)
        return accounts.open_session(session, user, posted.client).token


async def _sign_in(posted: Posted) -> str:
    given, client = posted.given, posted.client
    started = await call_in_steps(
        accounts.sign_in, given.email, given.password, client.address, client.user_agent
    )
    return started.token


async def welcome(posted: Posted, token: str, page: str | None = None) -> Response:
    """Answer who has just shown who they are; the session that their browser had before ends."""
    if posted.session:
        await call_outside(accounts.sign_out, posted.session)
    response: Response = JSONResponse({"status": "signed_in"})
    if posted.by_form:
        response = sent_on(page or forms.local_path(posted.given.next))
    return with_session(response, token)


@router.post("/login", response_model=None, dependencies=ANYONE)
async def login(posted: Sent) -> Response:
    """Sign in: a form is sent on to `next`, a program gets the cookie and 200."""
    try:
        return await welcome(posted, await _sign_in(posted))
    except PmflowError as error:
        return refused("login", posted, error)


@router.post("/signup", response_model=None, dependencies=ANYONE)
async def signup(posted: Sent) -> Response:
    """Make an account and sign it in."""
    try:
        return await welcome(posted, await call_in_steps(_sign_up, posted))
    except PmflowError as error:
        return refused("signup", posted, error)


@router.post("/logout", response_model=None, dependencies=ANYONE)
async def logout(request: Request) -> Response:
    """End the session and go to the sign-in page."""
    token = session_token(request.headers.get("cookie", ""))
    if token:
        await call_outside(accounts.sign_out, token)
    return without_session(sent_on("/login"))


@router.get("/session", dependencies=ANYONE)
async def session(request: Request) -> Standing:
    """Say whether the browser is signed in, without an error when it is not."""
    viewer = await find_viewer(request.headers.get("cookie", ""), "/")
    return Standing(signed_in=viewer is not None)


@router.get("/me")
async def me(viewer: Annotated[Viewer, Depends(Allow(Access.SIGNED_IN))]) -> Me:
    """Return the signed-in person."""
    return Me(
        id=str(viewer.user_id),
        email=viewer.email,
        name=viewer.name,
        is_operator=viewer.is_operator,
    )
