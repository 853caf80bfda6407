"""Customers as the browser draws them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pmflow_core.board.shown_customers import CustomerShown
from pmflow_core.customers.schemas import CustomerRead
from pmflow_ui.figures import counted
from pmflow_ui.state.signals_rows import theme_path

SHOWN_CHARS = 140


@dataclass(frozen=True)
class CustomerRow:
    """A customer as a row of the list."""

    id: str
    name: str
    about: str
    tier: str
    value: str
    signals: int
    themes: int
    last: str


@dataclass(frozen=True)
class Spot:
    """Something a customer leads to: a theme, or one of its signals."""

    id: str
    text: str
    note: str
    href: str


@dataclass(frozen=True)
class CustomerCard:
    """The open customer; an empty id means that none is."""

    id: str = ""
    name: str = ""
    email: str = ""
    company: str = ""
    tier: str = ""
    value: str = ""
    value_shown: str = ""
    signals_words: str = ""
    is_deleted: bool = False


@dataclass(frozen=True)
class CustomerChoice:
    """A customer to choose."""

    id: str
    name: str
    about: str


def amount(value: Decimal | None) -> str:
    """Return a sum as it is read, in whole units from a thousand on; empty when unknown."""
    if value is None:
        return ""
    whole = value == value.to_integral_value() or value >= 1_000
    return f"{value:,.0f}" if whole else f"{value:,.2f}"


def as_row(customer: CustomerRead, themes: Mapping[UUID, int]) -> CustomerRow:
    """Return a customer as a row."""
    return CustomerRow(
        id=str(customer.id),
        name=customer.name,
        about=about(customer),
        tier=customer.tier or "",
        value=amount(customer.annual_value),
        signals=customer.signals,
        themes=themes.get(customer.id, 0),
        last=customer.last_signal_at.isoformat() if customer.last_signal_at else "",
    )


def about(customer: CustomerRead) -> str:
    """Return what tells a customer from others of the same name."""
    told = [customer.company, customer.email]
    return ", ".join(part for part in told if part and part != customer.name)


def as_choice(customer: CustomerRead) -> CustomerChoice:
    """Return a customer as it is offered to be chosen."""
    words = [about(customer), counted(customer.signals, "signal")]
    return CustomerChoice(
        str(customer.id), customer.name, ", ".join(part for part in words if part)
    )


def as_card(shown: CustomerShown) -> CustomerCard:
    """Return the open customer."""
    customer = shown.detail.customer
    return CustomerCard(
        id=str(customer.id),
        name=customer.name,
        email=customer.email or "",
        company=customer.company or "",
        tier=customer.tier or "",
        value="" if customer.annual_value is None else f"{customer.annual_value:f}",
        value_shown=amount(customer.annual_value),
        signals_words=counted(customer.signals, "signal"),
        is_deleted=customer.is_deleted,
    )


def as_spots(shown: CustomerShown, slug: str) -> tuple[list[Spot], list[Spot], list[Spot]]:
    """Return the customer's signals, its themes, and the merges that made it."""
    signals = [
        Spot(row.name, row.text[:SHOWN_CHARS], row.name, f"/w/{slug}/signals?signal={row.number}")
        for row in shown.detail.signals
    ]
    themes = [
        Spot(str(each.id), each.label, counted(each.signals, "signal"), theme_path(slug, each.id))
        for each in shown.themes
    ]
    merges = [Spot(str(each.id), each.name, each.email or "", "") for each in shown.detail.merges]
    return signals, themes, merges
