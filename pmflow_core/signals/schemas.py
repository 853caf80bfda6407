"""What crosses the border of signals: what is taken in, asked for, and shown."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
)

from pmflow_core.customers.schemas import Money
from pmflow_core.signals.models import Frequency, Kind, MergeKind, Severity, SignalStatus, Source
from pmflow_core.signals.normalise import LONGEST_TAG, MOST_TAGS, normalise

MAX_PAGE = 200
MAX_BATCH = 1_000


def _normalised(value: object) -> object:
    return normalise(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_normalised)]
Short = Annotated[Text, StringConstraints(max_length=500)]
TagName = Annotated[
    Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TAG)
]
EARLIEST, LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _possible(moment: datetime) -> datetime:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not EARLIEST <= aware < LATEST:
        raise ValueError("the time lies between 1980 and 2100")
    return aware


Moment = Annotated[datetime, AfterValidator(_possible)]


class SignalIn(BaseModel):
    """One piece of feedback as a sender gives it; only the text is needed."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    text: Text
    source_ref: Short | None = Field(default=None, description="The sender's id; again is a no-op.")
    interpretation: Short | None = None
    kind: Kind = Kind.FEEDBACK
    severity: Severity | None = None
    frequency: Frequency | None = None
    segment: Short | None = None
    customer: Short | None = Field(default=None, description="Who said it, in one text.")
    customer_name: Short | None = None
    customer_email: Short | None = Field(
        default=None, description="What tells customers apart; without it the name does."
    )
    customer_company: Short | None = None
    customer_tier: Short | None = None
    customer_value: Money | None = Field(default=None, description="Annual, in one currency.")
    received_at: Moment | None = Field(
        default=None,
        validation_alias=AliasChoices("received_at", "created_at"),
        description="When it was said; without a time zone it is taken as UTC.",
    )
    tags: tuple[TagName, ...] = Field(default=(), max_length=MOST_TAGS)
    line: int | None = Field(default=None, description="Its line in the file it came in.")
    _customer_id: UUID | None = PrivateAttr(default=None)

    @property
    def customer_id(self) -> UUID | None:
        """Return the customer who was found or made for it; a sender cannot name one."""
        return self._customer_id

    def of_customer(self, customer_id: UUID | None) -> "SignalIn":
        """Return the same as said by that customer."""
        known = self.model_copy()
        known._customer_id = customer_id
        return known

    def given(self) -> list[str]:
        """Return the fields the sender set, which extraction leaves alone."""
        names = ("interpretation", "severity", "frequency", "segment")
        return [name for name in names if getattr(self, name)]


class Passage(SignalIn):
    """A piece of a longer text, with its place there in code points; no sender says that."""

    starts_at: int | None = None
    ends_at: int | None = None


class Rejection(BaseModel):
    """A row that gave no signal, and why."""

    model_config = ConfigDict(frozen=True)

    line: int
    reason: str


class IngestResult(BaseModel):
    """What became of a batch; `ids` are those of the new signals."""

    ids: list[UUID] = []
    created: int = 0
    duplicates: int = 0
    rejected: list[Rejection] = []


class SignalSort(StrEnum):
    """By what a list of signals is ordered; numbers break ties."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NUMBER = "number"
    SEVERITY = "severity"


class SignalQuery(BaseModel):
    """Which signals to list. Without a status, archived and merged ones are left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: SignalStatus | None = None
    severity: Severity | None = None
    source: Source | None = None
    kind: Kind | None = None
    segment: str | None = None
    tag: str | None = Field(default=None, description="The name of a tag, in any capitals.")
    project_id: UUID | None = None
    import_id: UUID | None = None
    received_since: datetime | None = None
    search: str = Field(default="", max_length=200, description="Words that all occur in the text.")
    deleted: bool = Field(default=False, description="The bin instead of the living.")
    below: int | None = Field(default=None, description="Only numbers below it, for cursors.")
    sort: SignalSort = SignalSort.NEWEST
    page: int = Field(default=1, ge=1)
    size: int = Field(default=50, ge=1, le=MAX_PAGE)


