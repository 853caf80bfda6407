"""The phrases of a text that could name a theme, and how they are written in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pmflow_core.themes.praise import EMPTY, PRAISE

SIGN_IN = r"\b(?:log(?:ged|ging)?|sign(?:ed|ing)?)\s+in\b"
TOKEN = re.compile(SIGN_IN + r"|[^\W_]+(?:['’][^\W\d_]+)*", re.IGNORECASE)
BORDER = re.compile(r"(?:[!?;:()\[\]|\n\"“”–—]|[.,](?!\d))+|\s-+\s")
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
        something still such sure t take taken takes taking than that that's thats the their them
        themselves then there there's these they they're thing things think this those
        though thought through thus till to today too toward try trying u under until upon ur us
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
    " no not nothing reason send stop tell tried tries use used want waste wasn't wish without"
    " won't wont work"
)
"""They say something about the words beside them and nothing by themselves."""
BLAME_WORDS = (
    "annoyed annoying awful crap crappy disappointed disappointing dreadful dumb frustrated"
    " frustrating garbage hate hated horrible irritating lame pathetic pointless poor poorly"
    " ridiculous rubbish sad sadly shame shit stupid suck sucked sucks terrible trash ugly"
    " unacceptable upset useless worse worst"
)
"""They say that something is bad and not what."""
DENIALS = "can't cant didn't doesn't don't dont isn't no not nothing wasn't without won't wont"
LEADING_WORDS = f"{DENIALS} know let need tell tried tries use used want wish"
"""They say something about the words after them, so no phrase ends with one."""
TURNING_WORDS = (
    "although am be because do does did he i i'm i've if it it's she since so than that they"
    " though u unless until we what when where which while who would you you're"
)
"""Another clause begins with them: a phrase that has one inside is no heading (fees if I want)."""
ASKING_WORDS = "ask check explain find know remember see show tell"
QUESTION_WORDS = "how what when where which who why"
INDIRECT_QUESTION = re.compile(
    rf"(?:{'|'.join(ASKING_WORDS.split())}) (?:{'|'.join(QUESTION_WORDS.split())}) "
)
_TURNS = frozenset(TURNING_WORDS.split())


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of content words: `stems` identify it, `surface` is how this text writes it."""

    stems: tuple[str, ...]
    surface: str


def phrases(text: str) -> Iterator[Phrase]:
    """Yield the phrases of one to three content words; function words between them are skipped."""
    for clause in clauses(text):
        words = [match for match in TOKEN.finditer(clause) if _names_something(match.group())]
        stems = [stem(match.group()) for match in words]
        for first in range(len(words)):
            if words[first].group().casefold() in PARTICLES:
                continue
            for last in range(first, _end(stems, first)):
                span = clause[words[first].start() : words[last].end()]
                yield Phrase(tuple(stems[first : last + 1]), " ".join(span.split()))


def _end(stems: list[str], first: int) -> int:
    """Return where phrases that begin there end: particles are no words of their own."""
    end, room = first, LONGEST_PHRASE
    while end < len(stems) and (room or stems[end] in PARTICLES):
        room -= stems[end] not in PARTICLES
        end += 1
    return end


def clauses(text: str) -> list[str]:
    """Return what stands between the stops of a text, or of the opening of a longer one."""
    return BORDER.split(text[:MAX_CHARS])


def stem(word: str) -> str:
    """Return the word without case and common endings, so that card and cards count as one."""
    plain = word.casefold().replace("’", "'")
    if plain.endswith("ies") and len(plain) > 4:
        return f"{plain[:-3]}y"
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


def is_heading(surface: str) -> bool:
    """Say whether a phrase can stand by itself: no other clause begins within it.

    What somebody wants to know may be one: know when you were born.
    """
    plain = surface.casefold().replace("’", "'")
    return asks(surface) or _TURNS.isdisjoint(plain.split())


def asks(surface: str) -> bool:
    """Say whether a phrase is what somebody wants to know: know when you were born."""
    return bool(INDIRECT_QUESTION.match(surface.casefold()))


WEAK_STEMS = frozenset(stem(word) for word in WEAK_WORDS.split())
LEADING_STEMS = frozenset(stem(word) for word in LEADING_WORDS.split())
OPINION_STEMS = frozenset(stem(word) for word in (*BLAME_WORDS.split(), *PRAISE))
DENYING_STEMS = frozenset(stem(word) for word in DENIALS.split())
EMPTY_STEMS = WEAK_STEMS | OPINION_STEMS | {stem(word) for word in EMPTY}
"""They say nothing by themselves, or only what somebody thinks of something."""
