"""What a step is told: read once when a run is claimed, and carried on from step to step."""

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from sqlalchemy.orm import Session

from pmflow_core.documents.service import content_hash
from pmflow_core.knowledge import repository as knowledge
from pmflow_core.projects import repository as projects
from pmflow_core.recipes import repository as recipe_rows
from pmflow_core.recipes import service as recipes
from pmflow_core.runs import evidence, progress, questions, replays, repository, told_records
from pmflow_core.runs.kinds import PersonaFacts, ProjectFacts, RunContext, StepOutcome
from pmflow_core.runs.models import RunStep, StageRun
from pmflow_core.runs.status import StepStatus


def load(session: Session, run: StageRun) -> tuple[RunContext, list[RunStep]]:
    """Return what the next step of a claimed run is told, and the run's steps."""
    steps = repository.steps_of(session, run.id)
    return _context(session, run, steps), steps


def _context(session: Session, run: StageRun, steps: Sequence[RunStep]) -> RunContext:
    project = projects.get_project(session, run.project_id)
    newest = replays.documents_of(session, run)
    return RunContext(
        run_id=run.id,
        workspace_id=run.workspace_id,
        fence=run.fence,
        number=run.number,
        stage=run.stage,
        recipe=recipes.read_spec(recipe_rows.get_version(session, run.recipe_version_id)),
        provider=run.provider,
        project=ProjectFacts(project.id, project.key, project.name, project.description),
        evidence=evidence.evidence_of(session, project.id, run.only_signal),
        total_signals=evidence.workspace_count(session),
        documents=MappingProxyType({each.type: version.content for each, version in newest}),
        hashes=MappingProxyType({each.type: version.sha256 for each, version in newest}),
        answers=questions.answers(session, run.id),
        outputs=MappingProxyType(
            {
                step.step_key: MappingProxyType(step.output)
                for step in steps
                if step.status is StepStatus.COMPLETED
            }
        ),
        personas=tuple(
            PersonaFacts(each.name, each.description, each.segment, each.weight)
            for each in knowledge.list_personas(session)
        ),
        records=told_records.tell(session, run),
    )


def with_outcome(context: RunContext, step_key: str, outcome: StepOutcome) -> RunContext:
    """Return what later steps are told: what this one wrote and what it came to."""
    outputs = MappingProxyType({**context.outputs, step_key: outcome.output})
    if outcome.document is None:
        return replace(context, outputs=outputs)
    kind = progress.document_type(outcome.document)
    content = outcome.document.content
    return replace(
        context,
        outputs=outputs,
        documents=MappingProxyType({**context.documents, kind: content}),
        hashes=MappingProxyType({**context.hashes, kind: content_hash(content)}),
    )
