"""Which column holds the text, the reference and the rest, and one row made into a signal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TypedDict

from pmflow_core.customers.money import as_money
from pmflow_core.signals.normalise import LONGEST_TAG, MOST_TAGS, is_blank, is_too_long, normalise
from pmflow_core.signals.parsing.attributes import as_frequency, as_severity, as_time
from pmflow_core.signals.parsing.doubts import Doubt, doubt_about, doubts_of
from pmflow_core.signals.parsing.records import (
    ATTRIBUTES,
    PREVIEW_ROWS,
    ParsedSignal,
    ParseOptions,
    Preview,
    Rejected,
)
from pmflow_core.signals.parsing.refusals import NoTextColumn, UnknownColumn

MAX_REF_CHARS = 500
MAX_ATTRIBUTE_CHARS = 200

TEXT_NAMES = (
    "text", "verbatim", "feedback", "review", "comment", "message", "body", "content",
    "description", "comments", "reviews", "response", "answer", "quote", "note", "notes",
    "request", "issue", "utterance", "transcript", "summary", "title", "subject",
)  # fmt: skip
REF_NAMES = (
    "source_ref", "id", "ref", "external_id", "uuid", "guid", "signal_id", "feedback_id",
    "review_id", "reviewid", "comment_id", "message_id", "ticket_id", "issue_id", "response_id",
    "record_id", "key",
)  # fmt: skip
ATTRIBUTE_NAMES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "severity": ("severity", "priority", "urgency"),
        "frequency": ("frequency", "how_often"),
        "segment": ("segment", "plan", "platform", "customer_segment", "user_segment"),
        "tags": ("tags", "tag", "labels", "label"),
        "customer_name": (
            "customer_name", "customer", "name", "user_name", "username", "author", "user",
            "reporter", "respondent", "full_name",
        ),
        "customer_email": (
            "customer_email", "email", "e_mail", "email_address", "user_email", "mail",
        ),
        "customer_company": (
            "customer_company", "company", "company_name", "organisation", "organization",
            "account", "account_name",
        ),
        "customer_tier": ("customer_tier", "tier", "account_tier", "plan_tier"),
        "customer_value": (
            "customer_value", "annual_value", "arr", "acv", "annual_revenue", "account_value",
        ),
        "created_at": (
            "created_at", "created", "date", "timestamp", "time", "datetime", "submitted_at",
            "submitted", "posted_at", "received_at", "created_time", "creation_date",
        ),
    }
)  # fmt: skip

# a name such as "comment_date" holds a text word and is no text
_NOT_TEXT = frozenset(
    {
        "id", "ids", "ref", "date", "time", "at", "on", "count", "number", "type", "by", "author",
        "url", "link", "score", "rating", "lang", "language", "status", "length", "email", "name",
        "user", "label", "category",
    }
)  # fmt: skip
_MIN_PROSE_CHARS = 12


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that were chosen; `attributes` maps an attribute to its column."""

    text: str
    ref: str | None
    attributes: Mapping[str, str]


class _Attributes(TypedDict):
    severity: str | None
    frequency: str | None
    segment: str | None
    tags: tuple[str, ...]
    customer_name: str | None
    customer_email: str | None
    customer_company: str | None
    customer_tier: str | None
    customer_value: Decimal | None
    created_at: datetime | None


def choose_columns(
    names: Sequence[str], sample: Sequence[Mapping[str, str]], options: ParseOptions
) -> Columns:
    """The columns asked for, and a guess for those that were not.

    Raises:
        UnknownColumn: a column that was asked for is not there.
        NoTextColumn: nothing was asked for and no column holds prose.
    """
    text = _asked(options.text_column, names) or guess_text_column(names, sample)
    if text is None:
        raise NoTextColumn(
            f"No column looks like feedback; name the text column ({_listed(names)})"
        )
    ref = None
    if options.ref_column != "":
        ref = _asked(options.ref_column, names) or guess_ref_column(names, taken={text})
    attributes = guess_attributes(names, taken={text, ref or text})
    for attribute, column in options.columns.items():
        if not column:
            attributes.pop(attribute, None)
            continue
        asked = _asked(column, names)
        if asked is not None and attribute in ATTRIBUTES:
            attributes[attribute] = asked
    return Columns(text=text, ref=ref, attributes=attributes)


def seen(
    form: str,
    names: tuple[str, ...],
    sample: Sequence[Mapping[str, str]],
    options: ParseOptions,
) -> Preview:
    """The first rows of a table, the columns that would be used, and which are hardly the text.

    Raises:
        UnknownColumn: a column that was asked for is not there.
    """
    shown = tuple(
        tuple(normalise(row.get(name, "")) for name in names) for row in sample[:PREVIEW_ROWS]
    )
    doubts = doubts_of(names, sample)
    if options.text_column is None and guess_text_column(names, sample) is None:
        return Preview(form, names, shown, doubts=doubts)
    chosen = choose_columns(names, sample, options)
    return Preview(form, names, shown, chosen.text, chosen.ref, chosen.attributes, doubts)


