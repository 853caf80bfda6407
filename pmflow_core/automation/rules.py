"""What is to be done about a theme, and why not; pure.

Rules are asked in one order, and the first that speaks against an action is its one reason: acted
on already, too small, too mild, too unsure, no money, too soon, too many today.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from pmflow_core.automation.models import AutomaticAction, Verdict
from pmflow_core.automation.settings import AutomationSettings, Depth
from pmflow_core.signals.models import Severity

ACTED = frozenset({Verdict.DONE, Verdict.SUGGESTED})
_NOUNS = {
    AutomaticAction.NEW_INITIATIVE: "a project",
    AutomaticAction.GENERATE_PRD: "a PRD",
    AutomaticAction.NOTIFY: "a notice",
}


class ThemeProject(NamedTuple):
    """The project that was made of a theme, whatever became of it.

    It is `untouched` while automation made it, nobody moved it and nothing ran.
    """

    id: UUID
    key: str
    is_active: bool
    has_prd: bool
    is_untouched: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a theme when it is looked at.

    `confidence` is 0 to 1; `strength` orders themes, the strongest first; `idle_for` is the time
    since something was done or proposed, None when nothing ever was.
    """

    theme_id: UUID
    label: str
    size: int
    customers: int
    confidence: float
    strength: float
    worst: Severity | None = None
    project: ThemeProject | None = None
    acted: frozenset[AutomaticAction] = frozenset()
    idle_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """What the workspace has left: acts and proposals of the last 24 hours, runs it can pay.

    `payable_runs` is None where runs cost nothing.
    """

    done: int = 0
    suggested: int = 0
    payable_runs: int | None = None

    def after(self, decisions: Iterable["Decision"]) -> "Used":
        """Return what is left once these are carried out."""
        used = self
        for action, verdict, _ in decisions:
            if action is AutomaticAction.NOTIFY:
                continue
            used = replace(
                used,
                done=used.done + (verdict is Verdict.DONE),
                suggested=used.suggested + (verdict is Verdict.SUGGESTED),
            )
            pays = action is AutomaticAction.GENERATE_PRD and verdict is Verdict.DONE
            if pays and used.payable_runs is not None:
                used = replace(used, payable_runs=used.payable_runs - 1)
        return used


class Decision(NamedTuple):
    """What is done about a theme, or why it is not, with a sentence of figures."""

    action: AutomaticAction
    verdict: Verdict
    reason: str

    @property
    def acts(self) -> bool:
        """Return whether something is done or proposed."""
        return self.verdict in ACTED


def decide_all(
    themes: Sequence[Facts], used: Used, settings: AutomationSettings
) -> Mapping[UUID, list[Decision]]:
    """Return the decisions about every theme, the strongest first, within the caps together."""
    found: dict[UUID, list[Decision]] = {}
    for theme in sorted(themes, key=lambda each: (-each.strength, each.theme_id)):
        found[theme.theme_id] = decide(theme, used, settings)
        used = used.after(found[theme.theme_id])
    return found


def decide(theme: Facts, used: Used, settings: AutomationSettings) -> list[Decision]:
    """Return what is done about a theme and why not; one decision for each action that applies.

    A notice applies until it was given. A PRD applies to a theme that has an active project, or
    that gets one now by full automation; before that, whether it becomes a project is the
    question.
    """
    decisions = _notice(theme, settings)
    if settings.depth is Depth.MANUAL:
        return decisions
    suggests = settings.depth is Depth.SUGGEST
    aim = Verdict.SUGGESTED if suggests else Verdict.DONE
    initiative = _judge(theme, used, settings, AutomaticAction.NEW_INITIATIVE, aim)
    decisions.append(initiative)
    gets_project = settings.depth is Depth.FULL_AUTO and initiative.acts
    if gets_project or (theme.project is not None and theme.project.is_active):
        # What a person has in hand is not moved under them: then the PRD is proposed.
        own = gets_project or (theme.project is not None and theme.project.is_untouched)
        by_itself = settings.depth is Depth.FULL_AUTO and own
        aim = Verdict.DONE if by_itself else Verdict.SUGGESTED
        left = used.after([initiative])
        decisions.append(_judge(theme, left, settings, AutomaticAction.GENERATE_PRD, aim))
    return decisions


