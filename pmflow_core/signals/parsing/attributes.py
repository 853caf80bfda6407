"""What a sender's own words for severity, frequency and time mean on our scales."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

_SEVERITY: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("critical", "blocker", "urgent", "p0", "highest", "sev1"), "critical"),
        **dict.fromkeys(("high", "major", "p1", "important", "sev2"), "high"),
        **dict.fromkeys(("medium", "normal", "moderate", "p2", "mid", "sev3"), "medium"),
        **dict.fromkeys(("low", "minor", "trivial", "p3", "p4", "lowest", "sev4"), "low"),
    }
)
_FREQUENCY: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("common", "always", "often", "frequent", "constantly", "daily"), "common"),
        **dict.fromkeys(("occasional", "sometimes", "occasionally", "weekly"), "occasional"),
        **dict.fromkeys(("rare", "rarely", "once", "seldom", "never"), "rare"),
    }
)
_FORMATS = (
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d/%b/%y %H:%M",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%a, %d %b %Y %H:%M:%S %z",
)
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
# seconds after 2286 are read as milliseconds
_MILLISECONDS_FROM = 1e10


def as_severity(value: str) -> str | None:
    """The severity of our scale that the sender means, or None."""
    return _SEVERITY.get(value.casefold())


def as_frequency(value: str) -> str | None:
    """The frequency of our scale that the sender means, or None."""
    return _FREQUENCY.get(value.casefold())


def as_time(value: str) -> datetime | None:
    """The moment the sender means, in UTC, or None; a time without zone counts as UTC.

    Day-month and month-day forms with slashes are not read: they cannot be told apart.
    """
    if not value or len(value) > 40:
        return None
    moment = _from_number(value) or _from_iso(value) or _from_formats(value)
    if moment is None:
        return None
    try:
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return moment if _EARLIEST <= moment < _LATEST else None


def _from_number(value: str) -> datetime | None:
    if not re.fullmatch(r"[0-9]{9,13}(\.[0-9]+)?", value):
        return None
    seconds = float(value)
    seconds = seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds
    return datetime.fromtimestamp(seconds, UTC) if math.isfinite(seconds) else None


def _from_iso(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _from_formats(value: str) -> datetime | None:
    for form in _FORMATS:
        try:
            return datetime.strptime(value, form)  # noqa: DTZ007 - the caller sets the zone
        except ValueError:
            continue
    return None
