"""JSON Lines: one object per line, one signal per object."""

import json
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from pmflow_core.signals.parsing.columns import (
    Columns,
    choose_columns,
    row_to_signal,
    seen,
)
from pmflow_core.signals.parsing.opening import Line, read_lines
from pmflow_core.signals.parsing.records import (
    ParsedSignal,
    ParseOptions,
    Preview,
    Rejected,
)
from pmflow_core.signals.parsing.refusals import UnsupportedFile
from pmflow_core.signals.parsing.sniff import Source

_SAMPLE_LINES = 100


def parse_jsonl(source: Source, options: ParseOptions) -> Iterator[ParsedSignal | Rejected]:
    """The signals of a JSONL file in order, and the lines that hold none.

    Raises:
        UnsupportedFile: it is one JSON document, not one object per line.
        UnknownColumn: the text or reference key that was asked for is in no object of the sample.
        NoTextColumn: no key of the sample holds prose.
    """
    lines = read_lines(source.path, gzipped=source.gzipped, encoding=source.encoding)
    sample = list(islice(lines, _SAMPLE_LINES))
    _refuse_one_document(sample)
    rows = _objects(sample)
    if not rows:
        return (_to_signal(line, None) for line in chain(sample, lines) if not _is_empty(line))
    columns = choose_columns(_names(rows), rows, options)
    return (_to_signal(line, columns) for line in chain(sample, lines) if not _is_empty(line))


def preview_jsonl(source: Source, options: ParseOptions) -> Preview:
    """The keys and first objects of a JSONL file.

    Raises:
        UnsupportedFile: it is one JSON document, not one object per line.
        UnknownColumn: a key that was asked for is in no object of the sample.
    """
    lines = read_lines(source.path, gzipped=source.gzipped, encoding=source.encoding)
    sample = list(islice(lines, _SAMPLE_LINES))
    lines.close()
    _refuse_one_document(sample)
    rows = _objects(sample)
    return seen("jsonl", _names(rows), rows, options)


def _refuse_one_document(sample: Sequence[Line]) -> None:
    first = next((line for line in sample if not _is_empty(line)), None)
    if first is not None and (first.text or "").strip("\ufeff \t") in {"[", "{"}:
        raise UnsupportedFile(
            "The file is one JSON document; save it as JSONL, one object on each line"
        )


def _is_empty(line: Line) -> bool:
    return line.text is not None and not line.text.strip("\ufeff \t\r")


def _objects(sample: Sequence[Line]) -> list[dict[str, str]]:
    return [_texts(row) for line in sample if isinstance(row := _read(line), dict)]


def _names(rows: Sequence[dict[str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(rows)))


def _to_signal(line: Line, columns: Columns | None) -> ParsedSignal | Rejected:
    row = _read(line)
    if isinstance(row, str):
        return Rejected(line.number, row)
    if columns is None:
        return Rejected(line.number, "no text key")
    if not isinstance(row.get(columns.text), str):
        return Rejected(line.number, f"the object has no text in the key {columns.text[:100]!r}")
    return row_to_signal(line.number, _texts(row), columns)


def _read(line: Line) -> dict[str, object] | str:
    """The object of a line, or why there is none."""
    if line.text is None:
        return "the line is too long"
    try:
        value: object = json.loads(line.text.lstrip("\ufeff"), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        return f"the line is not valid JSON ({error.msg}, column {error.colno})"
    except (ValueError, RecursionError):
        return "the line is not valid JSON (a number or nesting beyond bounds)"
    if not isinstance(value, dict):
        return f"the line holds {_kind(value)}, not an object"
    return {str(name): item for name, item in value.items() if item is not None}


def _texts(row: dict[str, object]) -> dict[str, str]:
    return {name: _as_text(value) for name, value in row.items()}


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _kind(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    return "a text" if isinstance(value, str) else "a number or constant"
