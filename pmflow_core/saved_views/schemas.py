"""What crosses the border of saved views: what is given, changed and shown."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pmflow_core.signals.models import Severity, SignalStatus, Source
from pmflow_core.signals.schemas import SignalSort, TagName

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class SignalFilters(BaseModel):
    """What a list of signals is narrowed to, and its order; left out narrows nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: Words = Field(default="", description="All of these words occur.")
    status: SignalStatus | None = None
    severity: Severity | None = None
    source: Source | None = None
    tag: TagName | None = None
    theme: UUID | Literal["none"] | None = Field(
        default=None, description="`none` is for signals that are in no theme."
    )
    since: Literal[7, 30, 90] | None = Field(
        default=None, description="Received in the last so many days."
    )
    sort: SignalSort = SignalSort.NEWEST

    def kept(self) -> dict[str, Any]:
        """Return what differs from the whole list, as JSON holds it."""
        return self.model_dump(mode="json", exclude_defaults=True)


class ViewIn(BaseModel):
    """A view as somebody saves it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    is_shared: bool = Field(default=False, description="Whether every member sees it.")
    filters: SignalFilters


class ViewEdit(BaseModel):
    """What is changed of a view; fields left out stay."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name | None = None
    is_shared: bool | None = None
    filters: SignalFilters | None = None


@dataclass(frozen=True, slots=True)
class ViewRead:
    """A saved view as one of its readers sees it."""

    id: UUID
    name: str
    is_shared: bool
    filters: SignalFilters
    is_own: bool
    may_change: bool
