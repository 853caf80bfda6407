"""Everything that `pmflow up` runs, under one process: servers, web, workers, scheduler."""

import argparse
import http.client
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.text import Text

from pmflow_core.embedded.servers import ServerUrls, servers
from pmflow_core.errors import PmflowError
from pmflow_core.migrations.run import upgrade
from pmflow_core.settings import Settings, get_settings
from worker.checks import faults
from worker.children import Child, Command, stop_all
from worker.frontend import ensure_frontend

TICK_S = 0.2
# What a worker needs after its drain: to end its child and to leave.
STOP_PATIENCE_S = 4.0
SAY_WAITING_EVERY_S = 15.0
HOLD_S = 20.0
NAME_WIDTH = 9
COLOURS = ("cyan", "green", "magenta", "blue", "yellow")
DEMO = "from pmflow_core.cli import main; main()"


def child_commands(settings: Settings) -> tuple[Command, ...]:
    """Return the commands that run for as long as pmflow is up."""

    def role(name: str, word: str) -> Command:
        return Command(name, (sys.executable, "-m", "worker", word))

    workers = [role(f"worker-{n}", "worker") for n in range(1, settings.workers + 1)]
    return (role("web", "web"), *workers, role("scheduler", "scheduler"))


def child_environment(settings: Settings, urls: ServerUrls) -> dict[str, str]:
    """Return the environment of every child: ours, with the servers and what `up` was told."""
    return {
        **os.environ,
        "DATABASE_URL": urls.database_url,
        "REDIS_URL": urls.redis_url,
        "PMFLOW_DATA_DIR": str(settings.data_dir.absolute()),
        "PMFLOW_HOST": settings.host,
        "PMFLOW_PORT": str(settings.port),
        "PYTHONUNBUFFERED": "1",
    }


class Voice:
    """Prints one line at a time, each with the padded name of who says it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._colours: dict[str, str] = {"pmflow": "bold"}
        self._lock = threading.Lock()

    def __call__(self, name: str, line: str) -> None:
        """Print a line of a process."""
        with self._lock:
            colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
            text = Text(f"{name:<{NAME_WIDTH}} │ ", style=colour)
            text.append_text(Text.from_ansi(line, style="default"))
            self._console.print(text, soft_wrap=True)

    def us(self, line: str) -> None:
        """Print a line of the supervisor itself."""
        self("pmflow", line)


class Stop:
    """Notes SIGINT, SIGTERM and SIGHUP; the second one means at once."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.count = 0

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """Note one signal."""
        self.count += 1
        self.event.set()

    @contextmanager
    def listening(self) -> Generator[None, None, None]:
        """Take the signals, and give them back afterwards."""
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def supervise(
    children: Sequence[Child], stop: Stop, say: Voice, each_tick: Callable[[float], None]
) -> None:
    """Keep the children running until we are told to stop, then stop them in good order."""
    try:
        while not stop.event.is_set():
            now = time.monotonic()
            for child in children:
                child.tend(now)
            each_tick(now)
            stop.event.wait(TICK_S)
        say.us("Stopping; press Ctrl-C again to stop at once.")
    finally:
        stop_all(children, get_settings().drain_s + STOP_PATIENCE_S, lambda: stop.count > 1)


def up(settings: Settings, *, demo: bool) -> int:
    """Run everything until SIGINT or SIGTERM; return the exit code."""
    say = Voice(Console())
    wrong = faults(settings)
    if wrong:
        complaints = Console(stderr=True)
        for line in wrong:
            complaints.print(line, style="red", soft_wrap=True, markup=False, highlight=False)
        return 1
    stop = Stop()
    try:
        with stop.listening():
            _run(settings, stop, say, demo=demo)
    except PmflowError as error:
        Console(stderr=True).print(str(error), style="red", soft_wrap=True, markup=False)
        return 1
    say.us("pmflow has stopped.")
    return 0


def main(arguments: argparse.Namespace) -> int:
    """Start and watch all processes until told to stop."""
    return up(get_settings(), demo=arguments.demo)


def _run(settings: Settings, stop: Stop, say: Voice, *, demo: bool) -> None:
    ensure_frontend(settings, say.us)
    if stop.event.is_set():
        return
    say.us("Starting the servers.")
    with servers(settings) as urls:
        say.us("Bringing the database up to date.")
        upgrade(urls.database_url)
        environment = child_environment(settings, urls)
        children = [Child(command, environment, say) for command in child_commands(settings)]
        if demo:
            load = Command("demo", (sys.executable, "-c", DEMO, "demo", "load"), kept=False)
            children.append(Child(load, environment, say))
        for child in children[1:]:
            child.hold()
        watch = Watch(settings, urls, say, children[1:])
        supervise(children, stop, say, watch)
        say.us("Stopping the servers.")


class Watch:
    """At each tick: says once that pmflow is ready, and starts a crashed server again.

    The held children start when the page can be used, or after a while without it: at start-up
    they would only take the processors from the process that a person waits for.
    """

    def __init__(
        self, settings: Settings, urls: ServerUrls, say: Voice, held: Sequence[Child] = ()
    ) -> None:
        self._settings = settings
        self._urls = urls
        self._say = say
        self._ready = False
        self._held = list(held)
        self._release_at = time.monotonic() + HOLD_S
        self._say_at = time.monotonic() + SAY_WAITING_EVERY_S

    def __call__(self, now: float) -> None:
        """Look once."""
        for server in self._urls.embedded:
            if not server.alive():
                self._say.us(f"{server.target.program} has ended; starting it again.")
                try:
                    server.start_again()
                except PmflowError as error:
                    self._say.us(str(error))
        if not self._ready:
            self._look_whether_ready(now)
        if self._ready or now > self._release_at:
            while self._held:
                self._held.pop().release()

    def _look_whether_ready(self, now: float) -> None:
        if is_ready(self._settings.host, self._settings.port):
            self._ready = True
            self._say.us(f"pmflow is ready at {self._settings.web_url}")
            self._say.us("Open it in a browser and sign up; Ctrl-C stops everything.")
        elif now > self._say_at:
            self._say_at = now + SAY_WAITING_EVERY_S
            self._say.us("Still waiting for the web process to be ready.")


def is_ready(host: str, port: int) -> bool:
    """Return whether the web process says that the page is usable."""
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 compared only
    connection = http.client.HTTPConnection(address, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
