"""What crosses the border of customers: what may be changed, asked for, and shown."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pmflow_core.customers.money import MOST
from pmflow_core.customers.senders import MAX_NAME

MAX_PAGE = 200
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_NAME)]
Money = Annotated[Decimal, Field(ge=0, le=MOST, max_digits=14, decimal_places=2)]


class CustomerEdit(BaseModel):
    """What a person may correct; fields left out stay, null or an empty text clears one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name | None = None
    company: Word | None = None
    tier: Word | None = None
    annual_value: Money | None = Field(
        default=None, description="Worth of a year, in the workspace's one currency."
    )


class CustomerSort(StrEnum):
    """By what a list of customers is ordered; names break ties."""

    SIGNALS = "signals"
    VALUE = "value"
    NAME = "name"


class CustomerQuery(BaseModel):
    """Which customers to list; merged ones never are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    search: str = Field(default="", max_length=200, description="Part of name, e-mail or company.")
    deleted: bool = Field(default=False, description="The bin instead of the living.")
    sort: CustomerSort = CustomerSort.SIGNALS
    offset: int = Field(default=0, ge=0, le=1_000_000)
    limit: int = Field(default=50, ge=1, le=MAX_PAGE)


@dataclass(frozen=True, slots=True)
class CustomerRead:
    """A customer; `signals` counts the live ones, also of those merged into it."""

    id: UUID
    name: str
    email: str | None
    company: str | None
    tier: str | None
    annual_value: Decimal | None
    is_deleted: bool
    signals: int
    last_signal_at: datetime | None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """One page of a list, how many customers there are on all pages, and what they are worth."""

    items: list[CustomerRead]
    total: int
    worth: Decimal


@dataclass(frozen=True, slots=True)
class MergeRead:
    """A customer that was merged into another, and can be taken out again."""

    id: UUID
    name: str
    email: str | None
    merged_at: datetime
