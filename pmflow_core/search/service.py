"""One box over signals, themes, projects and documents, and the evidence for a question."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.search import others, repository
from pmflow_core.search.asking import Asked, ask
from pmflow_core.search.questions import Question, understand
from pmflow_core.search.ranking import Ranked, rank
from pmflow_core.search.schemas import By, Found, SearchQuery, SignalHit, Thing
from pmflow_core.search.spans import excerpt, marks
from pmflow_core.signals import repository as signals
from pmflow_core.signals.near import usual_model
from pmflow_core.themes import repository as themes

Begin = Callable[[], AbstractContextManager[Session]]
"""What opens a transaction inside the actor's workspace; only edges have it."""
_BY_NUMBER = 10


def search(begin: Begin, actor: Actor, query: SearchQuery) -> Found:
    """Return what answers a question, by its words and by its meaning.

    It opens its own transactions, because between them a model reads the question.

    Raises:
        PermissionDenied: the actor is not a viewer.
    """
    actor.require(Role.VIEWER)
    question = read_question(begin, query.text)
    with begin() as session:
        return find(session, actor, query, question)


def read_question(begin: Begin, text: str) -> Question:
    """Return a question understood by the workspace's model, with no transaction open meanwhile."""
    with begin() as session:
        model = usual_model(session)
    return understand(text, model)


def find(session: Session, actor: Actor, query: SearchQuery, question: Question) -> Found:
    """Return what answers a question that was understood before.

    Raises:
        PermissionDenied: the actor is not a viewer.
    """
    actor.require(Role.VIEWER)
    if not question.text.strip():
        return Found()
    asked = ask(session, question)
    wants, few = query.wants, query.others
    project = query.narrow.project_id
    return Found(
        signals=_signals(session, asked, query) if wants(Thing.SIGNAL) else [],
        themes=others.find_themes(session, asked, few) if wants(Thing.THEME) else [],
        projects=others.find_projects(session, asked, few) if wants(Thing.PROJECT) else [],
        documents=others.find_documents(session, asked, project, few)
        if wants(Thing.DOCUMENT)
        else [],
        corrected=asked.corrected,
        meaning=asked.question.vector is not None,
    )


def _signals(session: Session, asked: Asked, query: SearchQuery) -> list[SignalHit]:
    numbers = [int(key[2:]) for key in asked.keys if key.startswith("S-")][:_BY_NUMBER]
    typed = repository.ids_of_numbers(session, numbers) if numbers else []
    ranked = rank(session, asked, query.narrow)
    ids = list(dict.fromkeys((*typed, *ranked.ids)))[: query.signals]
    return _hits(session, asked, ids, ranked, set(typed))


def _hits(
    session: Session, asked: Asked, ids: Sequence[UUID], ranked: Ranked, typed: set[UUID]
) -> list[SignalHit]:
    rows = signals.read_many(session, ids)
    texts = repository.verbatims(session, ids)
    words = others.marked(session, asked, list(texts.values()))
    tags = themes.names_of(session, ids)
    return [
        SignalHit(
            row=rows[id_],
            excerpt=excerpt(texts[id_], marks(texts[id_], words)),
            by=By.KEY if id_ in typed else ranked.by(id_),
            cosine=ranked.cosines.get(id_),
            theme=tags.get(id_),
        )
        for id_ in ids
        if id_ in rows
    ]
