"""The shapes of what a recipe can name: steps, criteria and gates, and what they are given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel

from pmflow_core.documents.service import Citable
from pmflow_core.errors import PmflowError
from pmflow_core.providers.base import FREE, Evidence, Provider, Usage
from pmflow_core.recipes.spec import RecipeSpec
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

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as it is stored and shown."""
        return {
            "name": self.name,
            "title": self.title,
            "passed": self.passed,
            "detail": self.detail,
            "optional": self.optional,
        }


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What a step is told of its project."""

    id: UUID
    key: str
    name: str
    description: str


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


class Tools(Protocol):
    """What a step may do to the world while it works."""

    @property
    def provider(self) -> Provider:
        """The provider of this run."""
        ...

    def log(self, level: LogLevel, text: str) -> None:
        """Add a line to the run's log, at once visible to whoever watches."""
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
class StepOutcome:
    """What a step came to."""

    summary: str
    document: DocumentDraft | None = None
    usage: Usage = FREE


@dataclass(frozen=True, slots=True)
class CriterionFacts:
    """What a criterion may look at: the step's own outcome and the signals it may cite."""

    outcome: StepOutcome
    signals: Mapping[int, Citable]


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """The newest version of a document, as a gate sees it."""

    type: str
    template: str
    content: str
    number: int
    sha256: str


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What a gate may look at, re-read under lock in the deciding transaction."""

    documents: Mapping[str, DocumentFacts]
    metrics: Mapping[str, float]
    signals: Mapping[int, Citable]


@dataclass(frozen=True, slots=True)
class StepKind:
    """A registered skill: its parameters and the function that does the work."""

    name: str
    params: type[BaseModel]
    run: Callable[[Params, RunContext, Tools], StepOutcome]


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
