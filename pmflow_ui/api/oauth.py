"""Signing in by an identity provider: the browser is sent there, and comes back with a code."""

from importlib import import_module
from typing import Annotated, Protocol, cast
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from pmflow_core.accounts import identity_providers, oauth
from pmflow_core.accounts import service as accounts
from pmflow_core.accounts.identity_providers import (
    IdentityProvider,
    IdentityRefused,
    Trip,
    provider_named,
)
from pmflow_core.accounts.oauth import Return
from pmflow_core.accounts.schemas import Identity
from pmflow_core.errors import PermissionDenied, PmflowError
from pmflow_core.settings import get_settings
from pmflow_ui import forms
from pmflow_ui.access import Access
from pmflow_ui.api.coming import may_come
from pmflow_ui.api.permission import ANYONE, Allow
from pmflow_ui.api.posted import client_of, is_secure, sent_on, with_session, with_words
from pmflow_ui.call import call_elsewhere, call_outside
from pmflow_ui.viewer import Viewer, session_token

router = APIRouter(prefix="/api/auth", tags=["auth"])
COOKIE = "pmflow_oauth"
PATH = "/api/auth/oauth"
KEPT_S = 600
_CLEARED = (
    "Nobody had shown before that this address is yours, so the password and the sessions that the"
    " account had are removed. Set a password here if you want one."
)


class ForeignStart(PermissionDenied):
    """Connecting an account must begin on the account page, not at a link from elsewhere."""

    code = "foreign_start"


class Wire(Protocol):
    """How to talk to providers of one protocol."""

    def departure(self, provider: IdentityProvider, trip: Trip) -> str:
        """Return where to send the browser."""
        ...

    def identify(self, provider: IdentityProvider, trip: Trip, code: str) -> Identity:
        """Return who came back with `code`."""
        ...


class ProviderRead(BaseModel):
    """An identity provider that this installation is set up for."""

    name: str
    label: str = Field(description="What its button says after “Continue with”.")


class Providers(BaseModel):
    """The identity providers that this installation is set up for."""

    items: list[ProviderRead]


@router.get("/providers", dependencies=ANYONE)
async def providers() -> Providers:
    """Return by which identity providers people may sign in."""
    found = identity_providers.configured(get_settings()).values()
    return Providers(items=[ProviderRead(name=each.name, label=each.label) for each in found])


@router.get("/oauth/{provider}", response_model=None, include_in_schema=False, dependencies=ANYONE)
async def set_out(
    provider: str, next_page: Annotated[str, Query(alias="next", max_length=2000)] = ""
) -> Response:
    """Send a browser to a provider to sign in; it then goes on to `next`, a page of this site."""
    try:
        return await _send(provider, forms.local_path(next_page), None)
    except PmflowError as error:
        return _say("login", error)


@router.get("/oauth/{provider}/connect", response_model=None, include_in_schema=False)
async def connect(
    request: Request,
    provider: str,
    viewer: Annotated[Viewer, Depends(Allow(Access.SIGNED_IN))],
) -> Response:
    """Send a browser to a provider to add a way in to the account of who is signed in."""
    try:
        _require_own_page(request)
        return await _send(provider, "/account", viewer)
    except PmflowError as error:
        return _say("account", error)


@router.get(
    "/oauth/{provider}/callback", response_model=None, include_in_schema=False, dependencies=ANYONE
)
async def come_back(
    request: Request,
    provider: str,
    code: Annotated[str, Query(max_length=4000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
    iss: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """Take a browser back from a provider and sign it in, or say why not."""
    page = "login"
    secret = request.cookies.get(COOKIE, "")
    try:
        found = provider_named(get_settings(), provider)
        way = await call_outside(oauth.come_back, found, state, secret)
        page = "login" if way.session_id is None else "account"
        identity = await _ask(found, _trip(found, state, secret), code, iss)
        return _forget(await _arrive(request, found, identity, way))
    except PmflowError as error:
        return _forget(_say(page, error))


async def _send(name: str, next_page: str, viewer: Viewer | None) -> Response:
    provider = provider_named(get_settings(), name)
    session_id = None if viewer is None else viewer.session_id
    left = await call_outside(oauth.set_out, provider, next_page, session_id)
    trip = _trip(provider, left.state, left.secret)
    url = await call_elsewhere(_wire(provider).departure, provider, trip)
    response = RedirectResponse(url, status_code=303)
    response.set_cookie(
        COOKIE,
        left.secret,
        max_age=KEPT_S,
        path=PATH,
        httponly=True,
        # Not strict: the browser comes back from another site.
        samesite="lax",
        secure=is_secure(),
    )
    return response


async def _ask(provider: IdentityProvider, trip: Trip, code: str, iss: str) -> Identity:
    # RFC 9207 §2.4: an answer that names another issuer was meant for another provider.
    if iss and iss.rstrip("/") != provider.url.rstrip("/"):
        raise IdentityRefused("That answer comes from another provider. Try again.")
    if not code:
        raise IdentityRefused(f"{provider.label} did not let you in, or you changed your mind.")
    return await call_elsewhere(_wire(provider).identify, provider, trip, code)


async def _arrive(
    request: Request, provider: IdentityProvider, identity: Identity, way: Return
) -> Response:
    before = session_token(request.headers.get("cookie", ""))
    if way.session_id is not None:
        await call_outside(oauth.connect, provider, identity, way.session_id, before)
        said = forms.RefusedForm("account", "said", f"{provider.label} is connected.")
        return with_words(sent_on("/account"), said)
    arrival = await call_outside(
        oauth.sign_in_as,
        provider,
        identity,
        client_of(request),
        may_come=may_come,
    )
    if before:
        await call_outside(accounts.sign_out, before)
    page = "/account" if arrival.was_cleared else forms.local_path(way.next)
    response = with_session(sent_on(page), arrival.session.token)
    if arrival.was_cleared:
        with_words(response, forms.RefusedForm("account", "said", _CLEARED))
    return response


def _trip(provider: IdentityProvider, state: str, secret: str) -> Trip:
    return Trip(state, secret, f"{get_settings().web_url}{PATH}/{provider.name}/callback")


def _wire(provider: IdentityProvider) -> Wire:
    # Loaded when somebody signs in this way: its libraries take 0.15 s of every start otherwise.
    return cast("Wire", import_module(f"pmflow_core.accounts.{provider.protocol.value}"))


def _require_own_page(request: Request) -> None:
    """Refuse a visit that another site begins, which could add its own way in to an account."""
    site = request.headers.get("sec-fetch-site")
    # Browsers leave it out on plain http but for localhost; they name the page that led here.
    from_here = urlsplit(request.headers.get("referer", "")).netloc == request.headers.get("host")
    if site != "same-origin" and (site is not None or not from_here):
        raise ForeignStart("Connect accounts by the button on this page.")


def _say(page: str, error: PmflowError) -> Response:
    return with_words(sent_on(f"/{page}"), forms.RefusedForm(page, "form", str(error)))


def _forget(response: Response) -> Response:
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax", secure=is_secure())
    return response
