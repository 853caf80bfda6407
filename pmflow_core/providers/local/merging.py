"""Joins groups that state one trouble, and gives a signal to the group whose trouble it states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pmflow_core.providers.local.frames import DEEDS
from pmflow_core.providers.local.kinds import KINDS, prevailing_kind
from pmflow_core.providers.local.naming import name_groups
from pmflow_core.providers.local.similarity import stems
from pmflow_core.providers.local.topics import Topic, loose_topic, told_topic

_ROUNDS = 2
_MOSTLY = 0.6


@dataclass(frozen=True)
class Group:
    """Rows that speak of one thing, and what it is."""

    topic: Topic
    rows: tuple[int, ...]


def named_groups(groups: Sequence[tuple[int, ...]], texts: Sequence[str]) -> list[Group]:
    """Groups with their topics; no two state the same, and none is left empty."""
    rows = list(groups)
    for _ in range(_ROUNDS):
        rows, told = _joined(rows, texts)
        rows = _moved(rows, told, texts)
    rows, told = _joined(rows, texts)
    rows, told = _joined(_taken_in(rows, told, texts), texts)
    phrases = name_groups(texts, rows)
    return [
        Group(told.get(place) or _loose(own, phrases[place], texts), own)
        for place, own in enumerate(rows)
    ]


def _taken_in(
    groups: Sequence[tuple[int, ...]], told: Mapping[int, Topic], texts: Sequence[str]
) -> list[tuple[int, ...]]:
    """A group without a topic joins one of its kind of trouble whose subject most of it names."""
    homes = [list(own) for own in groups]
    for place, own in enumerate(groups):
        if place in told:
            continue
        kind, _ = prevailing_kind([texts[row] for row in own])
        for home, topic in told.items():
            # Everybody names the app; that alone makes no group alike.
            named = sum(topic.key in stems(texts[row]) for row in own) if topic.key != "app" else 0
            if topic.kind == kind.key and named >= _MOSTLY * len(own):
                homes[home] += homes[place]
                homes[place] = []
                break
    return [tuple(sorted(home)) for home in homes if home]


def _loose(rows: Sequence[int], phrase: str, texts: Sequence[str]) -> Topic:
    own = [texts[row] for row in rows]
    return loose_topic(prevailing_kind(own)[0].key, phrase, own)


def _joined(
    groups: Sequence[tuple[int, ...]], texts: Sequence[str]
) -> tuple[list[tuple[int, ...]], dict[int, Topic]]:
    """Join the groups that state the same; each topic is told anew from all its signals."""
    homes: list[tuple[Topic, list[int]]] = []
    apart: list[tuple[int, ...]] = []
    for own in sorted(groups, key=lambda one: (-len(one), one)):
        topic = told_topic([texts[row] for row in own])
        if topic is None:
            apart.append(own)
            continue
        home = next((rows for known, rows in homes if _same(known, topic)), None)
        if home is None:
            homes.append((topic, list(own)))
        else:
            home.extend(own)
    rows = [tuple(sorted(own)) for _, own in homes]
    retold = [told_topic([texts[row] for row in own]) for own in rows]
    return [*rows, *apart], {place: one for place, one in enumerate(retold) if one}


def _same(known: Topic, other: Topic) -> bool:
    kinds = {known.kind, other.kind}
    is_one_kind = len(kinds) == 1 or kinds == {"loss", "missing"}
    if known.kind in DEEDS or other.kind in DEEDS:
        return is_one_kind and known.key == other.key
    return is_one_kind and (known.key in other.stems or other.key in known.stems)


def _moved(
    groups: Sequence[tuple[int, ...]], told: Mapping[int, Topic], texts: Sequence[str]
) -> list[tuple[int, ...]]:
    """A signal that states another group's trouble, and not its own group's, goes there."""
    largest = sorted(told, key=lambda place: (-len(groups[place]), place))
    homes: list[list[int]] = [[] for _ in groups]
    for place, own in enumerate(groups):
        for row in own:
            stated = [one for one in largest if told[one].tells(texts[row])]
            stated = stated or [one for one in largest if _hints(told[one], texts[row])]
            homes[place if place in stated or not stated else stated[0]].append(row)
    return [tuple(sorted(home)) for home in homes if home]


def _hints(topic: Topic, text: str) -> bool:
    """True when a text names the subject and uses words for the kind of trouble."""
    return topic.key in stems(text) and KINDS[topic.kind].pattern.search(text) is not None
