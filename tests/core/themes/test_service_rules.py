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


def test_members_that_a_clustering_placed_stay_and_provisional_ones_settle() -> None:
    places = [*[in_theme(A)] * 4, in_theme(A, PlacedBy.PLACEMENT), *[in_theme(B)] * 3]
    labels = [0, 0, 0, 1, 1, 1, 1, 1]
    known = plan(labels, places, {0: A, 1: B}, Bounds())
    young = plan(labels, places, {0: A, 1: B}, Bounds(is_young=True))

    assert known.themes == [A] * 4 + [B] * 4
    assert young.themes == [A] * 3 + [B] * 5


def test_new_signals_join_the_theme_that_their_group_would_split_off() -> None:
    places = [in_theme(A)] * 6 + [in_theme(None), in_theme(B, PlacedBy.PLACEMENT)]
    labels = [0, 0, 0, 1, 1, 1, 1, 1]
    result = plan(labels, places, {0: A}, Bounds(frozenset({B})), {1: A})

    assert result.themes == [A] * 7 + [B]
    assert result.new == frozenset()


def test_new_themes_are_made_of_new_signals_alone() -> None:
    places = [in_theme(A)] * 5 + [in_theme(None)] * 2 + [in_theme(A, PlacedBy.PLACEMENT)]
    result = plan([0, 0, 0, 0, 1, 1, 1, 1], places, {0: A}, Bounds())

    assert result.themes[:5] == [A] * 5
    assert set(result.themes[5:]) == result.new


def test_a_theme_that_people_know_stays_however_small_it_gets() -> None:
    assert plan([-1, -1], [in_theme(A)] * 2, {}, Bounds()).themes == [A] * 2
    assert plan([-1, -1], [in_theme(A)] * 2, {}, Bounds(is_young=True)).themes == [None] * 2


def test_a_group_left_with_two_signals_is_no_theme() -> None:
    places = [in_theme(A)] * 3 + [in_theme(None)] * 2
    result = plan([0, 0, 1, 1, 1], places, {0: A}, Bounds(frozenset({A})))

    assert result.themes == [A, A, A, None, None]
    assert result.new == frozenset()
