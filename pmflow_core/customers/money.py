"""Sums of money as people and spreadsheets write them; pure."""

import re
from decimal import Decimal, InvalidOperation

CENT = Decimal("0.01")
MOST = Decimal("999999999999.99")
_SIGNS = re.compile(r"^(?:[$€£¥]|USD|EUR|GBP|CHF)\s*|\s*(?:[$€£¥]|USD|EUR|GBP|CHF)$", re.IGNORECASE)
_GROUPED = (
    re.compile(r"\d{1,3}(?:[, '’\u00a0\u202f]\d{3})+(?:\.\d{1,2})?"),
    re.compile(r"\d{1,3}(?:[. '’\u00a0\u202f]\d{3})+,\d{1,2}"),
    re.compile(r"\d{1,3}(?:\.\d{3}){2,}"),
)
_PLAIN = re.compile(r"\d{1,12}(?:\.\d+)?")
_COMMA = re.compile(r"\d{1,12},\d{1,2}")


def as_money(text: str) -> Decimal | None:
    """Return the sum of at least 0, to the cent, or None for what is none.

    `12,000` and `12 000.50` are read with the comma as a separator of thousands, `1.234,50` and
    `99,5` with it as the decimal one. A single point is always decimal.
    """
    bare = _SIGNS.sub("", text.strip()).strip()
    try:
        value = Decimal(_digits(bare)).quantize(CENT)
    except InvalidOperation:
        return None
    return value if 0 <= value <= MOST else None


def _digits(text: str) -> str:
    """Return the number with a point as its decimal separator and no other; empty for none."""
    if _PLAIN.fullmatch(text):
        return text
    if _COMMA.fullmatch(text):
        return text.replace(",", ".")
    if _GROUPED[0].fullmatch(text):
        return re.sub(r"[^\d.]", "", text)
    if _GROUPED[1].fullmatch(text):
        return re.sub(r"[^\d,]", "", text).replace(",", ".")
    return text.replace(".", "") if _GROUPED[2].fullmatch(text) else ""
