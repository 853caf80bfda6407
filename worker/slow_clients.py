"""Connections on which nobody asks anything are closed, so that they cannot be used up."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 15.0


class PatientProtocol(HttpToolsProtocol):
    """HTTP with an end to its patience: a request's headers must be whole within 15 s.

    The server's own time-out begins only after a first answer.
    """

    head_s = HEAD_S
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] as the parent
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Go on reading; the first bytes of a further request begin a new wait."""
        if self._waiting is None and self._is_idle():
            self._wait()
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Wait no longer; from here on the application has the time."""
        self._wait_no_longer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def _is_idle(self) -> bool:
        # The parent types it as always there; it is None before the first request.
        first = self.cycle is None  # pyright: ignore[reportUnnecessaryComparison]
        return first or self.cycle.response_complete

    def _wait(self) -> None:
        self._waiting = asyncio.get_running_loop().call_later(self.head_s, self.transport.abort)

    def _wait_no_longer(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
