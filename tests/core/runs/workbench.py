"""A step's tools without a database: what is logged, shown and asked stays in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from uuid import UUID

from pmflow_core.clock import utcnow
from pmflow_core.errors import PmflowError
from pmflow_core.providers.base import Completion, Evidence
from pmflow_core.providers.scripted import ScriptedProvider
from pmflow_core.recipes.spec import RecipeSpec, StepSpec
from pmflow_core.runs.kinds import AnswerNeeded, ProjectFacts, QuestionDraft, RunContext
from pmflow_core.runs.status import LogLevel

PRD = """# Product requirements

## Requirements

- **R1 — Bring search back** [S-1]
- **R2 — Keep search when the phone locks** [S-3]
- **R3 — Say where search is** [S-2]

## MVP Scope

- **R1**: most signals ask for it
- **R2**: it is the same defect

## Out of Scope

- **R3**
"""


@dataclass
class Workbench:
    """Implements `kinds.Tools`; answers to questions are given beforehand, by key."""

    provider: ScriptedProvider
    said: Mapping[str, str] = field(default_factory=dict)
    lines: list[tuple[LogLevel, str]] = field(default_factory=list)
    written: str = ""
    checks: int = 0

    def log(self, level: LogLevel, text: str) -> None:
        """Keep the line."""
        self.lines.append((level, text))

    def write(self, piece: str) -> None:
        """Keep the piece."""
        self.written += piece

    def ask(self, question: QuestionDraft) -> str:
        """Return what was given for the key, or wait."""
        if question.key not in self.said:
            raise AnswerNeeded(question)
        return self.said[question.key]

    def check(self) -> None:
        """Count, and never stop."""
        self.checks += 1

    @property
    def warnings(self) -> list[str]:
        """The lines that warn."""
        return [text for level, text in self.lines if level is LogLevel.WARN]


def bench(
    *answers: str | Completion | PmflowError, said: Mapping[str, str] | None = None
) -> Workbench:
    """Return tools whose provider gives these answers in order."""
    return Workbench(ScriptedProvider(answers), said or {})


def evidence(*texts: str, customers: Iterable[str | None] = ()) -> tuple[Evidence, ...]:
    """Return signals numbered from 1, with their customers in the same order."""
    names = [*customers, *([None] * len(texts))]
    return tuple(
        Evidence(number, text, None, None, None, name, utcnow())
        for number, (text, name) in enumerate(zip(texts, names, strict=False), 1)
    )


RECIPE = RecipeSpec(
    stage="validate",
    title="Test",
    steps=(StepSpec(key="one", title="Step one", skill="jury"),),
)


def context(**changes: object) -> RunContext:
    """Return what a step of a small project with a PRD is told."""
    told = RunContext(
        run_id=UUID(int=1),
        workspace_id=UUID(int=2),
        fence=1,
        number=7,
        stage="validate",
        recipe=RECIPE,
        provider="scripted",
        project=ProjectFacts(UUID(int=3), "ACM-1", "Search <b>", ""),
        evidence=evidence("Search is gone.", "Where is search?", "Locking loses search."),
        total_signals=3,
        documents=MappingProxyType({"prd": PRD, "jury_report": "old"}),
        hashes=MappingProxyType({"prd": "sha-prd", "jury_report": "sha-old"}),
    )
    return replace(told, **changes)
