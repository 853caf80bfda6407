"""Texts that no theme can claim."""

import numpy as np

from pmflow_core.themes.coherence import one_theme, without_strangers
from pmflow_core.themes.vectors import UNTHEMED, unit_rows

RANDOM = np.random.default_rng(5)
DIRECTIONS = unit_rows(np.eye(6, 64))
LABELS = np.repeat(np.arange(6), 20)
VECTORS = unit_rows(DIRECTIONS[LABELS] + 0.1 * RANDOM.normal(size=(120, 64)))


def test_texts_of_one_matter_stay_in_its_theme() -> None:
    assert np.array_equal(without_strangers(VECTORS, LABELS), LABELS)


def test_a_text_like_nothing_leaves_its_theme() -> None:
    vectors = np.vstack([VECTORS, -DIRECTIONS[:1]]).astype(np.float32)

    found = without_strangers(vectors, np.append(LABELS, 0))

    assert found[-1] == -1
    assert np.array_equal(found[:-1], LABELS)


def test_a_theme_of_leftovers_is_dissolved() -> None:
    leftovers = unit_rows(RANDOM.normal(size=(20, 64)))
    vectors = np.vstack([VECTORS + 0.3 * unit_rows(np.ones((1, 64))), leftovers])

    found = without_strangers(unit_rows(vectors), np.append(LABELS, np.full(20, 6)))

    assert np.array_equal(found[:120], LABELS)
    assert (found[120:] == -1).mean() > 0.8


def test_a_single_theme_has_nobody_to_be_compared_with() -> None:
    labels = np.zeros(120, dtype=np.int64)

    assert np.array_equal(without_strangers(VECTORS, labels), labels)
    assert (without_strangers(VECTORS, labels - 1) == -1).all()


def test_texts_that_all_speak_of_one_thing_are_one_theme() -> None:
    random = np.random.default_rng(0)
    middle = random.normal(size=64)
    rows = unit_rows(middle + 0.3 * random.normal(size=(40, 64)))
    stranger = unit_rows(random.normal(size=(1, 64)))

    labels = one_theme(np.vstack([rows, stranger]))

    assert labels.tolist() == [0] * 40 + [UNTHEMED]
