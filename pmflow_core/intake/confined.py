"""Reading a file from outside in a process of its own, which a hostile one can only end.

The process is started anew for each file, not forked: it has none of our memory, connections,
threads or settings, and may take no more memory and time than its file deserves.
"""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import pmflow_core
from pmflow_core.errors import Invalid, PmflowError
from pmflow_core.signals.parsing import refusals
from pmflow_core.signals.parsing.records import ParsedSignal, ParseOptions, Preview, Rejected

MEMORY_BYTES = 700_000_000
MEMORY_TIMES_SIZE = 20
CPU_S = 60
BYTES_PER_CPU_S = 1_000_000
SILENCE_S = 120.0
"""Longer than the time a process may compute: it then waits for something, and is ended."""

_PROGRAM = "pmflow_core.signals.parsing.child"
_REFUSALS: Mapping[str, type[PmflowError]] = {
    kind.code: kind
    for kind in vars(refusals).values()
    if isinstance(kind, type) and issubclass(kind, PmflowError)
}


class FileBeyondLimits(Invalid):
    """Reading the file took more time or memory than one file is given, or broke the reader."""

    code = "file_beyond_limits"


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take."""

    memory_bytes: int
    cpu_s: int
    silence_s: float = SILENCE_S

    @staticmethod
    def of(path: Path) -> "Limits":
        """Return what a file of that size deserves."""
        with suppress(OSError, ValueError):
            size = path.stat().st_size
            memory = MEMORY_BYTES + MEMORY_TIMES_SIZE * size
            return Limits(memory, CPU_S + size // BYTES_PER_CPU_S)
        return Limits(MEMORY_BYTES, CPU_S)


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds; its parts come as they are read. The fields are those of the parser's."""

    format: str
    total: int
    original: str | None
    name: str | None
    parts: Iterator[ParsedSignal | Rejected]


@contextmanager
def read_confined(
    path: Path, options: ParseOptions, limits: Limits | None = None
) -> Generator[Content]:
    """Yield what a file holds, read by a process that ends with the block.

    Raises:
        TooLarge: the file, or what it unpacks to, is too large.
        Invalid: it is empty, damaged, of an unknown kind, or has no text column; or reading it
            went beyond all limits (FileBeyondLimits), which may come as late as its last part.
    """
    with _asked(path, options, limits, preview=False) as answers:
        head = _next(answers)["head"]
        yield Content(**head, parts=_parts(answers))


def preview_confined(path: Path, options: ParseOptions, limits: Limits | None = None) -> Preview:
    """Return the beginning of a file and the columns that would be used; raises as above."""
    with _asked(path, options, limits, preview=True) as answers:
        seen = _next(answers)["preview"]
    return Preview(
        seen["format"],
        tuple(seen["columns"]),
        tuple(tuple(row) for row in seen["rows"]),
        seen["text_column"],
        seen["ref_column"],
        seen["attributes"],
        seen["doubts"],
    )


@contextmanager
def _asked(
    path: Path, options: ParseOptions, limits: Limits | None, *, preview: bool
) -> Generator[Iterator[dict[str, Any]]]:
    limits = limits or Limits.of(path)
    request = {
        "path": str(path.absolute()),
        "options": {**asdict(options), "columns": dict(options.columns)},
        "preview": preview,
        "memory_bytes": limits.memory_bytes,
        "cpu_s": limits.cpu_s,
    }
    process = subprocess.Popen(  # noqa: S603 our own program, our own words
        [sys.executable, "-P", "-m", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd="/",
        start_new_session=True,
    )
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the process has pipes")
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(request).encode())
            process.stdin.close()
        yield _answers(process.stdout, limits.silence_s)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _environment() -> dict[str, str]:
    """Return nothing of ours: keys and addresses are in the environment."""
    return {
        "PYTHONPATH": str(Path(pmflow_core.__file__).parents[1]),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": os.defpath,
    }


def _answers(stdout: IO[bytes], silence_s: float) -> Iterator[dict[str, Any]]:
    """Yield each line a process says until it ends, or is silent for too long."""
    with selectors.DefaultSelector() as ready:
        ready.register(stdout, selectors.EVENT_READ)
        begun: list[bytes] = []
        until = time.monotonic() + silence_s
        while ready.select(until - time.monotonic()):
            read = os.read(stdout.fileno(), 1 << 20)
            if not read:
                return
            *lines, rest = read.split(b"\n")
            for line in lines:
                yield json.loads(b"".join([*begun, line]))
                begun = []
            begun.append(rest)
            until = time.monotonic() + silence_s


def _next(answers: Iterator[dict[str, Any]]) -> dict[str, Any]:
    ended: dict[str, Any] = {"beyond": True}
    said = next(answers, ended)
    if "refused" in said:
        raise _REFUSALS.get(said["refused"], Invalid)(said["why"])
    if "beyond" in said:
        raise FileBeyondLimits(
            "Reading the file took more time or memory than one file is given, or it is built to"
            " do harm; split it, or save what it says as TXT or CSV"
        )
    return said


def _parts(answers: Iterator[dict[str, Any]]) -> Iterator[ParsedSignal | Rejected]:
    while "end" not in (said := _next(answers)):
        for part in said["parts"]:
            yield _part(part)


def _part(said: dict[str, Any]) -> ParsedSignal | Rejected:
    if "reason" in said:
        return Rejected(**said)
    if "created_at" in said:
        said["created_at"] = datetime.fromisoformat(said["created_at"])
    said["tags"] = tuple(said.get("tags", ()))
    return ParsedSignal(**said)