@dataclass(frozen=True, slots=True)
class SignalRead:
    """A signal as a row of a list; `text` is its verbatim, cut at 500 characters.

    `copies` signals are merged into it; `customers` of it and them are known.
    """

    id: UUID
    number: int
    text: str
    kind: Kind
    severity: Severity | None
    frequency: Frequency | None
    segment: str | None
    customer: str | None
    source: Source
    status: SignalStatus
    received_at: datetime
    is_processed: bool
    is_embedded: bool
    copies: int = 0
    customers: int = 0
    tags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what a signal is cited as."""
        return f"S-{self.number}"


@dataclass(frozen=True, slots=True)
class SignalPage:
    """One page of a list and how many signals there are on all pages."""

    items: list[SignalRead]
    total: int
    page: int
    size: int


@dataclass(frozen=True, slots=True)
class LinkRead:
    """A project that a signal is evidence of."""

    project_id: UUID
    key: str
    name: str
    reason: str
    confidence: float | None
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class MergeRead:
    """A signal that was merged into another; `score` is their cosine, None for the same text."""

    row: SignalRead
    kind: MergeKind
    score: float | None
    words: list[str]
    by_itself: bool
    merged_at: datetime


@dataclass(frozen=True, slots=True)
class SignalDetail:
    """Everything about one signal but its theme, which lies above."""

    row: SignalRead
    verbatim: str
    interpretation: str | None
    source_ref: str | None
    given: list[str]
    import_id: UUID | None
    line: int | None
    is_deleted: bool
    links: list[LinkRead]
    has_original: bool = False
    copies: list[MergeRead] = field(default_factory=list["MergeRead"])
    kept: SignalRead | None = None
    """The signal that this one was merged into."""


@dataclass(frozen=True, slots=True)
class SignalWhole:
    """A signal with its whole text, as it is exported."""

    number: int
    text: str
    interpretation: str | None
    kind: Kind
    severity: Severity | None
    frequency: Frequency | None
    segment: str | None
    customer: str | None
    source: Source
    source_ref: str | None
    status: SignalStatus
    received_at: datetime
    tags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what a signal is cited as."""
        return f"S-{self.number}"


@dataclass(frozen=True, slots=True)
class TagRead:
    """A tag and how many listed signals carry it."""

    id: UUID
    name: str
    signals: int


@dataclass(frozen=True, slots=True)
class SimilarRead:
    """A signal that says nearly the same: the cosine, -1 to 1, and the words both have.

    `is_candidate` says that it may report the same and be merged; `is_near_identical` that its
    words and numbers are the same too.
    """

    row: SignalRead
    similarity: float
    words: list[str] = field(default_factory=list[str])
    is_candidate: bool = False
    is_near_identical: bool = False


@dataclass(frozen=True, slots=True)
class PairRead:
    """Two signals side by side: the one that a merge would keep, and the one it would merge.

    `words` are those of the kept text that the other has too, the rarest first; `similarity` is
    the cosine, None where their vectors cannot be compared.
    """

    kept: SignalRead
    kept_text: str
    merged: SignalRead
    merged_text: str
    similarity: float | None
    words: list[str]
    is_same_text: bool


class SignalEdit(BaseModel):
    """What a person may correct; fields left out stay as they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    interpretation: Short | None = None
    kind: Kind | None = None
    severity: Severity | None = None
    frequency: Frequency | None = None
    segment: Short | None = None
    customer: Short | None = None
    status: SignalStatus | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many live signals there are, by status and by severity (None: not known)."""

    total: int
    by_status: dict[SignalStatus, int]
    by_severity: dict[Severity | None, int]
    unprocessed: int


class UndoVerb(StrEnum):
    """What a bulk action did, so that it can be taken back."""

    LINK = "link"
    UNLINK = "unlink"
    STATUS = "status"
    DELETE = "delete"
    TAG = "tag"
    UNTAG = "untag"


class Undo(BaseModel):
    """What a bulk action changed; giving it back to `undo` restores exactly that."""

    model_config = ConfigDict(frozen=True)

    verb: UndoVerb
    project_id: UUID | None = None
    tag_id: UUID | None = None
    statuses: dict[UUID, SignalStatus] = Field(
        default_factory=dict, description="Each changed signal and the status it had."
    )
    after: SignalStatus | None = Field(
        default=None, description="The status the action left them with."
    )
