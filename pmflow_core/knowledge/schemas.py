"""What crosses the border of personas and records: what is given, changed and shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pmflow_core.knowledge.models import RecordKind

MAX_DESCRIPTION = 20_000
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Segment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Markdown = Annotated[str, StringConstraints(max_length=MAX_DESCRIPTION)]
Weight = Annotated[float, Field(ge=0, le=10)]


class PersonaIn(BaseModel):
    """A persona as somebody writes it down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    description: Markdown = Field(default="", description="Who they are, in Markdown.")
    segment: Segment | None = Field(default=None, description="Signals of this segment are theirs.")
    weight: Weight = Field(default=1.0, description="Of their vote, 0 to 10; 0 does not vote.")


class PersonaEdit(BaseModel):
    """What is changed of a persona; fields left out stay, an empty segment clears it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name | None = None
    description: Markdown | None = None
    segment: Segment | None = None
    weight: Weight | None = None


@dataclass(frozen=True, slots=True)
class PersonaRead:
    """A kind of customer the product is made for; `signals` counts its live ones."""

    id: UUID
    name: str
    description: str
    segment: str | None
    weight: float
    is_deleted: bool
    signals: int = 0


Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Content = Annotated[str, StringConstraints(min_length=1, max_length=MAX_DESCRIPTION)]


class RecordIn(BaseModel):
    """A record as somebody writes it down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: RecordKind
    title: Title
    content: Content = Field(description="Markdown.")
    is_told: bool = Field(default=True, description="Whether steps are told it.")


class RecordEdit(BaseModel):
    """A record as it shall be; `version` is the one that was read, so that no edit is lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(ge=1, le=1_000_000_000, description="The version that was read.")
    kind: RecordKind | None = None
    title: Title | None = None
    content: Content | None = None
    is_told: bool | None = None


@dataclass(frozen=True, slots=True)
class RecordRead:
    """Something the team knows; `version` counts its changes of text."""

    id: UUID
    kind: RecordKind
    title: str
    content: str
    is_told: bool
    version: int
    changed_at: datetime
    changed_by: str
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class VersionRead:
    """A record as it once was."""

    number: int
    kind: RecordKind
    title: str
    content: str
    author: str
    at: datetime
