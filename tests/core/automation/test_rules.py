"""What is decided about themes, from facts alone."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmflow_core.automation.models import AutomaticAction, Verdict
from pmflow_core.automation.rules import ACTED, Facts, ThemeProject, Used, decide, decide_all
from pmflow_core.automation.settings import AutomationSettings, Depth
from pmflow_core.signals.models import Severity

INITIATIVE = AutomaticAction.NEW_INITIATIVE
PRD = AutomaticAction.GENERATE_PRD
NOTIFY = AutomaticAction.NOTIFY
GOOD = Facts(
    theme_id=UUID(int=1),
    label="Export",
    size=7,
    customers=5,
    confidence=0.82,
    strength=5.7,
    worst=Severity.HIGH,
    acted=frozenset({NOTIFY}),
)
AUTO = AutomationSettings(depth=Depth.FULL_AUTO)
CREATE = AutomationSettings(depth=Depth.AUTO_CREATE)
SUGGEST = AutomationSettings()
UNUSED = Used()


def project(
    *, is_active: bool = True, has_prd: bool = False, is_untouched: bool = False
) -> ThemeProject:
    return ThemeProject(UUID(int=2), "ACME-1", is_active, has_prd, is_untouched)


def verdicts(
    theme: Facts, settings: AutomationSettings, used: Used = UNUSED
) -> dict[AutomaticAction, Verdict]:
    return {action: verdict for action, verdict, _ in decide(theme, used, settings)}


def test_by_hand_nothing_is_considered_but_people_are_told() -> None:
    manual = AutomationSettings(depth=Depth.MANUAL)

    assert verdicts(GOOD, manual) == {}
    assert verdicts(replace(GOOD, acted=frozenset()), manual) == {NOTIFY: Verdict.DONE}


def test_suggesting_proposes_a_project_and_later_its_prd() -> None:
    assert verdicts(GOOD, SUGGEST) == {INITIATIVE: Verdict.SUGGESTED}
    accepted = replace(GOOD, project=project())
    assert verdicts(accepted, SUGGEST) == {
        INITIATIVE: Verdict.ALREADY_ACTIONED,
        PRD: Verdict.SUGGESTED,
    }


def test_creating_makes_the_project_and_proposes_the_prd() -> None:
    assert verdicts(GOOD, CREATE) == {INITIATIVE: Verdict.DONE}
    made = replace(GOOD, project=project(is_untouched=True))
    assert verdicts(made, CREATE)[PRD] is Verdict.SUGGESTED


def test_full_automation_makes_the_project_and_starts_its_prd() -> None:
    assert verdicts(GOOD, AUTO) == {INITIATIVE: Verdict.DONE, PRD: Verdict.DONE}


def test_full_automation_lets_a_small_theme_grow_before_its_prd() -> None:
    small = replace(GOOD, size=4)
    assert verdicts(small, AUTO) == {INITIATIVE: Verdict.DONE, PRD: Verdict.BELOW_THRESHOLD}
    grown = replace(GOOD, project=project(is_untouched=True), acted=frozenset({NOTIFY, INITIATIVE}))
    assert verdicts(grown, AUTO)[PRD] is Verdict.DONE


def test_a_project_that_people_have_in_hand_is_not_moved_under_them() -> None:
    theirs = replace(GOOD, project=project(is_untouched=False))

    assert verdicts(theirs, AUTO)[PRD] is Verdict.SUGGESTED


def test_nothing_follows_from_a_theme_whose_project_was_put_away() -> None:
    archived = replace(GOOD, project=project(is_active=False))

    assert verdicts(archived, AUTO) == {INITIATIVE: Verdict.ALREADY_ACTIONED}


@pytest.mark.parametrize(
    ("theme", "settings", "used", "why"),
    [
        (
            replace(GOOD, acted=frozenset({NOTIFY, INITIATIVE})),
            SUGGEST,
            UNUSED,
            Verdict.ALREADY_ACTIONED,
        ),
        (replace(GOOD, size=2), SUGGEST, UNUSED, Verdict.BELOW_THRESHOLD),
        (
            replace(GOOD, worst=Severity.MEDIUM),
            AutomationSettings(min_severity=Severity.HIGH),
            UNUSED,
            Verdict.SEVERITY_FILTER,
        ),
        (
            replace(GOOD, worst=None),
            AutomationSettings(min_severity=Severity.LOW),
            UNUSED,
            Verdict.SEVERITY_FILTER,
        ),
        (replace(GOOD, confidence=0.69), SUGGEST, UNUSED, Verdict.LOW_CONFIDENCE),
        (replace(GOOD, idle_for=timedelta(minutes=59)), SUGGEST, UNUSED, Verdict.COOLDOWN),
        (GOOD, SUGGEST, Used(suggested=10), Verdict.RATE_LIMITED),
        (GOOD, CREATE, Used(done=10), Verdict.RATE_LIMITED),
    ],
)
def test_every_rule_speaks_against_with_its_own_reason(
    theme: Facts, settings: AutomationSettings, used: Used, why: Verdict
) -> None:
    (decision,) = decide(theme, used, settings)

    assert decision.verdict is why
    assert decision.reason.endswith(".")


def test_the_bounds_themselves_are_enough() -> None:
    theme = replace(GOOD, size=3, confidence=0.7, idle_for=timedelta(minutes=60))

    assert verdicts(theme, SUGGEST) == {INITIATIVE: Verdict.SUGGESTED}


def test_a_confidence_just_below_is_not_shown_as_reaching() -> None:
    (decision,) = decide(replace(GOOD, confidence=0.6999), UNUSED, SUGGEST)

    assert decision.reason == "Its confidence is 0.69; 0.70 is needed."


def test_a_budget_that_pays_no_run_leaves_the_project_without_one() -> None:
    assert verdicts(GOOD, AUTO, Used(payable_runs=0)) == {
        INITIATIVE: Verdict.DONE,
        PRD: Verdict.BUDGET,
    }


def test_the_strongest_theme_gets_the_last_action() -> None:
    weak = replace(GOOD, theme_id=UUID(int=3), strength=1.0)
    settings = AutomationSettings(depth=Depth.AUTO_CREATE, daily_cap=1)

    found = decide_all([weak, GOOD], UNUSED, settings)

    assert list(found) == [GOOD.theme_id, weak.theme_id]
    assert [found[id_][0].verdict for id_ in found] == [Verdict.DONE, Verdict.RATE_LIMITED]


def test_the_budget_is_counted_down_over_themes() -> None:
    second = replace(GOOD, theme_id=UUID(int=3))

    found = decide_all([GOOD, second], Used(payable_runs=1), AUTO)

    assert [found[id_][1].verdict for id_ in found] == [Verdict.DONE, Verdict.BUDGET]


PROJECTS = st.none() | st.builds(
    ThemeProject,
    st.just(UUID(int=2)),
    st.just("ACME-1"),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
THEMES = st.builds(
    Facts,
    theme_id=st.builds(uuid4),
    label=st.just("Export"),
    size=st.integers(1, 30),
    customers=st.integers(0, 30),
    confidence=st.floats(0, 1),
    strength=st.floats(0, 30),
    worst=st.none() | st.sampled_from(Severity),
    project=PROJECTS,
    acted=st.frozensets(st.sampled_from(AutomaticAction)),
    idle_for=st.none() | st.timedeltas(timedelta(0), timedelta(hours=3)),
)
SETTINGS = st.builds(
    AutomationSettings,
    depth=st.sampled_from(Depth),
    initiative_at=st.integers(2, 6),
    prd_at=st.integers(6, 10),
    min_confidence=st.floats(0, 1),
    min_severity=st.none() | st.sampled_from(Severity),
    daily_cap=st.integers(0, 4),
    cooldown_min=st.integers(0, 120),
    notify_at=st.none() | st.integers(2, 9),
)
USED = st.builds(
    Used,
    done=st.integers(0, 5),
    suggested=st.integers(0, 5),
    payable_runs=st.none() | st.integers(0, 3),
)


@given(st.lists(THEMES, max_size=12), USED, SETTINGS)
def test_caps_and_budget_are_never_passed_whatever_the_themes(
    themes: list[Facts], used: Used, settings: AutomationSettings
) -> None:
    found = [each for every in decide_all(themes, used, settings).values() for each in every]

    for verdict, spent in ((Verdict.DONE, used.done), (Verdict.SUGGESTED, used.suggested)):
        many = sum(each.verdict is verdict and each.action is not NOTIFY for each in found)
        assert many <= max(0, settings.daily_cap - spent)
    runs = sum(each.action is PRD and each.verdict is Verdict.DONE for each in found)
    assert used.payable_runs is None or runs <= used.payable_runs


@given(THEMES, USED, SETTINGS)
def test_each_action_gets_one_verdict_with_a_sentence(
    theme: Facts, used: Used, settings: AutomationSettings
) -> None:
    found = decide(theme, used, settings)

    assert len({each.action for each in found}) == len(found)
    assert all(each.reason.endswith(".") for each in found)


@given(THEMES, USED, SETTINGS)
def test_what_was_done_is_not_done_again(
    theme: Facts, used: Used, settings: AutomationSettings
) -> None:
    for action, verdict, _ in decide(theme, used, settings):
        assert action not in theme.acted or verdict is Verdict.ALREADY_ACTIONED


@given(THEMES, USED, SETTINGS)
def test_a_pause_is_kept_after_every_action(
    theme: Facts, used: Used, settings: AutomationSettings
) -> None:
    pause = timedelta(minutes=settings.cooldown_min)
    for decision in decide(theme, used, settings):
        if decision.acts and decision.action is not NOTIFY:
            assert theme.idle_for is None or theme.idle_for >= pause


@given(THEMES, USED, SETTINGS, st.integers(0, 9), st.floats(0, 1))
def test_more_evidence_never_undoes_an_action(
    theme: Facts, used: Used, settings: AutomationSettings, more: int, surer: float
) -> None:
    better = replace(
        theme,
        size=theme.size + more,
        confidence=max(theme.confidence, surer),
        worst=Severity.CRITICAL,
    )
    before = {each.action for each in decide(theme, used, settings) if each.verdict in ACTED}
    after = {each.action for each in decide(better, used, settings) if each.verdict in ACTED}

    assert before <= after
