import gzip
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmflow_core.errors import Invalid, PmflowError, TooLarge
from pmflow_core.signals.normalise import normalise
from pmflow_core.signals.parsing import (
    CLI_MAX_BYTES,
    ParsedSignal,
    ParseOptions,
    parse_file,
    preview,
)
from pmflow_core.signals.parsing.refusals import EmptyFile, UnreadableFile, UnsupportedFile
from tests.core.signals.files import parsed, read


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("f.csv", b"", "The file is empty; choose one that holds feedback"),
        ("f.csv", b" \n\n\t", "only white space"),
        ("f.csv.gz", gzip.compress(b"", mtime=0), "holds nothing"),
        ("f.xlsx", b"PK\x03\x04", r"\.xlsx are not read; save the sheet as CSV"),
        ("f.csv", b"PK\x03\x04 renamed", "a ZIP archive or an office document"),
        ("f.csv", b"\x89PNG\r\n\x1a\n" + bytes(200), "a picture"),
        ("f.txt", bytes(range(256)) * 8, "not text; send CSV"),
        ("f.json", b"{}", "save it as JSONL"),
        ("f.docx", b"PK", "save it as PDF or TXT"),
        ("f.weird", b"text", "send CSV, JSONL, TXT, MD, VTT, SRT, SBV, EML or PDF"),
        ("f.pdf", b"no pdf at all", "is no PDF; export it again"),
        ("f.tar.gz", gzip.compress(b"x", mtime=0), "unpack it"),
    ],
)
def test_a_file_that_is_no_feedback_is_refused_with_advice(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        parsed(tmp_path / name, content)


def test_a_file_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UnreadableFile):
            parse_file(path)


def test_a_file_of_200_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.touch()
    os.truncate(path, 200_000_000)

    with pytest.raises(TooLarge, match="200 MB and at most 100 MB"):
        parse_file(path, ParseOptions(max_bytes=CLI_MAX_BYTES))


def test_an_upload_may_have_10_mb_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_bytes(b"x" * 10_000_001)

    with pytest.raises(TooLarge, match="at most 10 MB"):
        preview(path)


@pytest.mark.parametrize(
    ("content", "given"),
    [
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nhello", ["4: hello"]),
        (b"1\n00:00:01,000 --> 00:00:02,000\nhello", ["3: hello"]),
        (b'{"text": "hello"}', ["1: hello"]),
        (b"hello", ["1: hello"]),
    ],
)
def test_a_file_without_extension_is_known_by_its_content(
    tmp_path: Path, content: bytes, given: list[str]
) -> None:
    assert read(tmp_path / "upload", content) == given


def test_a_byte_order_mark_inside_the_text_is_no_encoding(tmp_path: Path) -> None:
    assert read(tmp_path / "f.txt", b"hello\n\xfe\xff") == ["1: hello", "2: þÿ"]


def test_the_senders_name_counts_and_not_the_temporary_one(tmp_path: Path) -> None:
    options = ParseOptions(file_name="../up/notes.md")

    (signal,) = parsed(tmp_path / "tmp123.csv", "# Head\n\nhello", options)

    assert isinstance(signal, ParsedSignal)
    assert str(signal.source_ref).startswith("notes.md@")


def test_every_refusal_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile) as caught:
        parsed(tmp_path / "f.csv", b"")
    assert caught.value.code == "file_empty"
    with pytest.raises(UnsupportedFile) as refused:
        parsed(tmp_path / "f.exe", b"MZ")
    assert refused.value.http_status == 422


NAMES = st.sampled_from(
    ["f.csv", "f.tsv", "f.jsonl", "f.txt", "f.md", "f.vtt", "f.srt", "f.pdf", "f", "f.csv.gz"]
)
SCRAPS = st.sampled_from(
    [b'"', b",", b";", b"\n", b"\r", b"id,text\n", b"{", b'{"text": "a"}\n', b"\0", b"\xff\xfe",
     b"\xed\xa0\x80", b"\xef\xbb\xbf", b"%PDF-1.4", b"WEBVTT\n\n", b"00:01.000 --> 00:02.000\n",
     b"\x1f\x8b", b"a word", b"- ", b"# x\n", b"\xc3", b"trailer<</Root 1 0 R>>", b"\xe2\x80\xae"]
)  # fmt: skip


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(NAMES, st.binary(max_size=300) | st.lists(SCRAPS, max_size=30).map(b"".join), st.booleans())
def test_arbitrary_bytes_give_signals_or_an_expected_error(
    tmp_path: Path, name: str, content: bytes, packed: bool
) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(content, mtime=0) if packed else content)
    try:
        preview(path)
        parts = list(parse_file(path))
    except PmflowError:
        return

    for part in parts:
        if isinstance(part, ParsedSignal):
            assert part.text == normalise(part.text) != ""
            assert all(value == normalise(value) for value in part.fields.values())
        else:
            assert part.reason
    lines = [part.line for part in parts]
    assert lines == sorted(lines)
    assert all(line >= 1 for line in lines)
