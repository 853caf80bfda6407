"""Where merging stops, and what chance alone would look like."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from pmflow_core.themes.agglomerate import ward_tree
from pmflow_core.themes.levels import Curve, best_level, silhouettes
from pmflow_core.themes.vectors import Matrix, unit_rows
from pmflow_core.themes.views import chance

NOTHING = Curve(np.zeros(0, dtype=np.int64), np.zeros(0), 0)


def points(count: int, dimensions: int = 8) -> Matrix:
    return unit_rows(np.random.default_rng(3).normal(size=(count, dimensions)))


def flat(count: int) -> Curve:
    levels = np.unique(np.geomspace(2, count // 3, 60).astype(np.int64))[::-1]
    return Curve(levels, np.zeros(len(levels)), count)


def test_the_silhouette_is_the_textbooks() -> None:
    space = points(60)
    tree = ward_tree(space, np.arange(60))

    curve = silhouettes(space, np.arange(60), tree)

    for groups, ours in zip(curve.levels.tolist()[1:], curve.scores[1:], strict=True):
        theirs = silhouette_score(space, tree.cut(groups), metric="cosine")
        assert ours == pytest.approx(theirs, abs=1e-5)


def test_merging_stops_where_groups_stand_apart_most() -> None:
    curve = flat(600)
    peak = np.exp(-(np.log(curve.levels / 12) ** 2)) * 0.3

    found = best_level(Curve(curve.levels, peak, 600), flat(600))

    assert found == pytest.approx(12, abs=2)


def test_what_chance_explains_does_not_count() -> None:
    curve = flat(600)
    by_chance = 0.4 / curve.levels
    peak = np.exp(-(np.log(curve.levels / 40) ** 2)) * 0.1

    found = best_level(
        Curve(curve.levels, by_chance + peak, 600), Curve(curve.levels, by_chance, 600)
    )

    assert found == pytest.approx(40, abs=6)


def test_of_levels_that_exceed_chance_alike_the_highest_silhouette_is_taken() -> None:
    curve = flat(600)
    few, many = (np.exp(-50 * np.log(curve.levels / at) ** 2) for at in (20, 60))
    by_chance = 0.1 * few
    found = Curve(curve.levels, by_chance + 0.3 * few + 0.3 * many, 600)

    assert best_level(found, Curve(curve.levels, by_chance, 600)) == pytest.approx(20, abs=3)


def test_on_a_plateau_themes_are_parted_rather_than_mixed() -> None:
    curve = flat(600)
    plateau = np.where((curve.levels >= 20) & (curve.levels <= 60), 0.3, 0.0)
    sloping = plateau - 0.002 * (curve.levels > 25)

    assert best_level(Curve(curve.levels, sloping, 600), NOTHING) == pytest.approx(60, abs=4)


@pytest.mark.parametrize("count", [200, 1000, 5000])
def test_where_texts_do_not_say_the_number_is_the_usual_one(count: int) -> None:
    found = best_level(flat(count), flat(count))

    assert found == pytest.approx((2 * count) ** 0.5, rel=0.2)


def test_nothing_to_merge_is_one_group() -> None:
    assert best_level(NOTHING, NOTHING) == 1
    assert best_level(flat(90), NOTHING) > 1


def test_chance_is_known_per_rows_in_a_group() -> None:
    curve = Curve(np.array([100, 10, 2]), np.array([0.3, 0.1, 0.0]), 1000)

    assert curve.at(np.array([20]), 2000) == pytest.approx([0.1])


def test_chance_forgets_the_groups_and_keeps_the_spread() -> None:
    middles = np.repeat(points(12, 20), 25, axis=0)
    space = unit_rows(middles + 0.2 * points(300, 20))
    grouped = silhouettes(space, np.arange(300), ward_tree(space, np.arange(300)))

    by_chance = chance(space)

    assert by_chance.at(np.array([12]), 300)[0] < 0.2
    assert best_level(grouped, by_chance) == 12
    assert np.array_equal(by_chance.scores, chance(space).scores)
