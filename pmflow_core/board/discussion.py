"""Comments on what a project's pages show: the project itself, or a document and its sections."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import comments
from pmflow_core.activity.comments import About, CommentRead
from pmflow_core.documents import repository as documents
from pmflow_core.documents.markdown import sections
from pmflow_core.documents.sections import TEMPLATES
from pmflow_core.errors import NotFound
from pmflow_core.projects import repository as projects

SECTION = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where people talk: a project by its key, or one of its documents by type."""

    key: str
    document_type: str | None = None


def list_threads(session: Session, actor: Actor, place: Place) -> tuple[CommentRead, ...]:
    """Return the threads at a place, the oldest first; raises NotFound."""
    actor.require(Role.VIEWER)
    project = projects.get_by_key(session, place.key)
    return comments.list_threads(session, actor, project.id, place.document_type)


def place_of(session: Session, actor: Actor, project_id: UUID, comment_id: UUID) -> Place:
    """Return where a comment of a project stands; raises NotFound."""
    actor.require(Role.VIEWER)
    project = projects.get_project(session, project_id)
    return Place(project.key, comments.place_of(session, actor, project_id, comment_id))


def read_thread(session: Session, actor: Actor, place: Place, comment_id: UUID) -> CommentRead:
    """Return the thread that a comment of a place begins or answers; raises NotFound."""
    actor.require(Role.VIEWER)
    for thread in list_threads(session, actor, place):
        if comment_id in (thread.id, *(reply.id for reply in thread.replies)):
            return thread
    raise NotFound("There is no such comment.")


def section_titles(session: Session, actor: Actor, place: Place) -> tuple[str, ...]:
    """Return the sections of the document on which people comment; none for a project."""
    actor.require(Role.VIEWER)
    if place.document_type is None:
        return ()
    project = projects.get_by_key(session, place.key)
    _, version = documents.get_version(session, project.id, place.document_type)
    return tuple(each.title for each in sections(version.content) if each.level == SECTION)


def say(
    session: Session,
    actor: Actor,
    place: Place,
    text: str,
    *,
    section: str | None = None,
    reply_to: UUID | None = None,
) -> CommentRead:
    """Comment on a place, or on a section of its document; raises as `comments.add`."""
    actor.require(Role.EDITOR)
    about = _about(session, place, section)
    return comments.add(session, actor, about, text, reply_to)


def correct(
    session: Session, actor: Actor, place: Place, comment_id: UUID, text: str
) -> CommentRead:
    """Change one's own comment; raises as `comments.edit`."""
    actor.require(Role.EDITOR)
    return comments.edit(session, actor, _about(session, place), comment_id, text)


def delete(session: Session, actor: Actor, place: Place, comment_id: UUID) -> None:
    """Delete a comment; raises as `comments.delete`."""
    actor.require(Role.EDITOR)
    comments.delete(session, actor, _about(session, place), comment_id)


def restore(session: Session, actor: Actor, place: Place, comment_id: UUID) -> None:
    """Bring a deleted comment back; raises as `comments.restore`."""
    actor.require(Role.EDITOR)
    comments.restore(session, actor, _about(session, place), comment_id)


def resolve(
    session: Session, actor: Actor, place: Place, comment_id: UUID, *, resolved: bool
) -> None:
    """Close or reopen a thread; raises as `comments.resolve`."""
    actor.require(Role.EDITOR)
    about = _about(session, place)
    comments.resolve(session, actor, about, comment_id, resolved=resolved)


def _about(session: Session, place: Place, section: str | None = None) -> About:
    project = projects.get_by_key(session, place.key)
    path = f"projects/{project.key}"
    if place.document_type is None:
        return About(project.id, path, project.key)
    _, version = documents.get_version(session, project.id, place.document_type)
    titles = {each.title for each in sections(version.content)}
    if section is not None and section not in titles:
        raise NotFound(f"The document has no section {section!r} any more.")
    title = TEMPLATES[version.template].title
    words = f"{title} of {project.key}" + (f", {section}" if section else "")
    link = f"{path}/documents/{place.document_type}"
    return About(project.id, link, words, place.document_type, section)
