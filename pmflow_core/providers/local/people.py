"""Who speaks in the signals: recorded segments, and what people say of their own situation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pmflow_core.providers.base import Evidence
from pmflow_core.providers.local.analysis import Analysis, Problem, Quotation
from pmflow_core.providers.local.phrases import inline
from pmflow_core.providers.local.spans import quotable_spans

MOST_PEOPLE = 5

_SITUATIONS = tuple(
    (label, re.compile(pattern, re.IGNORECASE))
    for label, pattern in (
        (
            "People who mention a phone",
            r"\b(?:phones?|iphones?|android|mobile|smartphone|galaxy s\d*)\b",
        ),
        ("People who mention a tablet", r"\b(?:tablets?|ipads?|kindle|galaxy tab)\b"),
        ("People who mention a computer", r"\b(?:desktop|laptop|pc|mac|computer|macbook)\b"),
        (
            "People who mention a paid plan",
            r"\b(?:premium (?:member|user|account|subscri\w*|customer)"
            r"|(?:have|use|using|pay(?:ing)? for|paid for|with|on) (?:the )?(?:premium|pro|plus)"
            r"|paying (?:customer|user|member)|my subscription|subscriber|paid (?:version|plan))\b",
        ),
        (
            "People who mention a free plan",
            r"\b(?:free (?:users?|version|account|plan|tier|trial)|for free)\b",
        ),
        (
            "People who mention their work",
            r"\b(?:at work|for work|my (?:team|company|office|business|boss|clients?)|colleagues?"
            r"|co-?workers?|our (?:team|company))\b",
        ),
        (
            "People who have just begun",
            r"\b(?:just (?:downloaded|installed|started|signed up|joined|opened an)"
            r"|new (?:user|customer)|first time)\b",
        ),
        (
            "People of long standing",
            r"\b(?:for (?:\w+ )?years|since 20\d\d"
            r"|(?:long ?time|loyal) (?:\w+ )?(?:user|customer|member))\b",
        ),
        (
            "People who mention travelling",
            r"\b(?:abroad|travel(?:l?ing)?|on holiday|on vacation|overseas)\b",
        ),
        (
            "People who mention an accessibility need",
            r"\b(?:screen ?reader|voiceover|talkback|colou?r ?blind|blind|dyslexi\w*|eyesight"
            r"|font (?:is )?(?:too )?small|small (?:font|text|print)|contrast|deaf"
            r"|disab(?:led|ility))\b",
        ),
    )
)
ACCESSIBILITY = _SITUATIONS[-1][1]


@dataclass(frozen=True)
class People:
    """A kind of customer that the signals show."""

    label: str
    members: tuple[Evidence, ...]
    customers: int
    quote: Quotation | None
    problem: Problem | None
    of_problem: int


def people(analysis: Analysis) -> tuple[People, ...]:
    """Kinds of customer, largest first: recorded segments, then situations people mention."""
    by_segment: dict[str, list[Evidence]] = {}
    for one in analysis.evidence:
        if one.segment and inline(one.segment):
            by_segment.setdefault(inline(one.segment), []).append(one)
    found = [_people(analysis, label, members, None) for label, members in by_segment.items()]
    found.sort(key=lambda one: (-len(one.members), one.label))
    least = 1 if len(analysis.evidence) < 10 else 2
    situations: list[People] = []
    for label, pattern in _SITUATIONS:
        members = [one for one in analysis.evidence if pattern.search(one.text)]
        if len(members) >= least:
            situations.append(_people(analysis, label, members, pattern))
    situations.sort(key=lambda one: -len(one.members))
    return tuple([*found, *situations][:MOST_PEOPLE])


def _people(
    analysis: Analysis, label: str, members: Sequence[Evidence], pattern: re.Pattern[str] | None
) -> People:
    numbers = {member.number for member in members}
    shared = [(len(numbers.intersection(one.numbers)), one) for one in analysis.problems]
    of_problem, problem = max(shared, key=lambda pair: pair[0], default=(0, None))
    customers = len({member.customer for member in members if member.customer})
    quote = _quote(members, pattern)
    return People(
        label, tuple(members), customers, quote, problem if of_problem else None, of_problem
    )


def _quote(members: Sequence[Evidence], pattern: re.Pattern[str] | None) -> Quotation | None:
    """The best-worded span among the members that shows why they stand here."""
    spans = [
        (span.quality, -member.number, Quotation(member.number, span.text))
        for member in members
        for span in quotable_spans(member.text)
        if pattern is None or pattern.search(span.text)
    ]
    return max(spans, key=lambda one: one[:2])[2] if spans else None
