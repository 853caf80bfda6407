"""Joins groups that state one trouble, and gives a signal to the group whose trouble it states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pmflow_core.providers.local.kinds import KINDS, prevailing_kind
from pmflow_core.providers.local.lexicon import DEED_STARTS
from pmflow_core.providers.local.naming import name_groups, recurring
from pmflow_core.providers.local.remarks import gathered, is_named
from pmflow_core.providers.local.similarity import stems
from pmflow_core.providers.local.spans import quotable_spans
from pmflow_core.providers.local.text import reads_as_english, words
from pmflow_core.providers.local.topics import (
    Topic,
    loose_topic,
    same_topic,
    single_topic,
    told_topic,
    trouble,
)

_ROUNDS = 2
_MOSTLY = 0.6
_FEW = 10
_LEAST_GROUPS = 3
_LEAST_SHARED = 4
_PAIR = 2
_MOST_PROBLEMS = 6


@dataclass(frozen=True)
class Group:
    """Rows that speak of one thing, and what it is."""

    topic: Topic
    rows: tuple[int, ...]
    is_single: bool = False  # chosen to stand for itself


def named_groups(groups: Sequence[tuple[int, ...]], texts: Sequence[str]) -> list[Group]:
    """Groups with their topics; no two state the same, and none is left empty."""
    rows = list(groups)
    for _ in range(_ROUNDS):
        rows, told = _joined(rows, texts)
        rows = _moved(rows, told, texts)
    rows, told = _joined(rows, texts)
    rows, told = _joined(_taken_in(rows, told, texts), texts)
    phrases = name_groups(texts, rows)
    named = [
        Group(told.get(place) or _loose(own, phrases[place], texts), own)
        for place, own in enumerate(rows)
    ]
    return _without_remarks(named, texts)


def _without_remarks(named: Sequence[Group], texts: Sequence[str]) -> list[Group]:
    """The groups, those that say nothing in common taken apart; all of them if none would stay."""
    tried = [one if one.topic.key or _holds(one, texts) else _renamed(one, texts) for one in named]
    kept = _apart_by_name([one for one in tried if one is not None])
    kept_rows = {row for one in kept for row in one.rows}
    loose = sorted(row for one in named for row in one.rows if row not in kept_rows)
    known = {place: one.topic for place, one in enumerate(kept) if one.topic.key}
    found, joined = gathered(loose, texts, known)
    homes = [
        [*one.rows, *(row for row in loose if joined.get(row) == place)]
        for place, one in enumerate(kept)
    ]
    topics = [*(one.topic for one in kept), *(one.topic for one in found)]
    homes += [list(one.rows) for one in found]
    placed = {row for own in homes for row in own}
    left = [row for row in loose if row not in placed]
    for row in left:
        home = next((place for place, one in enumerate(topics) if _hints(one, texts[row])), None)
        if home is not None:
            homes[home].append(row)
            placed.add(row)
    made = [Group(topic, tuple(own)) for topic, own in zip(topics, homes, strict=True)]
    if not made:
        made = [one for one in named if _shares_kind(one, texts)]
        placed = {row for one in made for row in one.rows}
    made += _singles([row for row in left if row not in placed], texts, len(made))
    return made or list(named)


def _singles(rows: Sequence[int], texts: Sequence[str], known: int) -> list[Group]:
    """Signals that stand for themselves: all where there are few, else those that say what it is.

    They are only taken where groups tell too little to begin with.
    """
    if len(texts) < _FEW:
        chosen = list(rows)
    elif known < _LEAST_GROUPS:
        chosen = [row for row in rows if told_topic([texts[row]]) is not None]
    else:
        chosen = []
    chosen.sort(key=lambda row: (-max(map(trouble, quotable_spans(texts[row])), default=0.0), row))
    return [
        Group(single_topic(texts[row], prevailing_kind([texts[row]])[0].key), (row,), True)
        for row in chosen[: max(0, _MOST_PROBLEMS - known)]
    ]


def _holds(group: Group, texts: Sequence[str]) -> bool:
    """True when a group without a stated trouble still has one kind of it and one subject."""
    own = [texts[row] for row in group.rows]
    if not any(reads_as_english(words(text)) for text in own):
        return True  # its words cannot be read; likeness is all there is to go by
    return group.topic.kind != "other" and is_named(group.topic.subject, own)


def _renamed(group: Group, texts: Sequence[str]) -> Group | None:
    """The group by the word that most of it shares; nothing when there is none to name it by."""
    own = [texts[row] for row in group.rows]
    shared = [word for word, _ in recurring(own, "") if is_named(word, own)]
    if group.topic.kind == "other" or not shared or len(own) < _LEAST_SHARED:
        return None
    things = [word for word in shared if word not in DEED_STARTS] or shared
    return Group(loose_topic(group.topic.kind, things[0], own), group.rows)


def _apart_by_name(groups: Sequence[Group]) -> list[Group]:
    """The groups, those of one subject and nearly one kind joined."""
    homes: dict[tuple[str, str, frozenset[str]], Group] = {}
    for one in groups:
        topic = one.topic
        kind = "unable" if topic.kind == "restricted" and not topic.key else topic.kind
        about = frozenset() if topic.key else topic.stems
        name = topic.name if topic.key else ""
        known = homes.get((kind, name, about))
        rows = one.rows if known is None else tuple(sorted({*known.rows, *one.rows}))
        larger = one if known is None or len(one.rows) > len(known.rows) else known
        homes[kind, name, about] = Group(larger.topic, rows)
    return list(homes.values())


def _shares_kind(group: Group, texts: Sequence[str]) -> bool:
    """True when each of several signals has words for the kind of trouble of their group."""
    pattern = KINDS[group.topic.kind].pattern
    return len(group.rows) > _PAIR and all(pattern.search(texts[row]) for row in group.rows)


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
        home = next((rows for known, rows in homes if same_topic(known, topic)), None)
        if home is None:
            homes.append((topic, list(own)))
        else:
            home.extend(own)
    rows = [tuple(sorted(own)) for _, own in homes]
    retold = [told_topic([texts[row] for row in own]) for own in rows]
    return [*rows, *apart], {place: one for place, one in enumerate(retold) if one}


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
    if topic.key in ("", "app"):
        return False
    return topic.key in stems(text) and KINDS[topic.kind].pattern.search(text) is not None
