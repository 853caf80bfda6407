import gzip
import json
from pathlib import Path

import pytest

from pmflow_core.signals.parsing import ParseOptions, preview
from pmflow_core.signals.parsing.refusals import (
    ArchiveTooLarge,
    DamagedFile,
    NoTextColumn,
    UnknownColumn,
    UnsupportedFile,
)
from tests.core.signals.files import parsed, read, signals

BEYOND = "the line is not valid JSON (a number or nesting beyond bounds)"
GOOD = '{"id": 1, "text": "good"}'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1]", "the line holds a list, not an object"),
        ('"x"', "the line holds a text, not an object"),
        ("7", "the line holds a number or constant, not an object"),
        ("{bad", "the line is not valid JSON (Expecting property name enclosed in double quotes,"
                 " column 2)"),
        ('{"id": 2}', "the object has no text in the key 'text'"),
        ('{"text": 5}', "the object has no text in the key 'text'"),
        ('{"text": null}', "the object has no text in the key 'text'"),
        ('{"text": " \\u0000"}', "the text is empty (column text)"),
        ('{"text": "a", "n": NaN}', BEYOND),
        ("[" * 100_000, BEYOND),
        ("x" * 5_000_000, "the line is too long"),
    ],
)  # fmt: skip
def test_a_broken_line_costs_itself_only(tmp_path: Path, line: str, reason: str) -> None:
    content = f"{GOOD}\n{line}\n\n{GOOD}\n"

    assert read(tmp_path / "f.jsonl", content) == ["1: good", f"2! {reason}", "4: good"]


def test_nul_and_lone_surrogates_become_a_mark(tmp_path: Path) -> None:
    line = r'{"text": "a\u0000b \ud800", "k\u0000": "v\udfff", "n": [1, "\u0000"]}'

    (signal,) = signals(tmp_path / "f.jsonl", line)

    assert signal.text == "a\ufffdb \ufffd"
    assert signal.fields == {"k\ufffd": "v\ufffd", "n": '[1, "\\u0000"]'}


def test_a_lone_surrogate_in_the_bytes_becomes_a_mark(tmp_path: Path) -> None:
    content = b'{"text": "schl\xc3\xa4gt fehl \xed\xa0\x80"}'

    assert read(tmp_path / "f.jsonl", content) == ["1: schlägt fehl \ufffd"]


def test_rows_are_never_split(tmp_path: Path) -> None:
    text = "First paragraph.\n\nSecond one.\n" * 500

    (signal,) = signals(tmp_path / "f.jsonl", json.dumps({"body": text, "uuid": "u-1"}))

    assert signal.text == text.strip()
    assert (signal.source_ref, signal.offset) == ("u-1", None)


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    content = gzip.compress(f"{GOOD}\n".encode(), mtime=0)

    assert read(tmp_path / "f.jsonl.gz", content) == ["1: good"]
    assert read(tmp_path / "upload", content, ParseOptions(file_name="f.jsonl.gz")) == ["1: good"]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("f.jsonl.gz", gzip.compress(b"0" * 2_000_000, mtime=0), ArchiveTooLarge),
        ("f.jsonl.gz", gzip.compress(GOOD.encode(), mtime=0)[:-6], DamagedFile),
        ("f.jsonl.gz", gzip.compress(GOOD.encode(), mtime=0)[:-12] + b"x" * 12, DamagedFile),
        ("f.jsonl.gz", GOOD.encode(), DamagedFile),
        (
            "f.jsonl.gz",
            gzip.compress(gzip.compress(GOOD.encode(), mtime=0), mtime=0),
            UnsupportedFile,
        ),
        ("f.txt.gz", gzip.compress(b"some text", mtime=0), UnsupportedFile),
        ("f.jsonl", b'[\n{"text": "a"},\n{"text": "b"}\n]', UnsupportedFile),
        ("f.jsonl", b'{\n"text": "a"\n}', UnsupportedFile),
        ("f.jsonl", b'{"a": 1}\n{"a": 2}', NoTextColumn),
    ],
)
def test_a_file_that_is_no_jsonl_is_refused_whole(
    tmp_path: Path, name: str, content: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        parsed(tmp_path / name, content, ParseOptions(max_bytes=100_000))


def test_a_key_that_no_object_has_is_refused_with_the_keys_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownColumn, match="'body'; the file has id, text"):
        parsed(tmp_path / "f.jsonl", GOOD, ParseOptions(text_column="body"))


def test_a_file_without_one_object_lists_every_line(tmp_path: Path) -> None:
    assert read(tmp_path / "f.jsonl", "nope\n\nno\n") == [
        "1! the line is not valid JSON (Expecting value, column 1)",
        "3! the line is not valid JSON (Expecting value, column 1)",
    ]


def test_a_preview_lists_every_key_of_the_first_objects(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text('{"id": 1, "message": "a"}\n{"message": "b", "os": ["x"]}\n')

    shown = preview(path)

    assert shown.columns == ("id", "message", "os")
    assert shown.rows == (("1", "a", ""), ("", "b", '["x"]'))
    assert (shown.text_column, shown.ref_column) == ("message", "id")
