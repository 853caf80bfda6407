"""Putting off what waits in one's inbox, after a look whether it is there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications, snoozes
from pmflow_core.activity.snoozes import SnoozeRead, Thing, ThingKind
from pmflow_core.projects import repository as projects
from pmflow_core.triage import repository


def snooze(session: Session, actor: Actor, thing: Thing, until: datetime) -> datetime | None:
    """Put a thing of the actor's inbox off; return until when it was put off before, if it was.

    A project is put off as long as it waits for the same: when it begins to wait anew, it is back.

    Raises:
        NotFound: there is no such project, suggestion, or mention of the actor.
        SnoozeNeedsPerson, SnoozeTimeWrong: as `snoozes.snooze`.
    """
    actor.require(Role.VIEWER)
    _look(session, actor, thing)
    before = find(snoozes.list_snoozes(session, actor), thing)
    snoozes.snooze(session, actor, thing, until)
    return before.until if before is not None and not before.is_over else None


def find(found: list[SnoozeRead], thing: Thing) -> SnoozeRead | None:
    """Return what is known of a thing that was put off."""
    return next((each for each in found if each.thing == thing), None)


def by_id(found: list[SnoozeRead], kind: ThingKind) -> dict[UUID, SnoozeRead]:
    """Return what was put off of a kind, by its id."""
    return {each.thing.id: each for each in found if each.thing.kind is kind}


def _look(session: Session, actor: Actor, thing: Thing) -> None:
    if thing.kind is ThingKind.PROJECT:
        projects.get_project(session, thing.id)
    elif thing.kind is ThingKind.SUGGESTION:
        repository.get_suggestion(session, thing.id)
    else:
        notifications.get_own(session, actor, thing.id)
