"""Writing a document's next version together with its citations."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.documents import repository
from pmflow_core.documents.citations import find_citations, locate_quotes
from pmflow_core.documents.models import Citation, DocumentVersion
from pmflow_core.documents.sections import TEMPLATES, Template
from pmflow_core.errors import Invalid
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.outgoing.announcing import announce
from pmflow_core.outgoing.models import EventType

MAX_CHARACTERS = 400_000


@dataclass(frozen=True, slots=True)
class Citable:
    """A signal a document may cite."""

    id: UUID
    number: int
    verbatim: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that wants to become a version."""

    template: str
    content: str
    model: str | None = None
    run_id: UUID | None = None
    step_key: str | None = None


def template(name: str) -> Template:
    """Return a section table by its name; raises Invalid naming those that exist."""
    if name not in TEMPLATES:
        raise Invalid(f"There is no document template {name!r}; known are {', '.join(TEMPLATES)}.")
    return TEMPLATES[name]


def template_of(kind: str) -> Template:
    """Return the section table that a person's new document follows; raises Invalid."""
    found = [each for each in TEMPLATES.values() if each.document_type == kind]
    if not found:
        known = ", ".join(dict.fromkeys(each.document_type for each in TEMPLATES.values()))
        raise Invalid(f"There is no document type {kind!r}; known are {known}.")
    return next((each for each in found if each.name == kind), found[0])


def save_version(
    session: Session,
    actor: Actor,
    project_id: UUID,
    draft: Draft,
    signals: Mapping[int, Citable],
) -> DocumentVersion:
    """Write `draft` as the next version of its document type, with its citations.

    A run's step writes one version however often it is repeated: the one it wrote is returned.
    `signals` holds the cited signals of the workspace by number; citations of others are left
    out, for the criteria to name.

    Raises:
        PermissionDenied: the actor is not an editor.
        Invalid: the text is empty or longer than 400,000 characters.
    """
    actor.require(Role.EDITOR)
    if not 0 < len(draft.content.strip()) <= MAX_CHARACTERS:
        raise Invalid(f"A document has 1 to {MAX_CHARACTERS:,} characters.")
    kind = template(draft.template).document_type
    document = repository.lock_document(session, actor.workspace_id, project_id, kind)
    if draft.run_id is not None and draft.step_key is not None:
        written = repository.find_step_version(session, draft.run_id, draft.step_key)
        if written is not None:
            return written
    number = repository.count_version(session, document)
    version = _version(actor, draft, document.id, number)
    session.add(version)
    session.flush()
    _add_citations(session, version, signals)
    _tell(session, project_id, kind, version)
    publish_on_commit(session, topics.project(project_id), topics.board(actor.workspace_id))
    return version


def _tell(session: Session, project_id: UUID, kind: str, version: DocumentVersion) -> None:
    """Tell other programs of a new version."""
    facts = {
        "project_id": project_id,
        "document": kind,
        "version": version.number,
        "sha256": version.sha256,
        "run_id": version.run_id,
        "author": version.author_name,
    }
    announce(session, EventType.DOCUMENT_VERSIONED, facts)


def _version(actor: Actor, draft: Draft, document_id: UUID, number: int) -> DocumentVersion:
    return DocumentVersion(
        workspace_id=actor.workspace_id,
        document_id=document_id,
        number=number,
        content=draft.content,
        sha256=content_hash(draft.content),
        template=draft.template,
        author_id=actor.user_id,
        author_name=actor.name,
        run_id=draft.run_id,
        step_key=draft.step_key,
        model=draft.model,
    )


def _add_citations(
    session: Session, version: DocumentVersion, signals: Mapping[int, Citable]
) -> None:
    verbatims = {number: signal.verbatim for number, signal in signals.items()}
    spans = {found.citation: found for found in locate_quotes(version.content, verbatims)}
    for citation in find_citations(version.content):
        signal = signals.get(citation.number)
        if signal is None:
            continue
        span = spans.get(citation)
        session.add(
            Citation(
                workspace_id=version.workspace_id,
                version_id=version.id,
                signal_id=signal.id,
                signal_number=signal.number,
                start=citation.start,
                end=citation.end,
                quote=citation.quote.text if span and citation.quote else None,
                quote_start=span.start if span else None,
                quote_end=span.end if span else None,
            )
        )


def content_hash(content: str) -> str:
    """Return the SHA-256 in hex that names a version's text."""
    return hashlib.sha256(content.encode()).hexdigest()
