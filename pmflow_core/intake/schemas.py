"""What is shown of imports."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

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
    """A finished import; of the refused rows the first 1,000 are listed."""

    id: UUID
    name: str
    created: int
    duplicates: int
    refused: int
    rejected: list[Rejection]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far the processing of an import is.

    `status` is running until every signal was processed; `failed` are those that stay usable
    but could not be embedded; `themes` are those its signals are in.
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
