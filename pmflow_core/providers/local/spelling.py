"""Restores the capitals that customers give a word: PIN, Spotify, Wi-Fi."""

import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"(?<=[a-z,] )[^\W_]+(?:[’'-][^\W_]+)*")
_LONGEST_CAPITALS = 4
_PROPER = 0.25


def spelled(phrase: str, texts: Sequence[str]) -> str:
    """The phrase with each word as most texts write it in mid-sentence, shouting left out."""
    wanted = set(phrase.split())
    forms: Counter[str] = Counter()
    for text in texts:
        forms.update(word for word in _WORD.findall(text) if word.lower() in wanted)
    return " ".join(_form(word, forms, min(2, len(texts))) for word in phrase.split())


def _form(word: str, forms: Counter[str], least: int) -> str:
    known = [form for form in forms if form.lower() == word]
    best = min(known, key=lambda form: (-forms[form], form), default=word)
    if best.isupper() and len(best) > _LONGEST_CAPITALS:
        return word
    return best if forms[best] >= least and forms[best] > forms[word] else word


def is_proper(word: str, texts: Sequence[str]) -> bool:
    """True when the texts write a word like a name in mid-sentence: of a product or a device."""
    forms = [one for text in texts for one in _WORD.findall(text) if one.lower() == word.lower()]
    names = sum(form != form.lower() and not form.isupper() for form in forms)
    return names >= _PROPER * max(1, len(forms))
