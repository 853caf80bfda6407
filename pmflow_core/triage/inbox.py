"""What waits for a person: projects that cannot go on without one, suggestions, mentions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.activity import notifications, snoozes
from pmflow_core.activity.snoozes import SnoozeRead, ThingKind
from pmflow_core.board.schemas import Mood, WhyRead
from pmflow_core.board.why import explain, gather
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Project
from pmflow_core.triage import repository
from pmflow_core.triage.snoozing import by_id


class WaitsFor(StrEnum):
    """What a project waits for."""

    APPROVAL = "approval"
    ANSWER = "answer"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class WaitingProject:
    """A project that waits for a person, why, and what that person does next.

    `snoozed_until` is set while who looks has put it off.
    """

    id: UUID
    key: str
    name: str
    waits_for: WaitsFor
    reason: str
    next_action: str
    owner: str
    since: datetime
    run_id: UUID | None
    snoozed_until: datetime | None = None


def list_waiting(session: Session, actor: Actor) -> tuple[WaitingProject, ...]:
    """Return the projects that wait for a person: approvals, then answers, then repairs.

    Of each kind the one that waits longest comes first. A project whose run failed, whose gates
    keep it, or whose run waits for money needs a repair. It is the same for every member: what
    each has put off is not marked.
    """
    actor.require(Role.VIEWER)
    found = projects.list_projects(session)
    backdrop = gather(session, found)
    waiting = _waiting(found, [explain(project, backdrop) for project in found])
    order = list(WaitsFor)
    return tuple(sorted(waiting, key=lambda each: (order.index(each.waits_for), each.since)))


def read_waiting(session: Session, actor: Actor) -> tuple[WaitingProject, ...]:
    """As `list_waiting`, with what the actor put off among them, which says so."""
    return _marked(session, actor, list_waiting(session, actor))


def count_waiting(
    session: Session, actor: Actor, listed: Sequence[WaitingProject] | None = None
) -> int:
    """Return how many things wait for the actor, as far as they did not put them off.

    `listed` is what `list_waiting` returned a moment ago, for who asks for many people at once.
    """
    actor.require(Role.VIEWER)
    listed = list_waiting(session, actor) if listed is None else listed
    return _count(session, actor, _marked(session, actor, listed), snoozed=False)


def count_snoozed(session: Session, actor: Actor) -> int:
    """Return how many of the things that wait the actor has put off."""
    actor.require(Role.VIEWER)
    return _count(session, actor, read_waiting(session, actor), snoozed=True)


def _count(
    session: Session, actor: Actor, waiting: Sequence[WaitingProject], *, snoozed: bool
) -> int:
    suggested = sum(repository.counts(session, actor.user_id, snoozed=snoozed).values())
    mentioned = notifications.count_mentions(session, actor, snoozed=snoozed)
    put_off = [each.snoozed_until is not None for each in waiting]
    return suggested + mentioned + put_off.count(snoozed)


def _marked(
    session: Session, actor: Actor, waiting: Sequence[WaitingProject]
) -> tuple[WaitingProject, ...]:
    put_off = by_id(snoozes.list_snoozes(session, actor), ThingKind.PROJECT)
    return tuple(_put_off(each, put_off.get(each.id)) for each in waiting)


def _put_off(waiting: WaitingProject, snooze: SnoozeRead | None) -> WaitingProject:
    """Return what waits with until when it is put off; what began to wait later is not."""
    if snooze is None or snooze.is_over or waiting.since > snooze.snoozed_at:
        return waiting
    return replace(waiting, snoozed_until=snooze.until)


def _waiting(found: Sequence[Project], reasons: Sequence[WhyRead]) -> list[WaitingProject]:
    return [
        WaitingProject(
            project.id,
            project.key,
            project.name,
            waits_for,
            why.reason,
            why.next_action,
            why.owner,
            why.since,
            why.run_id,
        )
        for project, why in zip(found, reasons, strict=True)
        if (waits_for := _waits_for(why)) is not None
    ]


def _waits_for(why: WhyRead) -> WaitsFor | None:
    if why.can_approve:
        return WaitsFor.APPROVAL
    if why.question_id is not None:
        return WaitsFor.ANSWER
    return WaitsFor.REPAIR if why.mood in (Mood.FAILED, Mood.WAITING) else None
