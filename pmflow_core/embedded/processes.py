"""Find and end server processes by command line, and lock files; standard library only.

The guard imports this module in an interpreter without site-packages, so that it stays small.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

POLL_S = 0.02


@dataclass(frozen=True)
class Target:
    """A server, recognised by its program and its folder: process ids are used again."""

    program: str
    folder: str

    def matches(self, arguments: Sequence[str]) -> bool:
        """Return whether a command line is this server's."""
        return bool(arguments) and (
            Path(arguments[0]).name == self.program and self.folder in arguments[1:]
        )


def command_line(pid: int) -> list[str]:
    """Return the arguments of a process; empty for a zombie or for none."""
    if sys.platform == "linux":
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return []
        return [part.decode(errors="replace") for part in raw.split(b"\0") if part]
    listing = subprocess.run(  # noqa: S603 fixed arguments
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout.split()


def every_pid() -> list[int]:
    """Return all process ids of this machine."""
    if sys.platform == "linux":
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 cheap
    listing = subprocess.run(
        ["/bin/ps", "-axo", "pid="], capture_output=True, text=True, check=False
    )
    return [int(line) for line in listing.stdout.split()]


def find(target: Target) -> int | None:
    """Return the process id of a running server, or None."""
    return next((pid for pid in every_pid() if target.matches(command_line(pid))), None)


def working_in(folder: Path) -> list[int]:
    """Return the processes whose working directory is the folder (Linux; elsewhere none)."""
    found: list[int] = []
    for pid in every_pid() if sys.platform == "linux" else []:
        try:
            if Path(f"/proc/{pid}/cwd").readlink() == folder:
                found.append(pid)
        except OSError:  # gone meanwhile, or another user's
            continue
    return found


def stop(target: Target, steps: Sequence[tuple[int, float]]) -> None:
    """Send each signal in turn, waiting its seconds, until the server is gone."""
    pid = find(target)
    if pid is None:
        return
    for number, patience_s in (*steps, (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if not target.matches(command_line(pid)):
                return
            time.sleep(POLL_S)


def lock(path: Path) -> int:
    """Return a descriptor that holds a lock file exclusively, having waited for it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


@contextmanager
def exclusive(path: Path) -> Generator[None, None, None]:
    """Hold a lock file exclusively, waiting for it; the kernel frees it when we die."""
    descriptor = lock(path)
    try:
        yield
    finally:
        os.close(descriptor)


def shared(path: Path) -> int:
    """Return a descriptor that marks us as a user of the file until it is closed."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def unused(path: Path, how: int = fcntl.LOCK_EX) -> bool:
    """Return whether nobody holds the lock file, or (LOCK_SH) nobody holds it exclusively."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def has_no_users(path: Path) -> bool:
    """Return whether nobody holds the file shared; call with the start lock held.

    The guard takes the lock exclusively for a moment, once, when the last user goes: that is
    nobody's use, and the second look settles it.
    """
    return any(unused(path) or not unused(path, fcntl.LOCK_SH) for _ in range(2))
