"""What the tests of a run's lifecycle share: small steps that say what they were given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from pydantic import BaseModel, Field

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.board.schemas import RunRead
from pmflow_core.board.shown_runs import read_run
from pmflow_core.db.transaction import transaction
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.spec import RecipeSpec, StepSpec
from pmflow_core.runs import repository
from pmflow_core.runs.extensions import Extensions
from pmflow_core.runs.kinds import (
    DocumentDraft,
    Params,
    RunContext,
    StepKind,
    StepOutcome,
    Tools,
)
from pmflow_core.runs.models import RunStep, StageRun
from tests.core.runs.staging import Desk

TEXT = "# Research\n\n## Key Insights\n\n- Search is gone [S-1].\n"


class NoteParams(BaseModel):
    """What to note."""

    words: str = "plain"
    times: int = Field(default=1, ge=1)


@dataclass
class Notebook:
    """Every step that really worked, in order, and what the next ones raise instead."""

    worked: list[str] = field(default_factory=list)
    faults: list[Exception | None] = field(default_factory=list)
    before: Callable[[RunContext, Tools], None] | None = None

    def note(self, params: Params, context: RunContext, tools: Tools) -> StepOutcome:
        """Write a document whose step says its words, or raise what is due."""
        if self.before is not None:
            self.before(context, tools)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        self.worked.append(params.words)
        draft = DocumentDraft("research", f"{TEXT}\n{params.words} {len(self.worked)}\n", "notes")
        return StepOutcome(params.words, draft, output={"words": params.words})

    def peek(self, _params: Params, context: RunContext, _tools: Tools) -> StepOutcome:
        """Say what earlier steps came to."""
        told = ",".join(str(output["words"]) for output in context.outputs.values())
        self.worked.append(f"peek {told}")
        return StepOutcome(f"saw {told}", output={"words": told})


def add_steps(extensions: Extensions) -> Notebook:
    """Register the steps `note` and `peek` and return what they note."""
    notebook = Notebook()
    extensions.steps.add(StepKind("note", NoteParams, notebook.note))
    extensions.steps.add(StepKind("peek", NoteParams, notebook.peek))
    return notebook


def step(key: str, skill: str = "note", **more: object) -> StepSpec:
    """Return a step of that key that notes it."""
    given = {"key": key, "title": key.title(), "skill": skill, "params": {"words": key}}
    return StepSpec.model_validate({**given, **more})


def publish(workspace_id: UUID, extensions: Extensions, *steps: StepSpec, **more: object) -> None:
    """Publish these steps as the recipe of Discovery."""
    given = {"stage": "discovery", "title": "Take notes", "steps": steps}
    spec = RecipeSpec.model_validate({**given, **more})
    with transaction(workspace_id) as session:
        recipes.publish(session, Actor(workspace_id, Role.ADMIN), spec, extensions.catalogue())


def start(desk: Desk) -> StageRun:
    """Request a run of Discovery."""
    with transaction(desk.actor.workspace_id) as session:
        return board.start_run(session, desk.actor, desk.id, "discovery")


def show(desk: Desk, run: StageRun) -> RunRead:
    """Return the run as its page shows it."""
    with transaction(desk.actor.workspace_id) as session:
        return read_run(session, desk.actor, run.id)


def row(desk: Desk, run: StageRun) -> StageRun:
    """Return the run's row."""
    with transaction(desk.actor.workspace_id) as session:
        return repository.get_run(session, run.id)


def steps(desk: Desk, run: StageRun) -> list[RunStep]:
    """Return the rows of the run's steps."""
    with transaction(desk.actor.workspace_id) as session:
        return repository.steps_of(session, run.id)
