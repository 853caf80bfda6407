"""What of runs crosses a border besides their rows: questions and their answers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pmflow_core.runs.models import QuestionKind


@dataclass(frozen=True, slots=True)
class QuestionRead:
    """A question of a run, and its answer once there is one."""

    id: UUID
    project_id: UUID
    project_key: str
    run_id: UUID
    run_number: int
    step_key: str
    kind: QuestionKind
    text: str
    options: tuple[str, ...]
    default: str | None
    asked_at: datetime
    deadline_at: datetime | None
    is_open: bool
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None
