"""The shapes of what a recipe can name: steps, criteria and gates, and what they are given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel

from pmflow_core.documents.service import Citable
from pmflow_core.errors import PmflowError
from pmflow_core.providers.base import FREE, Evidence, Provider, ToolSpec, Usage
from pmflow_core.recipes.spec import RecipeSpec
from pmflow_core.runs.models import QuestionKind, Vote
from pmflow_core.runs.status import LogLevel

Params = Any  # a registered kind is called with an instance of its own params model


class RunCancelled(PmflowError):
    """A person asked the run to stop; raised between tokens and steps."""

    code = "run_cancelled"


class LeaseLost(PmflowError):
    """Another worker has the run now; whoever sees this stops quietly and writes nothing."""

    code = "lease_lost"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one criterion or gate came to, in words a person can act on."""

    name: str
    title: str
    passed: bool
    detail: str
    optional: bool = False
    inputs: Mapping[str, Any] = field(  # a gate's parameters and the versions it judged
        default_factory=lambda: MappingProxyType({})
    )

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as it is stored and shown."""
        return {
            "name": self.name,
            "title": self.title,
            "passed": self.passed,
            "detail": self.detail,
            "optional": self.optional,
            "inputs": dict(self.inputs),
        }


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What a step is told of its project."""

    id: UUID
    key: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class PersonaFacts:
    """A persona of the workspace as a step is told of it."""

    name: str
    description: str
    segment: str | None
    weight: float


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """A record of what the team knows as a step is told of it."""

    kind: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person, or a default when time ran out, answered to a question of this run."""

    question: str
    answer: str
    by: str


@dataclass(frozen=True)
class RunContext:
    """Everything a step may read; frozen, so that a step cannot change another's view."""

    run_id: UUID
    workspace_id: UUID
    fence: int
    number: int
    stage: str
    recipe: RecipeSpec
    provider: str
    project: ProjectFacts
    evidence: tuple[Evidence, ...]
    total_signals: int
    documents: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    feedback: str = ""  # what was wrong with this step's last try
    answers: tuple[Answer, ...] = ()
    outputs: Mapping[str, Mapping[str, Any]] = field(  # what earlier steps of this run came to
        default_factory=lambda: MappingProxyType({})
    )
    hashes: Mapping[str, str] = field(  # document type to SHA-256 of its newest version
        default_factory=lambda: MappingProxyType({})
    )
    personas: tuple[PersonaFacts, ...] = ()  # the workspace's, by name
    records: tuple[RecordFacts, ...] = ()  # what the team knows, guardrails first


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """What a step asks; `key` makes it the same question when the step is done again."""

    key: str
    kind: QuestionKind
    text: str
    options: tuple[str, ...] = ()
    default: str | None = None
    timeout: timedelta | None = None


class AnswerNeeded(PmflowError):
    """A step needs a person's answer; the engine lets the run wait for it."""

    code = "answer_needed"

    def __init__(self, question: QuestionDraft) -> None:
        super().__init__(question.text)
        self.question = question


class Tools(Protocol):
    """What a step may do to the world while it works."""

    @property
    def provider(self) -> Provider:
        """The provider of this run."""
        ...

    def log(self, level: LogLevel, text: str) -> None:
        """Add a line to the run's log, at once visible to whoever watches."""
        ...

    def write(self, piece: str) -> None:
        """Show a piece of what is being written to whoever watches; it is not kept."""
        ...

    def ask(self, question: QuestionDraft) -> str:
        """Return a person's answer.

        Raises:
            AnswerNeeded: there is none yet; the run waits, and the step is done again with it.
        """
        ...

    def check(self) -> None:
        """Raise RunCancelled or LeaseLost when the run should not go on."""
        ...


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A document a step wrote, before it is verified."""

    template: str
    content: str
    model: str


@dataclass(frozen=True, slots=True)
class ArtifactDraft:
    """A file a step made."""

    kind: str
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class VoteDraft:
    """One persona's vote of the jury."""

    persona: str
    weight: float
    vote: Vote
    reasons: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(  # type to SHA-256 of the documents that were voted on
        default_factory=lambda: MappingProxyType({})
    )


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """A ticket of a plan; planned again under the same `plan_key` it stays the same ticket."""

    plan_key: str
    title: str
    description: str
    acceptance: tuple[str, ...]
    covers: tuple[str, ...]
    estimate: int


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What a step came to; all of it is stored with the step's completion, or none."""

    summary: str
    document: DocumentDraft | None = None
    usage: Usage = FREE
    artifacts: tuple[ArtifactDraft, ...] = ()
    votes: tuple[VoteDraft, ...] = ()
    tickets: tuple[TicketDraft, ...] | None = None  # the whole plan; None leaves tickets alone
    output: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class CriterionFacts:
    """What a criterion may look at: the step's own outcome and the signals it may cite."""

    outcome: StepOutcome
    signals: Mapping[int, Citable]
    documents: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    evidence: tuple[Evidence, ...] = ()
    judge: Callable[[str, str], tuple[bool, str]] | None = None  # statement, text: holds and why
    total_signals: int = 0


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """The newest version of a document, as a gate sees it."""

    type: str
    template: str
    content: str
    number: int
    sha256: str


@dataclass(frozen=True, slots=True)
class VoteFacts:
    """A vote of the newest jury, and whether it was cast on the newest versions."""

    persona: str
    weight: float
    vote: Vote
    current: bool


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What a gate may look at, re-read under lock in the deciding transaction."""

    documents: Mapping[str, DocumentFacts]
    metrics: Mapping[str, float]
    signals: Mapping[int, Citable]
    votes: tuple[VoteFacts, ...] = ()
    artifacts: frozenset[str] = frozenset()  # kinds
    approvers: frozenset[str] = frozenset()  # names whose approval covers the newest versions
    slow: Mapping[str, Mapping[str, Any]] = field(  # by gate title, see `Check`
        default_factory=lambda: MappingProxyType({})
    )
    title: str = ""  # of the gate that is evaluated


@dataclass(frozen=True, slots=True)
class StepKind:
    """A registered skill: its parameters and the function that does the work."""

    name: str
    params: type[BaseModel]
    run: Callable[[Params, RunContext, Tools], StepOutcome]


@dataclass(frozen=True, slots=True)
class Check:
    """A named check of a plugin for the `custom` gate; it may be slow.

    It runs at the end of the run, before the deciding transaction, and its result is stored with
    the hashes of the documents it saw, so that a later edit voids it.
    """

    name: str
    params: type[BaseModel]
    run: Callable[[Params, RunContext, Tools], tuple[bool, str]]


@dataclass(frozen=True, slots=True)
class CriterionKind:
    """A registered check of one step's outcome; `parse` refuses an argument that makes no sense."""

    name: str
    parse: Callable[[str], object]
    check: Callable[[Params, CriterionFacts], Verdict]


@dataclass(frozen=True, slots=True)
class GateKind:
    """A registered check of the project before it may advance; a pure function of the facts."""

    name: str
    params: type[BaseModel]
    evaluate: Callable[[Params, GateFacts], Verdict]


@dataclass(frozen=True, slots=True)
class ToolKind:
    """A registered tool that a model may call in a step whose recipe lists it.

    The workspace, the project and the run are bound by the server, never by the model. One that is
    not `read_only` is never called again when a worker died before its answer.
    """

    spec: ToolSpec
    call: Callable[[Mapping[str, Any], RunContext], str]
    read_only: bool = False

    @property
    def name(self) -> str:
        """The name recipes allow it by."""
        return self.spec.name
