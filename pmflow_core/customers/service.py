"""What is done to customers themselves: found or made, corrected, put into the bin."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pmflow_core.accounts import audit
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.customers import repository
from pmflow_core.customers.models import Customer
from pmflow_core.customers.repository import Known
from pmflow_core.customers.schemas import CustomerEdit
from pmflow_core.customers.senders import Sender, by_key
from pmflow_core.errors import Conflict, Invalid
from pmflow_core.events import topics
from pmflow_core.events.bus import publish_on_commit

FILLED = ("email", "company", "tier", "annual_value")


@dataclass(frozen=True, slots=True)
class Brought:
    """What a list of customers came to."""

    created: int
    changed: int
    unchanged: int


class CustomerNameMissing(Invalid):
    """A customer is left without a name."""

    code = "customer_name_missing"


class CustomerKeyTaken(Conflict):
    """Another customer has come under the same address or name meanwhile."""

    code = "customer_key_taken"


def find_or_make(
    session: Session, workspace_id: UUID, senders: Iterable[Sender]
) -> dict[str, UUID]:
    """Return the customer of each sender's key, made where there is none.

    What a customer is not known for is filled from the senders; what is known stays. Of many who
    bring the same new sender at once one makes the customer and the others find it.
    """
    brought = by_key(senders)
    known = repository.live_by_key(session, brought.keys())
    missing = [sender for key, sender in brought.items() if key not in known]
    repository.add_missing(session, workspace_id, missing)
    known |= repository.live_by_key(session, [sender.key for sender in missing])
    _fill_gaps(session, known, brought)
    return {key: customer.merged_into or customer.id for key, customer in known.items()}


def bring(session: Session, actor: Actor, senders: Iterable[Sender]) -> Brought:
    """Make or correct customers as a person's list has them; what it leaves empty stays.

    A customer that was merged into another is left as it is.

    Raises:
        PermissionDenied: the actor is not an editor.
    """
    actor.require(Role.EDITOR)
    told = by_key(senders)
    known = repository.live_by_key(session, told.keys())
    fresh = [sender for key, sender in told.items() if key not in known]
    repository.add_missing(session, actor.workspace_id, fresh)
    ids = {known[key].id: told[key] for key in known if known[key].merged_into is None}
    changed = 0
    for customer in repository.lock_customers(session, ids).values():
        changed += _correct(customer, ids[customer.id])
    session.flush()
    made = Brought(created=len(fresh), changed=changed, unchanged=len(known) - changed)
    audit.record(session, actor, "customers.imported", "customers", asdict(made))
    announce(session, actor.workspace_id)
    return made


def edit(session: Session, actor: Actor, customer_id: UUID, changes: CustomerEdit) -> None:
    """Correct what is known of a customer.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such customer.
        CustomerNameMissing: the name would be cleared.
    """
    actor.require(Role.EDITOR)
    repository.get_customer(session, customer_id)
    [customer] = repository.lock_customers(session, [customer_id]).values()
    sent = changes.model_dump(exclude_unset=True)
    if sent.get("name", customer.name) is None:
        raise CustomerNameMissing("A customer keeps a name.")
    wanted = {name: value if value != "" else None for name, value in sent.items()}
    changed = {name: value for name, value in wanted.items() if getattr(customer, name) != value}
    if not changed:
        return
    detail = {name: [_shown(getattr(customer, name)), _shown(changed[name])] for name in changed}
    for name, value in changed.items():
        setattr(customer, name, value)
    session.flush()
    audit.record(session, actor, "customer.edited", str(customer.id), detail)
    announce(session, actor.workspace_id)


def delete(session: Session, actor: Actor, customer_id: UUID) -> None:
    """Move a customer into the bin; its signals keep pointing there, for a restore.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such customer.
    """
    actor.require(Role.EDITOR)
    customer = repository.get_customer(session, customer_id)
    _lock_with_aliases(session, customer_id)
    repository.set_deleted(session, customer_id, utcnow(), by=actor.user_id, was=None)
    audit.record(session, actor, "customer.deleted", str(customer_id), {"name": customer.name})
    announce(session, actor.workspace_id)


def restore(session: Session, actor: Actor, customer_id: UUID) -> None:
    """Bring a customer back from the bin, with all it stood for.

    Raises:
        PermissionDenied: the actor is not an editor.
        NotFound: there is no such customer.
        CustomerKeyTaken: one with the same address or name was made since.
    """
    actor.require(Role.EDITOR)
    repository.get_customer(session, customer_id, deleted=True)
    customer = _lock_with_aliases(session, customer_id)
    if customer.deleted_at is None:
        return
    try:
        with session.begin_nested():
            repository.set_deleted(session, customer_id, None, by=None, was=customer.deleted_at)
    except IntegrityError as error:
        raise CustomerKeyTaken(
            f"There is a new customer with the address or name of {customer.name};"
            " delete that one first, or leave this one in the bin."
        ) from error
    audit.record(session, actor, "customer.restored", str(customer_id), {"name": customer.name})
    announce(session, actor.workspace_id)


def announce(session: Session, workspace_id: UUID) -> None:
    """Nudge whoever watches customers, which is whoever watches signals, after the commit."""
    publish_on_commit(session, topics.signals(workspace_id))


def _lock_with_aliases(session: Session, customer_id: UUID) -> Customer:
    ids = [customer_id, *repository.ids_merged_into(session, customer_id)]
    return repository.lock_customers(session, ids)[customer_id]


def _correct(customer: Customer, sender: Sender) -> bool:
    """Take over all that a person's list tells; return whether anything was different."""
    told = {name: getattr(sender, name) for name in (*FILLED, "name")}
    if sender.name == sender.email:
        told.pop("name")
    wrong = {
        name: value
        for name, value in told.items()
        if value is not None and getattr(customer, name) != value
    }
    for name, value in wrong.items():
        setattr(customer, name, value)
    return bool(wrong)


def _fill_gaps(session: Session, known: dict[str, Known], brought: dict[str, Sender]) -> None:
    """Note what senders tell of customers that was not known; lock only those it changes."""
    told = {
        customer.id: brought[key]
        for key, customer in known.items()
        if customer.merged_into is None and _news(customer, brought[key])
    }
    if not told:
        return
    for customer in repository.lock_customers(session, told).values():
        for name, value in _news(customer, told[customer.id]).items():
            setattr(customer, name, value)
    session.flush()


def _news(customer: Customer | Known, sender: Sender) -> dict[str, Any]:
    """Return what the sender tells and the customer lacks; a name in place of an address too."""
    values = {name: getattr(sender, name) for name in FILLED}
    news = {
        name: value
        for name, value in values.items()
        if value is not None and getattr(customer, name) is None
    }
    if customer.name == customer.email and sender.name != customer.email:
        news["name"] = sender.name
    return news


def _shown(value: object) -> str | None:
    return None if value is None else str(value)
