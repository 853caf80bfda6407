"""What waits for a person: projects that cannot go on without one, and suggestions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board.schemas import Mood, WhyRead
from pmflow_core.board.why import explain, gather
from pmflow_core.projects import repository as projects
from pmflow_core.projects.models import Project
from pmflow_core.triage import repository


class WaitsFor(StrEnum):
    """What a project waits for."""

    APPROVAL = "approval"
    ANSWER = "answer"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True)
class WaitingProject:
    """A project that waits for a person, why, and what that person does next."""

    key: str
    name: str
    waits_for: WaitsFor
    reason: str
    next_action: str
    owner: str
    since: datetime
    run_id: UUID | None


def read_waiting(session: Session, actor: Actor) -> tuple[WaitingProject, ...]:
    """Return the projects that wait for a person: approvals, then answers, then repairs.

    Of each kind the one that waits longest comes first. A project whose run failed, whose gates
    keep it, or whose run waits for money needs a repair.
    """
    actor.require(Role.VIEWER)
    found = projects.list_projects(session)
    backdrop = gather(session, found)
    waiting = _waiting(found, [explain(project, backdrop) for project in found])
    order = list(WaitsFor)
    return tuple(sorted(waiting, key=lambda each: (order.index(each.waits_for), each.since)))


def count_waiting(session: Session, actor: Actor) -> int:
    """Return how many things wait for a person, suggestions included."""
    suggested = sum(repository.counts(session).values())
    return suggested + len(read_waiting(session, actor))


def _waiting(found: Sequence[Project], reasons: Sequence[WhyRead]) -> list[WaitingProject]:
    return [
        WaitingProject(
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
