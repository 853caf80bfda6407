"""Statements that search for things; the definer functions narrow to the session's workspace."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    String,
    cast,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, REAL, TSQUERY
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.documents.models import Document, DocumentVersion
from pmflow_core.embedding.base import Vectors
from pmflow_core.projects.models import Project
from pmflow_core.search.schemas import Narrow
from pmflow_core.search.words import MOST_FOUND, Probes, Word
from pmflow_core.signals import repository as signals
from pmflow_core.signals.models import Signal
from pmflow_core.signals.near import cosine_to, nearest_first
from pmflow_core.themes import repository as themes
from pmflow_core.themes.models import Theme, ThemeMembership, ThemeStatus

READ_CHARS = 20_000
"""Of a longer signal only the beginning is in the index of words."""


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A current version and where it belongs."""

    project_key: str
    project_name: str
    type: str
    template: str
    version: int
    content: str


def words_of(session: Session, text: str) -> list[Word]:
    """Return the words of a text that carry meaning, in their order, as the index knows them."""
    found = func.pmflow_words_of(text).table_valued("word", "share", "used")
    statement = select(found.c.word, found.c.share, found.c.used)
    return [Word(row[0], row[1], row[2]) for row in session.execute(statement)]


def is_used(session: Session, word: Word) -> bool:
    """Return whether any signal holds a word, or one that begins so."""
    found = func.pmflow_signals_with_words(word.query).column_valued("id")
    return session.scalar(select(found).limit(1)) is not None


def strict_query(session: Session, text: str) -> str:
    """Return what quotes and minus signs ask for as a query; empty when nothing is left of it."""
    query = func.websearch_to_tsquery("english", text)
    return session.scalar(select(cast(query, String))) or ""


def words_that_match(session: Session, words: Collection[str], query: str) -> set[str]:
    """Return which of the words match a query as the index would match them."""
    if not words or not query:
        return set()
    each = func.unnest(cast(sorted(words), ARRAY(String))).column_valued("word")
    return set(session.scalars(select(each).where(_matches(each, query))))


def _matches(text: ColumnElement[Any], query: str) -> ColumnElement[bool]:
    return func.to_tsvector("english", text).bool_op("@@")(cast(query, TSQUERY))


def last_number(session: Session) -> int:
    """Return the newest signal's number: how many there are, deleted ones too, without counting."""
    return session.scalar(select(func.max(col(Signal.number)))) or 0


def signals_by_words(
    session: Session, probes: Probes, narrow: Narrow, here: int, most: int
) -> list[UUID]:
    """Return the signals that hold words, the rarest words first."""
    if not probes.queries:
        return []
    found = func.pmflow_signals_by_words(
        cast(probes.queries, ARRAY(String)),
        cast(probes.holding, ARRAY(String)),
        cast(probes.shares, ARRAY(REAL)),
        cast(_narrowed(narrow), JSONB),
        cast(here, Integer),
        cast(MOST_FOUND, Integer),
    ).table_valued("id", "score")
    return list(session.scalars(select(found.c.id).limit(most)))


def _narrowed(narrow: Narrow) -> dict[str, str]:
    given = narrow.model_dump(mode="json", exclude_none=True)
    names = {"theme_id": "theme", "project_id": "project", "received_since": "since"}
    return {names.get(name, name): value for name, value in given.items()}


def signals_by_meaning(
    session: Session,
    vector: Vectors,
    model: str,
    narrow: Narrow,
    most: int,
    among: Sequence[UUID] | None = None,
) -> list[tuple[UUID, float]]:
    """Return the (id, cosine) of the signals nearest to a vector of that model."""
    within = None if narrow.theme_id is None else themes.members(narrow.theme_id)
    wanted = signals.matching(narrow.signals(), within)
    if among is not None:
        wanted.append(col(Signal.id) == func.any(list(among)))
    statement = (
        select(col(Signal.id), cosine_to(vector))
        .where(*wanted, col(Signal.embedding_model) == model)
        .order_by(nearest_first(session, vector, wanted, most))
        .limit(most)
    )
    found = [(row[0], float(row[1])) for row in session.execute(statement)]
    # the index orders by half the bits
    return sorted(found, key=lambda each: -each[1])


def ids_of_numbers(session: Session, numbers: Iterable[int]) -> list[UUID]:
    """Return the live signals of those numbers, merged and archived ones too."""
    statement = select(col(Signal.id)).where(
        col(Signal.number).in_(list(numbers)), col(Signal.deleted_at).is_(None)
    )
    return list(session.scalars(statement.order_by(col(Signal.number))))


