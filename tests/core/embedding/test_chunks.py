"""Long texts in pieces."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pmflow_core.embedding.chunks import pack, sentences


def words(text: str) -> int:
    return len(text.split())


def test_sentences_end_at_stops_and_line_breaks() -> None:
    assert sentences("It broke. Why?\nNo idea!  v1.2 was fine") == [
        "It broke.",
        "Why?",
        "No idea!",
        "v1.2 was fine",
    ]


def test_sentences_are_kept_together_while_they_fit() -> None:
    assert pack(["a b", "c d", "e"], words, 4) == ["a b c d", "e"]


def test_a_sentence_that_is_too_long_is_halved_at_words() -> None:
    assert pack(["a b c d e"], words, 3) == ["a b", "c d e"]


@settings(deadline=None)
@given(st.lists(st.text("ab ", min_size=1).filter(str.strip)), st.integers(1, 6))
def test_packing_loses_no_word_and_keeps_the_limit(parts: list[str], limit: int) -> None:
    chunks = pack(parts, words, limit)

    assert " ".join(chunks).split() == " ".join(parts).split()
    assert all(words(chunk) <= limit for chunk in chunks)
