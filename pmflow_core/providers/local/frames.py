"""Reads what a signal says is wrong: the thing it speaks of, or the deed it could not do."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pmflow_core.providers.local.complaints import COMPLAINTS, Complaint
from pmflow_core.providers.local.lexicon import (
    DEED_STARTS,
    FUNCTION_WORDS,
    NEGATIONS,
    PRAISE_WORDS,
    WEAK_WORDS,
)
from pmflow_core.providers.local.text import plain, stem

DEEDS = frozenset({"unable", "how", "restricted"})

_AUXILIARIES = frozenset(
    """have has had is are was were been be am just now also all completely totally suddenly
    randomly keep keeps kept always sometimes often constantly still again simply seem seems
    to start started starts recently get gets got getting being it they goes go going went
    even really apparently kinda ever already will would might basically only never too so
    very super extremely slightly way quite bit pretty""".split()  # noqa: SIM905
)
_DETERMINERS = frozenset(
    "a an the my your our any some this that these its new all of up another".split()  # noqa: SIM905
)
_ARTICLES = frozenset({"a", "an", "the", "my", "any", "all"})
_PARTICLES = frozenset("for to up on off out in into back from at about of with by".split())  # noqa: SIM905
_ENDS = frozenset(
    """and but because if when so since unless anymore now which that i it you like or as even then
    until after before due this again properly while where what how who why we they anything me us
    please them him her to these those there here more yet just""".split()  # noqa: SIM905
)
_SKIPPED = frozenset("even just really actually seem ever now also always please longer go".split())  # noqa: SIM905
# These verbs say little without their object: use the card and use the app are two deeds.
_GENERIC = frozenset("use get see have make find do access view want put".split())  # noqa: SIM905
# What people threaten, or say of what they write, is no deed that the product should allow.
_NO_DEEDS = frozenset(
    "uninstall delete say admit give stay wait deal guess agree believe know".split()  # noqa: SIM905
)
_PHRASAL = frozenset("log sign turn shut opt check back".split())  # noqa: SIM905
_VAGUE = frozenset(
    "changes change improvement improvements update updates adjustments tweaks help".split()  # noqa: SIM905
)
_NAMELESS = frozenset(
    "feature features option options function functions ability information info random".split()  # noqa: SIM905
)
_TASTES = PRAISE_WORDS | {"important", "basic", "main", "simple", "certain", "own", "whole"}
_OCCASIONS = frozenset({"updat", "version", "upgrad"})
# "It crashes on startup" names nothing: what crashes is the app.
_OF_THE_APP = frozenset({"crashes", "freezes"})
_HOLLOW = FUNCTION_WORDS | WEAK_WORDS | PRAISE_WORDS | NEGATIONS


@dataclass(frozen=True)
class Frame:
    """One statement of trouble: its kind, the sign that shows it, and the words it is about.

    `thing` is what is troubled; of a deed it is the verb, with its particle and object apart.
    """

    kind: str
    sign: str
    thing: tuple[str, ...]
    particle: str = ""
    object: str = ""

    @property
    def keys(self) -> frozenset[str]:
        """Stems by which two frames speak of one thing; of a deed only its verb."""
        if self.kind not in DEEDS:
            return frozenset(stem(word) for word in self.thing)
        verb = stem(self.thing[0])
        if self.thing[0] in _GENERIC:
            return frozenset({f"{verb} {stem(self.object.split()[-1])}"})
        return frozenset({verb})


@lru_cache(maxsize=4096)
def frames(text: str) -> tuple[Frame, ...]:
    """Every statement of trouble in a text, as far as common turns of phrase show it."""
    line = plain(text)
    found: dict[Frame, None] = {}
    for complaint in COMPLAINTS:
        for match in complaint.pattern.finditer(line):
            frame = _framed(complaint, line[: match.start()], line[match.end() :])
            if frame is not None:
                found.setdefault(frame)
    return tuple(found)


def _framed(complaint: Complaint, before: str, after: str) -> Frame | None:
    if complaint.side == "deed":
        return _deed(complaint, after.split(maxsplit=9)[:9])
    thing = (
        _noun(list(_subject(before)), complaint.kind)[::-1]
        if complaint.side == "before"
        else _noun(list(_object(after)), complaint.kind)
    )
    if not thing and complaint.sign in _OF_THE_APP:
        thing = ("app",)
    return Frame(complaint.kind, complaint.sign, thing) if thing else None


def _subject(before: str) -> Iterator[str]:
    """Yield the words of a subject, nearest first, without auxiliaries between it and its verb."""
    near = before[-90:].split()[:0:-1] if len(before) > 90 else before.split()[::-1]
    begun = False
    for word in near:
        begun = begun or word not in _AUXILIARIES
        if begun:
            yield word


def _object(after: str) -> Iterator[str]:
    begun = False
    for word in after.split(maxsplit=8)[:8]:
        begun = begun or (word not in _DETERMINERS and word not in _TASTES)
        if begun:
            yield word


def _noun(tokens: list[str], kind: str) -> tuple[str, ...]:
    """Up to three words in a row that carry meaning, nearest first."""
    taken: list[str] = []
    for word in tokens[:3]:
        is_app = word == "app" and kind in ("broken", "slow", "cost") and not taken
        if word == "." or (word in _HOLLOW and not is_app) or len(word) < 2 or word.isdigit():
            break
        taken.append(word)
    if taken and (taken[0] in _VAGUE or (len(taken) == 1 and taken[0] in _NAMELESS)):
        return ()
    if taken and stem(taken[0]) in _OCCASIONS:
        # The update is when it began, not what is troubled.
        return ("app",) if kind in ("broken", "slow") else ()
    return tuple(taken)


def _deed(complaint: Complaint, tokens: list[str]) -> Frame | None:
    """A verb, its particle, and the nearest object; none when no plain verb follows."""
    while tokens and tokens[0] in _SKIPPED:
        tokens = tokens[1:]
    if not tokens or not _is_verb(tokens[0]):
        return None
    particle, article, wanted = _wanted(tokens[1:])
    if tokens[0] in _NO_DEEDS or (not wanted and tokens[0] in _GENERIC):
        return None
    phrase = " ".join(word for word in (article, *wanted) if word) if wanted else ""
    is_joint = bool(wanted) or tokens[0] in _PHRASAL
    joint = " ".join(particle) if is_joint else ""
    return Frame(complaint.kind, complaint.sign, (tokens[0],), joint, phrase)


def _wanted(rest: list[str]) -> tuple[list[str], str, list[str]]:
    """The particles, the article and the words of the object behind a verb."""
    particle, article, wanted = list[str](), "", list[str]()
    for word in rest:
        if word == "." or word in _ENDS or word.isdigit() or len(wanted) == 2:
            break
        if word == "order" and particle[-1:] == ["in"]:
            return particle[:-1], article, wanted
        if not wanted and word in _PARTICLES and len(particle) < 2:
            particle.append(word)
        elif not wanted and word in _DETERMINERS:
            article = word if word in _ARTICLES else article
        elif word in FUNCTION_WORDS:
            break
        else:
            wanted.append(word)
    while wanted and wanted[-1] in _HOLLOW:
        wanted.pop()
    return particle, article, wanted


def _is_verb(word: str) -> bool:
    if word == "." or len(word) < 2 or word.isdigit() or word.endswith("ly"):
        return False
    return word in DEED_STARTS or word not in _HOLLOW
