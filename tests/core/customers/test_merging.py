"""Whatever is merged in whatever order: taking all of it back restores exactly what was."""

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.customers.models import Customer
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PmflowError
from pmflow_core.signals import customers
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Signal, Source
from pmflow_core.signals.schemas import SignalIn
from tests.conftest import make_workspace

NAMES = ("Ann", "Bob", "Cid", "Dan")
Pairs = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=6)


def everything(session: Session) -> tuple[object, ...]:
    """Return whose signal each is, and all that is known of customers."""
    of = select(col(Signal.number), col(Signal.customer_id), col(Signal.given))
    known = select(
        col(Customer.id),
        col(Customer.merged_into),
        col(Customer.company),
        col(Customer.tier),
        col(Customer.annual_value),
    )
    return (
        [(row[0], row[1], tuple(row[2])) for row in session.execute(of.order_by(Signal.number))],
        [tuple(row) for row in session.execute(known.order_by(Customer.id))],
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(pairs=Pairs)
def test_taking_merges_back_from_the_last_on_restores_everything(
    connection: Connection, pairs: list[tuple[str, str]]
) -> None:
    del connection
    actor = Actor.system(make_workspace())
    with transaction(actor.workspace_id) as session:
        ids = make_customers(session, actor)
        before = [everything(session)]
        made = []
        for kept, other in pairs:
            try:
                made.append(customers.merge(session, actor, ids[kept], ids[other]))
            except PmflowError:
                continue
            before.append(everything(session))
        for merge in reversed(made):
            session.expire_all()
            assert everything(session) == before.pop()
            customers.unmerge(session, actor, merge)
        assert everything(session) == before.pop()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(pairs=Pairs, data=st.data())
def test_in_any_order_of_taking_back_each_has_its_own_signals_again(
    connection: Connection, pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    del connection
    actor = Actor.system(make_workspace())
    with transaction(actor.workspace_id) as session:
        ids = make_customers(session, actor)
        owners = everything(session)[0]
        made = []
        for kept, other in pairs:
            try:
                made.append(customers.merge(session, actor, ids[kept], ids[other]))
            except PmflowError:
                continue
        for merge in data.draw(st.permutations(made)):
            customers.unmerge(session, actor, merge)
        session.expire_all()
        assert everything(session)[0] == owners
        merged = select(col(Customer.id)).where(col(Customer.merged_into).is_not(None))
        assert not session.scalars(merged).all()


def make_customers(session: Session, actor: Actor) -> dict[str, object]:
    """Make a customer of each name with two signals, each knowing something else."""
    told = ({}, {"customer_tier": "pro"}, {"customer_value": Decimal(7)}, {"customer_tier": "free"})
    rows = [
        SignalIn.model_validate({"text": f"{name} {n}", "customer_name": name, **facts})
        for name, facts in zip(NAMES, told, strict=True)
        for n in range(2)
    ]
    signals.ingest(session, actor, rows, source=Source.API)
    return {row.name: row.id for row in session.scalars(select(Customer))}
