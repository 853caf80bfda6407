"""One way in for every file of feedback: look at it, refuse it or give its signals."""

from collections.abc import Iterator
from pathlib import Path

from pmflow_core.signals.parsing.csv_rows import parse_csv, preview_csv
from pmflow_core.signals.parsing.documents import read_document
from pmflow_core.signals.parsing.jsonl import parse_jsonl, preview_jsonl
from pmflow_core.signals.parsing.records import (
    PREVIEW_ROWS,
    ParsedSignal,
    ParseOptions,
    Preview,
    Rejected,
)
from pmflow_core.signals.parsing.sniff import ROWS, FileFormat, examine

_DEFAULTS = ParseOptions()


def parse_file(path: Path, options: ParseOptions = _DEFAULTS) -> Iterator[ParsedSignal | Rejected]:
    """The signals of a file in order, and each line that gave none with its reason.

    What concerns the whole file is raised by the call, before the first signal. CSV and JSONL
    are read as they are asked for, in constant memory.

    Raises:
        TooLarge: FileTooLarge, ArchiveTooLarge.
        Invalid: EmptyFile, UnreadableFile, UnsupportedFile, DamagedFile, EncryptedPdf,
            PdfWithoutText, UnknownColumn, NoTextColumn.
    """
    source = examine(path, options)
    if source.format is FileFormat.CSV:
        return parse_csv(source, options)
    if source.format is FileFormat.JSONL:
        return parse_jsonl(source, options)
    return iter(read_document(source, options).parts)


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
    source = examine(path, options)
    if source.format in ROWS:
        return None
    return read_document(source, options).text
