"""What kind of file it is, by its name and its content; what is not read is refused here."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pmflow_core.signals.parsing.mail import begins_with_headers
from pmflow_core.signals.parsing.opening import (
    GZIP_MAGIC,
    check_size,
    expanded_size,
    find_encoding,
    read_head,
)
from pmflow_core.signals.parsing.records import ParseOptions
from pmflow_core.signals.parsing.refusals import DamagedFile, EmptyFile, UnsupportedFile


class FileFormat(StrEnum):
    """The formats that are read."""

    CSV = "csv"
    JSONL = "jsonl"
    TXT = "txt"
    MD = "md"
    VTT = "vtt"
    SRT = "srt"
    SBV = "sbv"
    EML = "eml"
    PDF = "pdf"


ROWS = frozenset({FileFormat.CSV, FileFormat.JSONL})
CAPTIONS = frozenset({FileFormat.VTT, FileFormat.SRT, FileFormat.SBV})


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was looked at and may be read; `encoding` is (name, error handling)."""

    path: Path
    name: str
    format: FileFormat
    gzipped: bool
    encoding: tuple[str, str]


READ = "CSV, JSONL, TXT, MD, VTT, SRT, SBV, EML or PDF"

_BY_EXTENSION = {
    "csv": FileFormat.CSV,
    "tsv": FileFormat.CSV,
    "jsonl": FileFormat.JSONL,
    "ndjson": FileFormat.JSONL,
    "txt": FileFormat.TXT,
    "text": FileFormat.TXT,
    "md": FileFormat.MD,
    "markdown": FileFormat.MD,
    "vtt": FileFormat.VTT,
    "srt": FileFormat.SRT,
    "sbv": FileFormat.SBV,
    "eml": FileFormat.EML,
    "pdf": FileFormat.PDF,
}
_ADVICE = {
    "xlsx": "save the sheet as CSV",
    "xls": "save the sheet as CSV",
    "ods": "save the sheet as CSV",
    "json": "save it as JSONL, one object per line",
    "docx": "save it as PDF or TXT",
    "doc": "save it as PDF or TXT",
    "odt": "save it as PDF or TXT",
    "rtf": "save it as PDF or TXT",
    "html": "save it as TXT or PDF",
    "htm": "save it as TXT or PDF",
    "msg": "save the message as EML or TXT",
    "mbox": "save each message as EML",
    "zip": "unpack it and send the files in it",
    "tar": "unpack it and send the files in it",
    "tgz": "unpack it and send the files in it",
    "7z": "unpack it and send the files in it",
    "rar": "unpack it and send the files in it",
    "bz2": "unpack it or use gzip",
    "xz": "unpack it or use gzip",
    "zst": "unpack it or use gzip",
}
_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive or an office document; save a sheet as CSV, a text as PDF"),
    (GZIP_MAGIC, "an archive inside an archive; unpack it once and send that"),
    (b"7z\xbc\xaf'\x1c", "an archive; unpack it and send the files in it"),
    (b"Rar!\x1a\x07", "an archive; unpack it and send the files in it"),
    (b"BZh", "an archive; unpack it or use gzip"),
    (b"\xfd7zXZ", "an archive; unpack it or use gzip"),
    (b"\x28\xb5\x2f\xfd", "an archive; unpack it or use gzip"),
    (b"\x89PNG", "a picture; send the text of it"),
    (b"\xff\xd8\xff", "a picture; send the text of it"),
    (b"GIF8", "a picture; send the text of it"),
    (b"\xd0\xcf\x11\xe0", "an old office document; save it as CSV or PDF"),
    (b"\x7fELF", "a program; send the text of it"),
    (b"SQLite format 3\x00", "a database; export the table as CSV"),
)
_PDF_WITHIN_BYTES = 1024
_BINARY_SHARE = 0.03
_CUE = re.compile(rb"\d\d:\d\d[.,]\d{3}\s*-->")
_SBV_CUE = re.compile(rb"\d{1,3}:\d\d:\d\d\.\d{3},\d{1,3}:\d\d:\d\d\.\d{3}\s")


def examine(path: Path, options: ParseOptions) -> Source:
    """What the file is, after every check that needs no parsing.

    Raises:
        UnreadableFile: it cannot be opened.
        EmptyFile: it holds nothing.
        FileTooLarge: it has more bytes than `options.max_bytes`.
        ArchiveTooLarge: it grows beyond the bound when unpacked.
        UnsupportedFile: it is of a kind that is not read.
        DamagedFile: it is not what its name says, or cut off.
    """
    check_size(path, options.max_bytes)
    name = Path(options.file_name or path.name).name
    gzipped = read_head(path, gzipped=False).startswith(GZIP_MAGIC)
    if name.casefold().endswith(".gz") and not gzipped:
        raise DamagedFile("The file ends in .gz but is not compressed; take the .gz off its name")
    if gzipped and expanded_size(path, options.max_expanded_bytes) == 0:
        raise EmptyFile("The compressed file holds nothing; choose one that holds feedback")
    head = read_head(path, gzipped=gzipped)
    kind = _decide(name, head)
    if gzipped and kind not in ROWS:
        raise UnsupportedFile("Only CSV and JSONL may be compressed; unpack the file and send that")
    if kind is FileFormat.PDF:
        return Source(path, name, kind, gzipped, ("utf-8", "strict"))
    encoding = find_encoding(path, gzipped=gzipped)
    _refuse_binary(head, encoding)
    return Source(path, name, kind, gzipped, encoding)


def _decide(name: str, head: bytes) -> FileFormat:
    extension = _extension(name)
    is_pdf = b"%PDF-" in head[:_PDF_WITHIN_BYTES]
    if extension and extension not in _BY_EXTENSION:
        advice = _ADVICE.get(extension, f"send {READ}")
        raise UnsupportedFile(f"Files of type .{extension} are not read; {advice}")
    if extension == "pdf" and not is_pdf:
        raise DamagedFile("The file is named .pdf but is no PDF; export it again")
    if is_pdf and (extension == "pdf" or head.startswith(b"%PDF-")):
        return FileFormat.PDF
    for magic, advice in _MAGIC:
        if head.startswith(magic):
            raise UnsupportedFile(f"The file is {advice}")
    kind = _BY_EXTENSION[extension] if extension else _by_content(head)
    return FileFormat.EML if kind is FileFormat.TXT and begins_with_headers(head) else kind


def _extension(name: str) -> str:
    stem = name.casefold().removesuffix(".gz")
    return Path(stem).suffix.removeprefix(".")


def _by_content(head: bytes) -> FileFormat:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"WEBVTT"):
        return FileFormat.VTT
    if _CUE.search(head[:1000]):
        return FileFormat.SRT
    if _SBV_CUE.match(text):
        return FileFormat.SBV
    if text.startswith(b"{"):
        return FileFormat.JSONL
    return FileFormat.TXT


def _refuse_binary(head: bytes, encoding: tuple[str, str]) -> None:
    text = head.decode(encoding[0], errors="replace")
    strange = sum(
        unicodedata.category(character) in {"Cc", "Cn", "Co"} and character not in "\t\n\r\f\x0b\0"
        for character in text
    )
    strange += max(0, text.count("\0") - len(text) // 4)
    if strange > len(text) * _BINARY_SHARE:
        raise UnsupportedFile(f"The file is not text; send {READ}")
    if not text.strip("\0\ufeff \t\r\n\f\x0b"):
        raise EmptyFile("The file holds only white space; choose one that holds feedback")
