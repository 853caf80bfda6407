"""A socket as anybody can open it: frames of Socket.IO over a WebSocket, written by hand."""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

NAMESPACE = "/_event"
PATIENCE_S = 60.0
# The first character of a frame is Engine.IO's (4 is a message), the second Socket.IO's.
OPEN, PING, PONG, ENTER, EVENT = "0", "2", "3", f"40{NAMESPACE},", f"42{NAMESPACE},"


@dataclass
class Line:
    """An open socket, and every frame that came over it."""

    socket: ClientConnection
    frames: list[str] = field(default_factory=list)

    def send(self, name: str, payload: Mapping[str, Any], path: str = "/", **more: Any) -> None:
        """Send an event as a page at `path` would; `more` goes into what it says of its route."""
        router = {"pathname": path, "asPath": path, "query": {}, **more}
        event = {"name": name, "payload": payload, "router_data": router}
        self.write(f"{EVENT}{json.dumps(['event', event])}")

    def write(self, frame: str) -> None:
        """Send a frame as it is."""
        self.socket.send(frame)

    def read_until(self, mark: str) -> str:
        """Return the first frame that holds `mark`; raises TimeoutError when none comes."""
        while True:
            frame = str(self.socket.recv(PATIENCE_S))
            if frame == PING:
                self.socket.send(PONG)
                continue
            self.frames.append(frame)
            if mark in frame:
                return frame


def address(port: int, token: str) -> str:
    """Return where a tab of that id opens its socket."""
    return f"ws://127.0.0.1:{port}{NAMESPACE}/?EIO=4&transport=websocket&token={quote(token)}"


@contextmanager
def line(
    port: int, token: str, *, cookie: str = "", origin: str | None = None, boot: Any = None
) -> Generator[Line]:
    """Open a socket as the tab `token`; `boot` is what the first packet carries."""
    headers = {"cookie": cookie} if cookie else {}
    with connect(
        address(port, token),
        additional_headers=headers,
        origin=origin,
        max_size=None,
        close_timeout=1,
    ) as socket:
        opened = Line(socket)
        opened.read_until("sid")
        opened.write(f"{ENTER}{json.dumps(boot)}" if boot is not None else ENTER)
        opened.read_until(ENTER)
        yield opened


def handshake(port: int, origin: str | None) -> int:
    """Return the status that answers a handshake from a page of `origin`: 101 when it is taken."""
    try:
        with connect(address(port, "tab"), origin=origin):
            return 101
    except InvalidStatus as refusal:
        return refusal.response.status_code
