"""The API on a real socket, and somebody who listens to its stream and comes back when cut off."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx2
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from pmflow_ui import watch
from pmflow_ui.api.app import make_api
from pmflow_ui.api.sse import Pace, of, seat
from pmflow_ui.watch import Hub
from tests.ui.api_world import Headers
from tests.ui.test_watch import Sockets
from worker.web import Server

PATIENCE_S = 20.0


@dataclass(frozen=True)
class Told:
    """One event as it came over the wire."""

    name: str
    data: dict[str, object]
    id: str


@dataclass
class Served:
    """The API on a port of its own, and a hub whose nudges a test sends."""

    pace: Pace
    hub: Hub = field(default_factory=lambda: Hub(Sockets().deliver))
    port: int = 0

    def __post_init__(self) -> None:
        self.api = make_api()
        seat(self.api, self.pace)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        config = uvicorn.Config(
            self._app,
            interface="asgi3",
            port=self.port,
            log_level="error",
            timeout_graceful_shutdown=3,
        )
        self.server = Server(config)
        self.thread = threading.Thread(target=self.server.run)
        self.loop: asyncio.AbstractEventLoop | None = None

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.loop = asyncio.get_running_loop()
        await self.api(scope, receive, send)

    def start(self) -> None:
        """Begin to serve, and return when somebody can connect."""
        watch.use(self.hub)
        self.thread.start()
        until(lambda: self.server.started)

    def stop(self) -> float:
        """Stop as a signal would; return how long that took."""
        began = time.monotonic()
        self.server.should_exit = True
        self.thread.join(timeout=PATIENCE_S)
        assert not self.thread.is_alive()
        return time.monotonic() - began

    def nudge(self, topic: str) -> None:
        """Say what the listener to Redis would say."""
        assert self.loop is not None
        self.loop.call_soon_threadsafe(self.hub.publish, topic)

    @property
    def readers(self) -> int:
        """Return how many streams are open."""
        return of(self.api)[1].taken.total()

    @property
    def url(self) -> str:
        """Return where the stream is."""
        return f"http://127.0.0.1:{self.port}/api/jobs/stream"


def until(true: Callable[[], bool]) -> None:
    """Return when it is true, or fail."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


@dataclass
class Line:
    """A connection to the stream; `told` yields its events."""

    response: httpx2.Response
    comments: list[str] = field(default_factory=list)

    def told(self) -> Iterator[Told]:
        """Yield the events as they come."""
        fields: dict[str, str] = {}
        for line in self.response.iter_lines():
            if line.startswith(":"):
                self.comments.append(line)
            elif line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                data = json.loads(fields["data"])
                yield Told(fields["event"], data, fields.get("id", ""))
                fields = {}


@dataclass
class Ear:
    """Somebody who listens, and comes back with the last id when cut off."""

    served: Served
    headers: Headers
    query: dict[str, str]
    last: str = ""
    heard: list[Told] = field(default_factory=list)

    def listen(self, stop: Callable[[Told], bool] = lambda _told: False) -> int:
        """Listen until `stop` or the end, and return the status."""
        again = {"last-event-id": self.last} if self.last else {}
        with (
            httpx2.Client(timeout=PATIENCE_S) as client,
            client.stream(
                "GET", self.served.url, params=self.query, headers=self.headers | again
            ) as response,
        ):
            for told in Line(response).told() if response.status_code == 200 else ():
                self.heard.append(told)
                self.last = told.id or self.last
                if stop(told):
                    break
        return response.status_code

    def lines(self) -> list[object]:
        """Return the numbers of the log lines that were heard."""
        return [told.data["seq"] for told in self.heard if told.name == "log"]


@pytest.fixture
def serve() -> Iterator[Callable[[Pace], Served]]:
    """Serve at a pace; stopped at the end."""
    running: list[Served] = []

    def start(pace: Pace) -> Served:
        served = Served(pace)
        running.append(served)
        served.start()
        return served

    yield start
    for served in running:
        served.stop()


Serve = Callable[[Pace], Served]
