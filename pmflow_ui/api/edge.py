"""What every request passes first: its origin, its id, and how often its sender asked before.

The id is the caller's own `X-Request-Id` or a new one. Each response names it, and so does every
log line that is written meanwhile.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from pmflow_core.accounts.addresses import network
from pmflow_core.errors import Invalid, NotFound, PmflowError, RateLimited
from pmflow_core.ids import uuid7
from pmflow_core.settings import Settings, get_settings
from pmflow_ui.api.problems import REQUEST_ID, from_error
from pmflow_ui.api.rates import Counter, Limit

HEADER = "X-Request-Id"
_LIMITED = "/api/"
# Their senders prove themselves by a signature or a key, and come in bursts that must not be lost.
_BY_ADDRESS_ONLY = "/api/webhooks/"
_ID = re.compile(r"[A-Za-z0-9._:+/=-]{1,100}")


@dataclass(frozen=True, slots=True)
class Terms:
    """How the edge is set up: proxies that are trusted, requests a minute, and who counts."""

    hops: int = 0
    per_key: int = 1
    per_address: int = 1
    redis_url: str | None = None

    @staticmethod
    def of(settings: Settings) -> "Terms":
        """Return the terms that an operator set."""
        url = settings.redis_url
        return Terms(
            settings.trusted_proxy_hops,
            settings.api_rate_per_key,
            settings.api_rate_per_address,
            None if url is None else url.get_secret_value(),
        )


class Edge:
    """The layer around the API that knows callers by address and key, requests by their id."""

    def __init__(
        self, app: ASGIApp, terms: Callable[[], Terms] = lambda: Terms.of(get_settings())
    ) -> None:
        self._app = app
        self._ask = terms
        self._terms: Terms | None = None
        self._counter = Counter(None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it with 429."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        terms = self._known_terms()
        headers = Headers(scope=scope)
        address = client_address(headers.getlist("x-forwarded-for"), scope, terms.hops)
        scope["client"] = (address, 0)
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        request_id = scope[REQUEST_ID] = _request_id(headers.get(HEADER, ""))
        with bound_contextvars(request_id=request_id):
            await self._serve(scope, receive, send, limits(scope, headers, terms))

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, counted: list[Limit]
    ) -> None:
        said: dict[str, str] = {HEADER: scope[REQUEST_ID]}
        standing = await self._counter.take(counted) if counted else None
        if standing is not None:
            said |= standing.headers()

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(said)
            await send(message)

        refusal = _refusal(scope)
        if standing is not None and not standing.admitted:
            wait = said["Retry-After"]
            refusal = TooManyRequests(f"That is too many requests; send the next one in {wait} s.")
        answer = self._app if refusal is None else from_error(refusal)
        await answer(scope, receive, with_headers)

    def _known_terms(self) -> Terms:
        if self._terms is None:
            self._terms = self._ask()
            self._counter = Counter(self._terms.redis_url)
        return self._terms


class TooManyRequests(RateLimited):
    """More requests than the installation admits for one key or address in a minute."""

    code = "too_many_requests"


def _refusal(scope: Scope) -> PmflowError | None:
    """Return why an address cannot be one: PostgreSQL takes no NUL, and nothing is named so."""
    if not scope["path"].startswith(_LIMITED):
        return None
    if "\0" in scope["path"]:
        return NotFound("There is nothing of that name.")
    query: bytes = scope["query_string"]
    return Invalid("A parameter holds a NUL character; leave it out.") if b"%00" in query else None


def limits(scope: Mapping[str, object], headers: Headers, terms: Terms) -> list[Limit]:
    """Return what a request is charged to; nothing outside of the API."""
    path = str(scope["path"])
    if not path.startswith(_LIMITED):
        return []
    address = network(str(scope["client"][0]))  # pyright: ignore[reportIndexIssue] set by the edge
    found = [Limit(f"address:{address}", terms.per_address)]
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and not path.startswith(_BY_ADDRESS_ONLY):
        # Whether the key is one is asked later; its text is kept nowhere.
        digest = sha256(key.strip().encode()).hexdigest()[:32]
        found.append(Limit(f"key:{digest}", terms.per_key))
    return found


def client_address(forwarded: Iterable[str], scope: Scope, hops: int) -> str:
    """Return the address a request comes from, as the outermost of `hops` trusted proxies saw it.

    Each proxy appends whom it was asked by to `X-Forwarded-For`; what stands left of the trusted
    ones anybody may have written.
    """
    peer = scope.get("client")
    direct = str(peer[0]) if peer else ""
    named = [part.strip() for line in forwarded for part in line.split(",") if part.strip()]
    if hops < 1 or not named:
        return direct
    return _as_address(named[-min(hops, len(named))]) or direct


def _as_address(text: str) -> str:
    """Return an address without its port, or nothing when it is none."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ip_address(bare))
    except ValueError:
        return ""


def _request_id(given: str) -> str:
    return given if _ID.fullmatch(given) else uuid7().hex
