import itertools
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmflow_core.signals.parsing import ParseOptions, Rejected, parse_file, preview
from pmflow_core.signals.parsing.refusals import (
    EmptyFile,
    NoTextColumn,
    UnknownColumn,
    UnsupportedFile,
)
from tests.core.signals.files import parsed, read, signals

OPEN = "a quote is opened and never closed; the lines after it were read on their own"
SWALLOWS = "a quote is opened and closed only in a later row; those rows were read on their own"
MORE = "more columns than the header: 3, not 2; put text that holds the separator in quotes"


@pytest.mark.parametrize(
    ("rows", "given"),
    [
        ("1,good\n2,fine", ["2: good", "3: fine"]),
        ('1,"a, b"\n2,"say ""hi"""', ["2: a, b", '3: say "hi"']),
        ('1,"two\nlines"\n2,next', ["2: two\nlines", "4: next"]),
        ("1,too,many\n2,fine", [f"2! {MORE}", "3: fine"]),
        ("1\n2,fine", ["2! fewer columns than the header: 1, not 2", "3: fine"]),
        ("1,spare,,\n2,fine", ["2: spare", "3: fine"]),
        ("1,\n2,fine", ["2! the text is empty (column text)", "3: fine"]),
        ("\n\n1,good\n\n2,fine\n", ["4: good", "6: fine"]),
        ('1,"never closed\n2,fine\n3,good', [f"2! {OPEN}", "3: fine", "4: good"]),
        ('1,"stray\n2,"quoted, well"\n3,good', [f"2! {OPEN}", "3: quoted, well", "4: good"]),
        ('1,"stray\n2,size 5"\n3,good', [f"2! {SWALLOWS}", '3: size 5"', "4: good"]),
        (
            '1,"stray\n2,a\n3,b\n4,5\'11"\n5,good',
            [f"2! {SWALLOWS}", "3: a", "4: b", "5: 5'11\"", "6: good"],
        ),
        ('1,"stray\n2,fine\n"\n3,good', [f"2! {SWALLOWS}", "3: fine", f"4! {OPEN}", "5: good"]),
        (
            '1,"Steps:\nfirst, this\nthen, that"\n2,ok',
            ["2: Steps:\nfirst, this\nthen, that", "5: ok"],
        ),
        ('1,"a "quote" inside"\n2,fine', ["2! a quote inside a quoted field is not doubled",
                                          "3: fine"]),
        ('1,5" screen\n2,fine', ['2: 5" screen', "3: fine"]),
        ('1,good\n2,"', ["2: good", f"3! {OPEN}"]),
        ("1,a\0b\n2,fine", ["2: a\ufffdb", "3: fine"]),
    ],
)  # fmt: skip
def test_a_broken_row_costs_itself_only(tmp_path: Path, rows: str, given: list[str]) -> None:
    assert read(tmp_path / "f.csv", f"id,text\n{rows}") == given


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(tmp_path: Path, separator: str) -> None:
    rows = [("ref", "text", "plan"), ("r-1", "a, b; c", "pro"), ("r-2", "fine", "free")]
    lines = (separator.join(f'"{cell}"' for cell in row) for row in rows)

    first, second = signals(tmp_path / "f.csv", "\n".join(lines))

    assert (first.source_ref, first.text, first.segment) == ("r-1", "a, b; c", "pro")
    assert second.text == "fine"


@pytest.mark.parametrize(
    ("content", "given"),
    [
        ("text\nI like it, really\nso, so", ["2: I like it, really", "3: so, so"]),
        ("sep=;\nid;text\n1;a,b", ["3: a,b"]),
        ('id, text, n\n1, "hello, you", 2', ["2: hello, you"]),
        ("\ufeffid,text\n1,a", ["2: a"]),
        ("id,text\r\n1,a\r\n2,b", ["2: a", "3: b"]),
        ("id,text\r1,a\r2,b", ["2: a", "3: b"]),
        ("I love this app so much,5\nIt is bad and slow,1", ["1: I love this app so much",
                                                            "2: It is bad and slow"]),
    ],
)  # fmt: skip
def test_files_as_programs_write_them_are_read(
    tmp_path: Path, content: str, given: list[str]
) -> None:
    assert read(tmp_path / "f.csv", content) == given


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Das ist schön und größer, für alle"),
        ("utf-16", "für alle"),
        ("utf-16-le", "a long enough line"),
        ("utf-8-sig", "naïve"),
        ("cp1251", "Приложение не работает после обновления"),
        ("shift_jis", "アプリが落ちます。毎回ログインできません。"),
    ],
)
def test_other_encodings_are_read_too(tmp_path: Path, encoding: str, text: str) -> None:
    content = f'id,text\n1,"{text}"\n'.encode(encoding)

    assert read(tmp_path / "f.csv", content) == [f"2: {text}"]


