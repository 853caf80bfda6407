"""What is asked of a search, and what it finds."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from pmflow_core.projects.models import ProjectStatus
from pmflow_core.search.spans import Excerpt, Span
from pmflow_core.signals.models import Kind, Severity, SignalStatus, Source
from pmflow_core.signals.schemas import Short, SignalQuery, SignalRead, Text
from pmflow_core.themes.schemas import ThemeTag

MOST_SIGNALS = 100
MOST_QUOTES = 50
READ_CHARS = 500


def _beginning(text: str) -> str:
    return text[:READ_CHARS]


Question = Annotated[
    Text, AfterValidator(_beginning), Field(description="Its first 500 characters are read.")
]


class Thing(StrEnum):
    """A kind of object that can be found."""

    SIGNAL = "signal"
    THEME = "theme"
    PROJECT = "project"
    DOCUMENT = "document"


class Narrow(BaseModel):
    """Which signals are looked at; without a status, archived and merged ones are left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    severity: Severity | None = None
    source: Source | None = None
    status: SignalStatus | None = None
    kind: Kind | None = None
    segment: Short | None = None
    theme_id: UUID | None = None
    project_id: UUID | None = None
    received_since: AwareDatetime | None = None

    def signals(self) -> SignalQuery:
        """Return the same as a query of the list; a theme is narrowed to from above."""
        return SignalQuery.model_validate(self.model_dump(include=_OF_THE_LIST))


_OF_THE_LIST = {
    "severity",
    "source",
    "status",
    "kind",
    "segment",
    "project_id",
    "received_since",
}


class SearchQuery(BaseModel):
    """A question in one box; a filter that a thing does not have leaves that thing out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Question
    things: frozenset[Thing] = frozenset(Thing)
    narrow: Narrow = Narrow()
    signals: int = Field(default=20, ge=1, le=MOST_SIGNALS, description="At most so many.")
    others: int = Field(default=5, ge=1, le=20, description="At most so many of each other thing.")

    def wants(self, thing: Thing) -> bool:
        """Return whether that kind of object is asked for and has what is narrowed by."""
        if thing not in self.things:
            return False
        if thing is Thing.SIGNAL:
            return True
        given = self.narrow.model_dump(exclude_none=True)
        return not given or (thing is Thing.DOCUMENT and given.keys() == {"project_id"})


class EvidenceQuery(BaseModel):
    """A question that customers' words may answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: Question
    narrow: Narrow = Narrow()
    limit: int = Field(default=10, ge=1, le=MOST_QUOTES, description="At most so many quotes.")


class By(StrEnum):
    """What a signal was found by."""

    KEY = "key"
    WORDS = "words"
    MEANING = "meaning"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class SignalHit:
    """A signal, the part of it that answers best, and what it was found by."""

    row: SignalRead
    excerpt: Excerpt
    by: By
    cosine: float | None = None
    theme: ThemeTag | None = None


@dataclass(frozen=True, slots=True)
class ThemeHit:
    """A theme; `marks` are in its label."""

    id: UUID
    label: str
    keywords: list[str]
    size: int
    marks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectHit:
    """A project; `marks` are in its name."""

    id: UUID
    key: str
    name: str
    status: ProjectStatus
    excerpt: Excerpt
    marks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """The current version of a document and the section in which most was found."""

    project_key: str
    project_name: str
    type: str
    title: str
    version: int
    section: str
    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, the best first; `corrected` are the words it took typed ones for.

    Without `meaning` only words were compared: nothing is embedded, or no model could be asked.
    """

    signals: list[SignalHit] = field(default_factory=list)
    themes: list[ThemeHit] = field(default_factory=list)
    projects: list[ProjectHit] = field(default_factory=list)
    documents: list[DocumentHit] = field(default_factory=list)
    corrected: list[str] = field(default_factory=list)
    meaning: bool = False

    @property
    def total(self) -> int:
        """Return how many things are listed."""
        return sum(map(len, (self.signals, self.themes, self.projects, self.documents)))


@dataclass(frozen=True, slots=True)
class Quotation:
    """The sentence of a signal that speaks to a question: a verbatim span of it."""

    row: SignalRead
    quote: str
    start: int
    end: int
    cosine: float | None
    theme: ThemeTag | None = None


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """What speaks to a question: the best quotes, and how much there is.

    `signals` are those that were found to speak to it, of which `customers` are known by name;
    with `more` there may be others, for only the best 100 are looked at.
    """

    quotes: list[Quotation]
    signals: int
    customers: int
    more: bool
    meaning: bool
