"""Who speaks in the signals: recorded segments, and what people say of their own situation."""

import re
from collections.abc import Collection
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


@dataclass(frozen=True)
class _Sort:
    """Signals that belong together by who wrote them, and the words that say so."""

    label: str
    members: tuple[Evidence, ...]
    pattern: re.Pattern[str] | None


def people(analysis: Analysis) -> tuple[People, ...]:
    """Kinds of customer, largest first: recorded segments, then situations people mention."""
    quoted: set[int] = set()
    found: list[People] = []
    for sort in [*_segments(analysis), *_situations(analysis)][:MOST_PEOPLE]:
        one = _people(analysis, sort, quoted)
        found.append(one)
        if one.quote is not None:
            quoted.add(one.quote.number)
    return tuple(found)


def _segments(analysis: Analysis) -> list[_Sort]:
    by_segment: dict[str, list[Evidence]] = {}
    for one in analysis.evidence:
        label = inline(one.segment or "")
        if label:
            by_segment.setdefault(label, []).append(one)
    sorts = [_Sort(label, tuple(members), None) for label, members in by_segment.items()]
    return sorted(sorts, key=lambda sort: (-len(sort.members), sort.label))


def _situations(analysis: Analysis) -> list[_Sort]:
    least = 1 if len(analysis.evidence) < 10 else 2
    sorts = [
        _Sort(label, tuple(one for one in analysis.evidence if pattern.search(one.text)), pattern)
        for label, pattern in _SITUATIONS
    ]
    kept = [sort for sort in sorts if len(sort.members) >= least]
    return sorted(kept, key=lambda sort: -len(sort.members))


def _people(analysis: Analysis, sort: _Sort, quoted: Collection[int]) -> People:
    numbers = {member.number for member in sort.members}
    shared = [(len(numbers.intersection(one.numbers)), one) for one in analysis.problems]
    most, problem = max(shared, key=lambda pair: pair[0], default=(0, None))
    customers = len({member.customer for member in sort.members if member.customer})
    quote = _quote(sort, quoted)
    return People(sort.label, sort.members, customers, quote, problem if most else None, most)


def _quote(sort: _Sort, quoted: Collection[int]) -> Quotation | None:
    """The best-worded span that shows why its writer stands here, of nobody quoted yet."""
    spans = [
        (member.number not in quoted, span.quality, -member.number, span.text)
        for member in sort.members
        for span in quotable_spans(member.text)
        if sort.pattern is None or sort.pattern.search(span.text)
    ]
    best = max(spans, default=None)
    return Quotation(-best[2], best[3]) if best else None
