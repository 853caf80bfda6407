"""Judges a statement of a text by words alone: strict, and open about it."""

import re

from pmflow_core.providers.answers import Judgement
from pmflow_core.providers.local.desk import Desk
from pmflow_core.providers.local.lexicon import FUNCTION_WORDS, NEGATIONS, WEAK_WORDS
from pmflow_core.providers.local.text import inline, stem, words

_ABOUT_TEXTS = frozenset(
    """document text section sections prd brief spec report plan describe describes described state
    states stated mention mentions mentioned contain contains include includes included name names
    named explain explains say says give gives least every each must should clear clearly one
    concrete specific""".split()  # noqa: SIM905
)
_DENIALS = NEGATIONS | {"no", "not", "never", "without", "neither", "none", "nothing"}
_ENOUGH = 0.8
_RULE = "Judged by words alone, without a language model:"


def judge(desk: Desk) -> Judgement:
    """Holds when one passage has nearly all content words of the statement; never by guess."""
    statement = desk.request.instructions
    said = words(statement)
    if not said:
        return Judgement(holds=False, why=f"{_RULE} there is no statement.")
    if _DENIALS & set(said):
        return Judgement(
            holds=False,
            why=f"{_RULE} a statement that denies something cannot be judged so. A person or a"
            " language model has to.",
        )
    wanted = {stem(word): word for word in said if _carries(word)}
    if not wanted:
        return Judgement(
            holds=False, why=f"{_RULE} the statement has no word to look for: {inline(statement)}."
        )
    return _looked_up(wanted, "\n\n".join(desk.request.documents.values()))


def _carries(word: str) -> bool:
    return len(word) > 1 and word not in FUNCTION_WORDS | WEAK_WORDS | _ABOUT_TEXTS


def _looked_up(wanted: dict[str, str], text: str) -> Judgement:
    best = frozenset[str]()
    for passage in re.split(r"^(?=#{1,6}\s)", text, flags=re.MULTILINE):
        found = wanted.keys() & {stem(word) for word in words(passage)}
        best = max(best, frozenset(found), key=len)
    holds = len(best) >= _ENOUGH * len(wanted)
    missing = [word for one, word in wanted.items() if one not in best][:8]
    count = f"the passage that fits best has {len(best)} of {len(wanted)} content words"
    tail = f"; not in it: {', '.join(missing)}" if missing else ""
    verdict = "Taken as holding; words do not prove it." if holds else "Not taken as holding."
    return Judgement(holds=holds, why=f"{_RULE} {count}{tail}. {verdict}")
