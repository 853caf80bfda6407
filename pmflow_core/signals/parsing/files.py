"""One way in for every file of feedback: look at it, refuse it or give its signals."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pmflow_core.signals.parsing.csv_rows import parse_csv, preview_csv
from pmflow_core.signals.parsing.documents import read_document
from pmflow_core.signals.parsing.jsonl import parse_jsonl, preview_jsonl
from pmflow_core.signals.parsing.opening import count_lines
from pmflow_core.signals.parsing.records import (
    PREVIEW_ROWS,
    ParsedSignal,
    ParseOptions,
    Preview,
    Rejected,
)
from pmflow_core.signals.parsing.sniff import ROWS, FileFormat, Source, examine

_DEFAULTS = ParseOptions()


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds: `total` is the number of its parts, of rows only about.

    `original` is the text that offsets count in, and `name` what that is called; rows have none.
    """

    format: FileFormat
    total: int
    parts: Iterator[ParsedSignal | Rejected]
    original: str | None = None
    name: str | None = None


def read_content(path: Path, options: ParseOptions = _DEFAULTS) -> Content:
    """Everything in a file; raises as `parse_file`, before the first part."""
    source = examine(path, options)
    if source.format in ROWS:
        lines = count_lines(source.path, gzipped=source.gzipped)
        return Content(source.format, lines, _rows(source, options))
    document = read_document(source, options)
    parts = iter(document.parts)
    return Content(source.format, len(document.parts), parts, document.text, document.name)


def parse_file(path: Path, options: ParseOptions = _DEFAULTS) -> Iterator[ParsedSignal | Rejected]:
    """The signals of a file in order, and each line that gave none with its reason.

    What concerns the whole file is raised by the call, before the first signal. CSV and JSONL
    are read as they are asked for, in constant memory.

    Raises:
        TooLarge: FileTooLarge, ArchiveTooLarge.
        Invalid: EmptyFile, UnreadableFile, UnsupportedFile, DamagedFile, EncryptedPdf,
            PdfWithoutText, UnknownColumn, NoTextColumn.
    """
    return read_content(path, options).parts


def _rows(source: Source, options: ParseOptions) -> Iterator[ParsedSignal | Rejected]:
    parse = parse_csv if source.format is FileFormat.CSV else parse_jsonl
    return parse(source, options)


def preview(path: Path, options: ParseOptions = _DEFAULTS) -> Preview:
    """The beginning of a file and the columns that would be used.

    Raises:
        TooLarge: as for `parse_file`.
        Invalid: as for `parse_file`, but for a text column that cannot be guessed.
    """
    source = examine(path, options)
    if source.format is FileFormat.CSV:
        return preview_csv(source, options)
    if source.format is FileFormat.JSONL:
        return preview_jsonl(source, options)
    parts = read_document(source, options).parts
    texts = [part.text for part in parts if isinstance(part, ParsedSignal)]
    rows = tuple((text,) for text in texts[:PREVIEW_ROWS])
    return Preview(source.format, ("text",), rows, text_column="text")


def document_text(path: Path, options: ParseOptions = _DEFAULTS) -> str | None:
    """The text of a document that the offsets of its signals count in; None for rows.

    Raises:
        TooLarge: as for `parse_file`.
        Invalid: as for `parse_file`.
    """
    return read_content(path, options).original