def _notice(theme: Facts, settings: AutomationSettings) -> list[Decision]:
    told = AutomaticAction.NOTIFY in theme.acted
    if settings.notify_at is None or told or theme.size < settings.notify_at:
        return []
    reason = f"{theme.size} signals; editors are told from {settings.notify_at} on."
    return [Decision(AutomaticAction.NOTIFY, Verdict.DONE, reason)]


def _judge(
    theme: Facts,
    used: Used,
    settings: AutomationSettings,
    action: AutomaticAction,
    aim: Verdict,
) -> Decision:
    """Return the aim, or the first rule that speaks against it."""
    against = (
        _acted_already(theme, action)
        or _unfit(theme, settings, action)
        or _unpaid(used, action, aim)
        or _too_much(theme, used, settings, aim)
    )
    if against is not None:
        return Decision(action, *against)
    return Decision(action, aim, _grounds(theme, settings, action))


_Against = tuple[Verdict, str] | None


def _acted_already(theme: Facts, action: AutomaticAction) -> _Against:
    project = theme.project
    if action is AutomaticAction.GENERATE_PRD:
        if project is not None and project.has_prd:
            return Verdict.ALREADY_ACTIONED, f"{project.key} has a PRD, or a run of it."
    elif project is not None:
        return Verdict.ALREADY_ACTIONED, f"The project {project.key} was made of it."
    if action in theme.acted:
        return Verdict.ALREADY_ACTIONED, "That was done or proposed for this theme before."
    return None


def _unfit(theme: Facts, settings: AutomationSettings, action: AutomaticAction) -> _Against:
    needed = needed_size(action, settings)
    if theme.size < needed:
        many = "1 signal" if theme.size == 1 else f"{theme.size} signals"
        return Verdict.BELOW_THRESHOLD, f"{many}; {_NOUNS[action]} needs {needed}."
    if settings.min_severity is not None and not _as_severe(theme.worst, settings.min_severity):
        worst = theme.worst.value if theme.worst else "unknown"
        asked = settings.min_severity.value
        return Verdict.SEVERITY_FILTER, f"Its worst signal is {worst}; {asked} is asked for."
    if theme.confidence < settings.min_confidence:
        needs = f"{settings.min_confidence:.2f} is needed"
        return Verdict.LOW_CONFIDENCE, f"Its confidence is {_shown(theme.confidence)}; {needs}."
    return None


def _too_much(theme: Facts, used: Used, settings: AutomationSettings, aim: Verdict) -> _Against:
    pause = timedelta(minutes=settings.cooldown_min)
    if theme.idle_for is not None and theme.idle_for < pause:
        ago = int(theme.idle_for.total_seconds() // 60)
        text = f"Something was done {ago} min ago; {settings.cooldown_min} min must pass."
        return Verdict.COOLDOWN, text
    spent = used.done if aim is Verdict.DONE else used.suggested
    if spent >= settings.daily_cap:
        what = "actions" if aim is Verdict.DONE else "proposals"
        return Verdict.RATE_LIMITED, f"All {settings.daily_cap} {what} of 24 hours are used."
    return None


def _unpaid(used: Used, action: AutomaticAction, aim: Verdict) -> _Against:
    runs = action is AutomaticAction.GENERATE_PRD and aim is Verdict.DONE
    if runs and used.payable_runs is not None and used.payable_runs < 1:
        return Verdict.BUDGET, "The workspace's budget cannot pay another run; raise it."
    return None


def needed_size(action: AutomaticAction, settings: AutomationSettings) -> int:
    """Return the number of signals from which on an action applies to a theme."""
    if action is AutomaticAction.GENERATE_PRD:
        return settings.prd_at
    return settings.initiative_at


def _as_severe(worst: Severity | None, asked: Severity) -> bool:
    order = list(Severity)
    return worst is not None and order.index(worst) <= order.index(asked)


def _grounds(theme: Facts, settings: AutomationSettings, action: AutomaticAction) -> str:
    people = "1 customer" if theme.customers == 1 else f"{theme.customers} customers"
    said = f" from {people}" if theme.customers else ""
    asked = f"{needed_size(action, settings)} and {settings.min_confidence:.2f}"
    sure = _shown(theme.confidence)
    return f"{theme.size} signals{said}, confidence {sure}; {asked} are asked for."


def _shown(confidence: float) -> str:
    """Return the confidence rounded down, so that it never seems to reach what it does not."""
    return f"{math.floor(confidence * 100 + 1e-9) / 100:.2f}"
