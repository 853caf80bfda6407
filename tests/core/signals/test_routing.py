"""Which project a signal belongs to is decided by numbers that hold their promises."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pmflow_core.signals.routing import (
    ENOUGH_DECISIONS,
    MOST_COMMON,
    MOST_SHIFT,
    Route,
    common_share,
    learned,
    profile,
    route,
    verdict,
)
from pmflow_core.signals.thresholds import RoutingThresholds

BASE = RoutingThresholds(new_below=0.45, link_from=0.60)
SUBJECTS = 3
DIMENSIONS = 64


def texts(subject: int, count: int, *, spread: float, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors around one direction for each subject."""
    middle = np.random.default_rng(1000 + subject).normal(size=DIMENSIONS)
    noise = np.random.default_rng([seed, subject]).normal(size=(count, DIMENSIONS))
    rows = middle / np.linalg.norm(middle) + spread * noise / np.sqrt(DIMENSIONS)
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def known(spreads: Sequence[float], count: int = 12) -> tuple[NDArray[np.float32], ...]:
    vectors = [texts(each, count, spread=spread) for each, spread in enumerate(spreads)]
    owners = np.repeat(np.arange(len(spreads)), count)
    return np.concatenate(vectors), owners


def test_a_signal_goes_to_the_project_it_is_nearest_to() -> None:
    vectors, owners = known([0.5] * SUBJECTS)
    profiles = profile(vectors, owners, SUBJECTS)
    for subject in range(SUBJECTS):
        routed = route(texts(subject, 5, spread=0.5, seed=7), profiles)
        assert routed.projects.tolist() == [subject] * 5
        assert all(verdict(each, BASE) is Route.LINK for each in routed.similarities)


def test_a_signal_about_something_else_is_near_no_project() -> None:
    vectors, owners = known([0.5] * SUBJECTS)
    routed = route(texts(9, 20, spread=0.5), profile(vectors, owners, SUBJECTS))
    assert {verdict(each, BASE) for each in routed.similarities} == {Route.NEW}


def test_a_tight_project_must_be_met_more_closely_than_a_broad_one() -> None:
    stray = texts(0, 1, spread=0.8, seed=3)
    alone = {
        spread: route(stray, profile(*known([spread]), 1)).similarities[0] for spread in (0.1, 0.8)
    }
    assert alone[0.1] < alone[0.8]


def test_a_project_known_by_its_text_alone_takes_signals_too() -> None:
    routed = route(
        texts(0, 3, spread=0.2, seed=1), profile(texts(0, 1, spread=0.0), np.array([0]), 1)
    )
    assert all(each >= BASE.link_from for each in routed.similarities)


def test_no_signals_are_routed_nowhere() -> None:
    routed = route(np.zeros((0, DIMENSIONS), dtype=np.float32), profile(*known([0.5]), 1))
    assert len(routed.projects) == len(routed.similarities) == 0


def test_the_order_in_which_signals_were_linked_says_nothing() -> None:
    vectors, owners = known([0.4, 0.6])
    shuffled = np.random.default_rng(5).permutation(len(owners))
    asked = texts(1, 4, spread=0.6, seed=2)
    first = route(asked, profile(vectors, owners, 2)).similarities
    second = route(asked, profile(vectors[shuffled], owners[shuffled], 2)).similarities
    assert first == pytest.approx(second, abs=1e-5)


def test_linking_a_signal_draws_its_like_nearer() -> None:
    vectors, owners = known([0.5, 0.5])
    newcomers = texts(4, 6, spread=0.3)
    before = route(newcomers[3:], profile(vectors, owners, 2)).similarities
    grown = profile(
        np.concatenate([vectors, newcomers[:3]]), np.concatenate([owners, [0, 0, 0]]), 2
    )
    after = route(newcomers[3:], grown)
    assert after.projects.tolist() == [0, 0, 0]
    assert (after.similarities > before).all()


def test_what_all_signals_have_in_common_is_no_sign() -> None:
    alike = texts(0, 400, spread=0.3)
    common = common_share(alike.mean(axis=0), len(alike))
    assert common == MOST_COMMON
    assert common_share(alike.mean(axis=0), 4) < 0.02
    assert common_share(np.zeros(DIMENSIONS, dtype=np.float32), 400) == 0
    asked = texts(0, 3, spread=0.3, seed=1)
    vectors, owners = known([0.3])
    plain = route(asked, profile(vectors, owners, 1)).similarities
    told = route(asked, profile(vectors, owners, 1, common)).similarities
    assert told == pytest.approx(plain - common, abs=1e-5)


def test_the_bounds_themselves_are_link_and_ask() -> None:
    assert verdict(BASE.link_from, BASE) is Route.LINK
    assert verdict(BASE.new_below, BASE) is Route.ASK
    assert verdict(BASE.new_below - 0.001, BASE) is Route.NEW


DECISIONS = st.lists(
    st.tuples(st.floats(0.4, 1.0, allow_nan=False), st.booleans()), min_size=ENOUGH_DECISIONS
)


@settings(max_examples=200, deadline=None)
@given(DECISIONS, st.floats(0.4, 1.0, allow_nan=False))
def test_one_more_decision_moves_the_thresholds_its_own_way_or_not(
    decisions: list[tuple[float, bool]], similarity: float
) -> None:
    now = learned(BASE, decisions)
    assert abs(now.link_from - BASE.link_from) <= MOST_SHIFT + 1e-9
    assert now.link_from - now.new_below == pytest.approx(BASE.link_from - BASE.new_below)
    assert learned(BASE, [*decisions, (similarity, True)]).link_from <= now.link_from
    assert learned(BASE, [*decisions, (similarity, False)]).link_from >= now.link_from


def test_few_decisions_move_nothing() -> None:
    assert learned(BASE, [(0.7, False)] * (ENOUGH_DECISIONS - 1)) == BASE


def test_dismissals_raise_and_acceptances_lower_the_thresholds() -> None:
    assert learned(BASE, [(0.62, False)] * 30).link_from == pytest.approx(0.65)
    assert learned(BASE, [(0.56, True)] * 30).link_from == pytest.approx(0.55)
