"""How strong a theme is, and how sure: bounded, growing with what speaks for it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.signals.models import Severity
from pmflow_core.themes.strength import Closeness, Facts, confidence, strength

COSINE = st.floats(-1, 1)
FACTS = st.builds(
    Facts,
    size=st.integers(0, 10_000),
    customers=st.integers(0, 10_000),
    severities=st.dictionaries(st.sampled_from(Severity), st.integers(1, 500)),
    trend=st.lists(st.integers(0, 500), min_size=8, max_size=8),
    confidence=st.floats(0, 1),
)
CALM = Facts(10, 5, {Severity.MEDIUM: 10}, [1] * 8, 0.7)


@given(size=st.integers(0, 10_000), own=COSINE, nearest=st.none() | COSINE)
def test_confidence_is_between_nothing_and_certain(
    size: int, own: float, nearest: float | None
) -> None:
    assert 0 <= confidence(size, Closeness(own, nearest)) <= 1


@given(facts=FACTS)
def test_strength_is_between_nothing_and_everything(facts: Facts) -> None:
    assert 0 <= strength(facts) <= 1


@given(facts=FACTS)
def test_more_signals_never_make_a_theme_weaker(facts: Facts) -> None:
    assert strength(replace(facts, size=facts.size + 1)) >= strength(facts)


def test_tight_themes_far_from_others_are_surer() -> None:
    apart = confidence(30, Closeness(0.8, 0.5))

    assert apart == pytest.approx(0.81, abs=0.01)
    assert confidence(30, Closeness(0.8, 0.8)) < apart
    assert confidence(30, Closeness(0.6, 0.5)) < apart
    assert confidence(3, Closeness(0.8, 0.5)) < apart
    assert confidence(30, Closeness(0.8, None)) > apart


@pytest.mark.parametrize("size", [0, 1])
def test_one_signal_says_nothing_of_a_theme(size: int) -> None:
    assert confidence(size, Closeness(1.0, None)) == 0


def test_a_theme_on_top_of_another_is_not_sure_at_all() -> None:
    assert confidence(30, Closeness(1.0, 1.0)) == 0


@pytest.mark.parametrize(
    ("severities", "trend", "customers"),
    [
        ({Severity.CRITICAL: 10}, [1] * 8, 5),
        ({Severity.MEDIUM: 10}, [0] * 4 + [2] * 4, 5),
        ({Severity.MEDIUM: 10}, [1] * 8, 9),
    ],
)
def test_worse_newer_and_more_people_make_a_theme_stronger(
    severities: dict[Severity, int], trend: Sequence[int], customers: int
) -> None:
    louder = replace(CALM, severities=severities, trend=trend, customers=customers)

    assert strength(louder) > strength(CALM)


def test_unknown_senders_and_severities_have_no_say() -> None:
    assert strength(Facts(10, 0, {}, [1] * 8, 0.5)) == pytest.approx(0.5)
