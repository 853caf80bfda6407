import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.signals.normalise import (
    MAX_SIGNAL_BYTES,
    clean,
    is_blank,
    is_too_long,
    normalise,
    text_hash,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("a\0b", "a\ufffdb"),
        ("a\ud800b\udfff", "a\ufffdb\ufffd"),
        ("one\r\ntwo\rthree\x85four", "one\ntwo\nthree\nfour"),
        ("  \t padded \n", "padded"),
        ("bell\x07 and\x1b[31m red\tand tab", "bell and[31m red\tand tab"),
        ("cafe\u0301", "café"),
        ("emoji 👩\u200d💻 stays", "emoji 👩\u200d💻 stays"),
        ("", ""),
    ],
)
def test_text_takes_its_one_stored_form(raw: str, kept: str) -> None:
    assert normalise(raw) == kept


@given(ANY_TEXT)
def test_normalised_text_stays_as_it_is_and_can_be_stored(raw: str) -> None:
    text = normalise(raw)

    assert normalise(text) == text
    assert unicodedata.is_normalized("NFC", text)
    assert "\0" not in text
    text.encode()
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text)


@given(ANY_TEXT)
def test_cleaning_keeps_the_outer_white_space_and_no_control(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)
    assert clean(raw).strip() == normalise(raw)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The app  CRASHES", "the app\ncrashes ", True),
        ("STRASSE", "straße", True),
        ("cafe\u0301", "CAFÉ", True),
        ("It works", "It does not work", False),
        ("a b", "ab", False),
    ],
)
def test_only_case_and_white_space_are_no_difference(one: str, other: str, same: bool) -> None:
    assert (text_hash(one) == text_hash(other)) is same


@pytest.mark.parametrize("text", ["", " \n", "\u200b\ufeff", "\ufffd \ufffd", "\u202e"])
def test_text_that_nobody_can_see_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", "?", "👍", "不", "7"])
def test_a_single_visible_character_is_not_blank(text: str) -> None:
    assert not is_blank(text)


def test_the_size_cap_counts_bytes_not_characters() -> None:
    assert not is_too_long("a" * MAX_SIGNAL_BYTES)
    assert is_too_long("a" * (MAX_SIGNAL_BYTES + 1))
    assert is_too_long("ä" * (MAX_SIGNAL_BYTES // 2 + 1))
