"""The phrases of a text that could name a theme, and how they are written in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SIGN_IN = r"\b(?:log(?:ged|ging)?|sign(?:ed|ing)?)\s+in\b"
TOKEN = re.compile(SIGN_IN + r"|[^\W_]+(?:['’][^\W\d_]+)*", re.IGNORECASE)
CLAUSE = re.compile(r"[^.!?;:,()\n\"“”]+")
LONGEST_PHRASE = 3
LONGEST_SPAN = 6
MAX_CHARS = 600  # of a longer text the opening is what it is about

FUNCTION_WORDS = frozenset(
    re.findall(
        r"\S+",
        """
        a able about across actually after again all almost along already also always am
        among an and another any anyone anything are as at away be became because been
        before being better both but by came can come cos could couple currently cuz did do
        does doing done during each either else em etc even ever every few for from further
        get gets getting give given go goes going gone good got had has have having he hello
        her here hers hey hi him his how however i i'd i'll i'm i've id if ill im in into is
        it it'd it'll it's its itself ive just keep keeps kind let lets like likely little
        ll long lot lots made make makes many may maybe me might mine more most much must my
        myself now of often oh ok okay on once one ones only onto or other others our over
        own per please pls plus put quite rather re really recently s said same say says see
        seem seems several shall she should since so some somehow someone sometimes
        something still such sure t take taken than that that's thats the their them
        themselves then there there's these they they're thing things think this those
        though through thus till to today too toward try trying u under until upon ur us
        using ve very via was way we we're well were what what's when where whether which
        while who whom whose why will with within wondering would ya yes yesterday yet you
        you'd you'll you're you've your yours yourself
        """,
    )
)
PRAISE_WORDS = frozenset(
    re.findall(
        r"\S+",
        """
        amazing awesome best excellent fantastic favorite favourite good great happy love loved
        loves nice perfect thank thanks wonderful
        """,
    )
)
PARTICLES = frozenset(("back", "down", "off", "out", "up"))
"""They belong to the verb before them (top up, log out) and name nothing by themselves."""
ENDINGS = ("ing", "ed", "es", "s")


WEAK_WORDS = (
    "bad can't cant didn't doesn't don't dont fact fine first fix help instead know least let need"
    " no not nothing reason send stop tell use used want waste wasn't wish without won't wont work"
)
"""They say something about the words beside them and nothing by themselves."""
LEADING_WORDS = "can't cant didn't doesn't don't dont isn't no not wasn't wish without won't wont"
"""They say something about the words after them, so no phrase ends with one."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of content words: `stems` identify it, `surface` is how this text writes it."""

    stems: tuple[str, ...]
    surface: str


def phrases(text: str) -> Iterator[Phrase]:
    """Yield the phrases of one to three content words; function words between them are skipped."""
    for clause in CLAUSE.findall(text[:MAX_CHARS]):
        words = [match for match in TOKEN.finditer(clause) if _names_something(match.group())]
        stems = [stem(match.group()) for match in words]
        for first in range(len(words)):
            if words[first].group().casefold() in PARTICLES:
                continue
            for last in range(first, min(first + LONGEST_PHRASE, len(words))):
                span = clause[words[first].start() : words[last].end()]
                yield Phrase(tuple(stems[first : last + 1]), " ".join(span.split()))


def stem(word: str) -> str:
    """Return the word without case and common endings, so that card and cards count as one."""
    plain = word.casefold().replace("’", "'")
    for ending in ENDINGS:
        if plain.endswith(ending) and len(plain) - len(ending) >= 3 and not plain.endswith("ss"):
            bare = plain.removesuffix(ending)
            return bare[:-1] if _doubled(bare) else _without_e(bare)
    return _without_e(plain)


def _without_e(bare: str) -> str:
    return bare.removesuffix("e") if len(bare) > 3 else bare


def _doubled(bare: str) -> bool:
    return len(bare) > 3 and bare[-1] == bare[-2] and bare[-1] not in "lsz"


def _names_something(word: str) -> bool:
    plain = word.casefold().replace("’", "'")
    unsaying = plain in FUNCTION_WORDS or plain in PRAISE_WORDS or plain.isdigit()
    return len(plain) > 1 and not unsaying


WEAK_STEMS = frozenset(stem(word) for word in WEAK_WORDS.split())
LEADING_STEMS = frozenset(stem(word) for word in LEADING_WORDS.split())
