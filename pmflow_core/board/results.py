"""What runs left for a project besides documents: files, the jury's votes, and tickets."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.documents import repository as documents
from pmflow_core.errors import NotFound
from pmflow_core.projects import tickets
from pmflow_core.projects.models import Ticket
from pmflow_core.runs import results
from pmflow_core.runs.jury import score_of, verdict_of
from pmflow_core.runs.models import Artifact, JuryEvaluation


@dataclass(frozen=True, slots=True)
class ArtifactRead:
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


@dataclass(frozen=True, slots=True)
class VoteRead:
    """One persona's vote with its reasons, and what would turn it."""

    persona: str
    weight: float
    vote: str
    reasons: tuple[str, ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JuryRead:
    """The newest jury: its score from 0 to 1, and whether it saw the newest documents."""

    run_id: UUID
    run_number: int
    score: float
    verdict: str
    is_current: bool
    at: datetime
    votes: tuple[VoteRead, ...]


@dataclass(frozen=True, slots=True)
class TicketRead:
    """A ticket of the project's plan; `estimate` is in story points."""

    number: int
    title: str
    description: str
    acceptance: tuple[str, ...]
    covers: tuple[str, ...]
    estimate: int
    status: str


def list_artifacts(
    session: Session, actor: Actor, project_id: UUID, *, run_id: UUID | None = None
) -> tuple[ArtifactRead, ...]:
    """Return the files that a project's runs, or one of them, made, the newest first."""
    actor.require(Role.VIEWER)
    return tuple(
        _artifact(artifact, number, size)
        for artifact, number, size in results.list_artifacts(session, project_id, run_id)
    )


def read_artifact(
    session: Session, actor: Actor, run_id: UUID, artifact_id: UUID
) -> tuple[ArtifactRead, bytes]:
    """Return a file of a run with its content; raises NotFound."""
    actor.require(Role.VIEWER)
    found = results.find_artifact(session, artifact_id)
    if found is None or found[0].run_id != run_id:
        raise NotFound("There is no such file.")
    artifact, number = found
    return _artifact(artifact, number, len(artifact.content)), artifact.content


def read_jury(session: Session, actor: Actor, project_id: UUID) -> JuryRead | None:
    """Return the votes of the project's newest jury, or None while there was none."""
    actor.require(Role.VIEWER)
    found = results.newest_votes(session, project_id)
    if not found:
        return None
    votes, number = found
    newest = {
        document.type: version.sha256
        for document, version in documents.latest_versions(session, project_id)
    }
    score = score_of((vote.weight, vote.vote) for vote in votes)
    return JuryRead(
        run_id=votes[0].run_id,
        run_number=number,
        score=score,
        verdict=verdict_of(score).value,
        is_current=results.votes_are_current(votes[0].versions, newest),
        at=votes[0].created_at,
        votes=tuple(_vote(vote) for vote in votes),
    )


def list_tickets(session: Session, actor: Actor, project_id: UUID) -> tuple[TicketRead, ...]:
    """Return the project's tickets in the order of the plan."""
    actor.require(Role.VIEWER)
    return tuple(_ticket(ticket) for ticket in tickets.list_tickets(session, project_id))


def _artifact(artifact: Artifact, run_number: int, size: int) -> ArtifactRead:
    return ArtifactRead(
        id=artifact.id,
        run_id=artifact.run_id,
        run_number=run_number,
        step=artifact.step_key,
        kind=artifact.kind,
        name=artifact.name,
        media_type=artifact.media_type,
        size=size,
        at=artifact.created_at,
    )


def _vote(vote: JuryEvaluation) -> VoteRead:
    return VoteRead(
        vote.persona, vote.weight, vote.vote.value, tuple(vote.reasons), tuple(vote.conditions)
    )


def _ticket(ticket: Ticket) -> TicketRead:
    return TicketRead(
        number=ticket.number,
        title=ticket.title,
        description=ticket.description,
        acceptance=tuple(ticket.acceptance),
        covers=tuple(ticket.covers),
        estimate=ticket.estimate,
        status=ticket.status.value,
    )
