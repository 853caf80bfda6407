"""Old themes found again among new groups."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pmflow_core.themes.matching import KEEP_ID_FROM, match_themes

LABELS = arrays.arrays(
    np.int64, st.shared(st.integers(1, 40), key="n"), elements=st.integers(-1, 5)
)


def test_unchanged_themes_keep_id_and_name_whatever_their_number() -> None:
    old = np.array([0, 0, 0, 1, 1, 2, 2, 2])
    new = np.array([2, 2, 2, 0, 0, 1, 1, 1])

    match = match_themes(old, new)

    assert match.theme_of == {2: 0, 0: 1, 1: 2}
    assert match.keeps_name == {0, 1, 2}
    assert (match.new, match.retired, match.split, match.merged) == ((), (), {}, {})


def test_a_split_theme_lives_on_in_its_larger_part() -> None:
    match = match_themes(np.zeros(10, dtype=np.int64), np.array([0] * 4 + [1] * 6))

    assert match.theme_of == {1: 0}
    assert match.keeps_name == {1}
    assert match.new == (0,)
    assert match.split == {0: (0, 1)}


def test_merged_themes_live_on_as_the_larger_one() -> None:
    match = match_themes(np.array([0] * 4 + [1] * 6), np.zeros(10, dtype=np.int64))

    assert match.theme_of == {0: 1}
    assert match.retired == (0,)
    assert match.merged == {0: (0, 1)}


def test_a_theme_that_grew_much_keeps_its_id_but_not_a_persons_name() -> None:
    match = match_themes(np.array([0] * 4 + [-1] * 6), np.zeros(10, dtype=np.int64))

    assert match.theme_of == {0: 0}
    assert match.keeps_name == frozenset()


def test_too_little_overlap_is_a_new_theme() -> None:
    match = match_themes(np.array([0] * 2 + [-1] * 8), np.zeros(10, dtype=np.int64))

    assert (match.theme_of, match.new, match.retired) == ({}, (0,), (0,))


def test_nothing_matches_nothing() -> None:
    none = np.full(3, -1)

    assert match_themes(none, none).theme_of == {}


@settings(deadline=None, max_examples=50)
@given(LABELS, LABELS)
def test_every_group_and_every_theme_is_told_of_once(old: np.ndarray, new: np.ndarray) -> None:
    match = match_themes(old, new)

    assert sorted([*match.theme_of, *match.new]) == sorted(set(new[new >= 0].tolist()))
    assert sorted([*match.theme_of.values(), *match.retired]) == sorted(set(old[old >= 0].tolist()))
    assert match.keeps_name <= match.theme_of.keys()
    for group, theme in match.theme_of.items():
        both, either = (new == group) & (old == theme), (new == group) | (old == theme)
        assert both.sum() / either.sum() >= KEEP_ID_FROM


@settings(deadline=None, max_examples=50)
@given(LABELS, st.permutations(range(6)))
def test_renumbering_changes_no_theme(old: np.ndarray, numbers: list[int]) -> None:
    new = np.where(old >= 0, np.array(numbers)[old], -1)

    match = match_themes(old, new)

    assert all(numbers[theme] == group for group, theme in match.theme_of.items())
    assert match.keeps_name == match.theme_of.keys()
    assert not match.new
    assert not match.retired
