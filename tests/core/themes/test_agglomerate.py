"""Merging groups, against slow and plain references."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score

from pmflow_core.themes.agglomerate import (
    average,
    merge_order,
    ward_tree,
)
from pmflow_core.themes.consensus import consensus
from pmflow_core.themes.vectors import unit_rows


def points(seed: int, count: int = 40) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(count, 5)))


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10_000), st.integers(2, 12))
def test_single_rows_merge_as_wards_method_merges_them(seed: int, groups: int) -> None:
    space = points(seed)

    ours = ward_tree(space, np.arange(40)).cut(groups)

    theirs = fcluster(linkage(space.astype(float), "ward"), groups, "maxclust")
    assert adjusted_rand_score(ours, theirs) == pytest.approx(1)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10_000), st.integers(2, 12))
def test_average_linkage_of_weighted_groups_is_that_of_their_members(
    seed: int, groups: int
) -> None:
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 4, size=15)
    space = points(seed, 15)
    gaps = np.linalg.norm(space[:, None] - space[None], axis=2).astype(float)
    member_of = np.repeat(np.arange(15), sizes)

    ours = merge_order(gaps.copy(), sizes, average).cut(groups)[member_of]

    theirs = fcluster(linkage(space[member_of].astype(float), "average"), groups, "maxclust")
    assert adjusted_rand_score(ours, theirs) == pytest.approx(1)


def test_a_tree_can_be_cut_anywhere() -> None:
    tree = ward_tree(points(1), np.arange(40))

    assert [len(set(tree.cut(groups).tolist())) for groups in (1, 2, 17, 40, 99)] == [
        *(1, 2, 17, 40, 40)
    ]


def test_one_group_has_nothing_to_merge() -> None:
    assert ward_tree(points(1, 4), np.zeros(4, dtype=np.int64)).cut(1).tolist() == [0]


def test_a_majority_decides_who_is_together() -> None:
    agreed = np.array([0, 0, 0, 1, 1, 1])
    dissent = np.array([0, 0, 1, 1, 1, 0])

    found = consensus([agreed, agreed, dissent], [1, 1, 1], 2)

    assert adjusted_rand_score(agreed, found) == 1


def test_a_partition_has_no_say_about_texts_it_does_not_know() -> None:
    voter = np.array([0, 0, 1, 1])
    ignorant = np.array([0, -1, -1, 1])

    found = consensus([voter, ignorant], [1, 1], 2)

    assert adjusted_rand_score(voter, found) == 1
