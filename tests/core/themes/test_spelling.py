"""How a workspace spells its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.themes.spelling import as_heading, slips, usual_case, written_most


@pytest.mark.parametrize(
    ("slip", "word"),
    [("aap", "app"), ("whatsap", "whatsapp"), ("palylist", "playlist")],
)
def test_a_rare_word_that_differs_by_a_slip_is_the_common_one(slip: str, word: str) -> None:
    assert slips({slip: 2, word: 20}) == {slip: word}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("card", "care"),
        ("song", "sing"),
        ("was", "saw"),
        ("ad", "add"),
        ("file", "fill"),
        ("dairy", "daily"),
    ],
)
def test_words_of_their_own_stay_apart(one: str, other: str) -> None:
    assert slips({one: 1, other: 500}) == {}


def test_two_words_in_common_use_stay_apart() -> None:
    assert slips({"lose": 20, "loose": 3}) == {}


@given(st.dictionaries(st.text("abp", min_size=1, max_size=6), st.integers(1, 500)))
def test_a_slip_is_of_a_word_that_is_no_slip_of_the_same_kind(counted: dict[str, int]) -> None:
    for slip, word in slips(counted).items():
        assert counted[slip] * 10 <= counted[word]


def test_a_capital_that_begins_a_sentence_says_nothing() -> None:
    texts = ["Search is gone. Search is back", "the search", "I use eBay daily", "eBay is slow"]

    case = usual_case(texts)

    assert case["search"] == "search"
    assert case["ebay"] == "eBay"


def test_shouted_texts_say_nothing_of_case() -> None:
    assert usual_case(["WHERE IS MY BUTTON", "where is my button"])["button"] == "button"


def test_the_most_frequent_wording_is_shown() -> None:
    written = {"Fix the bug": 2, "fix the bug": 1, "fix a bug": 2}

    assert written_most(written, {"fix": "fix"}) == "fix the bug"


def test_of_two_cases_as_frequent_the_usual_one_is_shown() -> None:
    written = {"play my Music": 1, "play my music": 1}

    assert written_most(written, {"music": "music"}) == "play my music"


def test_a_name_of_several_capitals_keeps_them() -> None:
    assert written_most({"American Express": 3}, {"american": "american"}) == "American Express"


@pytest.mark.parametrize(
    ("phrase", "heading"),
    [("search bar", "Search bar"), ("eBay app", "eBay app"), ("'search' bar", "'Search' bar")],
)
def test_a_heading_begins_with_a_capital_unless_its_word_has_its_own(
    phrase: str, heading: str
) -> None:
    assert as_heading(phrase) == heading
