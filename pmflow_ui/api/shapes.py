"""What the API answers about projects and runs; fields are added here, never renamed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pmflow_core.runs.models import QuestionKind
from pmflow_core.runs.status import RunStatus

T = TypeVar("T")


class Shape(BaseModel):
    """Anything that is answered, read from what the core returns."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Page(BaseModel, Generic[T]):
    """A part of a list; `next_cursor` asks for the next one and is null at the end."""

    items: Sequence[T]
    next_cursor: str | None = None


class Gate(Shape):
    """The verdict of a gate or of a step's criterion."""

    name: str
    title: str
    passed: bool
    detail: str
    optional: bool
    inputs: Mapping[str, Any] = Field(description="What it judged.")


class Why(Shape):
    """Why a project is where it is, and who does what next."""

    key: str
    stage: str
    status: str
    mood: str
    reason: str
    next_action: str
    owner: str
    gates: Sequence[Gate]
    since: datetime
    run: UUID | None = Field(validation_alias="run_id")
    can_run: bool
    can_approve: bool


class Decision(Shape):
    """One evaluation of whether a project may advance; it never changes."""

    id: UUID
    at: datetime
    stage: str
    outcome: str
    reason: str
    next_action: str
    owner: str
    actor: str
    gates: Sequence[Gate]
    run_id: UUID | None
    run_number: int | None
    recipe_version: int | None
    budget: Mapping[str, Mapping[str, str]] = Field(
        description="Scope to cap, spent and reserved US dollars of that moment."
    )


class RunItem(Shape):
    """A run in a list; `stage` is the stage's name."""

    id: UUID
    number: int
    project: str = Field(validation_alias="project_key")
    project_name: str
    stage: str
    status: RunStatus
    provider: str
    requested_by: str
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    failure: str | None


class Step(Shape):
    """A step of a run with its checks."""

    key: str
    title: str
    status: str
    attempts: int
    summary: str | None
    criteria: Sequence[Gate]
    document: str | None = Field(None, validation_alias="document_type")
    reused: bool = Field(False, validation_alias="is_reused")
    started_at: datetime | None
    finished_at: datetime | None
    input_tokens: int
    output_tokens: int
    cost_usd: float


class Question(Shape):
    """What a run asks; `default` is taken when nobody answers until the deadline."""

    id: UUID
    step: str = Field(validation_alias="step_key")
    kind: QuestionKind
    text: str
    options: Sequence[str]
    default: str | None
    asked_at: datetime
    deadline_at: datetime | None


class Artifact(Shape):
    """A file that a step made; `size` is in bytes."""

    id: UUID
    run_id: UUID
    run_number: int
    step: str
    kind: str
    name: str
    media_type: str
    size: int
    at: datetime


class BoundDocument(Shape):
    """A document version that an approval covers."""

    type: str
    title: str
    version: int
    sha256: str


class Approval(Shape):
    """What approving would do now; send `seen` back to approve exactly this."""

    stage: str
    to: str | None
    starts: str | None
    documents: Sequence[BoundDocument]
    seen: dict[str, str]


class Tokens(BaseModel):
    """Tokens that a run's steps used."""

    input: int
    output: int


class Run(BaseModel):
    """A run with everything but its log."""

    id: UUID
    number: int
    project: str
    project_id: UUID
    stage: str
    status: RunStatus
    provider: str
    requested_by: str
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    failure_class: str | None
    failure: str | None
    waiting_for: str | None
    waiting_reason: str | None
    retry_of: int | None
    rerun_from: str | None
    replay: bool
    recipe_version: int
    steps: Sequence[Step]
    gates: Sequence[Gate]
    tokens: Tokens
    cost_usd: float
    last_seq: int
    question: Question | None
    artifacts: Sequence[Artifact]
    approval: Approval | None
    why: Why


class LogLine(Shape):
    """A line of a run's log; `seq` counts from 1 without gaps."""

    seq: int
    at: datetime
    level: str
    step: str | None
    text: str


class Ticket(Shape):
    """A ticket of a project's plan; `estimate` is in story points."""

    number: int
    title: str
    description: str
    acceptance: Sequence[str]
    covers: Sequence[str]
    estimate: int
    status: str


class Vote(Shape):
    """A persona's vote, its reasons, and what would turn it."""

    persona: str
    weight: float
    vote: str
    reasons: Sequence[str]
    conditions: Sequence[str]


class Jury(Shape):
    """The newest jury; `is_current` when it voted on the newest documents."""

    run_id: UUID
    run_number: int
    score: float
    verdict: str
    is_current: bool
    at: datetime
    votes: Sequence[Vote]


class Requested(Shape):
    """A run that was queued or changed."""

    id: UUID
    number: int
    status: RunStatus


class Decided(Shape):
    """What came of an approval or a rejection; `outcome` may be that the project stays."""

    id: UUID
    stage: str
    outcome: str
    reason: str
    next_action: str
    owner: str
    gates: Sequence[dict[str, Any]]