def guess_text_column(names: Sequence[str], sample: Sequence[Mapping[str, str]] = ()) -> str | None:
    """The column whose name says feedback, else the one with the longest prose, else None.

    A column of numbers, dates or codes is none, whatever its name says: “comments” may count them.
    """
    filled = [name for name in names if not sample or _may_be_text(name, sample)]
    by_key = {_key(name): name for name in reversed(filled)}
    for wanted in TEXT_NAMES:
        if wanted in by_key:
            return by_key[wanted]
    for wanted in TEXT_NAMES:
        for key, name in by_key.items():
            words = key.split("_")
            if wanted in words and words[-1] not in _NOT_TEXT:
                return name
    prose = [name for name in filled if _prose_length(name, sample) >= _MIN_PROSE_CHARS]
    # Per row of the file: remarks on a few rows are not what the file is about.
    return max(prose, key=lambda name: _prose_length(name, sample, per_row=True), default=None)


def _may_be_text(name: str, sample: Sequence[Mapping[str, str]]) -> bool:
    if not any(row.get(name) for row in sample):
        return False
    return doubt_about(name, sample) in (None, Doubt.EMPTY)


def guess_ref_column(names: Sequence[str], taken: set[str]) -> str | None:
    """The column whose name says that it identifies the row, or None."""
    return _first_named(REF_NAMES, names, taken)


def guess_attributes(names: Sequence[str], taken: set[str]) -> dict[str, str]:
    """Attribute to column, for the columns whose names say what they hold."""
    found: dict[str, str] = {}
    for attribute, wanted in ATTRIBUTE_NAMES.items():
        column = _first_named(wanted, names, taken | set(found.values()))
        if column is not None:
            found[attribute] = column
    return found


def first_named(
    wanted: Sequence[str], names: Sequence[str], taken: set[str] | None = None
) -> str | None:
    """The first column whose name is one of `wanted`, however it is written, or None."""
    return _first_named(wanted, names, taken or set())


def is_known_name(name: str) -> bool:
    """True if a column of this name means something to us, so the row is a header."""
    key = _key(name)
    return (
        key in TEXT_NAMES
        or key in REF_NAMES
        or any(key in wanted for wanted in ATTRIBUTE_NAMES.values())
    )


def row_to_signal(line: int, row: Mapping[str, str], columns: Columns) -> ParsedSignal | Rejected:
    """One signal of one row, or why the row has none."""
    text = normalise(row.get(columns.text, ""))
    if is_blank(text):
        return Rejected(line, f"the text is empty (column {columns.text})")
    if is_too_long(text):
        return Rejected(line, "the text is longer than 1 MB")
    ref = normalise(row.get(columns.ref, "")) if columns.ref else ""
    if len(ref) > MAX_REF_CHARS:
        return Rejected(line, f"the reference is longer than {MAX_REF_CHARS} characters")
    attributes = _read_attributes(row, columns.attributes)
    used = {columns.text, columns.ref} | {
        columns.attributes[name] for name, value in attributes.items() if value not in (None, ())
    }
    fields = {normalise(name): normalise(value) for name, value in row.items() if name not in used}
    return ParsedSignal(
        line=line, text=text, source_ref=" ".join(ref.split()) or None, fields=fields, **attributes
    )


def _read_attributes(row: Mapping[str, str], columns: Mapping[str, str]) -> _Attributes:
    values = {attribute: normalise(row.get(column, "")) for attribute, column in columns.items()}
    return _Attributes(
        severity=as_severity(values.get("severity", "")),
        frequency=as_frequency(values.get("frequency", "")),
        segment=_short(values.get("segment")),
        tags=_tags(values.get("tags", "")),
        customer_name=_short(values.get("customer_name")),
        customer_email=_address(values.get("customer_email", "")),
        customer_company=_short(values.get("customer_company")),
        customer_tier=_short(values.get("customer_tier")),
        customer_value=as_money(values.get("customer_value", "")),
        created_at=as_time(values.get("created_at", "")),
    )


def _short(value: str | None) -> str | None:
    return value if value and len(value) <= MAX_ATTRIBUTE_CHARS else None


def _tags(value: str) -> tuple[str, ...]:
    """The tags of a cell, as `slow; export` or as JSON's `["slow", "export"]`."""
    parts = (part.strip(" []\"'") for part in re.split(r"[,;|\n]", value))
    fit = (part for part in parts if 0 < len(part) <= LONGEST_TAG)
    return tuple(dict.fromkeys(fit))[:MOST_TAGS]


def _address(value: str) -> str | None:
    fits = re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,190}", value)
    return value.lower() if fits else None


def _asked(wanted: str | None, names: Sequence[str]) -> str | None:
    if wanted is None:
        return None
    for name in names:
        if name == wanted:
            return name
    for name in names:
        if _key(name) == _key(wanted):
            return name
    raise UnknownColumn(f"There is no column {wanted[:100]!r}; the file has {_listed(names)}")


def _first_named(wanted: Sequence[str], names: Sequence[str], taken: set[str]) -> str | None:
    by_key = {_key(name): name for name in reversed(names) if name not in taken}
    return next((by_key[key] for key in wanted if key in by_key), None)


def _prose_length(
    name: str, sample: Sequence[Mapping[str, str]], *, per_row: bool = False
) -> float:
    """Characters of prose, on average over the values of a column, or over all rows."""
    texts = [text for row in sample if (text := row.get(name, "").strip())]
    prose = [text for text in texts if " " in text and "://" not in text]
    if not texts or len(prose) < len(texts) / 2:
        return 0.0
    return sum(len(text) for text in prose) / (len(sample) if per_row else len(texts))


def _key(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", normalise(name))
    return re.sub(r"[^\w]+|_+", "_", spaced.casefold()).strip("_")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:60] for name in names[:20])
    return f"{shown} …" if len(names) > 20 else shown or "no columns"
