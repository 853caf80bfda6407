"""Why a column does not look like what people said, judged by the first rows of a table."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

from pmflow_core.signals.parsing.attributes import as_time

_DATE = re.compile(
    r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}([ T]\d{1,2}:\d{2}.*)?|\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?"
)
_NUMBER = re.compile(r"[-+#(]{0,2} ?[$€£¥]? ?\d[\d\s.,'’()/-]* ?[%$€£¥]?")
# One word of ASCII: words of scripts that are written without spaces are none.
_CODE = re.compile(r"(?=\S*[0-9@]|\S*://)[\x21-\x7e]+")


class Doubt(StrEnum):
    """What a column holds instead of words; `EMPTY` is mostly nothing."""

    NUMBERS = "numbers"
    DATES = "dates"
    CODES = "codes, addresses or links"
    EMPTY = "empty"


def doubt_about(name: str, sample: Sequence[Mapping[str, str]]) -> Doubt | None:
    """Return why a column can hardly be the text: fewer than half of its values are words.

    One whose values are words, but in fewer than half of the rows, is `EMPTY`.
    """
    values = [value for row in sample if (value := row.get(name, "").strip())]
    kinds = Counter(_kind(value) for value in values)
    if values and 2 * kinds.pop(None, 0) < len(values):
        return kinds.most_common(1)[0][0]
    return Doubt.EMPTY if 2 * len(values) < len(sample) else None


def doubts_of(names: Sequence[str], sample: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return for each column that hardly is the text what it holds and what to do, in words."""
    found = {name: doubt for name in names if (doubt := doubt_about(name, sample)) is not None}
    if len(found) < len(names):
        advice = "Choose the column that holds what people said."
    else:
        advice = "No column here looks like what people said; another file may hold it."
    return {name: f"{_said(name, doubt, sample)} {advice}" for name, doubt in found.items()}


def _said(name: str, doubt: Doubt, sample: Sequence[Mapping[str, str]]) -> str:
    called = f"“{name[:60]}”"
    if doubt is not Doubt.EMPTY:
        return f"{called} holds {doubt.value}, not words."
    empty = sum(1 for row in sample if not row.get(name, "").strip())
    return f"{called} is empty in {empty} of the first {len(sample)} rows, which give no signal."


def _kind(value: str) -> Doubt | None:
    """Return what a value is instead of words."""
    if _DATE.fullmatch(value):
        return Doubt.DATES
    if _NUMBER.fullmatch(value):
        return Doubt.NUMBERS
    if as_time(value) is not None:
        return Doubt.DATES
    return Doubt.CODES if _CODE.fullmatch(value) else None
