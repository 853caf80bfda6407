"""Which changes of known themes a re-clustering calls for, and when two are the same."""

from collections.abc import Sequence
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.ids import uuid7
from pmflow_core.themes.models import PlacedBy, ProposalKind
from pmflow_core.themes.plan import Bounds, Place, plan
from pmflow_core.themes.proposing import Before, Found, find_changes, held_groups, key_of

A, B, C = sorted(uuid7() for _ in range(3))
FREE = Bounds()


def in_themes(*themes: UUID | None) -> list[Place]:
    return [Place(theme, PlacedBy.CLUSTERING if theme else None) for theme in themes]


def changes(
    labels: Sequence[int],
    places: Sequence[Place],
    matched: dict[int, UUID],
    bounds: Bounds = FREE,
) -> list[Found]:
    held = held_groups(labels, places, matched, bounds)
    now = plan(labels, places, matched, bounds, held).themes
    return find_changes(labels, places, now, matched, bounds)


def test_a_part_of_a_theme_that_stands_apart_splits_off() -> None:
    (found,) = changes([0] * 6 + [1] * 4, in_themes(*[A] * 10), {0: A})

    assert found.kind is ProposalKind.SPLIT
    assert found.moves == tuple((row, A, found.made) for row in range(6, 10))
    assert found.themes == (A,)


def test_single_moves_are_dropped() -> None:
    labels = [0] * 9 + [1] + [1] * 9 + [0] + [2, 2]
    assert changes(labels, in_themes(*[A] * 10, *[B] * 10, A, B), {0: A, 1: B}) == []


def test_a_theme_whose_signals_go_to_another_is_merged_into_it() -> None:
    (found,) = changes([0] * 9 + [-1], in_themes(*[A] * 6, *[B] * 4), {0: A})

    assert found.kind is ProposalKind.MERGE
    assert found.ends == B
    assert found.moves == tuple((row, B, A) for row in range(6, 10))


def test_a_theme_that_falls_apart_is_retired() -> None:
    labels = [0] * 5 + [1] * 5 + [0, 1, -1, -1, -1]
    (found,) = changes(labels, in_themes(*[A] * 5, *[B] * 5, *[C] * 5), {0: A, 1: B})

    assert found.kind is ProposalKind.RETIRE
    assert [to for _, _, to in found.moves] == [A, B, None, None, None]


def test_a_large_part_of_one_theme_goes_to_another() -> None:
    labels = [0] * 6 + [1] * 4 + [1] * 8
    (found,) = changes(labels, in_themes(*[A] * 10, *[B] * 8), {0: A, 1: B})

    assert found.kind is ProposalKind.SPLIT
    assert found.made is None
    assert {(origin, to) for _, origin, to in found.moves} == {(A, B)}


def test_a_theme_that_outgrew_its_overlap_is_no_split() -> None:
    assert changes([0] * 20, in_themes(*[A] * 4, *[None] * 16), {}) == []


def test_locked_themes_and_what_people_placed_are_left_alone() -> None:
    labels, places = [0] * 6 + [1] * 4, in_themes(*[A] * 10)
    by_people = [*places[:6], *[Place(A, PlacedBy.PERSON)] * 4]

    assert changes(labels, places, {0: A}, Bounds(frozenset({A}), frozenset({A}))) == []
    assert changes(labels, by_people, {0: A}) == []


def test_a_theme_that_people_built_on_does_not_end_but_may_split() -> None:
    ended = in_themes(*[A] * 6, *[B] * 4)
    assert changes([0] * 10, ended, {0: A}, Bounds(frozenset({B}))) == []
    split = changes([0] * 6 + [1] * 4, in_themes(*[A] * 10), {0: A}, Bounds(frozenset({A})))
    assert [found.kind for found in split] == [ProposalKind.SPLIT]


def test_two_mergers_are_the_same_in_either_direction() -> None:
    signals = [uuid7() for _ in range(2)]
    one = Found(ProposalKind.MERGE, ((0, A, B),), ends=A)
    other = Found(ProposalKind.MERGE, ((1, B, A),), ends=B)

    assert key_of(one, signals, []) == key_of(other, signals, [])


def test_a_split_is_the_same_when_most_of_its_signals_are() -> None:
    signals = [uuid7() for _ in range(6)]
    before = Before("split:x", ProposalKind.SPLIT, frozenset({A}), frozenset(signals[:4]))

    def key(rows: Sequence[int], theme: UUID = A) -> str:
        moves = tuple((row, theme, C) for row in rows)
        return key_of(Found(ProposalKind.SPLIT, moves, made=C), signals, [before])

    assert key(range(1, 5)) == "split:x"
    assert key(range(2)) != "split:x"
    assert key(range(4), B) != "split:x"


PLACES = st.lists(
    st.builds(Place, st.sampled_from([A, B, C]), st.sampled_from(list(PlacedBy)))
    | st.just(Place()),
    min_size=60,
    max_size=60,
)


@given(
    places=PLACES,
    labels=st.lists(st.integers(-1, 4), min_size=60, max_size=60),
    settled=st.sets(st.sampled_from([A, B, C])),
    locked=st.sets(st.sampled_from([A, B, C])),
)
def test_no_plan_moves_an_anchored_signal_and_no_proposal_one_a_person_placed(
    places: list[Place], labels: list[int], settled: set[UUID], locked: set[UUID]
) -> None:
    bounds = Bounds(frozenset(settled | locked), frozenset(locked))
    matched = {0: A, 1: B}
    held = held_groups(labels, places, matched, bounds)
    now = plan(labels, places, matched, bounds, held).themes
    found = find_changes(labels, places, now, matched, bounds)

    assert all(
        theme == place.theme
        for place, theme in zip(places, now, strict=True)
        if bounds.anchors(place)
    )
    moved = [row for change in found for row, _, _ in change.moves]
    assert len(moved) == len(set(moved))
    assert not [row for row in moved if places[row].placed_by is PlacedBy.PERSON]
    touched = {theme for change in found for theme in change.themes}
    assert not touched & locked
    assert not {change.ends for change in found} & bounds.settled
