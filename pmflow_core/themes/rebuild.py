"""Themes formed anew: from groups to ids, names and middles, and writing them at once.

Three parts, so that no transaction is open while the slow one runs: `read` what is there, make a
`draft` (pure), `apply` them unless the ground has changed since.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.signals.nudges import announce
from pmflow_core.themes import corpus as statements
from pmflow_core.themes.corpus import Corpus, State
from pmflow_core.themes.draft import Draft, ThemeDraft
from pmflow_core.themes.lineage import Origin, record
from pmflow_core.themes.models import Clustering, PlacedBy, ThemeEventKind, ThemeStatus
from pmflow_core.themes.placement import (
    NEIGHBOURS,
    VOTE_FROM_TEXTS,
    Placement,
    place_by_centroid,
    place_by_vote,
)
from pmflow_core.themes.reviewing import propose
from pmflow_core.themes.vectors import UNTHEMED, Matrix, unit_rows

VOTE_FOR_AT_MOST = 64


def read(session: Session, actor: Actor) -> tuple[Corpus, State]:
    """Return what themes are formed from, and the themes there are."""
    actor.require(Role.EDITOR)
    return statements.read_corpus(session), statements.read_state(session)


def apply(
    session: Session,
    actor: Actor,
    seen: tuple[Corpus, State],
    drafted: Draft,
    clustering: Clustering,
    *,
    on_the_way: bool = False,
) -> State | None:
    """Write a draft; when people changed the ground since, write nothing and return what is now.

    Signals that came meanwhile, and those of retired themes, join the nearest theme. What is
    formed `on_the_way` binds nobody: its signals count as placed until the next clustering, and
    what waits for review goes on waiting.
    """
    actor.require(Role.EDITOR)
    corpus, state = seen
    statements.lock_for_writing(session, actor.workspace_id)
    now = statements.read_state(session, lock=True)
    if now.clustering_id != state.clustering_id or not now.same_ground(state):
        return now
    statements.add_clustering(session, clustering)
    statements.save_themes(session, [_row(theme, clustering) for theme in drafted.themes])
    placed_by = PlacedBy.PLACEMENT if on_the_way else PlacedBy.CLUSTERING
    statements.put_into_themes(session, actor.workspace_id, drafted.moves, placed_by)
    statements.take_out_of_themes(session, drafted.leaving)
    statements.retire(session, drafted.retired)
    _record(session, actor, drafted, clustering.id)
    if not on_the_way:
        propose(session, actor, now.proposals, drafted.proposals, clustering.id)
    late, vectors = statements.unplaced(session, corpus.ids)
    place(session, actor, late, vectors)
    announce(session, actor.workspace_id)
    return None


def _record(session: Session, actor: Actor, drafted: Draft, clustering_id: UUID) -> None:
    """Write what became of themes by itself into their lineage."""
    origin = Origin(actor, clustering_id=clustering_id)
    for theme in sorted(drafted.formed):
        came = {source: many for (source, to), many in drafted.flows.items() if to == theme}
        others = [source for source in came if source]
        record(session, origin, theme, ThemeEventKind.FORMED, (others, sum(came.values())))
    for theme in drafted.retired:
        went = {to: many for (source, to), many in drafted.flows.items() if source == theme}
        others = [to for to in went if to]
        record(session, origin, theme, ThemeEventKind.RETIRED, (others, sum(went.values())))


def place(session: Session, actor: Actor, ids: Sequence[UUID], vectors: Matrix) -> None:
    """Put each signal into an active theme; one that is near none waits without.

    In a large workspace the neighbours of a few signals vote. Many at once go to the nearest
    middle, which costs next to nothing and is what the next clustering starts from.
    """
    themes, middles = statements.centroids(session)
    if not themes or not ids:
        return
    found = place_by_centroid(vectors, unit_rows(middles))
    last = statements.last_clustering(session)
    if len(ids) <= VOTE_FOR_AT_MOST and last is not None and last.signals >= VOTE_FROM_TEXTS:
        found = _voted(session, vectors, themes, unit_rows(middles))
    placed = [
        (signal, themes[theme], similarity)
        for signal, theme, similarity in zip(
            ids, found.labels.tolist(), found.similarities.tolist(), strict=True
        )
        if theme != UNTHEMED
    ]
    statements.put_into_themes(session, actor.workspace_id, placed, PlacedBy.PLACEMENT)


def _voted(session: Session, vectors: Matrix, themes: list[UUID], middles: Matrix) -> Placement:
    near, theirs = statements.neighbours(session, vectors, NEIGHBOURS)
    numbers = {theme: number for number, theme in enumerate(themes)}
    known = [row for row, theme in enumerate(near) if theme in numbers]
    labels = np.array([numbers[near[row]] for row in known], dtype=np.int64)
    return place_by_vote(vectors, theirs[known], labels, middles)


def _row(theme: ThemeDraft, clustering: Clustering) -> dict[str, Any]:
    now = utcnow()
    return {
        "id": theme.id,
        "created_at": now,
        "workspace_id": clustering.workspace_id,
        "label": theme.label,
        "locked": False,
        "keywords": list(theme.keywords),
        "centroid": theme.centroid,
        "status": ThemeStatus.ACTIVE,
        "clustering_id": clustering.id,
        "changed_at": now,
    }
