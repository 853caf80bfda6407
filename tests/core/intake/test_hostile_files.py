"""Files that were built to do harm: each is refused in words, or read; none harms the reader."""

import gzip
import io
import os
import random
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pmflow_core.errors import Invalid, PmflowError, TooLarge
from pmflow_core.intake.confined import (
    FileBeyondLimits,
    Limits,
    preview_confined,
    read_confined,
)
from pmflow_core.signals.parsing import ParsedSignal, ParseOptions, Rejected

MEGABYTE = 1_000_000
GENEROUS = Limits(700 * MEGABYTE, 60)


def read(path: Path, limits: Limits = GENEROUS) -> list[ParsedSignal | Rejected]:
    with read_confined(path, ParseOptions(), limits) as content:
        return list(content.parts)


def bomb() -> bytes:
    """A gzip file of a few kilobytes that would grow to two hundred megabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(b"text\n" + b"x" * 200 * MEGABYTE) + packer.flush()


def zipped(name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return written.getvalue()


def pdf_that_names_itself() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>\nendobj\n"
        b"trailer << /Root 1 0 R >>\n%%EOF"
    )


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "zip bomb": ("a.csv.gz", bomb),
    "archive in an archive": ("a.csv.gz", lambda: gzip.compress(gzip.compress(b"text\nhello\n"))),
    "zip": ("a.zip", lambda: zipped("a.csv", b"text\nhello\n")),
    "zip that says it is a table": ("a.csv", lambda: zipped("a.csv", b"text\nhello\n")),
    "office document": ("a.xlsx", lambda: zipped("xl/workbook.xml", b"<x/>")),
    "cut archive": ("a.csv.gz", lambda: gzip.compress(os.urandom(5_000))[:-9]),
    "program": ("a.csv", lambda: b"\x7fELF" + bytes(range(256)) * 30),
    "noise": ("a.txt", lambda: random.Random(1).randbytes(60_000)),  # noqa: S311 the same each time
    "noise that says it is a PDF": ("a.pdf", lambda: b"%PDF-1.7\n" + os.urandom(50_000)),
    "PDF that is its own page": ("a.pdf", pdf_that_names_itself),
    "nothing": ("a.csv", lambda: b""),
    "only NUL": ("a.txt", lambda: b"\x00" * 10_000),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_in_words(tmp_path: Path, kind: str) -> None:
    name, make = HOSTILE[kind]
    path = tmp_path / name
    path.write_bytes(make())
    with pytest.raises((Invalid, TooLarge)) as refusal:
        read(path)
    assert len(str(refusal.value)) > 20
    with pytest.raises((Invalid, TooLarge)):
        preview_confined(path, ParseOptions(), GENEROUS)


STRANGE: dict[str, tuple[str, bytes]] = {
    "NUL, surrogates and bidi": ("a.jsonl", b'{"text": "a\\u0000b \\ud800 \\u202ec"}\n'),
    "a broken character": ("a.txt", b"It crashes \xff\xfe all the time, says the customer\n"),
    "wide characters": ("a.csv", "text\nIt crashes 👍\n".encode("utf-16")),
    "an old code page": ("a.csv", "text\nDas ist schön für uns, aber müde\n".encode("cp1252")),
    "numbers without end": ("a.jsonl", b'{"text": "It crashes", "n": ' + b"9" * 9_000 + b"}\n"),
    "nesting without end": (
        "a.jsonl",
        b'{"text": "It crashes"}\n{"text": ' + b"[" * 200_000 + b"}\n",
    ),
    "a quote that never ends": ("a.csv", b"text,x\nIt crashes,1\n" + b'"open\n' * 2_000),
    "a heading without end": ("a.md", b"It crashes\n\n" + b"#" * 500_000 + b"\n"),
    "comments that never end": ("a.md", b"It crashes\n\n" + b"<!--" * 100_000),
    "tags that never end": ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nIt " + b"<" * 300_000),
    "a mail of parts without end": (
        "a.eml",
        b"From: a@example.com\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 300
        + b"--b\n\nIt crashes\n",
    ),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_strange_file_is_read_as_far_as_it_goes_or_refused(tmp_path: Path, kind: str) -> None:
    name, content = STRANGE[kind]
    path = tmp_path / name
    path.write_bytes(content)
    try:
        parts = read(path)
    except FileBeyondLimits:
        raise
    except PmflowError:
        return
    texts = [part.text for part in parts if isinstance(part, ParsedSignal)]
    assert parts
    assert not [
        text for text in texts if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text)
    ]


def test_a_file_that_takes_too_much_memory_or_time_ends_its_reader_only(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"It crashes, and nobody knows why.\n\n" * 250_000)
    for tight in (
        Limits(150 * MEGABYTE, 60),
        Limits(700 * MEGABYTE, 1),
        Limits(700 * MEGABYTE, 60, 0.01),
    ):
        with pytest.raises(FileBeyondLimits, match="split it"):
            read(path, tight)


def test_ten_megabytes_are_read_within_their_limits(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    row = b"It crashes, and nobody knows why, " * 3
    path.write_bytes(b"text\n" + b"".join(b'"%d %s"\n' % (n, row) for n in range(80_000)))
    assert 8 * MEGABYTE < path.stat().st_size < 10 * MEGABYTE
    with read_confined(path, ParseOptions()) as content:
        assert content.total == 80_001
        assert sum(isinstance(part, ParsedSignal) for part in content.parts) == 80_000


def test_a_reader_that_is_left_early_does_not_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\n" + "It crashes\n" * 50_000)
    with read_confined(path, ParseOptions()) as content:
        assert next(content.parts)
    assert not any("parsing.child" in line for line in _children())


def _children() -> list[str]:
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if not listed.exists():
        return []
    pids = listed.read_text().split()
    return [Path(f"/proc/{pid}/cmdline").read_text(errors="replace") for pid in pids]


@pytest.mark.parametrize(
    "harm",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.socket().bind(('127.0.0.1', 0))",
        "import subprocess; subprocess.Popen(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "import os; os.kill(os.getppid(), 15)",
        "import os; os.remove('{file}')",
        "import os; os.rename('{file}', '{file}.x')",
        "open('{file}', 'w')",
        "open('{file}', 'r+b')",
        "import os; os.open('{file}', os.O_WRONLY)",
        "import ctypes; ctypes.CDLL(None)",
    ],
)
def test_a_reader_cannot_reach_the_network_start_programs_or_write(
    tmp_path: Path, harm: str
) -> None:
    file = tmp_path / "kept"
    file.write_text("kept")
    program = (
        "from pmflow_core.signals.parsing.child import Forbidden, confine\n"
        "confine(700_000_000, 20)\n"
        f"try:\n    {harm.format(file=file)}\n"
        "except Forbidden:\n    print('forbidden')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout == "forbidden\n", done.stderr
    assert file.read_text() == "kept"
