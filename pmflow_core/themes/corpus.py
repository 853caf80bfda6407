"""Statements that forming and filling themes needs: everything read at once, written at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import Vector
from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.clock import utcnow
from pmflow_core.ids import uuid7
from pmflow_core.projects.models import Project
from pmflow_core.signals.models import DIMENSIONS, Signal, SignalProject
from pmflow_core.signals.near import nearest_first, usual_model
from pmflow_core.signals.vectors import as_matrix
from pmflow_core.themes.models import (
    Clustering,
    PlacedBy,
    ProposalStatus,
    Theme,
    ThemeMembership,
    ThemeProposal,
    ThemeStatus,
)
from pmflow_core.themes.plan import Place
from pmflow_core.themes.repository import live
from pmflow_core.themes.vectors import Matrix

READ_CHARS = 20_000
"""Of a longer text only the beginning has a say in its theme's words."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The signals to theme, by id; a row of `vectors` each."""

    ids: list[UUID]
    texts: list[str]
    vectors: Matrix


@dataclass(frozen=True, slots=True)
class State:
    """Themes and places as they are, to plan from and to compare with when writing.

    `decided_at` is when a person last changed or refused to change which theme signals are in.
    """

    places: dict[UUID, Place]
    themes: dict[UUID, Theme]
    settled: frozenset[UUID]
    clustering_id: UUID | None
    clustered: int
    proposals: tuple[ThemeProposal, ...] = ()
    decided_at: datetime | None = None

    @property
    def locked(self) -> frozenset[UUID]:
        """Return the themes whose name and members stay as they are."""
        return frozenset(theme.id for theme in self.themes.values() if theme.locked)

    @property
    def is_known(self) -> bool:
        """Return whether people have begun to build on the workspace's themes."""
        by_hand = any(_by_person(place) for place in self.places.values())
        return bool(self.settled) or by_hand or self.decided_at is not None

    def same_ground(self, other: "State") -> bool:
        """Return whether a plan made from `other` still keeps every promise."""
        by_people = [
            {signal: place.theme for signal, place in state.places.items() if _by_person(place)}
            for state in (self, other)
        ]
        themes = self.themes.keys() == other.themes.keys() and self.locked == other.locked
        decided = self.settled == other.settled and self.decided_at == other.decided_at
        return themes and decided and by_people[0] == by_people[1]


def _by_person(place: Place) -> bool:
    return place.placed_by is PlacedBy.PERSON


def lock_for_writing(session: Session, workspace_id: UUID, *, shared: bool = False) -> None:
    """Wait for whoever re-forms this workspace's themes; shared: only for them, not for others."""
    lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    session.execute(
        text(f"select {lock}(hashtextextended(:key, 0))"), {"key": f"themes:{workspace_id}"}
    )


def read_corpus(session: Session) -> Corpus:
    """Return the live signals that can be themed, embedded by the model that most have."""
    vector = func.vector_send(col(Signal.embedding))
    statement = (
        select(col(Signal.id), func.left(col(Signal.verbatim), READ_CHARS), vector)
        .where(*live(), col(Signal.themable), _by_usual_model(session))
        .order_by(col(Signal.number))
    )
    rows = session.execute(statement).all()
    return Corpus(
        [row[0] for row in rows], [row[1] for row in rows], as_matrix([row[2] for row in rows])
    )


def _by_usual_model(session: Session) -> ColumnElement[bool]:
    """Return that a signal was embedded by the model that most are; others are not compared."""
    return col(Signal.embedding_model) == (usual_model(session) or "")


def count_themable(session: Session) -> int:
    """Return how many live signals can be themed."""
    statement = (
        select(func.count())
        .select_from(Signal)
        .where(*live(), col(Signal.themable), col(Signal.embedding_model).is_not(None))
    )
    return session.scalar(statement) or 0


def last_clustering(session: Session) -> Clustering | None:
    """Return the newest clustering of the workspace."""
    return session.scalar(select(Clustering).order_by(col(Clustering.id).desc()).limit(1))


def read_state(session: Session, *, lock: bool = False) -> State:
    """Return themes and places; `lock` holds people's changes to themes until the commit."""
    active = select(Theme).where(col(Theme.status) == ThemeStatus.ACTIVE).order_by(col(Theme.id))
    if lock:
        active = active.with_for_update(key_share=True).execution_options(populate_existing=True)
    themes = {theme.id: theme for theme in session.scalars(active)}
    rows = session.execute(
        select(
            col(ThemeMembership.signal_id),
            col(ThemeMembership.theme_id),
            col(ThemeMembership.placed_by),
        )
    )
    places = {signal: Place(theme, by) for signal, theme, by in rows if theme in themes}
    last = last_clustering(session)
    return State(
        places,
        themes,
        settled(session) & themes.keys(),
        last.id if last else None,
        last.signals if last else 0,
        _standing_proposals(session),
        session.scalar(select(func.max(col(ThemeProposal.decided_at)))),
    )


def _standing_proposals(session: Session) -> tuple[ThemeProposal, ...]:
    """Return what waits for a person, and what a person refused or took back."""
    statement = select(ThemeProposal).where(
        col(ThemeProposal.status).in_(
            (ProposalStatus.PROPOSED, ProposalStatus.DISMISSED, ProposalStatus.UNDONE)
        )
    )
    return tuple(session.scalars(statement.order_by(col(ThemeProposal.id))))


