"""The tickets of a project: a plan that is made again changes the same tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.projects.models import Ticket, TicketStatus
from pmflow_core.workspaces.numbers import take_numbers


@dataclass(frozen=True, slots=True)
class PlannedTicket:
    """A ticket as a plan has it; `plan_key` is what makes it the same in the next plan."""

    plan_key: str
    title: str
    description: str
    acceptance: tuple[str, ...]
    covers: tuple[str, ...]
    estimate: int


def apply_plan(
    session: Session,
    workspace_id: UUID,
    project_id: UUID,
    run_id: UUID,
    plan: Sequence[PlannedTicket],
) -> list[Ticket]:
    """Make the project's tickets those of the plan and return them in order.

    A ticket of an earlier plan keeps its number and progress; one that is not planned any more and
    was not begun is dropped, never deleted.
    """
    known = {ticket.plan_key: ticket for ticket in _all(session, project_id)}
    planned = {item.plan_key for item in plan}
    for ticket in known.values():
        if ticket.plan_key not in planned and ticket.status is TicketStatus.OPEN:
            ticket.status = TicketStatus.DROPPED
    missing = sum(1 for item in plan if item.plan_key not in known)
    number = take_numbers(session, workspace_id, "ticket", missing) if missing else 0
    made: list[Ticket] = []
    for position, item in enumerate(plan):
        ticket = known.get(item.plan_key)
        if ticket is None:
            ticket = Ticket(
                workspace_id=workspace_id,
                number=number,
                project_id=project_id,
                plan_key=item.plan_key,
                position=position,
                title=item.title,
                estimate=item.estimate,
            )
            number += 1
            session.add(ticket)
        _update(ticket, item, position, run_id)
        made.append(ticket)
    session.flush()
    return made


def list_tickets(session: Session, project_id: UUID) -> list[Ticket]:
    """Return the tickets of the newest plan, and begun ones of earlier plans, in order."""
    return [one for one in _all(session, project_id) if one.status is not TicketStatus.DROPPED]


def _update(ticket: Ticket, item: PlannedTicket, position: int, run_id: UUID) -> None:
    ticket.position = position
    ticket.title = item.title
    ticket.description = item.description
    ticket.acceptance = list(item.acceptance)
    ticket.covers = list(item.covers)
    ticket.estimate = item.estimate
    ticket.run_id = run_id
    if ticket.status is TicketStatus.DROPPED:
        ticket.status = TicketStatus.OPEN


def _all(session: Session, project_id: UUID) -> Sequence[Ticket]:
    statement = select(Ticket).where(col(Ticket.project_id) == project_id)
    return session.scalars(statement.order_by(col(Ticket.position), col(Ticket.number))).all()
