"""Customers with their signals: listed, given by hand, merged and taken apart again."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.customers import repository as customers
from pmflow_core.customers import service
from pmflow_core.customers.models import Customer, CustomerMerge
from pmflow_core.customers.schemas import CustomerPage, CustomerQuery, CustomerRead, MergeRead
from pmflow_core.customers.service import FILLED, announce
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.signals import customer_statements as statements
from pmflow_core.signals import repository as signals
from pmflow_core.signals.customer_statements import CHOSEN
from pmflow_core.signals.schemas import SignalRead

SHOWN_SIGNALS = 12


class SameCustomer(Invalid):
    """A customer cannot be merged into itself."""

    code = "customer_same"


class CustomerMerged(Conflict):
    """One of the customers was merged or put into the bin meanwhile."""

    code = "customer_merged"


class MergeUndone(Conflict):
    """The merge was taken back already."""

    code = "customer_merge_undone"


@dataclass(frozen=True, slots=True)
class CustomerDetail:
    """A customer, the newest of its signals, and whom it stands for."""

    customer: CustomerRead
    signals: list[SignalRead]
    merges: list[MergeRead]


class Attached(BaseModel):
    """Whose signal it was before a person chose; giving it back to `attach_back` restores that."""

    model_config = ConfigDict(frozen=True)

    number: int
    customer_id: UUID | None
    chosen: bool


def list_customers(session: Session, actor: Actor, query: CustomerQuery) -> CustomerPage:
    """Return one page of customers, with how many there are and what they are worth in all."""
    actor.require(Role.VIEWER)
    count, worth = statements.totals(session, query)
    return CustomerPage(statements.find_page(session, query), count, worth)


def get_customer(session: Session, actor: Actor, customer_id: UUID) -> CustomerDetail:
    """Return a customer with its newest signals, also one in the bin; raises NotFound."""
    actor.require(Role.VIEWER)
    customers.get_customer(session, customer_id, deleted=True)
    ids = statements.signals_of(session, customer_id, SHOWN_SIGNALS)
    rows = signals.read_many(session, ids)
    return CustomerDetail(
        statements.read_customers(session, [customer_id])[customer_id],
        [rows[each] for each in ids if each in rows],
        customers.merges_into(session, customer_id),
    )


def customer_of(session: Session, actor: Actor, number: int) -> CustomerRead | None:
    """Return the live customer of a signal; raises NotFound for a signal that is not there."""
    actor.require(Role.VIEWER)
    signal = signals.get_signal(session, number, deleted=True)
    owner = signal.customer_id and customers.find_owner(session, signal.customer_id)
    if owner is None:
        return None
    found = statements.read_customers(session, [owner])[owner]
    return None if found.is_deleted else found


def attach(session: Session, actor: Actor, number: int, customer_id: UUID | None) -> Attached:
    """Say by hand whose signal it is, None for nobody's; nothing overwrites it afterwards.

    Returns what undoes it.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such signal or customer.
    """
    actor.require(Role.EDITOR)
    if customer_id is not None:
        customers.get_customer(session, customer_id)
    [signal] = signals.lock_signals(session, [signals.get_signal(session, number).id])
    before = Attached(number=number, customer_id=signal.customer_id, chosen=CHOSEN in signal.given)
    signal.customer_id = customer_id
    signal.given = sorted({*signal.given, CHOSEN})
    session.flush()
    _audit(
        session, actor, "signal.customer_chosen", f"S-{number}", [before.customer_id, customer_id]
    )
    announce(session, actor.workspace_id)
    return before


def attach_back(session: Session, actor: Actor, before: Attached) -> None:
    """Take `attach` back: the signal is as it was before.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such signal or customer.
    """
    actor.require(Role.EDITOR)
    [signal] = signals.lock_signals(session, [signals.get_signal(session, before.number).id])
    if before.customer_id is not None:
        customers.lock_customers(session, [before.customer_id])
    signal.customer_id = before.customer_id
    if not before.chosen:
        signal.given = [name for name in signal.given if name != CHOSEN]
    session.flush()
    _audit(session, actor, "signal.customer_restored", f"S-{before.number}", [before.customer_id])
    announce(session, actor.workspace_id)


def merge(session: Session, actor: Actor, kept_id: UUID, other_id: UUID) -> UUID:
    """Merge a customer into another, which gets its signals and what it was not known for.

    Whatever still comes from the merged one's address or name is the kept one's too. Returns the
    id of the merge, by which it is taken back.

    Raises:
        PermissionDenied: the actor is not an editor.
        SameCustomer: they are one already.
        NotFound: one of them does not exist.
        CustomerMerged: one of them was merged or deleted meanwhile.
    """
    actor.require(Role.EDITOR)
    if kept_id == other_id:
        raise SameCustomer("Choose another customer; this is the same one.")
    kept, other, aliases = _lock_to_merge(session, kept_id, other_id)
    plain, chosen = statements.lock_signals_of(session, other_id)
    customers.stand_for(session, kept_id, aliases, other_id)
    other.merged_into = kept_id
    statements.give(session, [*plain, *chosen], other_id, kept_id)
    before = {"signals": _texts(plain), "chosen": _texts(chosen), "aliases": _texts(aliases)}
    made = CustomerMerge(
        workspace_id=actor.workspace_id,
        kept_id=kept_id,
        merged_id=other_id,
        merged_by=actor.user_id,
        before={**before, "filled": _fill(kept, other)},
    )
    session.add(made)
    session.flush()
    audit.record(
        session,
        actor,
        "customer.merged",
        str(kept_id),
        {"merged": str(other_id), "name": other.name, "signals": len(plain) + len(chosen)},
    )
    announce(session, actor.workspace_id)
    return made.id


def unmerge(session: Session, actor: Actor, merge_id: UUID) -> None:
    """Take a merge back: both customers have what was theirs before.

    What a person chose since stays, as does what came in since, which is the kept one's.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such merge.
        MergeUndone: it was taken back before.
        CustomerKeyTaken: a new customer has the address or name of the merged one.
    """
    actor.require(Role.EDITOR)
    done = customers.lock_merge(session, merge_id)
    if done.undone_at is not None:
        raise MergeUndone("This merge was taken back already.")
    before: dict[str, Any] = done.before
    aliases = _ids(before["aliases"])
    found = customers.lock_customers(session, [done.kept_id, done.merged_id, *aliases])
    kept, other = found[done.kept_id], found[done.merged_id]
    holder = kept.merged_into or kept.id
    plain, chosen = _ids(before["signals"]), _ids(before["chosen"])
    statements.lock_signals(session, [*plain, *chosen])
    statements.give(session, plain, holder, other.id, statements.not_chosen())
    statements.give(session, chosen, holder, other.id)
    customers.stand_for(session, other.id, aliases, holder)
    if other.merged_into == holder:
        other.merged_into = None
    _empty(kept, before["filled"])
    _revive(session, other)
    done.undone_at, done.undone_by = utcnow(), actor.user_id
    session.flush()
    audit.record(
        session,
        actor,
        "customer.unmerged",
        str(kept.id),
        {"merged": str(other.id), "name": other.name},
    )
    announce(session, actor.workspace_id)


def _lock_to_merge(
    session: Session, kept_id: UUID, other_id: UUID
) -> tuple[Customer, Customer, list[UUID]]:
    """Return the two, locked with those that the other stands for; raises CustomerMerged."""
    aliases = customers.ids_merged_into(session, other_id)
    found = customers.lock_customers(session, [kept_id, other_id, *aliases])
    kept, other = found[kept_id], found[other_id]
    # Under their lock nobody gives them other aliases; before it somebody may have.
    moved = aliases != customers.ids_merged_into(session, other_id)
    if moved or any(each.merged_into or each.deleted_at for each in (kept, other)):
        raise CustomerMerged("One of the two was merged or deleted meanwhile; look again.")
    return kept, other, aliases


def _fill(kept: Customer, other: Customer) -> dict[str, str]:
    """Fill what the kept one is not known for, and return that as it is stored."""
    filled: dict[str, str] = {}
    for name in FILLED:
        value = getattr(other, name)
        if value is not None and getattr(kept, name) is None:
            setattr(kept, name, value)
            filled[name] = str(value)
    return filled


def _empty(kept: Customer, filled: dict[str, str]) -> None:
    """Forget what a merge filled, unless it was changed since."""
    for name, value in filled.items():
        if str(getattr(kept, name)) == value:
            setattr(kept, name, None)


def _revive(session: Session, other: Customer) -> None:
    """Bring a merged customer back that went into the bin with the one that stood for it."""
    if other.deleted_at is None:
        return
    try:
        with session.begin_nested():
            other.deleted_at = None
            session.flush()
    except IntegrityError as error:
        raise service.CustomerKeyTaken(
            f"There is a new customer with the address or name of {other.name}."
        ) from error


def _texts(ids: Collection[UUID]) -> list[str]:
    return [str(each) for each in ids]


def _ids(texts: Collection[str]) -> list[UUID]:
    return [UUID(each) for each in texts]


def _audit(
    session: Session, actor: Actor, action: str, target: str, change: list[UUID | None]
) -> None:
    shown = [None if each is None else str(each) for each in change]
    audit.record(session, actor, action, target, {"customer": shown})
