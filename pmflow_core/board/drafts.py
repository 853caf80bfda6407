"""What a person is writing into a document and has not saved as a version; nobody else sees it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.clock import utcnow
from pmflow_core.documents import repository as documents
from pmflow_core.documents.models import DocumentDraft, DocumentVersion
from pmflow_core.documents.service import MAX_CHARACTERS
from pmflow_core.errors import Invalid
from pmflow_core.projects import repository as projects


class DraftTooLong(Invalid):
    """A draft has more characters than a document may have."""

    code = "draft_too_long"


@dataclass(frozen=True, slots=True)
class DraftRead:
    """A draft, and the version it was begun from."""

    content: str
    base: int
    saved_at: datetime


def find_draft(session: Session, actor: Actor, key: str, kind: str) -> DraftRead | None:
    """Return the actor's own draft of a document; None without one, and for a program."""
    actor.require(Role.EDITOR)
    if actor.user_id is None:
        return None
    project = projects.get_by_key(session, key)
    found = documents.find_draft(session, project.id, kind, actor.user_id)
    return None if found is None else DraftRead(found.content, found.base, found.saved_at)


def keep_draft(
    session: Session, actor: Actor, key: str, kind: str, content: str, *, base: int
) -> DraftRead | None:
    """Keep what a person has typed so far in the place of their last draft, and return it.

    One that reads as the version it was begun from, or as the newest, is no draft: it is
    forgotten, and None.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: the project has no such document, or no version `base` of it.
        DraftTooLong: it has more than 400,000 characters.
    """
    actor.require(Role.EDITOR)
    if len(content) > MAX_CHARACTERS:
        raise DraftTooLong(f"A document has at most {MAX_CHARACTERS:,} characters.")
    project = projects.get_by_key(session, key)
    _, version = documents.get_version(session, project.id, kind, base)
    _, newest = documents.get_version(session, project.id, kind)
    if actor.user_id is None or content in (version.content, newest.content):
        drop_draft(session, actor, key, kind)
        return None
    draft = DocumentDraft(
        workspace_id=actor.workspace_id,
        project_id=project.id,
        type=kind,
        user_id=actor.user_id,
        base=base,
        content=content,
        saved_at=utcnow(),
    )
    documents.keep_draft(session, draft)
    return DraftRead(content, base, draft.saved_at)


def save_version(
    session: Session, actor: Actor, key: str, kind: str, content: str, *, base: int
) -> DocumentVersion:
    """Write what a person edited as the next version, and forget their draft of it.

    Raises: as `board.service.edit_document`; the draft then stays.
    """
    actor.require(Role.EDITOR)
    written = board.edit_document(session, actor, key, kind, content, base=base)
    drop_draft(session, actor, key, kind)
    return written


def drop_draft(session: Session, actor: Actor, key: str, kind: str) -> None:
    """Forget the actor's draft, if there is one; raises NotFound for no such project."""
    actor.require(Role.EDITOR)
    project = projects.get_by_key(session, key)
    if actor.user_id is not None:
        documents.drop_draft(session, project.id, kind, actor.user_id)
