"""The customers of signals on their way in."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from pmflow_core.customers import service as customers
from pmflow_core.customers.senders import Given, Sender, from_fields, from_text
from pmflow_core.db.tenancy import WORKSPACE
from pmflow_core.signals.schemas import SignalIn


def attributed(session: Session, rows: Sequence[SignalIn]) -> list[SignalIn]:
    """Return the rows with their customers, found or made for all of them at once."""
    told = [sender_of(row) for row in rows]
    named = [sender for sender in told if sender is not None]
    if not named:
        return list(rows)
    ids = customers.find_or_make(session, session.info[WORKSPACE], named)
    return [
        row if sender is None else row.of_customer(ids.get(sender.key))
        for row, sender in zip(rows, told, strict=True)
    ]


def sender_of(row: SignalIn) -> Sender | None:
    """Return who sent a row, by its fields or else by its one text; None when nobody is named."""
    fields = Given(
        row.customer_name,
        row.customer_email,
        row.customer_company,
        row.customer_tier,
        row.customer_value,
    )
    return from_fields(fields) or from_text(row.customer)


def words(row: SignalIn) -> str | None:
    """Return the sender as they were given, in one text."""
    if row.customer:
        return row.customer
    return ", ".join(_first(row.customer_name, row.customer_email, row.customer_company)) or None


def _first(name: str | None, email: str | None, company: str | None) -> Iterable[str]:
    shown = [name or email, company]
    return (part for part in shown if part)
