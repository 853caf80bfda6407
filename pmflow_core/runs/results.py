"""What a finished step leaves besides its document: artifacts, votes and tickets."""

import hashlib

from sqlalchemy.orm import Session

from pmflow_core.documents import repository as documents
from pmflow_core.projects import tickets
from pmflow_core.projects.tickets import PlannedTicket
from pmflow_core.runs.kinds import StepOutcome
from pmflow_core.runs.models import Artifact, JuryEvaluation, StageRun


def store(session: Session, run: StageRun, step_key: str, outcome: StepOutcome) -> None:
    """Store the results in the transaction that completes the step; the caller holds the fence."""
    for draft in outcome.artifacts:
        session.add(
            Artifact(
                workspace_id=run.workspace_id,
                project_id=run.project_id,
                run_id=run.id,
                step_key=step_key,
                kind=draft.kind,
                name=draft.name,
                media_type=draft.media_type,
                content=draft.content,
                sha256=hashlib.sha256(draft.content).hexdigest(),
            )
        )
    if outcome.votes:
        _store_votes(session, run, step_key, outcome)
    if outcome.tickets is not None:
        plan = [
            PlannedTicket(
                draft.plan_key,
                draft.title,
                draft.description,
                draft.acceptance,
                draft.covers,
                draft.estimate,
            )
            for draft in outcome.tickets
        ]
        tickets.apply_plan(session, run.workspace_id, run.project_id, run.id, plan)


def _store_votes(session: Session, run: StageRun, step_key: str, outcome: StepOutcome) -> None:
    # The report that the votes are written into does not void them.
    own = outcome.document.template if outcome.document else None
    versions = {
        document.type: version.sha256
        for document, version in documents.latest_versions(session, run.project_id)
        if document.type != own
    }
    for vote in outcome.votes:
        session.add(
            JuryEvaluation(
                workspace_id=run.workspace_id,
                project_id=run.project_id,
                run_id=run.id,
                step_key=step_key,
                persona=vote.persona,
                weight=vote.weight,
                vote=vote.vote,
                reasons=list(vote.reasons),
                conditions=list(vote.conditions),
                versions=versions,
            )
        )
