"""Putting off a thing of one's own inbox: it is gone until then, and comes back by itself.

It is back because the database's clock says so. What `tell_due` does only makes open tabs look.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import snooze_rows
from pmflow_core.activity.models import Snooze
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit

LONGEST = timedelta(days=366)


class SnoozeTimeWrong(Invalid):
    """A thing is put off to a moment that is over, or more than a year away."""

    code = "snooze_time_wrong"


class SnoozeNeedsPerson(Conflict):
    """An API key has no inbox; a signed-in person does."""

    code = "snooze_needs_person"


class ThingKind(StrEnum):
    """What can wait in an inbox; a mention is the notification of it."""

    PROJECT = "project"
    SUGGESTION = "suggestion"
    MENTION = "mention"


COLUMNS = {
    ThingKind.PROJECT: "project_id",
    ThingKind.SUGGESTION: "suggestion_id",
    ThingKind.MENTION: "notification_id",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of an inbox."""

    kind: ThingKind
    id: UUID

    @property
    def named(self) -> dict[str, UUID]:
        """Return the column that names it, and its id."""
        return {COLUMNS[self.kind]: self.id}


@dataclass(frozen=True, slots=True)
class SnoozeRead:
    """What is put off; once it `is_over` the thing is back, and new until it `is_seen`."""

    thing: Thing
    snoozed_at: datetime
    until: datetime
    is_over: bool
    is_seen: bool


def snooze(session: Session, actor: Actor, thing: Thing, until: datetime) -> None:
    """Put a thing of the actor's inbox off; callers have checked that it is there.

    Raises:
        SnoozeNeedsPerson: the actor is a program.
        SnoozeTimeWrong: `until` is over by the database's clock, or more than 366 days away.
    """
    actor.require(Role.VIEWER)
    user_id = _person(actor)
    now = snooze_rows.database_now(session)
    if not now < until <= now + LONGEST:
        raise SnoozeTimeWrong("Choose a time from now on, within a year.")
    snooze_rows.put(session, actor.workspace_id, user_id, thing.named, until)
    publish_on_commit(session, topics.notifications(user_id))


def wake(session: Session, actor: Actor, thing: Thing) -> bool:
    """Bring a thing back now; return whether it was put off. Raises SnoozeNeedsPerson."""
    actor.require(Role.VIEWER)
    user_id = _person(actor)
    changed = snooze_rows.take_back(session, user_id, thing.named)
    if changed:
        publish_on_commit(session, topics.notifications(user_id))
    return changed


def see(session: Session, actor: Actor, thing: Thing) -> bool:
    """Note that the actor opened a thing that is back; return whether it was new to them."""
    actor.require(Role.VIEWER)
    return actor.user_id is not None and snooze_rows.note_seen(session, actor.user_id, thing.named)


def list_snoozes(session: Session, actor: Actor) -> list[SnoozeRead]:
    """Return what the actor put off, what comes back first at the top; nothing for a program."""
    actor.require(Role.VIEWER)
    if actor.user_id is None:
        return []
    return [_read(row, over) for row, over in snooze_rows.list_snoozes(session, actor.user_id)]


def tell_due(session: Session) -> int:
    """Have the tabs of everybody look for whom something is back; return for how many.

    Inside a workspace. A second call tells nothing again.
    """
    people = snooze_rows.note_told(session)
    if people:
        publish_on_commit(session, *map(topics.notifications, people))
    return len(people)


def _person(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise SnoozeNeedsPerson("Only a signed-in person has an inbox; use a session, not a key.")
    return actor.user_id


def _read(row: Snooze, over: bool) -> SnoozeRead:
    kind, id_ = next(
        (kind, id_)
        for kind, column in COLUMNS.items()
        if isinstance(id_ := getattr(row, column), UUID)
    )
    return SnoozeRead(Thing(kind, id_), row.snoozed_at, row.until, over, row.seen_at is not None)
