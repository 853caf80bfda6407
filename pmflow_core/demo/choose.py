"""Chooses the sample's messages out of BANKING77; run by who maintains the sample, never at load.

`python -m pmflow_core.demo.choose train.csv test.csv > pmflow_core/demo/bank_app.jsonl`, with the
two files of the data set as published (columns text and category). The same files give the same
lines: where the rules need chance they take it from a hash of the text.
"""

import csv
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

WEEKS = 8
SHORTEST, TELLING, LONGEST = 42, 64, 300
ALIKE = 0.6
"""Of two messages that share more than this part of their words one is left out."""
UNFIT = re.compile(
    r"drunk|intoxicated|stupid|wtf|hell|damn|sucks|goofed|\btbh\b|\bass\b|mugged|apple (?:bay|play)"
    r"|your? (?:will )?hear|hearing (?:back|about)|please make sure|pay top(?! up)|top up app"
    r"|(?:double|triple).?check|gas tank|\bmy car\b|arm holes|girlfriend",
    re.IGNORECASE,
)
TROUBLE = re.compile(
    r"\b(?:not|n't|never|cannot|cant|wont|didnt|doesnt|isnt|wrong\w*|fail\w*|declin\w*|reject\w*"
    r"|block\w*|lock\w*|twice|double|duplicate|extra|charg\w*|fee|still|wait\w*|lost|stolen|stole"
    r"|missing|unable|trouble|problem|issue|stopped|denied|refus\w*|unauthori\w*|less|short\w*)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)
PLANS = ("Personal plan", "Plus plan", "Business plan")
CHANNELS = (("pylon", 0.4), ("email", 0.7), ("api", 0.92), ("slack", 1.0))
"""Support chat, e-mail, the form in the app, and what colleagues pass on; cumulated shares."""


class Trend(StrEnum):
    """How a topic's messages spread over the weeks."""

    STEADY = "steady"
    GROWING = "growing"
    FADING = "fading"
    RECENT = "recent"


@dataclass(frozen=True, slots=True)
class Topic:
    """One intent of the data set, how much of it is taken, and what is added to it.

    `asks_for` must occur in a text: some labels of the data set are wrong. `plans` are the shares
    of the plans; what is missing to 1 says nothing of its plan.
    """

    label: str
    count: int
    asks_for: str
    trend: Trend
    plans: tuple[float, float, float]


TOPICS = (
    Topic("unable_to_verify_identity", 38, r"identi|\bid\b|me\b", Trend.GROWING, (0.6, 0.1, 0.1)),
    Topic("declined_card_payment", 28, r"declin", Trend.STEADY, (0.4, 0.2, 0.2)),
    Topic("top_up_failed", 26, r"top.?(?:ped |ping )?up", Trend.STEADY, (0.5, 0.2, 0.0)),
    Topic("card_arrival", 34, r"card", Trend.STEADY, (0.6, 0.1, 0.1)),
    Topic("card_payment_wrong_exchange_rate", 28, r"rate|exchange", Trend.STEADY, (0.2, 0.4, 0.2)),
    Topic("transaction_charged_twice", 28, r"twice|two|double|dupl", Trend.STEADY, (0.3, 0.2, 0.3)),
    Topic(
        "transfer_not_received_by_recipient", 26, r"transfer|sent", Trend.STEADY, (0.2, 0.1, 0.5)
    ),
    Topic("Refund_not_showing_up", 24, r"refund", Trend.STEADY, (0.4, 0.2, 0.1)),
    Topic("cash_withdrawal_charge", 26, r"cash|atm|withdr", Trend.FADING, (0.5, 0.2, 0.0)),
    Topic("wrong_amount_of_cash_received", 16, r"cash|atm|withdr", Trend.STEADY, (0.4, 0.2, 0.1)),
    Topic("pin_blocked", 20, r"\bpin\b", Trend.STEADY, (0.4, 0.2, 0.1)),
    Topic("contactless_not_working", 22, r"contactless", Trend.FADING, (0.4, 0.2, 0.1)),
    Topic("virtual_card_not_working", 30, r"virtual|disposable", Trend.RECENT, (0.1, 0.4, 0.3)),
    Topic("apple_pay_or_google_pay", 18, r"apple (?:pay|watch)", Trend.GROWING, (0.3, 0.4, 0.0)),
    Topic("direct_debit_payment_not_recognised", 16, r"debit", Trend.STEADY, (0.3, 0.1, 0.3)),
    Topic("lost_or_stolen_phone", 14, r"phone", Trend.STEADY, (0.4, 0.2, 0.1)),
)


def choose(rows: Iterable[tuple[str, str]]) -> list[dict[str, object]]:
    """Return the sample's messages, oldest first, from the (text, category) of the data set."""
    texts: dict[str, list[str]] = {}
    for text, category in rows:
        texts.setdefault(category, []).append(" ".join(text.split()))
    chosen = [
        _message(topic, text)
        for topic in TOPICS
        for text in _fitting(topic, texts.get(topic.label, []))
    ]
    chosen.sort(key=lambda row: (-float(str(row["days_ago"])), str(row["text"])))
    return [{"ref": f"bank-{place:03}", **row} for place, row in enumerate(chosen, start=1)]


def _fitting(topic: Topic, texts: Sequence[str]) -> list[str]:
    """Return messages that say something, none nearly the same as another."""
    wanted = re.compile(topic.asks_for, re.IGNORECASE)
    fit = [text for text in texts if wanted.search(text) and _is_fit(text)]
    fit.sort(
        key=lambda text: (TROUBLE.search(text) is None, len(text) < TELLING, _chance(text, "order"))
    )
    kept: list[str] = []
    for text in fit:
        if len(kept) == topic.count:
            break
        if all(_alike(text, other) <= ALIKE for other in kept):
            kept.append(text)
    return kept


def _is_fit(text: str) -> bool:
    return SHORTEST <= len(text) <= LONGEST and UNFIT.search(text) is None and not text.isupper()


def _message(topic: Topic, text: str) -> dict[str, object]:
    draw = _chance(text, "channel")
    message: dict[str, object] = {
        "text": text,
        "source": next(name for name, until in CHANNELS if draw < until),
        "days_ago": round(_days_ago(topic.trend, _chance(text, "day")), 2),
    }
    rest = _chance(text, "plan")
    for plan, share in zip(PLANS, topic.plans, strict=True):
        if rest < share:
            return {**message, "segment": plan}
        rest -= share
    return message


def _days_ago(trend: Trend, draw: float) -> float:
    days = WEEKS * 7 - 0.5
    match trend:
        case Trend.STEADY:
            part = draw
        case Trend.GROWING:
            part = 1 - draw**0.5
        case Trend.FADING:
            part = draw**0.5
        case Trend.RECENT:
            part = draw**2
    return 0.1 + part * days


def _alike(one: str, other: str) -> float:
    words, others = _words(one), _words(other)
    return len(words & others) / len(words | others)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z']+", text.lower()))


def _chance(text: str, salt: str) -> float:
    digest = hashlib.sha256(f"{salt}:{text}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def _read(paths: Sequence[str]) -> Iterable[tuple[str, str]]:
    for path in paths:
        with Path(path).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield row["text"], row["category"]


def main(paths: Sequence[str]) -> None:
    """Write the sample's lines to standard output."""
    for row in choose(_read(paths)):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
