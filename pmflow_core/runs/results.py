"""What a finished step leaves besides its document: artifacts, votes and tickets."""

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer
from sqlmodel import col

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
    # A step that does not say what it voted on has voted on what is newest now; the report that
    # the votes are written into does not void them.
    own = outcome.document.template if outcome.document else None
    newest = {
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
                versions=dict(vote.versions or newest),
            )
        )


def list_artifacts(
    session: Session, project_id: UUID, run_id: UUID | None = None
) -> list[tuple[Artifact, int, int]]:
    """Return (artifact without its content, number of its run, bytes), the newest first."""
    statement = (
        select(Artifact, col(StageRun.number), func.length(col(Artifact.content)))
        .join(StageRun, col(StageRun.id) == col(Artifact.run_id))
        .where(col(Artifact.project_id) == project_id)
        .options(defer(col(Artifact.content)))  # pyright: ignore[reportArgumentType] SQLModel types it otherwise
        .order_by(col(StageRun.number).desc(), col(Artifact.name))
    )
    if run_id is not None:
        statement = statement.where(col(Artifact.run_id) == run_id)
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def find_artifact(session: Session, artifact_id: UUID) -> tuple[Artifact, int] | None:
    """Return an artifact and the number of its run, or None."""
    statement = (
        select(Artifact, col(StageRun.number))
        .join(StageRun, col(StageRun.id) == col(Artifact.run_id))
        .where(col(Artifact.id) == artifact_id)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else (row[0], row[1])


def newest_votes(session: Session, project_id: UUID) -> tuple[list[JuryEvaluation], int] | None:
    """Return the votes of the newest run that had a jury, and its number; None without one."""
    newest = (
        select(col(StageRun.id), col(StageRun.number))
        .join(JuryEvaluation, col(JuryEvaluation.run_id) == col(StageRun.id))
        .where(col(JuryEvaluation.project_id) == project_id)
        .order_by(col(StageRun.number).desc())
        .limit(1)
    )
    found = session.execute(newest).one_or_none()
    if found is None:
        return None
    votes = (
        select(JuryEvaluation)
        .where(col(JuryEvaluation.run_id) == found[0])
        .order_by(col(JuryEvaluation.id))
    )
    return list(session.scalars(votes)), found[1]


def votes_are_current(voted_on: Mapping[str, str], newest: Mapping[str, str]) -> bool:
    """Return whether every document voted on still is the newest version of its type."""
    return all(newest.get(kind) == sha256 for kind, sha256 in voted_on.items())


def stored_kinds(session: Session, project_id: UUID) -> Sequence[str]:
    """Return the kinds of files the project has."""
    statement = select(col(Artifact.kind)).where(col(Artifact.project_id) == project_id)
    return session.scalars(statement.distinct()).all()
