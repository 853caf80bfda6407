"""Customers as people read them: with their signals, their themes, and what they are worth."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.customers.models import Customer
from pmflow_core.customers.schemas import CustomerQuery, CustomerRead
from pmflow_core.customers.worth import standing_for, worth_of
from pmflow_core.projects import repository as projects
from pmflow_core.signals import customers, personas
from pmflow_core.signals.customer_statements import live
from pmflow_core.signals.customers import CustomerDetail
from pmflow_core.signals.models import Signal, SignalProject
from pmflow_core.signals.personas import PersonaLink
from pmflow_core.themes.models import Theme, ThemeMembership, ThemeStatus

SHOWN_THEMES = 8
CHOICES = 8


@dataclass(frozen=True, slots=True)
class ThemeOf:
    """A theme that a customer's signals are in."""

    id: UUID
    label: str
    signals: int


@dataclass(frozen=True, slots=True)
class CustomersShown:
    """One page of customers; `themes` counts those of each, by customer."""

    items: list[CustomerRead]
    total: int
    worth: Decimal
    themes: dict[UUID, int]


@dataclass(frozen=True, slots=True)
class CustomerShown:
    """A customer with its signals, and the themes they are in, the most frequent first."""

    detail: CustomerDetail
    themes: list[ThemeOf]


@dataclass(frozen=True, slots=True)
class WhoSpeaks:
    """Who is behind a signal: its customer, and the personas that speak in it."""

    customer: CustomerRead | None
    personas: list[PersonaLink]


def list_customers(session: Session, actor: Actor, query: CustomerQuery) -> CustomersShown:
    """Return one page of customers, each with how many themes its signals are in."""
    page = customers.list_customers(session, actor, query)
    owner = standing_for()
    statement = (
        _placed(owner, func.count(col(Theme.id).distinct()))
        .where(owner.in_([each.id for each in page.items]))
        .group_by(owner)
    )
    rows: Any = session.execute(statement)
    counts: dict[UUID, int] = {row[0]: row[1] for row in rows}
    return CustomersShown(page.items, page.total, page.worth, counts)


def get_customer(session: Session, actor: Actor, customer_id: UUID) -> CustomerShown:
    """Return a customer and what surrounds it, also one in the bin; raises NotFound."""
    detail = customers.get_customer(session, actor, customer_id)
    many = func.count(col(Signal.id))
    statement = (
        _placed(col(Theme.id), col(Theme.label), many)
        .where(standing_for() == customer_id)
        .group_by(col(Theme.id), col(Theme.label))
        .order_by(many.desc(), col(Theme.label))
        .limit(SHOWN_THEMES)
    )
    return CustomerShown(detail, [ThemeOf(*row) for row in session.execute(statement)])


def who_speaks(session: Session, actor: Actor, number: int) -> WhoSpeaks:
    """Return who is behind a signal, also of one in the bin; raises NotFound."""
    return WhoSpeaks(
        customers.customer_of(session, actor, number),
        personas.personas_of(session, actor, number),
    )


def find_choices(session: Session, actor: Actor, search: str) -> list[CustomerRead]:
    """Return the customers that a search offers to choose from, those with most signals first."""
    query = CustomerQuery(search=search[:200], limit=CHOICES)
    return customers.list_customers(session, actor, query).items


def worth_of_project(session: Session, actor: Actor, project_id: UUID) -> Decimal:
    """Return the annual value of the distinct customers behind a project; raises NotFound."""
    actor.require(Role.VIEWER)
    projects.get_project(session, project_id)
    behind = (
        select(col(Signal.customer_id))
        .join(SignalProject, col(SignalProject.signal_id) == col(Signal.id))
        .where(col(SignalProject.project_id) == project_id, *live())
    )
    return session.scalar(worth_of(behind)) or Decimal(0)


def _placed(*columns: Any) -> Any:
    """Return the select of these columns over live signals of customers in live themes."""
    return (
        select(*columns)
        .select_from(Customer)
        .join(Signal, col(Signal.customer_id) == col(Customer.id))
        .join(ThemeMembership, col(ThemeMembership.signal_id) == col(Signal.id))
        .join(Theme, col(Theme.id) == col(ThemeMembership.theme_id))
        .where(col(Theme.status) == ThemeStatus.ACTIVE, *live())
    )
