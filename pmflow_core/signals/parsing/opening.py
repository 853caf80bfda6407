"""Opening a file from outside: bounded in size, unpacked with a bound, in the right encoding."""

import codecs
import gzip
import io
import zlib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from charset_normalizer import from_bytes

from pmflow_core.signals.parsing.refusals import (
    ArchiveTooLarge,
    DamagedFile,
    EmptyFile,
    FileTooLarge,
    UnreadableFile,
)

GZIP_MAGIC = b"\x1f\x8b"
HEAD_BYTES = 65_536
MAX_LINE_CHARS = 4_000_000

_CHUNK_BYTES = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end; `text` is None if it is longer than any line may be."""

    number: int
    text: str | None


def check_size(path: Path, max_bytes: int) -> None:
    """Refuse a file by what the file system says of it, before a byte is read.

    Raises:
        UnreadableFile: it is not there or is not a file.
        EmptyFile: it has no bytes.
        FileTooLarge: it has more than `max_bytes`.
    """
    try:
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"{path.name} cannot be opened; check the path") from error
    if not path.is_file():
        raise UnreadableFile(f"{path.name} is not a file; name one file to import")
    if size == 0:
        raise EmptyFile("The file is empty; choose one that holds feedback")
    if size > max_bytes:
        raise FileTooLarge(
            f"The file has {_megabytes(size)} and at most {_megabytes(max_bytes)} are taken here;"
            " split it or import it with the command line"
        )


def open_bytes(path: Path, *, gzipped: bool) -> BinaryIO:
    """The file's bytes, unpacked if it is a gzip file.

    Raises:
        UnreadableFile: the file may not be read.
    """
    try:
        return cast(BinaryIO, gzip.open(path)) if gzipped else path.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read; check its permissions") from error


def read_head(path: Path, *, gzipped: bool) -> bytes:
    """The first bytes of the content.

    Raises:
        UnreadableFile: the file may not be read.
        DamagedFile: the compressed data is broken.
    """
    with open_bytes(path, gzipped=gzipped) as stream:
        return _read(stream, HEAD_BYTES)


def expanded_size(path: Path, limit: int) -> int:
    """How many bytes a gzip file holds, found without keeping them.

    Raises:
        ArchiveTooLarge: more than `limit`; reading stopped there.
        DamagedFile: the compressed data is broken.
    """
    total = 0
    with open_bytes(path, gzipped=True) as stream:
        while chunk := _read(stream, _CHUNK_BYTES):
            total += len(chunk)
            if total > limit:
                raise ArchiveTooLarge(
                    f"The compressed file grows to more than {_megabytes(limit)};"
                    " split it into smaller files"
                )
    return total


def count_lines(path: Path, *, gzipped: bool) -> int:
    """How many lines a file has; of text with wide characters only about.

    Raises:
        DamagedFile: the compressed data is broken.
    """
    total = 0
    with open_bytes(path, gzipped=gzipped) as stream:
        while chunk := _read(stream, _CHUNK_BYTES):
            total += chunk.count(b"\n")
    return max(total, 1)


def find_encoding(path: Path, *, gzipped: bool) -> tuple[str, str]:
    """The encoding of a text file and the way to treat bytes that do not fit it."""
    head = read_head(path, gzipped=gzipped)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return encoding, "replace"
    if unmarked := _unmarked_utf16(head):
        return unmarked, "replace"
    for errors in ("strict", "surrogatepass"):
        failed_at = _first_misfit(path, gzipped=gzipped, errors=errors)
        if failed_at is None:
            return "utf-8", errors
    return _guess_legacy(path, gzipped=gzipped)


def read_lines(path: Path, *, gzipped: bool, encoding: tuple[str, str]) -> Generator[Line]:
    """The lines of a text file one by one; memory does not grow with the file."""
    with (
        open_bytes(path, gzipped=gzipped) as raw,
        io.TextIOWrapper(raw, encoding=encoding[0], errors=encoding[1], newline=None) as stream,
    ):
        number = 0
        while text := stream.readline(MAX_LINE_CHARS):
            number += 1
            if text.endswith("\n") or len(text) < MAX_LINE_CHARS:
                yield Line(number, text.removesuffix("\n"))
                continue
            _skip_line(stream)
            yield Line(number, None)


def read_text(path: Path, *, encoding: tuple[str, str]) -> str:
    """The whole text of a document."""
    with open_bytes(path, gzipped=False) as stream:
        return stream.read().decode(*encoding)


def _skip_line(stream: io.TextIOWrapper) -> None:
    while rest := stream.readline(MAX_LINE_CHARS):
        if rest.endswith("\n"):
            return


def _read(stream: BinaryIO, size: int) -> bytes:
    try:
        return stream.read(size)
    except (EOFError, OSError, zlib.error) as error:
        raise DamagedFile(
            "The compressed file is cut off or damaged; compress it again and send it whole"
        ) from error


def _unmarked_utf16(head: bytes) -> str | None:
    pairs = len(head) // 2
    if pairs < 2:
        return None
    if head[1::2].count(0) > pairs * 0.4 and head[::2].count(0) < pairs * 0.1:
        return "utf-16-le"
    if head[::2].count(0) > pairs * 0.4 and head[1::2].count(0) < pairs * 0.1:
        return "utf-16-be"
    return None


def _first_misfit(path: Path, *, gzipped: bool, errors: str) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")(errors)
    position = 0
    with open_bytes(path, gzipped=gzipped) as stream:
        while chunk := _read(stream, _CHUNK_BYTES):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return position + error.start
            position += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return position
    return None


def _guess_legacy(path: Path, *, gzipped: bool) -> tuple[str, str]:
    sample, misfits, fits = bytearray(), 0, 0
    with open_bytes(path, gzipped=gzipped) as stream:
        for raw in iter(lambda: stream.readline(HEAD_BYTES), b""):
            if raw.isascii():
                continue
            text = raw.decode(errors="replace")
            misfits += text.count("\ufffd")
            fits += sum(character > "\x7f" for character in text) - text.count("\ufffd")
            sample += raw
            if len(sample) > HEAD_BYTES:
                break
    # UTF-8 with a cut character here and there stays UTF-8
    if fits > 4 * misfits:
        return "utf-8", "replace"
    return _likeliest(bytes(sample)), "replace"


def _likeliest(sample: bytes) -> str:
    matches = from_bytes(sample)
    best = matches.best()
    # a Unicode encoding would have been known by its mark or its zeros
    if best is None or best.encoding.startswith("utf"):
        return "cp1252"
    # short Western texts fit a dozen code pages equally well; Windows' is the one in use
    for match in matches:
        if match.chaos <= best.chaos and "cp1252" in match.could_be_from_charset:
            return "cp1252"
    return best.encoding


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB".replace(".0 MB", " MB")
