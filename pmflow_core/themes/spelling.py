"""How a workspace spells its words: typing slips folded, and each word in its usual case.

Both are learnt from the texts themselves. A slip is a word that differs from another only by a
letter doubled or not (aap, app) or by two neighbours exchanged (palylist, playlist), and that is
written at most a tenth as often; other misspellings are not told from words of their own.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from pmflow_core.themes.phrases import MAX_CHARS, TOKEN, clauses

RARER = 10
"""How many times more often a word is written than what is taken for a slip of it."""
DOUBLED_FROM, EXCHANGED_FROM = 3, 5
"""Letters of a slip; shorter ones are words of their own: ad, add; was, saw."""
LONGEST_CAPITALS = 5
LONE_I = re.compile(r"\bi\b")
REPEATED = re.compile(r"(.)\1+")


def slips(counted: Mapping[str, int]) -> dict[str, str]:
    """Return the common spelling of each word that is a slip of it."""
    return _slips(counted, _undoubled, _is_doubled) | _slips(counted, _scrambled, _is_exchanged)


def _slips(
    counted: Mapping[str, int], shape: Callable[[str], str], is_slip: Callable[[str, str], bool]
) -> dict[str, str]:
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(counted):
        alike[shape(word)].append(word)
    found: dict[str, str] = {}
    for words in alike.values():
        usual = max(words, key=lambda word: counted[word])
        rare = (word for word in words if counted[word] * RARER <= counted[usual])
        found.update({word: usual for word in rare if word.isalpha() and is_slip(word, usual)})
    return found


def _undoubled(word: str) -> str:
    return REPEATED.sub(r"\1", word)


def _is_doubled(word: str, usual: str) -> bool:
    return min(len(word), len(usual)) >= DOUBLED_FROM


def _scrambled(word: str) -> str:
    return "".join(sorted(word))


def _is_exchanged(word: str, usual: str) -> bool:
    """Say whether two neighbours inside a word have changed places."""
    apart = [place for place, pair in enumerate(zip(word, usual, strict=True)) if len({*pair}) > 1]
    if len(word) < EXCHANGED_FROM or len(apart) != 2:
        return False
    return 0 < apart[0] == apart[1] - 1 < len(word) - 2


def usual_case(texts: Sequence[str]) -> dict[str, str]:
    """Return each word, in lower case, as most texts write it where no sentence begins.

    Texts that are all in capitals say nothing, and neither does a capital that begins a clause.
    """
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        if text[:MAX_CHARS].isupper():
            continue
        for word in {word for clause in clauses(text) for word in _inside(clause)}:
            forms[word.casefold()][word] += 1
    return {folded: _most(written) for folded, written in forms.items()}


def _inside(clause: str) -> Iterable[str]:
    return [match.group() for match in TOKEN.finditer(clause)][1:]


def _most(written: Counter[str]) -> str:
    return min(written, key=lambda form: (-written[form], not form.islower(), form))


def written_most(written: Mapping[str, int], case: Mapping[str, str]) -> str:
    """Return the most frequent of some wordings, in its most frequent case; nothing is shouted.

    The first word is in its `case`: where a sentence begins with it, its capital means nothing.
    """
    folded: Counter[str] = Counter()
    for surface, count in written.items():
        folded[surface.casefold()] += count
    wording = min(folded, key=lambda text: (-folded[text], len(text), text))
    cased = [surface for surface in written if surface.casefold() == wording]
    literal = min(
        cased, key=lambda text: (-written[text], text.isupper(), _unusual(text, case), text)
    )
    calm = literal.lower() if literal.isupper() and len(literal) > LONGEST_CAPITALS else literal
    first = TOKEN.match(calm)
    rest = calm[first.end() :] if first else ""
    if first and first.group().istitle() and rest == rest.lower():
        calm = case.get(first.group().casefold(), first.group()) + rest
    return LONE_I.sub("I", calm)


def _unusual(text: str, case: Mapping[str, str]) -> int:
    words = TOKEN.findall(text)[1:]
    return sum(word != case.get(word.casefold(), word) for word in words)


def as_heading(phrase: str) -> str:
    """Return a phrase with a capital at its beginning, unless its first word has its own: eBay."""
    first = TOKEN.search(phrase)
    if first is None or not first.group().islower():
        return phrase
    return phrase[: first.start()] + phrase[first.start()].upper() + phrase[first.start() + 1 :]
