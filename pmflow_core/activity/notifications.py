"""Telling people something once, and what they make of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import repository
from pmflow_core.activity.models import Notification
from pmflow_core.clock import utcnow
from pmflow_core.errors import NotFound
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit
from pmflow_core.ids import uuid7
from pmflow_core.workspaces import service as workspaces

NAMED, ANSWERED = "at-sign", "message-square"
MENTIONS = (NAMED, ANSWERED)
MOST_MENTIONS = 100
THEMES = "shapes"
READ_THEMES = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for people; the same `key` is told each of them once.

    `kind` is an icon's name, `link` a path inside the workspace, such as `themes/<id>`.
    """

    key: str
    kind: str
    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class NotificationRead:
    """What one person was told."""

    id: UUID
    at: datetime
    kind: str
    text: str
    link: str | None
    is_read: bool


@dataclass(frozen=True, slots=True)
class NotificationsRead:
    """The newest notifications of one person, and how many of all are unread."""

    items: list[NotificationRead]
    unread: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a notification, or the newest of those about so many `themes`."""

    newest: NotificationRead
    themes: int = 0


@dataclass(frozen=True, slots=True)
class LinesRead:
    """The newest lines of one person, and how many of all are unread."""

    items: list[Line]
    unread: int


def tell_members(
    session: Session, actor: Actor, notice: Notice, *, at_least: Role = Role.EDITOR
) -> int:
    """Tell every member whose role reaches `at_least`, unless they were; return how many heard.

    Raises:
        PermissionDenied: the actor is not an editor.
    """
    actor.require(Role.EDITOR)
    members = workspaces.list_members(session, actor)
    reached = [member.user_id for member in members if member.role.rank >= at_least.rank]
    return tell(session, actor, notice, reached)


def tell(session: Session, actor: Actor, notice: Notice, people: Collection[UUID]) -> int:
    """Tell these members, unless they were; return how many heard.

    Raises:
        PermissionDenied: the actor is not an editor.
    """
    actor.require(Role.EDITOR)
    now = utcnow()
    told = repository.add_notifications(
        session,
        [
            {
                "id": uuid7(),
                "created_at": now,
                "workspace_id": actor.workspace_id,
                "user_id": user_id,
                "key": notice.key,
                "kind": notice.kind,
                "text": notice.text,
                "link": notice.link,
            }
            # In one order, so that two who tell the same wait for each other.
            for user_id in sorted(people)
        ],
    )
    for user_id in told:
        publish_on_commit(session, topics.notifications(user_id))
    return len(told)


def list_notifications(
    session: Session, actor: Actor, *, below: UUID | None = None, limit: int = 50
) -> NotificationsRead:
    """Return what the actor was told in this workspace, the newest first; nothing for a program.

    What they put off counts as read until it is back.
    """
    actor.require(Role.VIEWER)
    if actor.user_id is None:
        return NotificationsRead([], 0)
    rows = repository.list_notifications(session, actor.user_id, below=below, limit=limit)
    items = [_read(row, is_read=put_off or row.read_at is not None) for row, put_off in rows]
    return NotificationsRead(items, repository.count_unread(session, actor.user_id))


def list_lines(session: Session, actor: Actor, *, limit: int = 50) -> LinesRead:
    """Return what the actor was told as a list to glance at: one line for all unread themes.

    Themes that were read in the last week are another one. Nothing for a program.
    """
    actor.require(Role.VIEWER)
    if actor.user_id is None:
        return LinesRead([], 0)
    rows = repository.list_but(session, actor.user_id, THEMES, limit=limit)
    lines = [Line(_read(row, is_read=put_off or row.read_at is not None)) for row, put_off in rows]
    since = utcnow() - READ_THEMES
    for row, is_unread, themes in repository.gathered(session, actor.user_id, THEMES, since):
        lines.append(Line(_read(row, is_read=not is_unread), themes))
    lines.sort(key=lambda line: line.newest.id, reverse=True)
    others = repository.count_unread(session, actor.user_id, but=THEMES)
    changed = sum(not line.newest.is_read for line in lines if line.newest.kind == THEMES)
    return LinesRead(lines[:limit], others + changed)


def list_mentions(
    session: Session, actor: Actor, *, snoozed: bool = False, limit: int = MOST_MENTIONS
) -> list[NotificationRead]:
    """Return who named or answered the actor, as far as it is unread; the newest first.

    `snoozed` asks for what they put off instead of what they did not.
    """
    actor.require(Role.VIEWER)
    if actor.user_id is None:
        return []
    rows = repository.list_unread(session, actor.user_id, MENTIONS, put_off=snoozed, limit=limit)
    return [_read(row, is_read=False) for row in rows]


def count_mentions(session: Session, actor: Actor, *, snoozed: bool = False) -> int:
    """Return how many mentions the actor has not read, of those put off or of the others."""
    actor.require(Role.VIEWER)
    if actor.user_id is None:
        return 0
    return repository.count_unread(session, actor.user_id, MENTIONS, put_off=snoozed)


def get_own(session: Session, actor: Actor, notification_id: UUID) -> NotificationRead:
    """Return one thing the actor was told; raises NotFound."""
    actor.require(Role.VIEWER)
    if actor.user_id is None:
        raise NotFound("There is no such notification.")
    row = repository.get_notification(session, actor.user_id, notification_id)
    return _read(row, is_read=row.read_at is not None)


def mark_read(session: Session, actor: Actor, ids: Sequence[UUID] | None = None) -> int:
    """Mark some of the actor's own notifications as read, or all that they did not put off.

    Returns how many were not.
    """
    actor.require(Role.VIEWER)
    if actor.user_id is None:
        return 0
    return _told(session, actor.user_id, repository.mark_read(session, actor.user_id, ids))


def mark_kind_read(session: Session, actor: Actor, kind: str, up_to: UUID) -> int:
    """Mark the actor's notifications of a kind as read, not what is newer than `up_to`."""
    actor.require(Role.VIEWER)
    if actor.user_id is None:
        return 0
    changed = repository.mark_kind_read(session, actor.user_id, kind, up_to)
    return _told(session, actor.user_id, changed)


def mark_unread(session: Session, actor: Actor, notification_id: UUID) -> bool:
    """Mark one of the actor's own notifications as not read; return whether it was read."""
    actor.require(Role.VIEWER)
    if actor.user_id is None:
        return False
    changed = repository.mark_unread(session, actor.user_id, notification_id)
    return bool(_told(session, actor.user_id, int(changed)))


def _told(session: Session, user_id: UUID, changed: int) -> int:
    if changed:
        publish_on_commit(session, topics.notifications(user_id))
    return changed


def _read(row: Notification, *, is_read: bool) -> NotificationRead:
    return NotificationRead(row.id, row.created_at, row.kind, row.text, row.link, is_read)
