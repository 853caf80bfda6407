"""Signals held against the projects of their workspace, and the links that come of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from pmflow_core.embedding.base import Embedder, Vectors
from pmflow_core.intake import candidates
from pmflow_core.intake.asking import Asked, Asker, AskLater
from pmflow_core.intake.candidates import ProjectText, Waiting
from pmflow_core.signals import routing
from pmflow_core.signals.routing import Matrix, Profiles, Route
from pmflow_core.signals.thresholds import RoutingThresholds, thresholds_for
from pmflow_core.suggestions.models import SuggestionKind
from pmflow_core.suggestions.schemas import Proposal

TEXTS_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class Ground:
    """The projects of a workspace, the vectors linked to them, and what counts as near there."""

    projects: list[ProjectText]
    linked: tuple[list[UUID], Matrix]
    common: float
    thresholds: RoutingThresholds
    model: str


@dataclass(frozen=True, slots=True)
class Links:
    """Links to propose, and the signals for which somebody has to be asked later."""

    proposals: list[Proposal]
    late: list[UUID]


@dataclass(frozen=True, slots=True)
class Match:
    """A signal and the project nearest to it."""

    signal: Waiting
    project: ProjectText
    similarity: float


def read_ground(session: Session, model: str) -> Ground:
    """Return what signals embedded by `model` are held against; the decisions of people count."""
    base = thresholds_for(model).routing
    return Ground(
        projects=candidates.project_texts(session),
        linked=candidates.linked_vectors(session, model),
        common=routing.common_share(*candidates.common_vector(session, model)),
        thresholds=routing.learned(base, candidates.decided_links(session, model)),
        model=model,
    )


def find_links(
    signals: tuple[Sequence[Waiting], Matrix],
    ground: Ground,
    embedder: Embedder,
    asker: Asker | None,
) -> Links:
    """Return the links that the signals deserve; `asker` decides between the two thresholds.

    Without an asker, or when it may not ask more, the middle threshold decides.
    """
    rows, vectors = signals
    if not rows or not ground.projects:
        return Links([], [])
    routed = routing.route(vectors, _profiles(ground, embedder))
    found = Links([], [])
    for row, project, similarity in zip(
        rows, routed.projects.tolist(), routed.similarities.tolist(), strict=True
    ):
        match = Match(row, ground.projects[project], similarity)
        try:
            proposal = _judge(match, ground, asker)
        except AskLater:
            found.late.append(row.id)
            continue
        if proposal is not None:
            found.proposals.append(proposal)
    return found


def _profiles(ground: Ground, embedder: Embedder) -> Profiles:
    places = {project.id: place for place, project in enumerate(ground.projects)}
    texts = np.stack([_vector(embedder, project.text) for project in ground.projects])
    owners, linked = ground.linked
    known = [place for place, owner in enumerate(owners) if owner in places]
    return routing.profile(
        np.concatenate([texts, linked[known]]).astype(np.float32),
        np.array(
            [*range(len(places)), *(places[owners[place]] for place in known)], dtype=np.int64
        ),
        len(places),
        ground.common,
    )


@lru_cache(maxsize=TEXTS_KEPT)
def _vector(embedder: Embedder, text: str) -> Vectors:
    """Return the vector of a project's text, which seldom changes."""
    return embedder.embed([text])[0]


def _judge(match: Match, ground: Ground, asker: Asker | None) -> Proposal | None:
    verdict = routing.verdict(match.similarity, ground.thresholds)
    if verdict is Route.NEW:
        return None
    if verdict is Route.LINK:
        project = match.project
        reason = f"It says what {project.key} {project.name} is about."
        return _proposal(match, ground, "similarity", reason)
    asked = asker.ask(match.signal, match.project) if asker else None
    if asked is not None:
        return _as_told(match, ground, asked)
    if match.similarity < ground.thresholds.middle:
        return None
    return _proposal(match, ground, "middle", _perhaps(match, ground))


def _as_told(match: Match, ground: Ground, asked: Asked) -> Proposal | None:
    if not asked.belongs:
        return None
    return _proposal(match, ground, asked.provider, f"{asked.provider}: {asked.why}")


def _perhaps(match: Match, ground: Ground) -> str:
    project, limits = match.project, ground.thresholds
    return (
        f"It may say what {project.key} {project.name} is about: the similarity lies between"
        f" {limits.new_below:.2f}, where nothing is suggested, and {limits.link_from:.2f}."
    )


def _proposal(match: Match, ground: Ground, by: str, reason: str) -> Proposal:
    return Proposal(
        kind=SuggestionKind.LINK_SIGNAL,
        confidence=round(min(1.0, max(0.0, match.similarity)), 4),
        reason=reason,
        signal_id=match.signal.id,
        project_id=match.project.id,
        detail={
            "similarity": round(match.similarity, 4),
            "needed": ground.thresholds.link_from,
            "decided_by": by,
            "model": ground.model,
        },
    )
