"""Signing up, in and out: native form posts that set the session cookie, and the same as JSON."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field
from starlette.types import Message

from pmflow_core.accounts import service as accounts
from pmflow_core.db import Session
from pmflow_core.errors import Invalid, PmflowError
from pmflow_core.settings import get_settings
from pmflow_ui import forms
from pmflow_ui.access import Access
from pmflow_ui.api.permission import ANYONE, Allow
from pmflow_ui.api.problems import from_error
from pmflow_ui.call import call_in_steps, call_outside
from pmflow_ui.viewer import COOKIE, Viewer, session_token

router = APIRouter(prefix="/api/auth", tags=["auth"])
LIFETIME_S = 7 * 24 * 3600
MAX_BODY = 16_384


class Me(BaseModel):
    """The signed-in person."""

    id: str
    email: str
    name: str
    is_operator: bool


class Credentials(BaseModel):
    """What a person types; lengths are bounded, the rules are the service's."""

    email: str = Field("", max_length=320)
    password: str = Field("", max_length=1024)
    name: str = Field("", max_length=200)
    next: str = Field("", max_length=2000)


@dataclass(frozen=True, slots=True)
class Posted:
    """Credentials, and whether a page's form sent them rather than a program."""

    given: Credentials
    by_form: bool
    address: str


def _capped(request: Request) -> Request:
    """Return the request with an end to its body, whatever length it announces or not."""
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY:
            raise Invalid("That is too long.")
        return message

    return Request(request.scope, receive)


async def _posted(request: Request) -> Posted:
    request = _capped(request)
    address = request.client.host if request.client else ""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            given = Credentials.model_validate_json(await request.body())
        except ValueError as error:
            raise Invalid("Send email and password as JSON strings.") from error
        return Posted(given, by_form=False, address=address)
    sent = await request.form(max_files=0, max_fields=8)
    texts = {key: value for key, value in sent.items() if isinstance(value, str)}
    try:
        given = Credentials.model_validate(texts)
    except ValueError as error:
        raise Invalid("That is too long.") from error
    return Posted(given, by_form=True, address=address)


Sent = Annotated[Posted, Depends(_posted)]


def _is_secure() -> bool:
    return get_settings().web_url.startswith("https:")


def _with_session(response: Response, token: str) -> Response:
    response.set_cookie(
        COOKIE,
        token,
        max_age=LIFETIME_S,
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_secure(),
    )
    response.delete_cookie(forms.COOKIE, path="/")
    return response


def _refused(page: str, posted: Posted, error: PmflowError) -> Response:
    """Send a form back with its words, a program a problem document."""
    if not posted.by_form:
        return from_error(error)
    given = posted.given
    field = next((name for name in ("email", "name") if name in error.code), "password")
    query = f"?next={quote(given.next)}" if forms.local_path(given.next) != "/" else ""
    response = RedirectResponse(f"/{page}{query}", status_code=303)
    refused = forms.RefusedForm(page, field, str(error), given.email, given.name)
    response.set_cookie(
        forms.COOKIE,
        forms.pack(refused),
        max_age=forms.KEPT_S,
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_secure(),
    )
    return response


def _sign_up(session: Session, given: Credentials) -> str:
    user = accounts.sign_up(session, given.email, given.password, given.name)
    return accounts.open_session(session, user).token


async def _sign_in(posted: Posted) -> str:
    given = posted.given
    started = await call_in_steps(accounts.sign_in, given.email, given.password, posted.address)
    return started.token


def _welcome(posted: Posted, token: str) -> Response:
    response: Response = JSONResponse({"status": "signed_in"})
    if posted.by_form:
        response = RedirectResponse(forms.local_path(posted.given.next), status_code=303)
    return _with_session(response, token)


@router.post("/login", response_model=None, dependencies=ANYONE)
async def login(posted: Sent) -> Response:
    """Sign in: a form is sent on to `next`, a program gets the cookie and 200."""
    try:
        return _welcome(posted, await _sign_in(posted))
    except PmflowError as error:
        return _refused("login", posted, error)


@router.post("/signup", response_model=None, dependencies=ANYONE)
async def signup(posted: Sent) -> Response:
    """Make an account and sign it in."""
    given = posted.given
    try:
        token = await call_outside(_sign_up, given)
        return _welcome(posted, token)
    except PmflowError as error:
        return _refused("signup", posted, error)


@router.post("/logout", response_model=None, dependencies=ANYONE)
async def logout(request: Request) -> Response:
    """End the session and go to the sign-in page."""
    token = session_token(request.headers.get("cookie", ""))
    if token:
        await call_outside(accounts.sign_out, token)
    response = RedirectResponse("/login", status_code=303)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=_is_secure())
    return response


@router.get("/me")
async def me(viewer: Annotated[Viewer, Depends(Allow(Access.SIGNED_IN))]) -> Me:
    """Return the signed-in person."""
    return Me(
        id=str(viewer.user_id),
        email=viewer.email,
        name=viewer.name,
        is_operator=viewer.is_operator,
    )
