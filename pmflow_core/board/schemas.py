"""What is shown of projects, their reasons, documents and runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pmflow_core.runs.schemas import QuestionRead
from pmflow_core.runs.status import RunStatus

CARD_DOCUMENTS = ("research", "prd", "design_brief", "engineering_spec", "gtm_brief")


class Mood(StrEnum):
    """What a reason line's glyph says."""

    IDLE = "idle"
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    FAILED = "failed"
    DONE = "done"


class DocumentState(StrEnum):
    """What is true of a project's document of some type."""

    NONE = "none"
    DRAFT = "draft"
    APPROVED = "approved"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class GateRead:
    """One gate's last verdict."""

    name: str
    title: str
    passed: bool
    detail: str
    optional: bool
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class WhyRead:
    """Why a project is where it is and who does what next; never with an empty part."""

    key: str
    stage: str
    status: str
    mood: Mood
    reason: str
    next_action: str
    owner: str
    gates: tuple[GateRead, ...]
    since: datetime
    can_run: bool
    can_approve: bool
    run_id: UUID | None
    question_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CardRead:
    """A project as a card of the board."""

    id: UUID
    key: str
    name: str
    stage: str
    owner_id: UUID | None
    owner: str | None
    signals: int
    documents: tuple[DocumentState, ...]
    mood: Mood
    reason: str
    next_action: str
    run_id: UUID | None
    progress: float | None
    cost_usd: float
    stage_since: datetime


@dataclass(frozen=True, slots=True)
class StageRead:
    """A column of the board."""

    slug: str
    name: str
    position: int
    has_recipe: bool
    colour: str


@dataclass(frozen=True, slots=True)
class CountsRead:
    """How much of everything a workspace has."""

    projects: int
    signals: int
    themes: int
    open_runs: int
    workers_alive: int


@dataclass(frozen=True, slots=True)
class BoardRead:
    """The whole board."""

    stages: tuple[StageRead, ...]
    cards: tuple[CardRead, ...]


@dataclass(frozen=True, slots=True)
class MovePreview:
    """What a move would find and do; `refusal` says why it would not happen."""

    key: str
    to: str
    name: str
    forward: bool
    gates: tuple[GateRead, ...]
    refusal: str | None
    can_override: bool
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageVisit:
    """How long a project was in a stage, in seconds; None when it never was."""

    slug: str
    name: str
    seconds: float | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class EarlierText:
    """The newest version of what a document was before another stage wrote it anew."""

    title: str
    version: int


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A project's document in a list, with the coverage of its claims.

    `earlier` are the texts of other shapes in its history, the newest first: stages may write one
    document, as Inbox and Discovery do.
    """

    type: str
    title: str
    version: int
    state: DocumentState
    cited: int
    claims: int
    author: str
    written_at: datetime
    earlier: tuple[EarlierText, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A signal that is evidence of the project."""

    number: int
    text: str
    severity: str | None
    times_cited: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """A stage run in a list."""

    id: UUID
    number: int
    project_id: UUID
    project_key: str
    project_name: str
    stage: str
    status: RunStatus
    provider: str
    requested_by: str
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    failure: str | None
    is_trial: bool = False
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One line of a project's timeline."""

    kind: str
    text: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProjectRead:
    """Everything the project page shows."""

    id: UUID
    key: str
    name: str
    description: str
    status: str
    priority: str | None
    owner_id: UUID | None
    owner: str | None
    theme_id: UUID | None
    theme_label: str | None
    cost_usd: float
    signals: int
    severities: dict[str, int]
    stages: tuple[StageVisit, ...]
    next_stage: StageRead | None
    why: WhyRead
    documents: tuple[DocumentRow, ...]
    evidence: tuple[EvidenceRow, ...]
    runs: tuple[RunRow, ...]
    activity: tuple[ActivityRow, ...]


@dataclass(frozen=True, slots=True)
class CitationRead:
    """A citation as documents show it: the chip's span, the signal, and its quoted words."""

    signal: int
    start: int
    end: int
    quote: str | None
    quote_start: int | None
    quote_end: int | None
    verbatim: str
    severity: str | None
    segment: str | None
    customer: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class SectionRead:
    """A section of a document and how much of what it claims is cited."""

    name: str
    cited: int
    claims: int
    needs_evidence: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in a document's history; `stage` is None where no run of a stage wrote it."""

    number: int
    title: str
    stage: str | None
    author: str
    by_run: bool
    written_at: datetime
    approved: bool


@dataclass(frozen=True, slots=True)
class DocumentRead:
    """One version of a document, with everything its page shows."""

    project_key: str
    project_name: str
    type: str
    title: str
    version: int
    latest: int
    content: str
    sha256: str
    model: str | None
    author: str
    written_at: datetime
    sections: tuple[SectionRead, ...]
    cited: int
    claims: int
    uncited: tuple[str, ...]
    faults: tuple[str, ...]
    citations: tuple[CitationRead, ...]
    versions: tuple[VersionRow, ...]


@dataclass(frozen=True, slots=True)
class StepRead:
    """A step of a run, with its checks."""

    key: str
    title: str
    status: str
    attempts: int
    summary: str | None
    criteria: tuple[GateRead, ...]
    document_type: str | None
    started_at: datetime | None
    finished_at: datetime | None
    input_tokens: int
    output_tokens: int
    cost_usd: float
    is_reused: bool = False
    instructions: str | None = None  # None where the step takes none
    live_text: str = ""


@dataclass(frozen=True, slots=True)
class LogRead:
    """A line of a run's log."""

    seq: int
    at: datetime
    level: str
    step: str | None
    text: str


@dataclass(frozen=True, slots=True)
class RunRead:
    """A run with its steps, its newest log lines, and what it decided."""

    row: RunRow
    stage: str
    recipe_version: int
    worker: str | None
    steps: tuple[StepRead, ...]
    lines: tuple[LogRead, ...]
    last_seq: int
    gates: tuple[GateRead, ...]
    why: WhyRead
    retry_of: int | None
    workers_alive: int
    rerun_from: str | None = None
    questions: tuple[QuestionRead, ...] = ()
