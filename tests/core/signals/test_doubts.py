"""Which columns hardly hold what people said, and which one is taken for it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.signals.parsing import preview
from pmflow_core.signals.parsing.columns import guess_text_column
from pmflow_core.signals.parsing.doubts import Doubt, doubt_about, doubts_of

WORDS = (
    "Search is gone",
    "It crashes 3 times a day",
    "Wo ist die Suche?",
    "アプリが2回落ちる",
    "Great!",
)


def rows(*values: str, name: str = "a") -> list[dict[str, str]]:
    return [{name: value} for value in values]


@pytest.mark.parametrize(
    ("values", "doubt"),
    [
        (("12", "-3.5", "1,200", "40 %", "€ 12.50", "(1.5)"), Doubt.NUMBERS),
        (("+1 555 010-0199", "555 0100"), Doubt.NUMBERS),
        (("2026-11-27", "27/11/2026", "27.11.2026 10:30", "Nov 27, 2026"), Doubt.DATES),
        (("2026-11-27T10:30:00+00:00", "10:30"), Doubt.DATES),
        (("AB-12", "01a21c5d-29cc", "user7@example.com", "https://example.com/a"), Doubt.CODES),
        (("12", "2026-11-27", "13", "So-so"), Doubt.NUMBERS),
        (("Search is gone", "", "", ""), Doubt.EMPTY),
        (("", ""), Doubt.EMPTY),
        (WORDS, None),
        (("12", "Search is gone"), None),
        (("Good", "Bad", "Ugly"), None),
    ],
)
def test_a_column_that_holds_no_words_is_doubted(
    values: tuple[str, ...], doubt: Doubt | None
) -> None:
    assert doubt_about("a", rows(*values)) is doubt


def test_without_rows_nothing_is_doubted() -> None:
    assert doubts_of(("a", "b"), ()) == {}


@given(st.lists(st.sampled_from(WORDS), min_size=1), st.lists(st.integers().map(str)))
def test_words_in_half_of_the_values_are_enough(words: list[str], numbers: list[str]) -> None:
    doubt = doubt_about("a", rows(*words, *numbers))
    assert (doubt is None) == (len(words) >= len(numbers))


def test_a_doubt_says_what_is_there_and_what_to_do() -> None:
    table = [{"stars": str(n), "said": "Search is gone"} for n in range(4)]
    assert doubts_of(("stars", "said"), table) == {
        "stars": "“stars” holds numbers, not words. Choose the column that holds what people said."
    }
    assert "another file" in doubts_of(("stars",), table)["stars"]
    empty = [*rows("No search"), *rows("", "", "")]
    assert "“a” is empty in 3 of the first 4 rows" in doubts_of(("a",), empty)["a"]


def test_a_count_of_comments_is_not_taken_for_comments() -> None:
    table = [{"comments": str(n), "said": "Search is gone since the update"} for n in range(4)]
    assert guess_text_column(("comments", "said"), table) == "said"
    assert guess_text_column(("comments",), table) is None


def test_comments_on_a_few_rows_are_still_the_comments() -> None:
    table = [{"score": str(n), "comment": "Search is gone" if n == 3 else ""} for n in range(9)]
    assert guess_text_column(("score", "comment"), table) == "comment"


def test_of_two_columns_of_prose_the_one_with_more_over_all_rows_is_taken() -> None:
    table = [
        {
            "aside": "A long remark of the desk about one case" if n == 0 else "",
            "said": f"It is {n} gone",
        }
        for n in range(9)
    ]
    assert guess_text_column(("aside", "said"), table) == "said"


def test_a_preview_of_numbers_only_takes_no_column_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text("month,visits\n2026-10-01,120\n2026-11-01,180\n")
    shown = preview(path)
    assert shown.text_column is None
    assert "dates" in shown.doubts["month"]
    assert "numbers" in shown.doubts["visits"]