def verbatims(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the texts of signals, as far as they are in the index of words."""
    statement = select(col(Signal.id), func.left(col(Signal.verbatim), READ_CHARS)).where(
        col(Signal.id) == func.any(list(ids))
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def count_customers(session: Session, ids: Sequence[UUID]) -> int:
    """Return how many known customers the signals come from."""
    name = func.lower(func.btrim(col(Signal.customer)))
    who = func.coalesce(cast(col(Signal.customer_id), String), func.nullif(name, ""))
    statement = select(func.count(who.distinct())).where(col(Signal.id) == func.any(list(ids)))
    return session.scalar(statement) or 0


def themes_by_words(session: Session, query: str, most: int) -> list[UUID]:
    """Return the active themes whose label or keywords match a query, the best first."""
    words = func.concat_ws(" ", col(Theme.label), func.array_to_string(col(Theme.keywords), " "))
    rank = func.ts_rank_cd(func.to_tsvector("english", words), cast(query, TSQUERY), type_=Float())
    statement = (
        select(col(Theme.id))
        .where(col(Theme.status) == ThemeStatus.ACTIVE, _matches(words, query))
        .order_by(rank.desc(), col(Theme.id))
        .limit(most)
    )
    return list(session.scalars(statement))


def themes_by_meaning(
    session: Session, vector: Vectors, least: float, most: int
) -> list[tuple[UUID, float]]:
    """Return the (id, cosine) of the active themes whose middle is at least so near a vector."""
    cosine = 1 - col(Theme.centroid).op("<=>", return_type=Float())(vector)
    statement = (
        select(col(Theme.id), cosine)
        .where(col(Theme.status) == ThemeStatus.ACTIVE, cosine >= least)
        .order_by(cosine.desc(), col(Theme.id))
        .limit(most)
    )
    return [(row[0], float(row[1])) for row in session.execute(statement)]


def read_themes(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[Theme, int]]:
    """Return themes and how many live signals each has, by id."""
    statement = (
        select(Theme, func.count(col(Signal.id)))
        .outerjoin(ThemeMembership, col(ThemeMembership.theme_id) == col(Theme.id))
        .outerjoin(Signal, (col(Signal.id) == col(ThemeMembership.signal_id)) & _lives())
        .where(col(Theme.id) == func.any(list(ids)))
        .group_by(col(Theme.id))
    )
    return {theme.id: (theme, size) for theme, size in session.execute(statement)}


def _lives() -> ColumnElement[bool]:
    deleted, status = themes.live()
    return deleted & status


def projects_by_keys(session: Session, keys: Sequence[str]) -> list[Project]:
    """Return the live projects of those keys."""
    statement = select(Project).where(col(Project.key).in_(keys), col(Project.deleted_at).is_(None))
    return list(session.scalars(statement.order_by(col(Project.number))))


def projects_by_words(session: Session, query: str, most: int) -> list[Project]:
    """Return the live projects whose name or description matches a query, the best first."""
    name, description = (
        func.setweight(func.to_tsvector("english", text), weight)
        for text, weight in (
            (func.concat_ws(" ", col(Project.key), col(Project.name)), literal_column("'A'")),
            (func.left(col(Project.description), READ_CHARS), literal_column("'B'")),
        )
    )
    words = name.op("||")(description)
    asked = cast(query, TSQUERY)
    statement = (
        select(Project)
        .where(col(Project.deleted_at).is_(None), words.bool_op("@@")(asked))
        .order_by(func.ts_rank_cd(words, asked).desc(), col(Project.number).desc())
        .limit(most)
    )
    return list(session.scalars(statement))


def documents_by_words(
    session: Session, query: str, project_id: UUID | None, most: int
) -> list[DocumentRow]:
    """Return the current versions of documents whose text matches a query, the best first."""
    found = func.pmflow_documents_with_words(query, cast(4 * most, Integer)).table_valued(
        column("id"), column("score", Float)
    )
    statement = (
        select(
            col(Project.key),
            col(Project.name),
            col(Document.type),
            col(DocumentVersion.template),
            col(DocumentVersion.number),
            col(DocumentVersion.content),
        )
        .join(found, found.c.id == col(DocumentVersion.id))
        .join(Document, col(Document.id) == col(DocumentVersion.document_id))
        .join(Project, col(Project.id) == col(Document.project_id))
        .order_by(found.c.score.desc(), col(DocumentVersion.id).desc())
        .limit(most)
    )
    if project_id is not None:
        statement = statement.where(col(Project.id) == project_id)
    return [DocumentRow(*row) for row in session.execute(statement)]


def vocabulary(session: Session) -> list[str]:
    """Return the words that the workspace's themes and projects are named by."""
    active = col(Theme.status) == ThemeStatus.ACTIVE
    labels = session.execute(select(col(Theme.label), col(Theme.keywords)).where(active))
    names = session.scalars(select(col(Project.name)).where(col(Project.deleted_at).is_(None)))
    return [*names, *(word for label, keywords in labels for word in (label, *keywords))]
