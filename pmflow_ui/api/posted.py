"""What the forms of people's accounts share: reading them, refusing them, the cookie."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field
from starlette.types import Message

from pmflow_core.accounts.schemas import Client
from pmflow_core.errors import Invalid, PmflowError
from pmflow_core.settings import get_settings
from pmflow_ui import forms
from pmflow_ui.api.problems import from_error
from pmflow_ui.viewer import COOKIE, session_token

LIFETIME_S = 7 * 24 * 3600
MAX_BODY = 16_384
# Under which field of a form the words of a refusal stand; all others stand above it.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "email_taken": "email",
        "invalid_email": "email",
        "invalid_name": "name",
        "too_many_attempts": "password",
        "weak_password": "password",
        "wrong_credentials": "password",
        "wrong_password": "old_password",
    }
)


class Credentials(BaseModel):
    """What a person types; lengths are bounded, the rules are the service's."""

    email: str = Field("", max_length=320)
    password: str = Field("", max_length=1024)
    old_password: str = Field("", max_length=1024)
    name: str = Field("", max_length=200)
    token: str = Field("", max_length=200)
    next: str = Field("", max_length=2000)


@dataclass(frozen=True, slots=True)
class Posted:
    """Credentials, whether a page's form sent them rather than a program, and who sends them."""

    given: Credentials
    by_form: bool
    client: Client
    session: str


async def _posted(request: Request) -> Posted:
    capped = _capped(request)
    by_form = not request.headers.get("content-type", "").startswith("application/json")
    given = await (_form(capped) if by_form else _json(capped))
    token = session_token(request.headers.get("cookie", ""))
    return Posted(given, by_form, client_of(request), token)


Sent = Annotated[Posted, Depends(_posted)]


def client_of(request: Request) -> Client:
    """Return where a request comes from, and what the browser calls itself."""
    address = request.client.host if request.client else ""
    return Client(address, request.headers.get("user-agent", ""))


def is_secure() -> bool:
    """Return whether cookies may travel over https only."""
    return get_settings().web_url.startswith("https:")


def with_session(response: Response, token: str) -> Response:
    """Have the browser keep a session's token."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=LIFETIME_S,
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(),
    )
    response.delete_cookie(forms.COOKIE, path="/")
    return response


def without_session(response: Response) -> Response:
    """Have the browser forget its session."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=is_secure())
    return response


def sent_on(address: str) -> Response:
    """Return the answer that sends a browser to a page of this site, by GET."""
    return RedirectResponse(address, status_code=303)


def refused(page: str, posted: Posted, error: PmflowError, form: str = "") -> Response:
    """Send a form back to its page with its words, a program a problem document."""
    if not posted.by_form:
        return from_error(error)
    given = posted.given
    query = f"?next={quote(given.next)}" if forms.local_path(given.next) != "/" else ""
    field = FIELDS.get(error.code, "form")
    words = forms.RefusedForm(form or page, field, str(error), given.email, given.name)
    return with_words(sent_on(f"/{page}{query}"), words)


def with_words(response: Response, words: forms.RefusedForm) -> Response:
    """Have the next page say something."""
    response.set_cookie(
        forms.COOKIE,
        forms.pack(words),
        max_age=forms.KEPT_S,
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(),
    )
    return response


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


async def _json(request: Request) -> Credentials:
    try:
        return Credentials.model_validate_json(await request.body())
    except ValueError as error:
        raise Invalid("Send the fields as a JSON object of strings, none too long.") from error


async def _form(request: Request) -> Credentials:
    sent = await request.form(max_files=0, max_fields=8)
    texts = {key: value for key, value in sent.items() if isinstance(value, str)}
    try:
        return Credentials.model_validate(texts)
    except ValueError as error:
        raise Invalid("That is too long.") from error
