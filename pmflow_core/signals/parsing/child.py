"""The program that reads one file, apart from everything a hostile file could harm.

It gets a request as JSON on stdin and answers in lines of JSON on stdout: the head, batches of
parts, an end; or why the file is refused. It limits itself before it looks at the file, and from
then on no code in it can open a connection, start a program or write a file.
"""

import json
import os
import resource
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from pmflow_core.errors import PmflowError
from pmflow_core.signals.parsing.files import Content, preview, read_content
from pmflow_core.signals.parsing.records import ParsedSignal, ParseOptions, Rejected

BATCH = 200
BATCH_CHARS = 500_000
_FORBIDDEN = ("socket.", "subprocess.", "ctypes.", "shutil.", "pty.", "webbrowser.", "os.")
_ALLOWED = frozenset({"os.listdir", "os.scandir", "os.putenv", "os.unsetenv"})
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Forbidden(Exception):
    """The reader of a file tried to do something that reading needs not."""


def main() -> None:
    """Answer the one request on stdin."""
    request: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    confine(request["memory_bytes"], request["cpu_s"])
    options = ParseOptions(**request["options"])
    path = Path(request["path"])
    try:
        if request["preview"]:
            _say({"preview": asdict(preview(path, options))})
            return
        _tell(read_content(path, options))
    except PmflowError as refusal:
        _say({"refused": type(refusal).code, "why": str(refusal)})
    except (MemoryError, RecursionError):
        _say({"beyond": True})


def confine(memory_bytes: int, cpu_s: int) -> None:
    """Give this process no more than that, for good; what a system cannot limit it does not."""
    limits = (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, most in limits:
        # macOS takes no limit of memory
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN) and event not in _ALLOWED:
        raise Forbidden(event)
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES:
        raise Forbidden(event)


def _tell(content: Content) -> None:
    head = {"format": content.format, "total": content.total, "original": content.original}
    _say({"head": {**head, "name": content.name}})
    for batch in _batches(content.parts):
        _say({"parts": batch})
    _say({"end": True})


def _batches(parts: Iterable[ParsedSignal | Rejected]) -> Iterator[list[dict[str, Any]]]:
    waiting = iter(parts)
    while batch := _next_batch(waiting):
        yield batch


def _next_batch(parts: Iterator[ParsedSignal | Rejected]) -> list[dict[str, Any]]:
    batch: list[dict[str, Any]] = []
    chars = 0
    for part in islice(parts, BATCH):
        batch.append(_as_json(part))
        chars += len(part.text) if isinstance(part, ParsedSignal) else 0
        if chars > BATCH_CHARS:
            break
    return batch


def _as_json(part: ParsedSignal | Rejected) -> dict[str, Any]:
    said = {name: value for name, value in asdict(part).items() if value is not None}
    said.pop("fields", None)
    if "created_at" in said:
        said["created_at"] = said["created_at"].isoformat()
    return said


def _say(words: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
