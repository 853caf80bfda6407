"""What people say about a project and its documents, in threads of one level."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications, repository
from pmflow_core.activity import service as activity
from pmflow_core.activity.models import Comment
from pmflow_core.activity.notifications import Notice
from pmflow_core.clock import utcnow
from pmflow_core.errors import Conflict, Invalid, NotFound, PermissionDenied
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.workspaces import service as workspaces
from pmflow_core.workspaces.schemas import MemberRead

LONGEST = 8_000
SHOWN = 80


class CommentIsEmpty(Invalid):
    """A comment says nothing, or more than 8,000 characters."""

    code = "comment_is_empty"


class CommentIsDeleted(Conflict):
    """The comment was deleted; restore it first."""

    code = "comment_is_deleted"


@dataclass(frozen=True, slots=True)
class About:
    """What a comment speaks of; `link` is the path inside the workspace that leads there."""

    project_id: UUID
    link: str
    words: str
    document_type: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class CommentRead:
    """One comment with the replies to it."""

    id: UUID
    at: datetime
    text: str
    author: str
    author_id: UUID | None
    document_type: str | None
    section: str | None
    mentions: tuple[str, ...]
    is_edited: bool
    is_deleted: bool
    resolved_by: str | None
    replies: tuple["CommentRead", ...] = ()


def list_threads(
    session: Session, actor: Actor, project_id: UUID, document_type: str | None = None
) -> tuple[CommentRead, ...]:
    """Return the threads about a document, or about the project itself, the oldest first.

    A deleted comment is left out, unless somebody's reply hangs on it.
    """
    actor.require(Role.VIEWER)
    rows = [
        row
        for row in repository.list_comments(session, project_id)
        if row.document_type == document_type
    ]
    replies: dict[UUID, list[CommentRead]] = {}
    for row in rows:
        if row.reply_to is not None and row.deleted_at is None:
            replies.setdefault(row.reply_to, []).append(_read(row))
    return tuple(
        _read(row, replies.get(row.id, ()))
        for row in rows
        if row.reply_to is None and (row.deleted_at is None or row.id in replies)
    )


def place_of(session: Session, actor: Actor, project_id: UUID, comment_id: UUID) -> str | None:
    """Return the type of the document that a comment speaks of; None is the project itself.

    Raises:
        NotFound: the project has no such comment.
    """
    actor.require(Role.VIEWER)
    comment = repository.get_comment(session, comment_id)
    if comment.project_id != project_id:
        raise NotFound("There is no such comment.")
    return comment.document_type


def add(
    session: Session, actor: Actor, about: About, text: str, reply_to: UUID | None = None
) -> CommentRead:
    """Say something; who is named as `@name`, and who began the thread, is told once.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: the thread is not there, or speaks of something else.
        CommentIsEmpty: it says nothing, or more than 8,000 characters.
    """
    actor.require(Role.EDITOR)
    said = _said(text)
    first = None if reply_to is None else _thread(session, about, reply_to)
    members = workspaces.list_members(session, actor)
    named = mentioned(said, members)
    comment = Comment(
        workspace_id=actor.workspace_id,
        project_id=about.project_id,
        document_type=about.document_type,
        section=about.section if first is None else first.section,
        reply_to=None if first is None else first.id,
        text=said,
        author_id=actor.user_id,
        author_name=actor.name,
        mentions=[str(user_id) for user_id in named],
    )
    session.add(comment)
    session.flush()
    _tell(session, actor, about, comment, named)
    if first is not None and first.author_id in {member.user_id for member in members}:
        _tell_answered(session, actor, about, comment, first)
    activity.record(session, actor, about.project_id, "comment", f"Commented on {about.words}")
    audit.record(session, actor, "comment.added", str(comment.id), {"about": about.words})
    _announce(session, comment)
    return _read(comment)


def edit(session: Session, actor: Actor, about: About, comment_id: UUID, text: str) -> CommentRead:
    """Correct one's own comment; who is named only now is told. A program's is nobody's own.

    Raises:
        PermissionDenied: the actor is not an editor, or did not write it.
        NotFound: no such comment on that.
        CommentIsDeleted: it was deleted.
        CommentIsEmpty: it would say nothing.
    """
    comment = _own(session, actor, about, comment_id)
    if actor.user_id is None or comment.author_id != actor.user_id:
        raise PermissionDenied("Only who wrote a comment can change its words.")
    said = _said(text)
    if said == comment.text:
        return _read(comment)
    before = set(comment.mentions)
    named = mentioned(said, workspaces.list_members(session, actor))
    detail = {"before": _short(comment.text), "after": _short(said)}
    audit.record(session, actor, "comment.edited", str(comment.id), detail)
    comment.text = said
    comment.mentions = [str(user_id) for user_id in named]
    comment.edited_at = utcnow()
    session.flush()
    _tell(session, actor, about, comment, [one for one in named if str(one) not in before])
    _announce(session, comment)
    return _read(comment)


def delete(session: Session, actor: Actor, about: About, comment_id: UUID) -> None:
    """Delete one's own comment, an admin anybody's; it can be restored for 30 days.

    Raises:
        PermissionDenied: the actor neither wrote it nor is an admin.
        NotFound: no such comment on that.
        CommentIsDeleted: it was deleted already.
    """
    comment = _own(session, actor, about, comment_id)
    comment.deleted_at = utcnow()
    session.flush()
    audit.record(session, actor, "comment.deleted", str(comment.id), {"by": comment.author_name})
    _announce(session, comment)


def restore(session: Session, actor: Actor, about: About, comment_id: UUID) -> None:
    """Bring a deleted comment back; raises as `delete`, and NotFound once its words are erased."""
    comment = _own(session, actor, about, comment_id, deleted=True)
    if not comment.text:
        raise NotFound("That comment was erased; it lay in the trash for 30 days.")
    comment.deleted_at = None
    session.flush()
    audit.record(session, actor, "comment.restored", str(comment.id))
    _announce(session, comment)


def resolve(
    session: Session, actor: Actor, about: About, comment_id: UUID, *, resolved: bool
) -> None:
    """Close a thread, or open it again.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: no such thread on that.
    """
    actor.require(Role.EDITOR)
    first = _thread(session, about, comment_id)
    first.resolved_at = utcnow() if resolved else None
    first.resolved_by_name = actor.name if resolved else None
    session.flush()
    audit.record(session, actor, "comment.resolved", str(first.id), {"resolved": resolved})
    _announce(session, first)


def keys_of(comment_id: UUID) -> tuple[str, str]:
    """Return the keys under which people are told that a comment names or answers them."""
    return f"comment-{comment_id}-named", f"comment-{comment_id}-answered"


def mentioned(text: str, members: Sequence[MemberRead]) -> list[UUID]:
    """Return the members whom a text names as `@name`, in any case; the longer name wins.

    Of several who are called alike, all are named: nobody can tell them apart.
    """
    called: dict[str, list[UUID]] = {}
    for member in members:
        called.setdefault(member.name.casefold(), []).append(member.user_id)
    left = text.casefold()
    found: list[UUID] = []
    for name in sorted(filter(None, called), key=lambda name: (-len(name), name)):
        left, times = re.subn(rf"(?<!\w)@{re.escape(name)}(?!\w)", "", left)
        if times:
            found.extend(called[name])
    return found


def _said(text: str) -> str:
    said = text.strip()
    if not 0 < len(said) <= LONGEST:
        raise CommentIsEmpty(f"A comment has 1 to {LONGEST:,} characters.")
    return said


def _find(session: Session, about: About, comment_id: UUID, *, lock: bool = True) -> Comment:
    comment = repository.get_comment(session, comment_id, lock=lock)
    same = (comment.project_id, comment.document_type) == (about.project_id, about.document_type)
    if not same:
        raise NotFound("There is no such comment.")
    return comment


def _thread(session: Session, about: About, comment_id: UUID) -> Comment:
    """Return the first comment of a thread, locked, whichever of its comments is named."""
    comment = _find(session, about, comment_id)
    return comment if comment.reply_to is None else _find(session, about, comment.reply_to)


def _own(
    session: Session, actor: Actor, about: About, comment_id: UUID, *, deleted: bool = False
) -> Comment:
    actor.require(Role.EDITOR)
    comment = _find(session, about, comment_id)
    mine = actor.user_id is not None and comment.author_id == actor.user_id
    if not mine and not actor.may(Role.ADMIN):
        raise PermissionDenied("Only who wrote a comment, or an admin, can delete it.")
    if comment.deleted_at is not None and not deleted:
        raise CommentIsDeleted("That comment was deleted; restore it first.")
    return comment


def _tell(
    session: Session, actor: Actor, about: About, comment: Comment, named: Sequence[UUID]
) -> None:
    others = [user_id for user_id in named if user_id != actor.user_id]
    text = f"{actor.name} named you on {about.words}: {_short(comment.text)}"
    key, _ = keys_of(comment.id)
    notice = Notice(key, notifications.NAMED, text, about.link)
    notifications.tell(session, actor, notice, others)


def _tell_answered(
    session: Session, actor: Actor, about: About, comment: Comment, first: Comment
) -> None:
    """Tell who began the thread, unless they answer themselves or are named anyway."""
    began = first.author_id
    if began is None or began == actor.user_id or str(began) in comment.mentions:
        return
    text = f"{actor.name} answered you on {about.words}: {_short(comment.text)}"
    _, key = keys_of(comment.id)
    notice = Notice(key, notifications.ANSWERED, text, about.link)
    notifications.tell(session, actor, notice, [began])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _announce(session: Session, comment: Comment) -> None:
    publish_on_commit(session, topics.project(comment.project_id))


def _read(row: Comment, replies: Sequence[CommentRead] = ()) -> CommentRead:
    gone = row.deleted_at is not None
    return CommentRead(
        id=row.id,
        at=row.created_at,
        text="" if gone else row.text,
        author=row.author_name,
        author_id=row.author_id,
        document_type=row.document_type,
        section=row.section,
        mentions=() if gone else tuple(row.mentions),
        is_edited=row.edited_at is not None,
        is_deleted=gone,
        resolved_by=None if row.resolved_at is None else row.resolved_by_name,
        replies=tuple(replies),
    )
