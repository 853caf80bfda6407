"""What a group of signals is about, told as a short clause in the customers' own words."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pmflow_core.providers.local.frames import DEEDS, Frame, frames
from pmflow_core.providers.local.lexicon import (
    CONTRAST,
    DEED_STARTS,
    FUNCTION_WORDS,
    TROUBLE,
    WEAK_WORDS,
)
from pmflow_core.providers.local.sorting import Voice, voice
from pmflow_core.providers.local.spans import Span, quotable_spans
from pmflow_core.providers.local.spelling import spelled
from pmflow_core.providers.local.text import inline, stem
from pmflow_core.providers.local.turns import LOOSE, TOLD, Turn

_LONGEST_NAME = 80
_CLAUSE = 3
_OPENING = re.compile(r"^(?:(?:and|but|or|so|also|then|because|plus)\b[\s,]*)+", re.IGNORECASE)
_ENDS = re.compile(r"[.!?;:,…。！？]+")
_LEAST_SHARE = 0.22
_LEAST_SECOND = 0.4
_LEAST_OBJECT = 0.3
WEIGHTS = {"how": 0.7, "restricted": 0.9, "changed": 0.8, "wish": 0.8}
_THIRD_PERSON = {"my": "their", "our": "their", "your": "their"}
_SCREEN_WORDS = frozenset(
    "bar button buttons icon menu tab option options screen feature function box page".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Topic:
    """A problem in words; `kind` and `key` tell whether two groups speak of the same one."""

    kind: str
    key: str
    subject: str
    name: str
    clause: str
    need: str
    goal: str

    @property
    def stems(self) -> frozenset[str]:
        """Stems of the words of its subject."""
        return frozenset(stem(word) for word in self.subject.lower().split())

    @property
    def mention(self) -> str:
        """Its name inside a sentence."""
        head = self.subject[:1] if self.name.lower().startswith(self.subject.lower()) else ""
        return (head or self.name[:1].lower()) + self.name[1:]

    def tells(self, text: str) -> bool:
        """True when a text says this in so many words."""
        return any(one.kind == self.kind and self.key in one.keys for one in frames(text))


def told_topic(texts: Sequence[str]) -> Topic | None:
    """The trouble that most of the texts state; None when too few state the same."""
    told = [frames(text) for text in texts]
    counted: Counter[tuple[str, str]] = Counter()
    for own in told:
        counted.update({(one.kind, key) for one in own for key in one.keys})
    # Of two words that always stand together the first tells more: search of search button.
    heads = Counter((one.kind, stem(one.thing[0])) for own in told for one in own)
    best = min(
        counted, key=lambda pair: (-_weight(pair, counted), -heads[pair], pair), default=None
    )
    if best is None or counted[best] < _least(len(texts)):
        return None
    kind, key = best
    about = [one for own in told for one in own if one.kind == kind and key in one.keys]
    return _told(kind, key, about, texts)


def loose_topic(kind: str, phrase: str, texts: Sequence[str]) -> Topic:
    """A group that states no one trouble, named by the phrase its members share."""
    subject = spelled(phrase, texts)
    if kind in ("unable", "restricted") and phrase in DEED_STARTS:
        return Topic(kind, "", subject, *_worded(TOLD["cannot"], subject, is_many=False))
    return Topic(kind, "", subject, *_worded(LOOSE[kind], subject, is_many=False))


def single_topic(text: str, kind: str) -> Topic:
    """What one signal says that nobody else says: told by frames, else in its own words."""
    told = told_topic([text])
    if told is not None and told.kind in DEEDS and " " in told.subject:
        return told
    # It goes on inside other sentences, so that it may hold no end of one.
    bare = _ENDS.sub(",", inline(_complaint(text), 4 * _LONGEST_NAME))
    said = _short(bare) or "something without words"
    return Topic(
        kind,
        "",
        said,
        said[:1].upper() + said[1:],
        f"one person writes: {said}",
        f"Answered: {said}",
        f"have this answered: {said}",
    )


def _short(text: str) -> str:
    """A text of heading length, ending where something may end."""
    text = _OPENING.sub("", text)
    tokens = text.split()
    if len(text) > _LONGEST_NAME:
        tokens = text[:_LONGEST_NAME].split()[:-1]
        while len(tokens) > 1 and tokens[-1].lower().strip(",") in FUNCTION_WORDS | WEAK_WORDS:
            tokens.pop()
    said = " ".join(tokens)
    if said.count("(") != said.count(")"):
        said = said.split("(")[0] or said.replace("(", "").replace(")", "")
    return said.strip(" ,-–—…")


def _complaint(text: str) -> str:
    """The words of a text that tell its trouble best: what follows a *but*, where there is one."""
    best = max(quotable_spans(text), key=trouble, default=None)
    whole = best.text if best else text
    turned = [match[1] for match in CONTRAST.finditer(whole) if len(match[1].split()) > _CLAUSE]
    return (
        turned[-1].strip() if turned and not TROUBLE.search(whole.split(turned[-1])[0]) else whole
    )


def trouble(span: Span) -> float:
    """How well a span tells of trouble; praise beside it is no way to tell it."""
    stated = any(one.kind != "how" for one in frames(span.text))
    return span.quality + 0.3 * stated - 0.7 * (voice(span.text) is not Voice.SPEAKS)


def same_topic(known: Topic, other: Topic) -> bool:
    """True when two topics are one trouble told in other words."""
    kinds = {known.kind, other.kind}
    is_one_kind = len(kinds) == 1 or kinds == {"loss", "missing"}
    if known.kind in DEEDS or other.kind in DEEDS:
        return is_one_kind and known.key == other.key
    return is_one_kind and (known.key in other.stems or other.key in known.stems)


def _least(count: int) -> float:
    if count == 1:
        return 1.0
    return max(2.0 if count < 8 else 3.0, _LEAST_SHARE * count)


def _weight(pair: tuple[str, str], counted: Mapping[tuple[str, str], int]) -> float:
    return counted[pair] * WEIGHTS.get(pair[0], 1.0)


def _told(kind: str, key: str, about: Sequence[Frame], texts: Sequence[str]) -> Topic:
    bare = _deed(about) if kind in DEEDS else _thing(about, key)
    last = bare.split()[-1]
    is_many = last.endswith("s") and not last.endswith("ss") and kind not in DEEDS
    subject = spelled(bare, texts)
    return Topic(kind, key, subject, *_worded(TOLD[_sign(about)], subject, is_many=is_many))


def _sign(about: Sequence[Frame]) -> str:
    """The most used sign; one that says what happened goes before one that only misses it."""
    counted = Counter(one.sign for one in about)
    plain = [sign for sign in counted if sign != "missing" and 4 * counted[sign] >= len(about)]
    return min(plain or counted, key=lambda sign: (-counted[sign], sign))


def _thing(about: Sequence[Frame], key: str) -> str:
    """The thing as most call it; a second head that many use stands beside the first."""
    counted: Counter[tuple[str, ...]] = Counter(one.thing for one in about)
    longer: Counter[tuple[str, ...]] = Counter()
    longer.update({thing: uses for thing, uses in counted.items() if len(thing) > 1})
    first = min(longer or counted, key=lambda thing: (-counted[thing], thing))
    if longer and (4 * longer.total() < len(about) or longer[first] < 2):
        bare = [thing for thing in counted if len(thing) == 1]
        first = min(bare, key=lambda thing: (-counted[thing], thing), default=first)
    second = _second_head(first, longer) if stem(first[0]) == key else ""
    return " ".join((*first, "or", second)) if second else " ".join(first)


def _second_head(first: tuple[str, ...], longer: Counter[tuple[str, ...]]) -> str:
    """Another word that nearly as many put in the place of the head: bar or button."""
    if len(first) != 2:
        return ""
    heads: Counter[str] = Counter()
    for thing, uses in longer.items():
        if thing[0] == first[0] and stem(thing[1]) != stem(first[1]):
            heads[thing[1]] += uses
    second = min(heads, key=lambda head: (-heads[head], head), default="")
    return second if heads[second] >= max(2.0, _LEAST_SECOND * longer[first]) else ""


def _deed(about: Sequence[Frame]) -> str:
    """The verb with the objects that most name: search for songs or artists."""
    verb = _most(one.thing[0] for one in about)
    objects = Counter(stem(one.object.split()[-1]) for one in about if one.object)
    if not objects:
        joint = [one.particle for one in about if one.thing[0] == verb and one.particle]
        return f"{verb} {_most(joint)}" if joint else verb
    ranked = sorted(objects, key=lambda one: (-objects[one], one))
    least = max(2.0, _LEAST_OBJECT * objects[ranked[0]])
    chosen = [ranked[0], *(one for one in ranked[1:3] if objects[one] >= least)]
    said = [one for one in about if one.object and stem(one.object.split()[-1]) in chosen]
    joint = _most(one.particle for one in said)
    named = [_object(said, one, joint) for one in chosen]
    return f"{f'{verb} {joint}'.strip()} {_either(named)}"


def _object(said: Sequence[Frame], wanted: str, joint: str) -> str:
    """The object as most write it, with its own particle where that is not the joint one."""
    own = [one for one in said if stem(one.object.split()[-1]) == wanted]
    written = _most(one.object for one in own)
    particle = _most(one.particle for one in own if one.object == written)
    third = " ".join(_THIRD_PERSON.get(word, word) for word in written.split())
    return third if particle in ("", joint) else f"{particle} {third}"


def _either(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _most(words: Iterable[str]) -> str:
    counted = Counter(words)
    return min(counted, key=lambda word: (-counted[word], len(word), word))


def _worded(turn: Turn, subject: str, *, is_many: bool) -> tuple[str, str, str, str]:
    is_shown = bool(_SCREEN_WORDS & set(subject.lower().split()))
    article = "an" if subject[:1].lower() in "aeiou" else "a"
    forms = {
        "x": subject,
        "a": subject if is_many else f"{article} {subject}",
        "is": "are" if is_many else "is",
        "was": "were" if is_many else "was",
        "has": "have" if is_many else "has",
        "does": "do" if is_many else "does",
        "s": "" if is_many else "s",
        "es": "" if is_many else "es",
        "it": "they" if is_many else "it",
        "it_": "them" if is_many else "it",
        "its": "their" if is_many else "its",
        "place": "on every screen" if is_shown else "where people look for it",
    }
    name, clause, need, goal = (
        phrase.format(**forms) for phrase in (turn.name, turn.clause, turn.need, turn.goal)
    )
    return name[:1].upper() + name[1:], clause, need[:1].upper() + need[1:], goal
