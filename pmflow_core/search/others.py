"""Themes, projects and documents that answer a question."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.projects.models import Project
from pmflow_core.search import repository
from pmflow_core.search.asking import Asked
from pmflow_core.search.fusion import fuse
from pmflow_core.search.repository import DocumentRow
from pmflow_core.search.schemas import DocumentHit, ProjectHit, ThemeHit
from pmflow_core.search.spans import candidates, excerpt, marks
from pmflow_core.themes.models import Theme
from pmflow_core.themes.vectors import NEAR_ENOUGH

_BY_KEY = 10
_HEADING = re.compile(r"^#{2,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a document as far as a search needs it: what stands under a heading."""

    title: str
    body: str


def find_themes(session: Session, asked: Asked, most: int) -> list[tuple[Theme, int]]:
    """Return the active themes that are named by the words or lie near the meaning, and sizes."""
    by_words = repository.themes_by_words(session, asked.query, most) if asked.query else []
    vector = asked.question.vector
    near = []
    if vector is not None and not asked.strict and not asked.is_only_keys:
        near = repository.themes_by_meaning(session, vector, NEAR_ENOUGH, most)
    ids = fuse(by_words, [theme for theme, _ in near])[:most]
    rows = repository.read_themes(session, ids) if ids else {}
    return [rows[id_] for id_ in ids]


def find_projects(session: Session, asked: Asked, most: int) -> list[Project]:
    """Return the projects whose key was typed, then those that hold the words."""
    typed = repository.projects_by_keys(session, asked.keys[:_BY_KEY]) if asked.keys else []
    by_words = repository.projects_by_words(session, asked.query, most) if asked.query else []
    rows = {project.id: project for project in (*typed, *by_words)}
    return list(rows.values())[: max(most, len(typed))]


def find_documents(
    session: Session, asked: Asked, project_id: UUID | None, most: int
) -> list[DocumentRow]:
    """Return the current versions of the documents that hold the words."""
    if not asked.marking:
        return []
    return repository.documents_by_words(session, asked.marking, project_id, most)


def marked(session: Session, asked: Asked, texts: Sequence[str]) -> set[str]:
    """Return the words of the texts that a question's words match, by the database's stemming."""
    return repository.words_that_match(session, candidates(texts, asked.stems), asked.query)


def theme_hit(theme: Theme, size: int, words: Collection[str]) -> ThemeHit:
    """Return a theme with the words marked in its label."""
    return ThemeHit(theme.id, theme.label, list(theme.keywords), size, marks(theme.label, words))


def project_hit(project: Project, words: Collection[str]) -> ProjectHit:
    """Return a project with the words marked in its name and its description."""
    return ProjectHit(
        id=project.id,
        key=project.key,
        name=project.name,
        status=project.status,
        excerpt=excerpt(project.description, marks(project.description, words)),
        marks=marks(project.name, words),
    )


def document_hit(row: DocumentRow, words: Collection[str]) -> DocumentHit:
    """Return a document with its section that holds the most of the words."""
    best = max(parts(row.content), key=lambda part: (_held(part, words), -len(part.body)))
    template = TEMPLATES.get(row.template)
    return DocumentHit(
        project_key=row.project_key,
        project_name=row.project_name,
        type=row.type,
        title=template.title if template else row.type.replace("_", " ").capitalize(),
        version=row.version,
        section=best.title,
        excerpt=excerpt(best.body, marks(best.body, words)),
    )


def parts(markdown: str) -> list[Part]:
    """Return what stands before the first heading and under each, quickly.

    A heading inside a code block counts as one: whoever reads a result sees the same text.
    Parsing whole documents took more of a search than everything else together.
    """
    return [part for part in _split(markdown) if part.body] or [Part("", markdown.strip())]


def _split(markdown: str) -> Iterator[Part]:
    title, start = "", 0
    for heading in _HEADING.finditer(markdown):
        yield Part(title, markdown[start : heading.start()].strip())
        title, start = heading.group(1).replace("*", "").strip(), heading.end()
    yield Part(title, markdown[start:].strip())


def _held(part: Part, words: Collection[str]) -> int:
    text = f"{part.title} {part.body}"
    return len({text[mark.start : mark.end].lower() for mark in marks(text, words)})
