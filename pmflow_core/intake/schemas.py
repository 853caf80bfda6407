"""What is shown of imports."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from pmflow_core.intake.models import RawStatus
from pmflow_core.signals.models import ImportStatus
from pmflow_core.signals.schemas import Rejection

LISTED_REJECTIONS = 1_000


class PasteAs(StrEnum):
    """How pasted text becomes signals."""

    ONE = "one"
    LINES = "lines"
    PARAGRAPHS = "paragraphs"


@dataclass(frozen=True, slots=True)
class ImportRead:
    """An import, finished or not; of the refused rows the first 1,000 are listed."""

    id: UUID
    name: str
    status: ImportStatus
    created: int
    duplicates: int
    refused: int
    rejected: list[Rejection]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far the processing of an import is.

    `status` is running until the file was read and every signal was processed. Of about `expected`
    rows or passages `read` are done. `failed` are signals that stay usable but could not be
    embedded; `themes` are those its signals are in. `error` says why reading ended early.
    """

    id: UUID
    name: str
    status: ImportStatus
    created: int
    duplicates: int
    rejected: int
    total: int
    processed: int
    failed: int
    themes: int
    is_read: bool
    read: int
    expected: int
    error: str | None


class EventRead(BaseModel):
    """A delivery as an admin sees it, without its body."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: UUID
    endpoint_id: UUID
    delivery_id: str
    status: RawStatus
    is_test: bool
    attempts: int
    created_at: datetime
    processed_at: datetime | None
    error: str | None
    result: dict[str, Any]


class EventDetail(EventRead):
    """A delivery with its body, of which at most 20 kB are shown; `size` counts its bytes."""

    body: str
    size: int
