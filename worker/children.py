"""One child of the supervisor: its session of processes, its output, its next start."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pmflow_core.embedded import processes

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# A child that ran this long has recovered; its next crash begins a new back-off.
STEADY_S = 60.0
LEASH = str(Path(__file__).with_name("leash.py"))
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Command:
    """What a child runs; one that is not `kept` runs once and is not started again."""

    name: str
    arguments: tuple[str, ...]
    kept: bool = True


class Child:
    """A process in a session of its own, started again with back-off when it ends."""

    def __init__(
        self, command: Command, environment: Mapping[str, str], say: Callable[[str, str], None]
    ) -> None:
        self.command = command
        self._environment = dict(environment)
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._start_at = 0.0
        self._crashes = 0

    @property
    def pid(self) -> int | None:
        """Return the process id while it runs."""
        return self._process.pid if self._process is not None else None

    def tend(self, now: float) -> None:
        """Start the child if it is due, and note its end if it has ended."""
        if self._process is None:
            if now >= self._start_at:
                self._spawn(now)
        elif self._process.poll() is not None:
            self._note_end(self._process, now)

    def hold(self) -> None:
        """Start the child only after `release`."""
        self._start_at = float("inf")

    def release(self) -> None:
        """Let a held child start."""
        self._start_at = 0.0

    def ask_to_stop(self) -> None:
        """Send SIGTERM and start it no more."""
        self._start_at = float("inf")
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()

    def has_stopped(self) -> bool:
        """Return whether it has ended, having ended what it left in its session."""
        if self._process is None:
            return True
        if self._process.poll() is None:
            return False
        kill_session(self._process.pid)
        self._process = None
        return True

    def kill(self) -> None:
        """End it and everything it started, at once."""
        if self._process is not None:
            kill_session(self._process.pid)
            self._process.wait()
            self._process = None

    def _spawn(self, now: float) -> None:
        leash = [sys.executable, "-S", LEASH, str(os.getpid())]
        self._process = subprocess.Popen(  # noqa: S603 our own commands
            [*leash, *self.command.arguments],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._started = now
        assert self._process.stdout is not None  # noqa: S101 for the type checker
        threading.Thread(target=self._repeat, args=[self._process.stdout], daemon=True).start()

    def _repeat(self, output: IO[bytes]) -> None:
        with output:
            for line in output:
                self._say(self.command.name, line.decode(errors="replace").rstrip())

    def _note_end(self, process: subprocess.Popen[bytes], now: float) -> None:
        kill_session(process.pid)
        self._process = None
        if not self.command.kept:
            self._start_at = float("inf")
            if process.returncode:
                self._say("pmflow", f"{self.command.name} {how_it_ended(process.returncode)}.")
            return
        if now - self._started >= STEADY_S:
            self._crashes = 0
        pause = pause_s(self._crashes)
        self._crashes += 1
        self._start_at = now + pause
        ended = how_it_ended(process.returncode)
        self._say("pmflow", f"{self.command.name} {ended}; starting it again in {pause:g} s.")


def pause_s(crashes: int) -> float:
    """Return how long to wait after a number of earlier crashes, in seconds."""
    return min(FIRST_PAUSE_S * 2**crashes, LONGEST_PAUSE_S)


def how_it_ended(code: int) -> str:
    """Return the end of a process in words."""
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def kill_session(leader: int) -> None:
    """Kill what a child left behind; RQ's work-horses have a process group of their own."""
    for pid in processes.every_pid():
        with suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == leader:
                os.kill(pid, signal.SIGKILL)


def stop_all(children: Sequence[Child], patience_s: float, hurry: Callable[[], bool]) -> None:
    """Ask all children to stop, wait for them together, then kill those that have not."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + patience_s
    while not all(child.has_stopped() for child in children):
        if time.monotonic() > deadline or hurry():
            break
        time.sleep(0.05)
    for child in children:
        child.kill()
