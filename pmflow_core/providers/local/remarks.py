"""Takes apart the groups that say nothing in common, and gathers what their signals do state."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pmflow_core.providers.local.frames import frames
from pmflow_core.providers.local.spelling import is_proper
from pmflow_core.providers.local.text import plain, stem
from pmflow_core.providers.local.topics import WEIGHTS, Topic, same_topic, told_topic

_LEAST_SHARE = 0.015
_FEW = 30
_NAMED = 0.5
_MOST_TOLD = 8


@dataclass(frozen=True)
class Gathered:
    """Rows that state one trouble, found one by one and not by likeness."""

    topic: Topic
    rows: tuple[int, ...]


def is_named(phrase: str, texts: Sequence[str]) -> bool:
    """True when most of a group's texts use the phrase that it would be named by."""
    wanted = {stem(word) for word in phrase.lower().split()}
    if all(is_proper(word, texts) for word in phrase.split()):
        return False  # everybody names the product; that alone makes no group alike
    uses = sum(wanted <= {stem(word) for word in plain(text).split()} for text in texts)
    return uses >= max(2.0, _NAMED * len(texts))


def gathered(
    rows: Sequence[int], texts: Sequence[str], known: Mapping[int, Topic]
) -> tuple[list[Gathered], dict[int, int]]:
    """What the rows state: new troubles with their rows, and rows that state a known one.

    The rest of the rows is in neither; they are reported once each, and nothing is made of them.
    """
    joined: dict[int, int] = {}
    for row in rows:
        home = next((place for place, topic in known.items() if topic.tells(texts[row])), None)
        if home is not None:
            joined[row] = home
    left = [row for row in rows if row not in joined]
    least = max(2 if len(texts) < _FEW else 3, _LEAST_SHARE * len(texts))
    found: list[Gathered] = []
    tried = set[tuple[str, str]]()
    while len(found) + len(known) < _MOST_TOLD:
        best = _most_stated(left, texts, tried)
        if best is None or best[1] < least:
            break
        tried.add(best[0])
        own = [row for row in left if _states(texts[row], best[0])]
        topic = told_topic([texts[row] for row in own])
        if topic is None:
            continue
        home = next((place for place, one in known.items() if same_topic(one, topic)), None)
        if home is None:
            found.append(Gathered(topic, tuple(own)))
        else:
            joined.update(dict.fromkeys(own, home))
        left = [row for row in left if row not in own]
    return found, joined


def _states(text: str, stated: tuple[str, str]) -> bool:
    return any(one.kind == stated[0] and stated[1] in one.keys for one in frames(text))


def _most_stated(
    rows: Sequence[int], texts: Sequence[str], tried: set[tuple[str, str]]
) -> tuple[tuple[str, str], int] | None:
    """The trouble that most rows state, and how many do."""
    counted: Counter[tuple[str, str]] = Counter()
    for row in rows:
        counted.update({(one.kind, key) for one in frames(texts[row]) for key in one.keys})
    ranked = [pair for pair in counted if pair not in tried]
    best = min(
        ranked, key=lambda pair: (-counted[pair] * WEIGHTS.get(pair[0], 1.0), pair), default=None
    )
    return (best, counted[best]) if best else None
