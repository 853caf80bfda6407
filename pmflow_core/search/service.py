"""One box over signals, themes, projects and documents, and the evidence for a question."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.search import others, repository
from pmflow_core.search.asking import Asked, ask
from pmflow_core.search.questions import Question, understand
from pmflow_core.search.ranking import rank
from pmflow_core.search.schemas import By, Found, SearchQuery, SignalHit, Thing
from pmflow_core.search.spans import excerpt, marks
from pmflow_core.signals import repository as signals
from pmflow_core.signals.near import usual_model
from pmflow_core.signals.schemas import SignalRead
from pmflow_core.themes import repository as theme_names
from pmflow_core.themes.schemas import ThemeTag

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
    question = read_question(begin, actor, query.text)
    with begin() as session:
        return find(session, actor, query, question)


def read_question(begin: Begin, actor: Actor, text: str) -> Question:
    """Return a question understood by the workspace's model, with no transaction open meanwhile."""
    with begin() as session:
        model = usual_model(session)
    return understand(text, model, actor.workspace_id)


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
    hits = _signals(session, asked, query) if wants(Thing.SIGNAL) else Hits()
    themes = others.find_themes(session, asked, few) if wants(Thing.THEME) else []
    projects = others.find_projects(session, asked, few) if wants(Thing.PROJECT) else []
    documents = others.find_documents(session, asked, project, few) if wants(Thing.DOCUMENT) else []
    texts = [
        *hits.texts.values(),
        *(theme.label for theme, _ in themes),
        *(text for each in projects for text in (each.name, each.description)),
        *(row.content for row in documents),
    ]
    words = others.marked(session, asked, texts)
    return Found(
        signals=hits.marked(words),
        themes=[others.theme_hit(theme, size, words) for theme, size in themes],
        projects=[others.project_hit(each, words) for each in projects],
        documents=[others.document_hit(row, words) for row in documents],
        corrected=asked.corrected,
        meaning=asked.question.vector is not None,
    )


@dataclass(frozen=True, slots=True)
class Hits:
    """Signals that were found, the best first, with all that is shown of them."""

    rows: list[SignalRead] = field(default_factory=list)
    texts: dict[UUID, str] = field(default_factory=dict)
    tags: dict[UUID, ThemeTag] = field(default_factory=dict)
    by: dict[UUID, By] = field(default_factory=dict)
    cosines: dict[UUID, float] = field(default_factory=dict)

    def marked(self, words: Collection[str]) -> list[SignalHit]:
        """Return them with the words marked."""
        return [
            SignalHit(
                row=row,
                excerpt=excerpt(self.texts[row.id], marks(self.texts[row.id], words)),
                by=self.by[row.id],
                cosine=self.cosines.get(row.id),
                theme=self.tags.get(row.id),
            )
            for row in self.rows
        ]


def _signals(session: Session, asked: Asked, query: SearchQuery) -> Hits:
    numbers = [int(key[2:]) for key in asked.keys if key.startswith("S-")][:_BY_NUMBER]
    typed = repository.ids_of_numbers(session, numbers) if numbers else []
    ranked = rank(session, asked, query.narrow)
    ids = list(dict.fromkeys((*typed, *ranked.ids)))[: query.signals]
    rows = signals.read_many(session, ids)
    return Hits(
        rows=[rows[id_] for id_ in ids if id_ in rows],
        texts=repository.verbatims(session, ids),
        tags=theme_names.names_of(session, ids),
        by={id_: By.KEY if id_ in typed else ranked.by(id_) for id_ in ids},
        cosines=ranked.cosines,
    )
