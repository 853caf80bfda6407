"""A loopback HTTP server that answers as it is told, byte by byte; both vendors' fakes use it."""

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, ClassVar


@dataclass(frozen=True)
class Reply:
    """What the server does with one request.

    `chunks` are sent one by one with `pause_s` before each. An `aborted` reply resets the
    connection after them; any other just closes it, as a proxy does that gives up.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    chunks: Sequence[bytes] = ()
    pause_s: float = 0.0
    wait_s: float = 0.0
    aborted: bool = False


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]


Think = Callable[[Received], Reply]


class _Server(ThreadingHTTPServer):
    request_queue_size = 256  # a burst of callers is not refused
    daemon_threads = True


class VendorServer:
    """Gives its replies in order, the last one again and again, and keeps what it received.

    With `think` each reply is made for its request instead.
    """

    def __init__(self, replies: Sequence[Reply], think: Think | None = None) -> None:
        self._replies = list(replies)
        self._think = think
        self.received: list[Received] = []
        self._http = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def answer(self, received: Received) -> Reply:
        """Note a request and return what is to be done with it."""
        self.received.append(received)
        if self._think is not None:
            return self._think(received)
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    def start(self) -> None:
        """Serve in a thread until `stop`."""
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Serve no more."""
        self._http.shutdown()
        self._http.server_close()

    def __enter__(self) -> "VendorServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextlib.contextmanager
def serving(*replies: Reply) -> Iterator[VendorServer]:
    """Serve these replies for the length of a block."""
    with VendorServer(replies) as server:
        yield server


def failing(status: int, body: object, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a reply with an error status and a JSON body."""
    return Reply(status, headers or {}, [json.dumps(body).encode()])


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    for chunk in reply.chunks:
        time.sleep(reply.pause_s)
        handler.wfile.write(chunk)
        handler.wfile.flush()
    if reply.aborted:
        # An immediate reset instead of an orderly end.
        linger = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        handler.connection.close()


def _handler(server: VendorServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        vendor: ClassVar[VendorServer] = server

        def do_GET(self) -> None:
            self._answer(b"{}")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["content-length"])))

        def _answer(self, body: bytes) -> None:
            reply = self.vendor.answer(
                Received(self.path, dict(self.headers.items()), json.loads(body))
            )
            time.sleep(reply.wait_s)
            self.send_response(reply.status)
            kind = "text/event-stream" if reply.status == 200 else "application/json"
            self.send_header("content-type", kind)
            self.send_header("connection", "close")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                _send(self, reply)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    return Handler
