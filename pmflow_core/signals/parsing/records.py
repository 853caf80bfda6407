"""What reading a file gives, and what may be asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

UPLOAD_MAX_BYTES = 10_000_000
CLI_MAX_BYTES = 100_000_000
EXPANSION = 10
PREVIEW_ROWS = 10

ATTRIBUTES = (
    "severity",
    "frequency",
    "segment",
    "tags",
    "customer_name",
    "customer_email",
    "customer_company",
    "customer_tier",
    "customer_value",
    "created_at",
)


@dataclass(frozen=True, slots=True)
class ParsedSignal:
    """One piece of feedback as it stood in the file.

    `line` counts from 1; in a PDF it is the page. `offset` is the place of a document's piece in
    `document_text`, in code points, and `end` where it ends; rows have neither. `fields` holds
    every other column as text.
    """

    line: int
    text: str
    source_ref: str | None = None
    offset: int | None = None
    end: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    severity: str | None = None
    frequency: str | None = None
    segment: str | None = None
    tags: tuple[str, ...] = ()
    customer_name: str | None = None
    customer_email: str | None = None
    customer_company: str | None = None
    customer_tier: str | None = None
    customer_value: Decimal | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that gave no signal, and why, in words for the person who sent it."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """How to read a file; everything left out is found out from the file.

    A `ref_column` of "" says that no column is one, so that each row is new. `file_name` is
    the sender's name for it, if the path is a temporary one. `columns` maps an attribute (see
    ATTRIBUTES) to the column that holds it, to "" for none. A gzip file may grow to `EXPANSION`
    times `max_bytes`. `document_ref` replaces name and digest in `ref#n`.
    """

    text_column: str | None = None
    ref_column: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    file_name: str | None = None
    document_ref: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    max_bytes: int = UPLOAD_MAX_BYTES

    @property
    def max_expanded_bytes(self) -> int:
        """The most that may come out of a gzip file."""
        return self.max_bytes * EXPANSION


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a file and which columns would be used, for the mapping screen.

    `doubts` says of each column that hardly holds what people said why, and what to do.
    """

    format: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_column: str | None = None
    ref_column: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    doubts: Mapping[str, str] = field(default_factory=dict[str, str])
