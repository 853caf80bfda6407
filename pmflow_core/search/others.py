"""Themes, projects and documents that answer a question."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.documents.markdown import MarkdownSection, sections
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.search import repository
from pmflow_core.search.asking import Asked
from pmflow_core.search.fusion import fuse
from pmflow_core.search.repository import DocumentRow
from pmflow_core.search.schemas import DocumentHit, ProjectHit, ThemeHit
from pmflow_core.search.spans import candidates, excerpt, marks
from pmflow_core.themes.vectors import NEAR_ENOUGH

_BY_KEY = 10


def find_themes(session: Session, asked: Asked, most: int) -> list[ThemeHit]:
    """Return the active themes that are named by the words or lie near the meaning."""
    by_words = repository.themes_by_words(session, asked.query, most) if asked.query else []
    vector = asked.question.vector
    near = []
    if vector is not None and not asked.strict and not asked.is_only_keys:
        near = repository.themes_by_meaning(session, vector, NEAR_ENOUGH, most)
    ids = fuse(by_words, [theme for theme, _ in near])[:most]
    rows = repository.read_themes(session, ids)
    words = marked(session, asked, [rows[id_][0].label for id_ in ids])
    return [
        ThemeHit(id_, theme.label, list(theme.keywords), size, marks(theme.label, words))
        for id_, (theme, size) in ((id_, rows[id_]) for id_ in ids)
    ]


def find_projects(session: Session, asked: Asked, most: int) -> list[ProjectHit]:
    """Return the projects whose key was typed, then those that hold the words."""
    typed = repository.projects_by_keys(session, asked.keys[:_BY_KEY]) if asked.keys else []
    by_words = repository.projects_by_words(session, asked.query, most) if asked.query else []
    rows = {project.id: project for project in (*typed, *by_words)}
    found = list(rows.values())[: max(most, len(typed))]
    words = marked(
        session, asked, [part for each in found for part in (each.name, each.description)]
    )
    return [
        ProjectHit(
            project.id,
            project.key,
            project.name,
            project.status,
            excerpt(project.description, marks(project.description, words)),
            marks(project.name, words),
        )
        for project in found
    ]


def find_documents(
    session: Session, asked: Asked, project_id: UUID | None, most: int
) -> list[DocumentHit]:
    """Return the documents that hold the words, with the section that holds most of them."""
    if not asked.query:
        return []
    rows = repository.documents_by_words(session, asked.query, project_id, most)
    words = marked(session, asked, [row.content for row in rows], asked.query)
    return [_document(row, words) for row in rows]


def marked(
    session: Session, asked: Asked, texts: Sequence[str], query: str | None = None
) -> set[str]:
    """Return the words of the texts that a question's words match, by the database's stemming."""
    words = candidates(texts, asked.stems)
    return repository.words_that_match(session, words, query or asked.marking)


def _document(row: DocumentRow, words: set[str]) -> DocumentHit:
    parts = [part for part in sections(row.content) if part.level > 1] or [
        MarkdownSection("", 1, 0, 0, len(row.content), row.content)
    ]
    best = max(parts, key=lambda part: (len(_distinct(part, words)), -len(part.body)))
    body = best.body.strip()
    template = TEMPLATES.get(row.template)
    return DocumentHit(
        project_key=row.project_key,
        project_name=row.project_name,
        type=row.type,
        title=template.title if template else row.type.replace("_", " ").capitalize(),
        version=row.version,
        section=best.title,
        excerpt=excerpt(body, marks(body, words)),
    )


def _distinct(part: MarkdownSection, words: set[str]) -> set[str]:
    text = f"{part.title} {part.body}"
    return {text[mark.start : mark.end].lower() for mark in marks(text, words)}
