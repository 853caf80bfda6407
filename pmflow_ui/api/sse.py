"""Server-sent events on the wire: frames, a response that no reader can hold up, and its seats."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import cast

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pmflow_core.errors import RateLimited
from pmflow_core.logs import get_logger

log = get_logger(__name__)
LAST_WORDS_S = 2.0
HEADERS = {
    "Cache-Control": "no-cache, no-store",
    # Proxies such as nginx would collect events until a buffer is full.
    "X-Accel-Buffering": "no",
    "Connection": "keep-alive",
}


class TooManyStreams(RateLimited):
    """One person or API key reads more streams at once than are kept for them."""

    code = "too_many_streams"
    retry_after_s = 10


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a stream looks, speaks and gives up, in seconds, and how many there may be."""

    heartbeat_s: float = 15.0
    refresh_s: float = 15.0  # looks at the rows although nothing nudged it, and at the rights
    pause_s: float = 0.25  # between two looks, however many nudges there were
    patience_s: float = 30.0  # with a reader that takes nothing
    retry_s: float = 2.0  # after which a browser connects again
    per_caller: int = 8
    in_all: int = 500


@dataclass
class Seats:
    """Who reads how many streams of this process just now."""

    taken: Counter[Hashable] = field(default_factory=Counter[Hashable])

    def take(self, caller: Hashable, pace: Pace) -> None:
        """Count a stream of a caller; raises TooManyStreams."""
        if self.taken[caller] >= pace.per_caller or self.taken.total() >= pace.in_all:
            raise TooManyStreams(
                f"At most {pace.per_caller} streams are open at once. Close one, then try again."
            )
        self.taken[caller] += 1

    def leave(self, caller: Hashable) -> None:
        """Count a stream as over."""
        self.taken[caller] -= 1
        if not self.taken[caller]:
            del self.taken[caller]


def seat(api: Starlette, pace: Pace | None = None) -> None:
    """Give an application its seats, and the pace of its streams."""
    api.state.streams = (pace or Pace(), Seats())


def of(api: Starlette) -> tuple[Pace, Seats]:
    """Return the pace and the seats of an application."""
    return cast("tuple[Pace, Seats]", api.state.streams)


def frame(event: str, data: str, cursor: str | None = None) -> bytes:
    """Return one event as it is sent; `data` is one line, as JSON is."""
    mark = "" if cursor is None else f"id: {cursor}\n"
    return f"{mark}event: {event}\ndata: {data}\n\n".encode()


class EventStream(Response):
    """Sends the frames of a generator; holds one frame at a time, whatever the reader does.

    Nothing is read ahead: a frame is made when the one before it was taken. A reader that takes
    nothing for too long is told to come back, as far as it still listens, and let go.
    """

    media_type = "text/event-stream"

    def __init__(
        self, frames: AsyncGenerator[bytes], seats: Seats, caller: Hashable, pace: Pace
    ) -> None:
        super().__init__(headers=HEADERS)
        # The length of a stream is not known before its end.
        del self.headers["content-length"]
        self._frames = frames
        self._seats = seats
        self._caller = caller
        self._pace = pace

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the frames end, the reader goes, or takes nothing for too long."""
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                await sending
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            self._seats.leave(self._caller)

    async def _send(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        async with aclosing(self._frames) as frames:
            async for each in frames:
                try:
                    async with asyncio.timeout(self._pace.patience_s):
                        await send({"type": "http.response.body", "body": each, "more_body": True})
                except TimeoutError:
                    log.info("stream.slow", caller=str(self._caller))
                    await _part(send, farewell("slow"))
                    return
        await _part(send, b"")


def farewell(reason: str) -> bytes:
    """Return the frame that says that the stream ends here and goes on where it ended."""
    return frame("closed", f'{{"reason": "{reason}", "reconnect": true}}')


async def _part(send: Send, words: bytes) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORDS_S):
            await send({"type": "http.response.body", "body": words, "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
