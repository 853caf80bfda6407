"""How much and how slowly anybody may send, whoever they are and wherever it goes.

Each route has a narrower limit of its own; this one holds where none was thought of.
"""

import asyncio
from typing import ClassVar

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pmflow_core.errors import Invalid, PmflowError, TooLarge
from pmflow_core.signals.parsing import UPLOAD_MAX_BYTES
from pmflow_ui.api.problems import from_error

MOST_BYTES = UPLOAD_MAX_BYTES + 100_000
"""The largest file that a route takes, with the form around it."""
IDLE_S = 20.0
WHOLE_S = 180.0


class RequestTooLarge(TooLarge):
    """The body is longer than any route takes."""

    code = "request_too_large"


class RequestTooSlow(PmflowError):
    """The body came so slowly that the connection was given to somebody else."""

    code = "request_too_slow"
    http_status: ClassVar[int] = 408


class AddressMalformed(Invalid):
    """The address holds a NUL, which no text that is kept can hold."""

    code = "address_malformed"


class Limits:
    """Stops reading a body that is too long or too slow, before anything is kept of it."""

    def __init__(
        self,
        app: ASGIApp,
        most: int = MOST_BYTES,
        idle_s: float = IDLE_S,
        whole_s: float = WHOLE_S,
    ) -> None:
        self._app = app
        self._most = most
        self._idle_s = idle_s
        self._whole_s = whole_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; sockets have limits of their own."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def sending(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        body = _Body(receive, self._most, self._idle_s, self._whole_s)
        try:
            _refuse_nul(scope)
            body.refuse_announced(Headers(scope=scope).get("content-length", ""))
            await self._app(scope, body.receive, sending)
        except (AddressMalformed, RequestTooLarge, RequestTooSlow) as error:
            if began:
                raise
            await _last_word(error, scope, receive, send)


def _refuse_nul(scope: Scope) -> None:
    if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
        raise AddressMalformed("An address must not hold a NUL character.")


class _Body:
    """The rest of one request's body, and how much and how long there was of it."""

    def __init__(self, receive: Receive, most: int, idle_s: float, whole_s: float) -> None:
        self._receive = receive
        self._most = most
        self._idle_s = idle_s
        self._until = asyncio.get_running_loop().time() + whole_s
        self._received = 0
        self._ended = False

    def refuse_announced(self, length: str) -> None:
        """Raise RequestTooLarge when the sender already says that it is too long."""
        if length.isascii() and length.isdigit() and int(length[:20]) > self._most:
            raise self._too_large()

    async def receive(self) -> Message:
        """Return the next part; raises RequestTooLarge and RequestTooSlow."""
        if self._ended:
            return await self._receive()
        left = self._until - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(0.0, min(self._idle_s, left))):
                message = await self._receive()
        except TimeoutError as error:
            raise RequestTooSlow("The request came too slowly. Send it again.") from error
        self._received += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        if self._received > self._most:
            raise self._too_large()
        return message

    def _too_large(self) -> RequestTooLarge:
        return RequestTooLarge(f"A request has at most {self._most:,} bytes.")


async def _last_word(error: PmflowError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer and hang up: what is still to come of the body would be read as a request."""
    answer = from_error(error)
    answer.headers["Connection"] = "close"
    await answer(scope, receive, send)
