"""The rule that finds themes, on texts whose themes are known."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from pmflow_core.themes.clustering import by_size, cluster
from pmflow_core.themes.placement import place
from pmflow_core.themes.vectors import UNTHEMED, Indices, Matrix, unit_rows

WORDS = ("invoice", "login", "export", "crash", "search", "refund", "map", "photo", "team", "alarm")


def made_set(themes: int, each: int, spread: float = 0.6) -> tuple[Matrix, list[str], Indices]:
    """Return vectors around `themes` random directions, texts with the theme's word, and truth."""
    random = np.random.default_rng(7)
    truth = np.repeat(np.arange(themes), each)
    directions = unit_rows(random.normal(size=(themes, 384)))
    noise = unit_rows(random.normal(size=(len(truth), 384)))
    order = random.permutation(len(truth))
    texts = [f"{WORDS[theme % 10]}{theme // 10} number {row}" for row, theme in enumerate(truth)]
    vectors = unit_rows(directions[truth] + spread * noise)
    return vectors[order], [texts[row] for row in order], truth[order]


@pytest.mark.parametrize(("themes", "each"), [(3, 20), (8, 40), (15, 36)])
def test_groups_that_stand_apart_are_found_in_their_number(themes: int, each: int) -> None:
    vectors, texts, truth = made_set(themes, each)

    found = cluster(vectors, texts)

    assert found.themes == themes
    assert adjusted_rand_score(truth, found.labels) > 0.98


def test_the_same_rows_give_the_same_themes() -> None:
    vectors, texts, _ = made_set(8, 30, spread=1.5)

    assert np.array_equal(cluster(vectors, texts).labels, cluster(vectors, texts).labels)


def test_the_order_of_rows_hardly_matters_to_who_is_with_whom() -> None:
    vectors, texts, _ = made_set(8, 64, spread=1.0)
    order = np.random.default_rng(1).permutation(len(texts))

    one = cluster(vectors, texts).labels
    other = cluster(vectors[order], [texts[row] for row in order]).labels

    assert adjusted_rand_score(one[order], other) > 0.9


def test_themes_are_numbered_from_the_largest_down() -> None:
    assert by_size(np.array([5, 1, 1, 1, 5, 5, 5, 0, 0, UNTHEMED])).tolist() == [
        *(0, 1, 1, 1, 0, 0, 0),
        *(UNTHEMED, UNTHEMED, UNTHEMED),
    ]


def test_finer_makes_more_themes_and_coarser_fewer() -> None:
    vectors, texts, _ = made_set(15, 16, spread=1.5)

    coarser, plain, finer = (
        cluster(vectors, texts, granularity=factor).params["groups"] for factor in (0.7, 1, 1.4)
    )

    assert coarser < plain < finer


def test_fewer_than_thirty_texts_have_no_themes() -> None:
    vectors, texts, _ = made_set(1, 29)

    assert cluster(vectors, texts).labels.tolist() == [UNTHEMED] * 29
    assert cluster(vectors[:0], []).themes == 0


def test_a_previous_partition_keeps_texts_where_they_were() -> None:
    vectors, texts, _ = made_set(12, 30, spread=2.2)
    before = cluster(vectors[:330], texts[:330]).labels
    previous = np.concatenate([before, np.full(30, UNTHEMED)])

    cold = cluster(vectors, texts).labels[:330]
    warm = cluster(vectors, texts, previous=previous).labels[:330]

    assert adjusted_rand_score(before, warm) >= adjusted_rand_score(before, cold)


def test_of_very_many_texts_a_sample_is_clustered_and_the_rest_placed() -> None:
    vectors, texts, truth = made_set(6, 100)

    found = cluster(vectors, texts, max_texts=300)

    assert found.params["sampled"] == 300
    assert adjusted_rand_score(truth, found.labels) > 0.98


def test_placing_new_texts_fares_about_as_well_as_theming_all_again() -> None:
    vectors, texts, truth = made_set(10, 50, spread=1.2)
    new = np.arange(len(texts)) % 5 == 0
    known = [text for text, late in zip(texts, new, strict=True) if not late]

    before = cluster(vectors[~new], known).labels
    placed = place(vectors[new], vectors[~new], before, int(before.max()) + 1).labels
    again = cluster(vectors, texts).labels[new]

    agreement = adjusted_rand_score(truth[new], placed)
    assert agreement > adjusted_rand_score(truth[new], again) - 0.05
    assert agreement > 0.7


@pytest.mark.parametrize("texts", [["same words"] * 60, [""] * 60, ["?!"] * 60])
def test_texts_that_are_all_alike_do_no_harm(texts: list[str]) -> None:
    vectors = np.tile(unit_rows(np.ones((1, 384))), (60, 1))

    labels = cluster(vectors, texts).labels

    assert len(labels) == 60
    assert labels.min() >= UNTHEMED


def test_a_clustering_says_what_made_it() -> None:
    vectors, texts, _ = made_set(3, 20)

    found = cluster(vectors, texts, granularity=1.4)

    assert found.version == "consensus-3"
    assert found.params["n"] == 60
    assert found.params["granularity"] == 1.4
    assert found.params["warm"] is False
