"""CSV with any of four separators: one signal per row."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from pmflow_core.signals.parsing.columns import (
    Columns,
    choose_columns,
    row_to_signal,
    seen,
)
from pmflow_core.signals.parsing.dialect import (
    SAMPLE_LINES,
    find_dialect,
    has_header,
    name_columns,
)
from pmflow_core.signals.parsing.opening import Line, read_lines
from pmflow_core.signals.parsing.records import (
    ParsedSignal,
    ParseOptions,
    Preview,
    Rejected,
)
from pmflow_core.signals.parsing.records_csv import Dialect, Record, read_records
from pmflow_core.signals.parsing.refusals import DamagedFile, EmptyFile, UnsupportedFile
from pmflow_core.signals.parsing.sniff import Source

_SEPARATOR_HINT = "sep="


@dataclass(frozen=True, slots=True)
class _Layout:
    dialect: Dialect
    names: tuple[str, ...]
    header_line: int | None
    sample: tuple[dict[str, str], ...]


def parse_csv(source: Source, options: ParseOptions) -> Iterator[ParsedSignal | Rejected]:
    """The signals of a CSV file in order, and the rows that hold none.

    Raises:
        EmptyFile: there is a header and nothing else.
        DamagedFile: no row of the beginning can be read.
        UnsupportedFile: the separator asked for is not one character.
        UnknownColumn: a column that was asked for is not there.
        NoTextColumn: no column holds prose.
    """
    lines = _numbered(source)
    sample = list(islice(lines, SAMPLE_LINES))
    layout = _find_layout(sample, options)
    columns = choose_columns(layout.names, layout.sample, options)
    return _signals(chain(sample, lines), layout, columns)


def preview_csv(source: Source, options: ParseOptions) -> Preview:
    """The columns and first rows of a CSV file.

    Raises:
        EmptyFile: there is a header and nothing else.
        DamagedFile: no row of the beginning can be read.
        UnsupportedFile: the separator asked for is not one character.
        UnknownColumn: a column that was asked for is not there.
    """
    lines = _numbered(source)
    layout = _find_layout(list(islice(lines, SAMPLE_LINES)), options)
    lines.close()
    return seen("csv", layout.names, layout.sample, options)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a CSV file by the names of their columns, each with its line."""

    names: tuple[str, ...]
    rows: Iterator[tuple[int, dict[str, str]] | Rejected]


def read_rows(source: Source, options: ParseOptions) -> Rows:
    """The rows of a CSV file that holds something else than feedback.

    Raises:
        EmptyFile: there is a header and nothing else.
        DamagedFile: no row of the beginning can be read.
    """
    lines = _numbered(source)
    sample = list(islice(lines, SAMPLE_LINES))
    layout = _find_layout(sample, options)
    return Rows(layout.names, _rows(chain(sample, lines), layout))


def _numbered(source: Source) -> Generator[Line]:
    return read_lines(source.path, gzipped=source.gzipped, encoding=source.encoding)


def _signals(
    lines: Iterator[Line], layout: _Layout, columns: Columns
) -> Iterator[ParsedSignal | Rejected]:
    for row in _rows(lines, layout):
        yield row if isinstance(row, Rejected) else row_to_signal(*row, columns)


def _rows(
    lines: Iterator[Line], layout: _Layout
) -> Iterator[tuple[int, dict[str, str]] | Rejected]:
    body = _without_hint(lines)
    for record in read_records(body, layout.dialect, len(layout.names)):
        if isinstance(record, Rejected):
            yield record
        elif record.line != layout.header_line:
            yield record.line, dict(zip(layout.names, record.cells, strict=True))


def _find_layout(sample: list[Line], options: ParseOptions) -> _Layout:
    if options.delimiter is not None and len(options.delimiter) != 1:
        raise UnsupportedFile("The separator must be one character, such as a comma")
    hint = _hinted(sample)
    dialect = find_dialect(list(_without_hint(iter(sample))), options.delimiter or hint)
    read = read_records(_without_hint(iter(sample)), dialect)
    records = [record for record in read if isinstance(record, Record)]
    if not records:
        raise DamagedFile("No row of the file can be read; check its quotes and separators")
    first = records[0]
    header = options.header
    if header is None:
        header = has_header([record.cells for record in records])
    names = name_columns(first.cells, header=header)
    width = len(names)
    rows = list(read_records(_without_hint(iter(sample)), dialect, width))
    fitting = [record for record in rows if isinstance(record, Record)]
    if header:
        fitting = [record for record in fitting if record.line != first.line]
        if len(rows) < 2:
            raise EmptyFile("The file has a header and no rows; choose one that holds feedback")
    return _Layout(
        dialect=dialect,
        names=names,
        header_line=first.line if header else None,
        sample=tuple(dict(zip(names, record.cells, strict=True)) for record in fitting),
    )


def _hinted(sample: list[Line]) -> str | None:
    """The separator that a spreadsheet wrote as "sep=;" into the first line."""
    first = (sample[0].text or "").strip().casefold() if sample else ""
    if first.startswith(_SEPARATOR_HINT) and len(first) == len(_SEPARATOR_HINT) + 1:
        return first[-1]
    return None


def _without_hint(lines: Iterator[Line]) -> Iterator[Line]:
    first = next(lines, None)
    if first is None:
        return iter(())
    return lines if _hinted([first]) else chain([first], lines)
