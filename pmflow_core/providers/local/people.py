"""Who speaks in the signals: recorded segments, and what people say of their own situation."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from pmflow_core.providers.base import Evidence
from pmflow_core.providers.local.analysis import Analysis, Problem
from pmflow_core.providers.local.quoting import Quotation
from pmflow_core.providers.local.spans import quotable_spans
from pmflow_core.providers.local.text import inline

MOST_PEOPLE = 5

_SITUATIONS = tuple(
    (label, re.compile(pattern, re.IGNORECASE))
    for label, pattern in (
        (
            "People on a phone",
            r"\b(?:phones?|iphones?|android|mobile|smartphone|galaxy s\d*)\b",
        ),
        ("People on a tablet", r"\b(?:tablets?|ipads?|kindle|galaxy tab)\b"),
        ("People on a computer", r"\b(?:desktop|laptop|pc|mac|computer|macbook)\b"),
        (
            "Paying customers",
            r"\b(?:pay(?:ing)? (?:for )?(?:this|premium|the app|a sub\w*|[$£€]?\d+)"
            r"|paying for|paid service|charging for this|premium (?:member|user|account)"
            r"|premium (?:subscri\w*|customer)"
            r"|(?:have|use|using|pay(?:ing)? for|paid for|with|on) (?:the )?(?:premium|pro|plus)"
            r"|paying (?:customer|user|member)|my subscription|subscriber|paid (?:version|plan))\b",
        ),
        (
            "Free and trial users",
            r"\b(?:free (?:users?|version|account|plan|tier|trial)|for free)\b",
        ),
        (
            "People who use it for work",
            r"\b(?:at work|for work|my (?:team|company|office|business|boss|clients?)|colleagues?"
            r"|co-?workers?|our (?:team|company))\b",
        ),
        (
            "New users",
            r"\b(?:just (?:downloaded|installed|started|signed up|joined|opened an)"
            r"|new (?:user|customer)|first time)\b",
        ),
        (
            "Long-standing users",
            r"\b(?:for (?:\w+ )?years|since 20\d\d"
            r"|(?:long ?time|loyal) (?:\w+ )?(?:user|customer|member))\b",
        ),
        (
            "People abroad or travelling",
            r"\b(?:abroad|travel(?:l?ing)?|on holiday|on vacation|overseas)\b",
        ),
        (
            "People with an accessibility need",
            r"\b(?:screen ?reader|voiceover|talkback|colou?r ?blind|blind|dyslexi\w*|eyesight"
            r"|font (?:is )?(?:too )?small|small (?:font|text|print)|contrast|deaf"
            r"|disab(?:led|ility))\b",
        ),
    )
)
ACCESSIBILITY = _SITUATIONS[-1][1]
# Recorded segments go by many names; those that mean one thing are one kind of customer.
_SYNONYMS = (
    (re.compile(r"premium|paid|paying|pro|plus|subscribers?|subscription", re.IGNORECASE), 3),
    (re.compile(r"free|trial|freemium|basic", re.IGNORECASE), 4),
)
_LEAST = 2


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
    for sort in _sorts(analysis)[:MOST_PEOPLE]:
        one = _people(analysis, sort, quoted)
        found.append(one)
        if one.quote is not None:
            quoted.add(one.quote.number)
    return tuple(found)


def _sorts(analysis: Analysis) -> list[_Sort]:
    """Segments as recorded and as people tell them, joined where they mean the same."""
    members: dict[str, dict[int, Evidence]] = {}
    patterns = dict(_SITUATIONS)
    for one in analysis.evidence:
        labels = [label for label, pattern in _SITUATIONS if pattern.search(one.text)]
        if one.segment and inline(one.segment):
            labels.append(_segment(inline(one.segment)))
        for label in labels:
            members.setdefault(label, {})[one.number] = one
    sorts = [
        _Sort(label, tuple(own.values()), patterns.get(label))
        for label, own in members.items()
        if len(own) >= _LEAST
    ]
    return sorted(sorts, key=lambda sort: (-len(sort.members), sort.label))


def _segment(recorded: str) -> str:
    """The one label of a recorded segment and of its synonyms."""
    bare = re.sub(
        r"\W*\b(?:users?|customers?|plan|tier|accounts?|members?)\b",
        "",
        recorded,
        flags=re.IGNORECASE,
    )
    for pattern, place in _SYNONYMS:
        if pattern.fullmatch(bare.strip()):
            return _SITUATIONS[place][0]
    return recorded[:1].upper() + recorded[1:]


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
        (
            member.number not in quoted,
            sort.pattern is not None and sort.pattern.search(span.text) is not None,
            span.quality,
            -member.number,
            span.text,
        )
        for member in sort.members
        for span in quotable_spans(member.text)
    ]
    best = max(spans, default=None)
    return Quotation(-best[3], best[4]) if best else None
