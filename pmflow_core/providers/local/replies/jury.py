"""Votes by counted facts, weighed by what a persona cares about; no prose is judged."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from pmflow_core.providers.answers import JuryVote, PersonaNote, parse
from pmflow_core.providers.base import ProviderRejected
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.replies import facts
from pmflow_core.providers.local.replies.facts import Finding, Plan
from pmflow_core.providers.local.similarity import stems

_ASPECTS: tuple[Callable[[Plan], Finding | None], ...] = (
    facts.problems,
    facts.severity,
    facts.evidence,
    facts.scope,
    facts.metrics,
    facts.unknowns,
    lambda plan: facts.named(plan, "states", "Key States", "design_brief"),
    facts.accessibility,
    lambda plan: facts.named(plan, "approach", "Technical Approach", "engineering_spec"),
    lambda plan: facts.named(plan, "tests", "Testing Strategy", "engineering_spec"),
    lambda plan: facts.named(plan, "message", "Messaging", "gtm_brief"),
)
_ROOT = 6  # measure and measurable, reliable and reliability begin alike
# Words by which people say that they care about an aspect.
_CARES: Mapping[str, frozenset[str]] = {
    aspect: frozenset(one[:_ROOT] for one in stems(line))
    for aspect, line in {
        "problems": "customer user problem pain need value usefulness help solve fit complaint",
        "severity": "severe critical risk urgent churn leave leaving trust loss harm support",
        "evidence": "evidence data proof research signal citation fact claim honest quote",
        "scope": "scope cost effort budget small mvp focus deadline ship release time feasible",
        "metrics": "metric measure outcome revenue growth business target goal success return",
        "unknowns": "question unknown decision risk legal compliance privacy security owner",
        "states": "design state usability flow screen error empty loading experience easy clarity",
        "accessibility": "accessibility accessible inclusive disability keyboard screen contrast",
        "approach": "engineering technical architecture feasible feasibility approach complexity",
        "tests": "test testing quality reliability stable bug crash regression maintain operate",
        "message": "market marketing sales launch message audience promise adoption communication",
    }.items()
}
_CENTRAL = frozenset({"problems", "severity", "evidence", "scope"})
_CARED_FOR = 3.0
_GOOD = 0.75
_POOR = 0.4
_WEAK = 0.6
_MOST = 4


def vote(desk: Desk) -> JuryVote:
    """Approve, conditional or reject, each reason a count that can be checked.

    Raises:
        ProviderRejected: the request does not say who votes.
    """
    persona = _persona(desk)
    plan = Plan(desk)
    faults = facts.contradictions(plan)
    if faults:
        return JuryVote(
            vote="reject", reasons=faults[:5], conditions=["Mend the PRD and ask again."]
        )
    found = [finding for aspect in _ASPECTS if (finding := aspect(plan)) is not None]
    cared = _cared(f"{persona.persona} {persona.cares_about}")
    weights = [_CARED_FOR if one.aspect in cared else 1.0 for one in found]
    weights = [
        weight + (one.aspect in _CENTRAL) for weight, one in zip(weights, found, strict=True)
    ]
    score = sum(weight * one.worth for weight, one in zip(weights, found, strict=True)) / sum(
        weights
    )
    ranked = [
        one
        for _, one in sorted(
            zip(weights, found, strict=True), key=lambda pair: (-pair[0], pair[1].worth)
        )
    ]
    return _cast(score, ranked, cared)


def _persona(desk: Desk) -> PersonaNote:
    for text in desk.request.knowledge:
        try:
            return parse(PersonaNote, text)
        except ProviderRejected:
            continue
    raise ProviderRejected("A jury vote needs a persona: its name and what it cares about.")


def _cared(text: str) -> frozenset[str]:
    said = {one[:_ROOT] for one in stems(text)}
    return frozenset(aspect for aspect, words in _CARES.items() if words & said)


def _cast(score: float, ranked: Sequence[Finding], cared: frozenset[str]) -> JuryVote:
    """The vote that a score and the aspects a persona cares about come to."""
    weak = [one for one in ranked if one.worth < _WEAK]
    disappointed = [one for one in weak if one.aspect in cared | _CENTRAL]
    verdict: Literal["approve", "conditional", "reject"] = "conditional"
    if score >= _GOOD and not disappointed:
        verdict = "approve"
    elif score < _POOR:
        verdict = "reject"
    shown = sorted(
        ranked[:_MOST] if verdict == "approve" else [*weak, *ranked][:_MOST],
        key=lambda one: ranked.index(one),
    )
    reasons = list(dict.fromkeys(one.reason for one in shown))
    conditions = [] if verdict == "approve" else [one.condition for one in weak or ranked[-1:]]
    return JuryVote(
        vote=verdict,
        reasons=[f"By rule, {score:.2f} of 1 over {len(ranked)} counted facts.", *reasons][:5],
        conditions=conditions[:5],
    )
