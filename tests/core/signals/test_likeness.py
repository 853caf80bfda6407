"""How alike texts are by their words: pure."""

from datetime import UTC, datetime
from uuid import UUID

import numpy as np

from pmflow_core.embedding.base import DIMENSIONS
from pmflow_core.signals.candidates import Candidate, Comparable, rank
from pmflow_core.signals.likeness import (
    Rarity,
    bag_of,
    marked,
    matching_words,
    rarest_words,
    same_numbers,
    same_words,
)
from pmflow_core.signals.thresholds import BY_MODEL, MINILM, thresholds_for

LIMITS = BY_MODEL[MINILM].duplicates
OFTEN = ["The export fails", "The export is slow", "The export fails again", "Login fails"]


def comparable(number: int, text: str, angle: float = 0.0) -> Comparable:
    """Return a text whose cosine to one of angle 0 is that of its angle."""
    vector = np.zeros(DIMENSIONS, dtype=np.float32)
    vector[:2] = np.cos(angle), np.sin(angle)
    received = datetime(2026, 5, number, tzinfo=UTC)
    return Comparable(UUID(int=number), number, received, text, bag_of(text), vector)


def ranked(query: str, *others: tuple[str, float]) -> list[Candidate]:
    pool = [comparable(place, *other) for place, other in enumerate(others, start=2)]
    rarity = Rarity.of(bag_of(text) for text in [*OFTEN, query])
    return rank(comparable(1, query), pool, rarity, LIMITS, most=10)


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    rarity = Rarity.of(map(bag_of, OFTEN))
    assert rarity.weight("timeout") > rarity.weight("login") > rarity.weight("export")
    assert rarest_words("The export fails with E4711", rarity, 1) == ["e4711"]


def test_the_first_line_of_several_says_what_the_rest_is_about() -> None:
    assert bag_of("Export fails\nsince Monday, export")["export"] > bag_of("Export")["export"]
    assert bag_of("Export fails")["export"] == 1


def test_a_near_meaning_is_a_candidate_whatever_the_words() -> None:
    close, far = np.arccos(0.85), np.arccos(0.30)
    found = ranked("Export fails", ("Saving a file breaks", close), ("Where is my card", far))
    assert [(each.other.number, each.is_candidate) for each in found] == [(2, True), (3, False)]
    assert found[0].is_worth_asking


def test_a_neighbour_by_words_is_a_candidate_below_the_threshold_of_meaning() -> None:
    apart = np.arccos(0.60)
    [found] = ranked("Error E4711 in export", ("Error E4711 in export of files", apart))
    assert found.cosine < LIMITS.suggest
    assert found.is_candidate
    assert found.words[0] == "E4711"


def test_near_identical_texts_have_the_same_words_and_the_same_numbers() -> None:
    [same] = ranked("It costs 5 euros", ("5 euros it costs", 0.1))
    [other] = ranked("It costs 5 euros", ("It costs 7 euros", 0.1))
    assert (same.is_near_identical, other.is_near_identical) == (True, False)
    assert same_words("Crashes on start", "crash on START!")
    assert not same_numbers("Since 2.1", "Since 2.2")


def test_matching_words_are_written_as_the_text_has_them_and_marked_in_it() -> None:
    rarity = Rarity.of(map(bag_of, OFTEN))
    words = matching_words("The Exports failed today", "Today my export fails", rarity)
    assert sorted(words) == ["Exports", "failed", "today"]
    pieces = marked("Export, please", ["exports"])
    assert pieces == [("Export", True), (", please", False)]
    assert "".join(text for text, _ in pieces) == "Export, please"


def test_a_model_that_nobody_measured_has_thresholds_too() -> None:
    assert thresholds_for("another-model") == BY_MODEL[MINILM]
    assert 0.40 < thresholds_for(MINILM).routing.middle < 0.55
