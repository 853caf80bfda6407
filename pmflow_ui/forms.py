"""What a native form keeps when it is refused: its words go back in a short-lived cookie."""

import json
import re
from dataclasses import asdict, dataclass
from urllib.parse import quote, unquote

COOKIE = "pmflow_form"
KEPT_S = 20
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """A form that was not accepted: which one, why, under which field, and what was typed.

    Never a password. The field `form` is the whole of it, and `said` is good news.
    """

    form: str
    field: str
    error: str
    email: str = ""
    name: str = ""


def pack(refused: RefusedForm) -> str:
    """Return the cookie's value."""
    return quote(json.dumps(asdict(refused)), safe="")


def unpack(cookie_header: str, form: str) -> RefusedForm | None:
    """Return what was refused of that form, when the browser has just been sent back to it."""
    for part in cookie_header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            try:
                refused = RefusedForm(**json.loads(unquote(value)))
            except (ValueError, TypeError):
                return None
            return refused if refused.form == form else None
    return None


def local_path(address: str | None) -> str:
    """Return an address only when it stays on this site, else the front page."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\", "/api/")):
        return "/"
    return address if address.isprintable() else "/"


def is_token(text: str) -> bool:
    """Return whether a text may be part of an address as the token of a link."""
    return _TOKEN.fullmatch(text) is not None
