"""New texts put into existing themes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmflow_core.themes.placement import (
    NEAR_ENOUGH,
    centroids,
    place,
    place_by_centroid,
    place_by_vote,
)
from pmflow_core.themes.vectors import UNTHEMED, Matrix, unit_rows


def around(themes: int, each: int, seed: int = 0) -> tuple[Matrix, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = np.tile(np.arange(themes), each)
    directions = unit_rows(np.eye(themes, 32))
    noise = unit_rows(random.normal(size=(len(labels), 32)))
    return unit_rows(directions[labels] + 0.4 * noise), labels


@pytest.mark.parametrize("each", [10, 500], ids=["few texts, by centre", "many, by vote"])
def test_a_new_text_joins_the_theme_it_is_like(each: int) -> None:
    vectors, labels = around(5, each)
    new, truth = around(5, 4, seed=1)

    placed = place(new, vectors, labels, 5)

    assert placed.labels.tolist() == truth.tolist()
    assert (placed.similarities > NEAR_ENOUGH).all()


def test_a_text_near_nothing_waits_without_a_theme() -> None:
    vectors, labels = around(5, 10)
    stranger = unit_rows(np.eye(1, 32, 20))

    for placed in (
        place(stranger, vectors, labels, 5),
        place_by_vote(stranger, vectors, labels, centroids(vectors, labels, 5)),
    ):
        assert placed.labels.tolist() == [UNTHEMED]


def test_texts_without_a_theme_do_not_vote() -> None:
    vectors, labels = around(2, 3)
    alone = np.where(labels == 0, UNTHEMED, labels)

    assert place(vectors[:1], vectors, alone, 2).labels.tolist() == [UNTHEMED]


def test_without_themes_nothing_is_placed() -> None:
    vectors, labels = around(2, 3)
    none = np.full(len(labels), UNTHEMED)

    assert place(vectors, vectors, none, 0).labels.tolist() == [UNTHEMED] * 6
    assert place_by_vote(vectors[:0], vectors, labels, vectors).labels.tolist() == []


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 1000), st.integers(1, 30))
def test_placing_together_or_one_by_one_is_the_same(seed: int, count: int) -> None:
    vectors, labels = around(4, 20, seed)
    middles = centroids(vectors, labels, 4)
    new = unit_rows(np.random.default_rng(seed).normal(size=(count, 32)) + vectors[:1])

    for way in (
        lambda rows: place_by_centroid(rows, middles).labels.tolist(),
        lambda rows: place_by_vote(rows, vectors, labels, middles).labels.tolist(),
    ):
        assert way(new) == [way(new[row : row + 1])[0] for row in range(count)]
