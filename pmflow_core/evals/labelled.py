"""Labelled texts read from csv or JSON lines, gzipped or not."""

import csv
import gzip
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO

from pmflow_core.errors import Invalid

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts and what each is about, in the order of the file."""

    texts: list[str]
    labels: list[str]


def read_labelled(path: Path, text: str, label: str, exclude: Collection[str] = ()) -> Labelled:
    """Return the rows whose label is not excluded; rows without text are left out.

    Raises:
        Invalid: no such file, not csv or JSON lines, or a row lacks a column.
    """
    read = Labelled([], [])
    for number, row in enumerate(read_rows(path), start=1):
        missing = [column for column in (text, label) if row.get(column) is None]
        if missing:
            raise Invalid(f"Row {number} of {path.name} has no column {missing[0]!r}.")
        if str(row[label]) not in exclude and str(row[text]).strip():
            read.texts.append(str(row[text]))
            read.labels.append(str(row[label]))
    return read


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a csv or JSON lines file, gzipped or not; raises Invalid."""
    kind = path.name.removesuffix(".gz").rpartition(".")[2].lower()
    if kind not in {"csv", "jsonl"}:
        raise Invalid(f"{path.name} is neither .csv nor .jsonl, with or without .gz.")
    if not path.is_file():
        raise Invalid(f"There is no file {path}.")
    try:
        with _opened(path) as lines:
            yield from csv.DictReader(lines) if kind == "csv" else _json_lines(path, lines)
    except (UnicodeDecodeError, OSError, EOFError, csv.Error) as error:
        raise Invalid(f"{path.name} cannot be read: {error}.") from error


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return TextIOWrapper(gzip.open(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _json_lines(path: Path, lines: IO[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise Invalid(f"Line {number} of {path.name} is not JSON.") from error
        if not isinstance(row, dict):
            raise Invalid(f"Line {number} of {path.name} is not a JSON object.")
        yield row