def settled(session: Session) -> frozenset[UUID]:
    """Return the themes that a person has shaped or built on: named, locked, used in a project."""
    has_project = (
        select(col(Project.id))
        .where(col(Project.theme_id) == col(Theme.id), col(Project.deleted_at).is_(None))
        .exists()
    )
    has_linked = (
        select(col(ThemeMembership.id))
        .join(SignalProject, col(SignalProject.signal_id) == col(ThemeMembership.signal_id))
        .where(col(ThemeMembership.theme_id) == col(Theme.id))
        .exists()
    )
    statement = select(col(Theme.id)).where(
        or_(col(Theme.locked), col(Theme.renamed_by).is_not(None), has_project, has_linked)
    )
    return frozenset(session.scalars(statement))


def centroids(session: Session) -> tuple[list[UUID], Matrix]:
    """Return the active themes and their centroids, a row each."""
    statement = (
        select(col(Theme.id), func.vector_send(col(Theme.centroid)))
        .where(col(Theme.status) == ThemeStatus.ACTIVE)
        .order_by(col(Theme.id))
    )
    rows = session.execute(statement).all()
    return [row[0] for row in rows], as_matrix([row[1] for row in rows])


def neighbours(session: Session, vectors: Matrix, each: int) -> tuple[list[UUID], Matrix]:
    """Return the themes and vectors of the themed signals nearest to any of the vectors."""
    found: dict[UUID, tuple[UUID, bytes]] = {}
    to = bindparam("vector", type_=Vector(DIMENSIONS))
    nearest = (
        select(
            col(Signal.id),
            col(ThemeMembership.theme_id),
            func.vector_send(col(Signal.embedding)),
        )
        .join(ThemeMembership, col(ThemeMembership.signal_id) == col(Signal.id))
        .where(*live())
        .order_by(nearest_first(session, to, live(), each))
        .limit(each)
    )
    for vector in vectors:
        rows = session.execute(nearest, {"vector": vector})
        found |= {row[0]: (row[1], row[2]) for row in rows}
    themes = [theme for theme, _ in found.values()]
    return themes, as_matrix([vector for _, vector in found.values()])


def put_into_themes(
    session: Session,
    workspace_id: UUID,
    placed: Iterable[tuple[UUID, UUID, float]],
    placed_by: PlacedBy,
) -> None:
    """Put each (signal, theme, similarity) there, wherever the signal was before."""
    now = utcnow()
    rows = [
        {
            "id": uuid7(),
            "created_at": now,
            "workspace_id": workspace_id,
            "signal_id": signal,
            "theme_id": theme,
            "similarity": similarity,
            "placed_by": placed_by,
        }
        for signal, theme, similarity in placed
    ]
    if not rows:
        return
    statement = insert(ThemeMembership)
    new = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "signal_id"],
            set_={
                "theme_id": new.theme_id,
                "similarity": new.similarity,
                "placed_by": new.placed_by,
                "created_at": new.created_at,
            },
        ),
        rows,
    )


def take_out_of_themes(session: Session, signal_ids: Sequence[UUID]) -> None:
    """Leave the signals without a theme."""
    session.execute(
        delete(ThemeMembership)
        .where(col(ThemeMembership.signal_id) == func.any(list(signal_ids)))
        .execution_options(synchronize_session=False)
    )


def retire(session: Session, theme_ids: Sequence[UUID]) -> None:
    """Retire themes; what still is in them is in no theme."""
    session.execute(
        delete(ThemeMembership)
        .where(col(ThemeMembership.theme_id) == func.any(list(theme_ids)))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Theme)
        .where(col(Theme.id) == func.any(list(theme_ids)))
        .values(status=ThemeStatus.RETIRED, changed_at=utcnow())
        .execution_options(synchronize_session=False)
    )


def unplaced(session: Session, known: Sequence[UUID]) -> tuple[list[UUID], Matrix]:
    """Return the signals in no theme that a clustering did not know, and their vectors."""
    has_theme = (
        select(col(ThemeMembership.id))
        .where(col(ThemeMembership.signal_id) == col(Signal.id))
        .exists()
    )
    statement = select(col(Signal.id)).where(
        *live(), col(Signal.themable), _by_usual_model(session), ~has_theme
    )
    late = sorted(set(session.scalars(statement)) - set(known))
    vectors = select(col(Signal.id), func.vector_send(col(Signal.embedding))).where(
        col(Signal.id) == func.any(late)
    )
    rows = session.execute(vectors.order_by(col(Signal.id))).all()
    return [row[0] for row in rows], as_matrix([row[1] for row in rows])


def add_clustering(session: Session, clustering: Clustering) -> None:
    """Store what made the themes, before the themes that point to it."""
    session.add(clustering)
    session.flush()


def save_themes(session: Session, themes: Sequence[dict[str, Any]]) -> None:
    """Write new themes and what a clustering changes of old ones: words, middle and maker."""
    if not themes:
        return
    statement = insert(Theme)
    changed = ("label", "keywords", "centroid", "clustering_id", "changed_at")
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_={name: statement.excluded[name] for name in changed}
        ),
        list(themes),
    )