def test_one_cut_character_does_not_change_the_encoding(tmp_path: Path) -> None:
    content = "id,text\n1,für größere Pläne\n2,schön".encode() + b"\xc3\n"

    assert read(tmp_path / "f.csv", content) == ["2: für größere Pläne", "3: schön\ufffd"]


def test_known_columns_become_attributes_and_the_rest_is_kept(tmp_path: Path) -> None:
    (signal,) = signals(
        tmp_path / "f.csv",
        "ID,Priority,Review Text,Review Date,Created At,E-Mail,Company,Customer,Stars\n"
        "7,P1,It broke,yesterday,2024-05-01T10:00:00+02:00,Ops@Example.com,Example,The buyer,2\n",
    )

    assert (signal.source_ref, signal.text) == ("7", "It broke")
    assert signal.severity == "high"
    assert signal.created_at == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert signal.customer_email == "ops@example.com"
    assert (signal.customer_company, signal.customer_name) == ("Example", "The buyer")
    assert signal.fields == {"Review Date": "yesterday", "Stars": "2"}


def test_an_attribute_that_means_nothing_to_us_stays_a_field(tmp_path: Path) -> None:
    (signal,) = signals(tmp_path / "f.csv", "text,severity,created_at\nIt broke,ouch,soon\n")

    assert signal.severity is None
    assert signal.created_at is None
    assert signal.fields == {"severity": "ouch", "created_at": "soon"}


def test_the_columns_asked_for_win_over_the_guess(tmp_path: Path) -> None:
    options = ParseOptions(
        text_column="what", ref_column="No", columns={"segment": "who"}, delimiter=","
    )

    (signal,) = signals(tmp_path / "f.csv", "id,text,what,no,who\n1,a,b,9,team\n", options)

    assert (signal.text, signal.source_ref, signal.segment) == ("b", "9", "team")


@pytest.mark.parametrize(
    ("content", "options", "error"),
    [
        ("id,text\n", ParseOptions(), EmptyFile),
        ("a,b\n1,2\n3,4\n", ParseOptions(), NoTextColumn),
        ("id,text\n1,a\n", ParseOptions(text_column="body"), UnknownColumn),
        ("id,text\n1,a\n", ParseOptions(ref_column="key"), UnknownColumn),
        ("id,text\n1,a\n", ParseOptions(delimiter="::"), UnsupportedFile),
    ],
)
def test_a_file_without_a_readable_column_is_refused_at_once(
    tmp_path: Path, content: str, options: ParseOptions, error: type[Exception]
) -> None:
    with pytest.raises(error):
        parsed(tmp_path / "f.csv", content, options)


def test_a_preview_shows_rows_and_the_guessed_mapping(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("key,comment_date,comment,plan\n1,x,It broke,pro\n2,y,Fine,free\n")

    shown = preview(path)

    assert shown.columns == ("key", "comment_date", "comment", "plan")
    assert shown.rows == (("1", "x", "It broke", "pro"), ("2", "y", "Fine", "free"))
    assert (shown.text_column, shown.ref_column) == ("comment", "key")
    assert shown.attributes == {"segment": "plan"}


def test_a_preview_without_a_guess_leaves_the_column_open(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("a,b\n1,2\n3,4\n")

    assert preview(path).text_column is None


def test_a_text_beyond_the_cap_costs_itself_only(tmp_path: Path) -> None:
    long = "x" * 1_000_001

    assert read(tmp_path / "f.csv", f"id,text\n1,{long}\n2,fine\n") == [
        "2! the text is longer than 1 MB",
        "3: fine",
    ]


def test_a_line_without_end_is_not_held_in_memory(tmp_path: Path) -> None:
    line = "x" * 9_000_000

    assert read(tmp_path / "f.csv", f"id,text\n1,{line}\n2,fine\n") == [
        "2! the line is too long",
        "3: fine",
    ]


def test_reading_begins_before_the_file_ends(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("id,text\n" + "".join(f"{n},text number {n}\n" for n in range(50_000)))

    first = list(itertools.islice(parse_file(path), 2))

    assert [part.line for part in first] == [2, 3]


BROKEN = st.sampled_from(
    ['9,"open', '9,"a"b', "9", "9,a,b,c", '"', '9,""x', '"9,"', '9,"x, ""y', "9,", ",,,,"]
)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(BROKEN, max_size=4), st.integers(0, 6))
def test_good_rows_around_broken_ones_survive(
    tmp_path: Path, broken: list[str], place: int
) -> None:
    good = [f'"r-{n}","a good row, number {n}"' for n in range(6)]
    lines = ["id,text", *good[:place], *broken, *good[place:]]

    parts = parsed(tmp_path / "f.csv", "\n".join(lines))

    refs = {part.source_ref for part in parts if not isinstance(part, Rejected)}
    assert refs >= {f"r-{n}" for n in range(6)}
    assert [part.line for part in parts] == sorted({part.line for part in parts})
