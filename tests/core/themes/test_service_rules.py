"""When themes are formed anew, and what a re-clustering may change."""

from uuid import UUID

import pytest

from pmflow_core.ids import uuid7
from pmflow_core.themes.models import PlacedBy
from pmflow_core.themes.plan import Bounds, Place, plan
from pmflow_core.themes.rules import should_recluster

A, B = uuid7(), uuid7()


@pytest.mark.parametrize(
    ("now", "then", "waiting", "expected"),
    [
        (29, 0, 0, False),
        (30, 0, 0, True),
        (499, 0, 9_000, False),
        (512, 0, 9_000, True),
        (512, 0, 600, False),
        (1_400, 512, 9_000, False),
        (1_600, 512, 9_000, True),
        (1_000, 1_000, 0, False),
        (1_099, 1_000, 0, False),
        (1_100, 1_000, 0, True),
        (900, 1_000, 0, True),
    ],
)
def test_themes_are_formed_early_in_a_long_import_and_when_enough_changed(
    now: int, then: int, waiting: int, expected: bool
) -> None:
    assert should_recluster(now, then, waiting=waiting) is expected


def in_theme(theme: UUID | None, by: PlacedBy = PlacedBy.CLUSTERING) -> Place:
    return Place(theme, by if theme else None)


def test_groups_that_continue_a_theme_keep_its_id_and_others_are_new() -> None:
    places = [in_theme(A)] * 3 + [in_theme(None)] * 4
    result = plan([0, 0, 0, 1, 1, 1, -1], places, {0: A}, Bounds())

    assert result.themes[:3] == [A] * 3
    assert set(result.themes[3:6]) == result.new
    assert result.themes[6] is None


def test_a_settled_theme_loses_nobody_and_wins_only_the_unthemed() -> None:
    places = [in_theme(A)] * 4 + [in_theme(B)] * 4 + [in_theme(None)]
    result = plan([0, 0, 0, 1, 0, 1, 1, 1, 0], places, {0: A, 1: B}, Bounds(frozenset({A})))

    assert result.themes == [A] * 4 + [B] * 4 + [A]


def test_what_a_person_placed_stays() -> None:
    places = [in_theme(A)] * 3 + [in_theme(A, PlacedBy.PERSON)] + [in_theme(B)] * 3
    result = plan([0, 0, 0, 1, 1, 1, 1], places, {0: A, 1: B}, Bounds())

    assert result.themes[3] == A


def test_mature_themes_keep_clustered_members_but_not_provisional_ones() -> None:
    places = [*[in_theme(A)] * 4, in_theme(A, PlacedBy.PLACEMENT), *[in_theme(B)] * 3]
    labels = [0, 0, 0, 1, 1, 1, 1, 1]
    kept = plan(labels, places, {0: A, 1: B}, Bounds(keep_members=True))
    free = plan(labels, places, {0: A, 1: B}, Bounds())

    assert kept.themes == [A] * 4 + [B] * 4
    assert free.themes == [A] * 3 + [B] * 5


def test_members_leave_a_mature_theme_that_is_split() -> None:
    result = plan([0] * 4 + [1] * 4, [in_theme(A)] * 8, {0: A}, Bounds(keep_members=True))

    assert result.themes[:4] == [A] * 4
    assert set(result.themes[4:]) == result.new


def test_a_group_left_with_two_signals_is_no_theme() -> None:
    places = [in_theme(A)] * 3 + [in_theme(None)] * 2
    result = plan([0, 0, 1, 1, 1], places, {0: A}, Bounds(frozenset({A})))

    assert result.themes == [A, A, A, None, None]
    assert result.new == frozenset()
