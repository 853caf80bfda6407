"""The numbers that evidence holds, and those a sentence states of it; pure.

What may be said is what a reader can count again: all linked signals and their customers, those of
one severity, frequency or segment, the signals of the workspace, and those the sentence itself
cites. The size of a group that only its writer knows cannot be counted again, so stating it without
citing its signals is a fault.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pmflow_core.providers.base import Evidence

_WORDS = """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty""".split()  # noqa: SIM905
_IN_WORDS = {word: value for value, word in enumerate(_WORDS, start=2)}
_NUMBER = rf"(?<![\w.,-])(?:\d{{1,3}}(?:,\d{{3}})+|\d+|{'|'.join(_WORDS)})(?![.,]?\d)"
_SIGNALS = r"signals?"
_CUSTOMERS = r"customers?|companies"
# "A plan for 5 users" counts no evidence; "5 users report" does.
_PEOPLE = (
    r"(?:people|users|respondents|persons)(?=\s+(?:who\s+)?(?:all\s+)?(?:report|sa[iy]|ask|wr[io]t"
    r"|mention|complain|want|describ|request|need|call|tell|told))"
)
# Up to two words between, as in "14 enterprise customers".
_COUNT = re.compile(
    rf"(?P<number>{_NUMBER})(?:\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?(?P<whole>{_NUMBER}))?"
    rf"\s+(?:(?!of\b|and\b)[a-z-]+\s+){{0,2}}?(?:(?P<signals>{_SIGNALS})|(?P<customers>{_CUSTOMERS})"
    rf"|(?P<people>{_PEOPLE}))\b",
    re.IGNORECASE,
)
_SHARE = re.compile(r"(?<![\w.,-])(?P<share>\d{1,3}(?:\.\d)?)\s*(?:%|per ?cent\b)", re.IGNORECASE)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"\n]*\"")


class Unit(StrEnum):
    """What is counted."""

    SIGNALS = "signals"
    CUSTOMERS = "customers"
    PEOPLE = "people"
    SHARE = "%"


@dataclass(frozen=True, slots=True)
class Stated:
    """A number as a sentence states it, out of `whole` where it says of how many."""

    value: float
    unit: Unit
    whole: int | None = None

    def __str__(self) -> str:
        """Return it as one says it."""
        whole = f" of {self.whole:,}" if self.whole is not None else ""
        return f"{self.value:,g}{whole} {self.unit.value}"


@dataclass(frozen=True)
class Figures:
    """What can be counted in the evidence of a project."""

    customer_of: dict[int, str | None]
    signals: frozenset[int]
    customers: frozenset[int]
    wholes: frozenset[int]

    @classmethod
    def of(cls, evidence: Sequence[Evidence], total: int) -> Self:
        """Count the evidence of a project in a workspace of `total` signals."""
        groups = list(_groups(evidence))
        return cls(
            {one.number: one.customer for one in evidence},
            frozenset({total, *(len(group) for group in groups)}),
            frozenset(len({one.customer for one in group if one.customer}) for group in groups),
            frozenset({len(evidence), total}),
        )

    def fault(self, stated: Stated, cited: Collection[int]) -> str:
        """Return why a number is wrong, given the signals its sentence cites; empty if right."""
        known = [number for number in cited if number in self.customer_of]
        if stated.unit is Unit.SHARE:
            return (
                "" if self._is_share(stated.value, known) else f"{stated} is no share of the data."
            )
        allowed = self._allowed(stated.unit, known)
        if stated.whole is not None and stated.whole not in self._wholes(stated.unit):
            return f"The data has no {stated.whole:,} {stated.unit.value}."
        if stated.value in allowed or stated.value <= 1:
            return ""
        has = f"the project has {self._total(stated.unit):,}, the sentence cites {len(known):,}"
        return f"{stated} is not in the data; {has}."

    def _allowed(self, unit: Unit, cited: Collection[int]) -> frozenset[int]:
        customers = self.customers | {len({self.customer_of[one] for one in cited} - {None})}
        signals = self.signals | {len(set(cited))}
        return {Unit.SIGNALS: signals, Unit.CUSTOMERS: customers}.get(unit, signals | customers)

    def _wholes(self, unit: Unit) -> frozenset[int]:
        return self.wholes if unit is Unit.SIGNALS else self.wholes | self.customers | self.signals

    def _total(self, unit: Unit) -> int:
        return len(self.customer_of) if unit is not Unit.CUSTOMERS else max(self.customers)

    def _is_share(self, value: float, cited: Collection[int]) -> bool:
        parts = self.signals | self.customers | {len(set(cited))}
        wholes = self.wholes | {max(self.customers)}
        return any(
            abs(value - 100 * part / whole) <= (0.5 if value == int(value) else 0.05) + 1e-9
            for whole in wholes
            if whole
            for part in parts
            if part <= whole
        )


def stated(sentence: str) -> tuple[Stated, ...]:
    """Return the numbers a sentence states of signals, customers and shares, quotations aside."""
    text = _QUOTED.sub(" ", sentence)
    counts = [
        Stated(_value(match["number"]), _unit(match), _whole(match))
        for match in _COUNT.finditer(text)
    ]
    shares = [Stated(float(match["share"]), Unit.SHARE) for match in _SHARE.finditer(text)]
    return (*counts, *shares)


def _groups(evidence: Sequence[Evidence]) -> Iterator[list[Evidence]]:
    yield list(evidence)
    for name in ("severity", "frequency", "segment"):
        values = Counter(getattr(one, name) for one in evidence)
        for value in values:
            yield [one for one in evidence if getattr(one, name) == value]


def _unit(match: re.Match[str]) -> Unit:
    return next(unit for unit in Unit if unit is not Unit.SHARE and match[unit.value])


def _whole(match: re.Match[str]) -> int | None:
    return None if match["whole"] is None else int(_value(match["whole"]))


def _value(text: str) -> int:
    return _IN_WORDS.get(text.casefold()) or int(text.replace(",", ""))
