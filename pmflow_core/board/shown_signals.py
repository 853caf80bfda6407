"""Signals as people read them: with their theme, their projects, their like, and who cites them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import statements
from pmflow_core.documents import repository as documents
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Project
from pmflow_core.signals import duplicates
from pmflow_core.signals.models import SignalProject
from pmflow_core.signals.schemas import SimilarRead
from pmflow_core.themes import service as themes
from pmflow_core.themes.schemas import ThemedPage, ThemedQuery, ThemedSignal
from pmflow_core.themes.vectors import NEAR_ENOUGH

SIMILAR_SHOWN = 6


@dataclass(frozen=True, slots=True)
class SignalsRead:
    """A page of signals; `keys` names the projects each is evidence of, by signal id."""

    themed: ThemedPage
    keys: dict[UUID, list[str]]


@dataclass(frozen=True, slots=True)
class CitedRead:
    """A document whose newest version cites a signal."""

    project_key: str
    type: str
    title: str
    version: int


@dataclass(frozen=True, slots=True)
class SignalShown:
    """One signal with everything its drawer shows; `needed` is the similarity themes ask for."""

    themed: ThemedSignal
    similar: list[SimilarRead]
    cited: tuple[CitedRead, ...]
    needed: float


@dataclass(frozen=True, slots=True)
class ProjectChoice:
    """A project that signals can be linked to."""

    id: UUID
    key: str
    name: str


def list_signals(session: Session, actor: Actor, query: ThemedQuery) -> SignalsRead:
    """Return one page of signals with the theme and the projects of each."""
    themed = themes.list_signals(session, actor, query)
    return SignalsRead(themed, _keys(session, [row.id for row in themed.page.items]))


def get_signal(session: Session, actor: Actor, number: int) -> SignalShown:
    """Return one signal and what surrounds it, also of one in the bin; raises NotFound."""
    themed = themes.get_signal(session, actor, number)
    similar = []
    if not themed.detail.is_deleted:
        similar = duplicates.similar(session, actor, number, SIMILAR_SHOWN)
    # Documents cite the words that somebody sent, which may be merged into this signal since.
    family = [themed.detail.row.id, *(each.row.id for each in themed.detail.copies)]
    cited = documents.cited_in(session, family)
    owners = statements.projects_by_id(session, {document.project_id for document, _ in cited})
    return SignalShown(
        themed=themed,
        similar=similar,
        cited=tuple(
            CitedRead(
                project_key=owners[document.project_id].key,
                type=document.type,
                title=TEMPLATES[version.template].title,
                version=version.number,
            )
            for document, version in cited
        ),
        needed=NEAR_ENOUGH,
    )


def project_choices(session: Session, actor: Actor) -> list[ProjectChoice]:
    """Return the active projects, as they are offered to be linked to."""
    actor.require(Role.VIEWER)
    return [
        ProjectChoice(project.id, project.key, project.name)
        for project in projects.list_projects(session)
    ]


def _keys(session: Session, signal_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    statement = (
        select(col(SignalProject.signal_id), col(Project.key))
        .join(Project, col(Project.id) == col(SignalProject.project_id))
        .where(col(SignalProject.signal_id).in_(signal_ids), col(Project.deleted_at).is_(None))
        .order_by(col(SignalProject.id))
    )
    found: dict[UUID, list[str]] = {}
    for signal_id, key in session.execute(statement):
        found.setdefault(signal_id, []).append(key)
    return found
