"""Customers of signals: found at ingest, corrected, given by hand, merged, counted once."""

from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.accounts.models import AuditEntry
from pmflow_core.customers import service
from pmflow_core.customers.schemas import CustomerEdit, CustomerQuery, CustomerRead, CustomerSort
from pmflow_core.customers.worth import worth_by, worth_of
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.signals import customers
from pmflow_core.signals import service as signals
from pmflow_core.signals.customer_file import (
    NoCustomerColumn,
    import_customers,
    read_customer_file,
)
from pmflow_core.signals.models import Signal, Source
from pmflow_core.signals.schemas import SignalIn


def ingest(session: Session, actor: Actor, *rows: SignalIn) -> None:
    signals.ingest(session, actor, rows, source=Source.API)


def listed(session: Session, actor: Actor, **query: object) -> list[CustomerRead]:
    found = CustomerQuery.model_validate(query)
    return customers.list_customers(session, actor, found).items


def by_name(session: Session, actor: Actor) -> dict[str, CustomerRead]:
    return {each.name: each for each in listed(session, actor)}


def said(name: str, text: str = "Search is gone") -> SignalIn:
    return SignalIn(text=text, customer=name)


def test_a_batch_makes_each_sender_a_customer_once(session: Session, editor: Actor) -> None:
    ingest(
        session,
        editor,
        SignalIn(text="a", customer_email="Buyer@Example.com"),
        SignalIn(text="b", customer_name="Buyer", customer_email="buyer@example.com"),
        SignalIn(text="c", customer_name="Clerk", customer_company="Acme"),
        SignalIn(text="d", customer="anonymous"),
        SignalIn(text="e"),
    )
    ingest(session, editor, said("clerk, ACME"))
    found = by_name(session, editor)
    assert {name: each.signals for name, each in found.items()} == {"Buyer": 2, "Clerk": 2}
    assert found["Buyer"].email == "buyer@example.com"
    first = signals.get_signal(session, editor, 3).row
    assert first.customer == "Clerk, Acme"


def test_a_later_mention_fills_what_was_unknown_and_changes_nothing_else(
    session: Session, editor: Actor
) -> None:
    mail = "buyer@example.com"
    ingest(session, editor, SignalIn(text="a", customer_email=mail, customer_tier="pro"))
    ingest(
        session,
        editor,
        SignalIn(
            text="b",
            customer_email=mail,
            customer_name="Buyer",
            customer_tier="free",
            customer_value=Decimal("12000.50"),
        ),
    )
    [buyer] = listed(session, editor)
    assert (buyer.name, buyer.tier, buyer.annual_value) == ("Buyer", "pro", Decimal("12000.50"))


def test_customers_are_searched_sorted_and_paged(session: Session, editor: Actor) -> None:
    ingest(session, editor, *[said("Ann")] * 2, said("Bob, Acme"), said("Cid"))
    cid = by_name(session, editor)["Cid"]
    service.edit(session, editor, cid.id, CustomerEdit(annual_value=Decimal(5)))
    assert listed(session, editor)[0].name == "Ann"
    assert listed(session, editor, sort=CustomerSort.VALUE)[0].name == "Cid"
    assert [each.name for each in listed(session, editor, search="ac bob")] == ["Bob, Acme"]
    assert listed(session, editor, search="100%_") == []
    paged = [listed(session, editor, offset=place, limit=1)[0].name for place in range(3)]
    assert sorted(paged) == ["Ann", "Bob, Acme", "Cid"]


def test_a_correction_is_audited_and_an_empty_text_clears(session: Session, editor: Actor) -> None:
    ingest(session, editor, SignalIn(text="a", customer_name="Ann", customer_tier="pro"))
    [ann] = listed(session, editor)
    changes = CustomerEdit(tier="", company="Acme", annual_value=Decimal("7.25"))
    service.edit(session, editor, ann.id, changes)
    [now] = listed(session, editor)
    assert (now.tier, now.company, now.annual_value) == (None, "Acme", Decimal("7.25"))
    noted = session.scalars(select(AuditEntry).where(col(AuditEntry.action) == "customer.edited"))
    assert [entry.detail["tier"] for entry in noted] == [["pro", None]]
    with pytest.raises(service.CustomerNameMissing):
        service.edit(session, editor, ann.id, CustomerEdit(name=None))


def test_what_a_person_chose_is_never_overwritten(session: Session, editor: Actor) -> None:
    ingest(session, editor, said("Ann"), said("Bob"))
    found = by_name(session, editor)
    before = customers.attach(session, editor, 1, found["Bob"].id)
    made = customers.merge(session, editor, found["Ann"].id, found["Bob"].id)
    customers.attach(session, editor, 2, found["Ann"].id)
    customers.unmerge(session, editor, made)
    assert owner(session, editor, 1) == "Bob"
    assert owner(session, editor, 2) == "Ann"
    customers.attach_back(session, editor, before)
    assert owner(session, editor, 1) == "Ann"
    assert customers.attach(session, editor, 1, None).chosen is False
    assert owner(session, editor, 1) is None


def owner(session: Session, actor: Actor, number: int) -> str | None:
    found = customers.customer_of(session, actor, number)
    return None if found is None else found.name


def test_a_merge_moves_signals_fills_gaps_and_keeps_the_key(
    session: Session, editor: Actor
) -> None:
    ingest(
        session,
        editor,
        SignalIn(text="a", customer_email="a@example.com"),
        SignalIn(text="b", customer_name="Ann", customer_tier="pro", customer_value=Decimal(9)),
    )
    found = by_name(session, editor)
    kept, other = found["a@example.com"], found["Ann"]
    made = customers.merge(session, editor, kept.id, other.id)
    ingest(session, editor, said("ann"))
    [now] = listed(session, editor)
    assert (now.id, now.signals, now.tier, now.annual_value) == (kept.id, 3, "pro", 9)
    with pytest.raises(NotFound):
        customers.attach(session, editor, 1, other.id)
    with pytest.raises(customers.CustomerMerged):
        customers.merge(session, editor, kept.id, other.id)
    customers.unmerge(session, editor, made)
    after = by_name(session, editor)
    assert (after["Ann"].signals, after["a@example.com"].signals) == (1, 2)
    assert after["a@example.com"].annual_value is None
    with pytest.raises(customers.MergeUndone):
        customers.unmerge(session, editor, made)


def test_the_bin_keeps_a_customer_with_its_signals(session: Session, editor: Actor) -> None:
    ingest(session, editor, said("Ann"), said("Bob"))
    found = by_name(session, editor)
    customers.merge(session, editor, found["Ann"].id, found["Bob"].id)
    service.delete(session, editor, found["Ann"].id)
    assert listed(session, editor) == []
    assert [each.signals for each in listed(session, editor, deleted=True)] == [2]
    assert owner(session, editor, 1) is None
    service.restore(session, editor, found["Ann"].id)
    assert owner(session, editor, 2) == "Ann"


def test_a_restore_is_refused_while_another_has_the_name(session: Session, editor: Actor) -> None:
    ingest(session, editor, said("Ann"))
    [ann] = listed(session, editor)
    service.delete(session, editor, ann.id)
    ingest(session, editor, said("Ann"))
    with pytest.raises(service.CustomerKeyTaken):
        service.restore(session, editor, ann.id)
    assert [each.signals for each in listed(session, editor)] == [1]


def test_a_customer_is_worth_its_value_once(session: Session, editor: Actor) -> None:
    ingest(session, editor, *[said("Ann")] * 3, said("Bob"), said("Cid"))
    found = by_name(session, editor)
    service.edit(session, editor, found["Ann"].id, CustomerEdit(annual_value=Decimal("100.10")))
    service.edit(session, editor, found["Bob"].id, CustomerEdit(annual_value=Decimal("0.20")))
    all_of = select(col(Signal.customer_id))
    assert session.scalar(worth_of(all_of)) == Decimal("100.30")
    customers.merge(session, editor, found["Bob"].id, found["Ann"].id)
    assert session.scalar(worth_of(all_of)) == Decimal("0.20")
    assert session.scalar(worth_of(all_of.where(col(Signal.number) == 5))) == 0
    groups = select(
        col(Signal.workspace_id).label("group_id"), col(Signal.customer_id).label("customer_id")
    ).subquery()
    assert [tuple(row) for row in session.execute(worth_by(groups))] == [
        (editor.workspace_id, Decimal("0.20"))
    ]


def test_a_viewer_reads_and_changes_nothing(session: Session, editor: Actor, viewer: Actor) -> None:
    ingest(session, editor, said("Ann"), said("Bob"))
    found = by_name(session, viewer)
    ann, bob = found["Ann"].id, found["Bob"].id
    refused = (
        lambda: service.edit(session, viewer, ann, CustomerEdit(tier="pro")),
        lambda: service.delete(session, viewer, ann),
        lambda: service.restore(session, viewer, ann),
        lambda: service.bring(session, viewer, []),
        lambda: customers.merge(session, viewer, ann, bob),
        lambda: customers.unmerge(session, viewer, UUID(int=1)),
        lambda: customers.attach(session, viewer, 1, bob),
    )
    for verb in refused:
        with pytest.raises(PermissionDenied):
            verb()


def test_a_file_makes_and_corrects_customers_and_says_which_lines_it_refused(
    session: Session, editor: Actor, tmp_path: Path
) -> None:
    ingest(session, editor, SignalIn(text="a", customer_email="ann@example.com"))
    file = tmp_path / "crm.csv"
    file.write_text(
        "E-mail;Name;Account;Tier;ARR\n"
        "ann@example.com;Ann;Acme;enterprise;120.000,50\n"
        "bob@example.com;Bob;;;\n"
        "nobody;Cid;;;\n"
        "dan@example.com;Dan;;;-5\n"
        ";;;pro;1\n",
        encoding="utf-8",
    )
    made = import_customers(session, editor, read_customer_file(file, "crm.csv"))
    assert (made.created, made.changed, made.unchanged, made.refused) == (1, 1, 0, 3)
    assert [row.line for row in made.rejected] == [4, 5, 6]
    ann = by_name(session, editor)["Ann"]
    assert (ann.company, ann.tier, ann.signals) == ("Acme", "enterprise", 1)
    assert ann.annual_value == Decimal("120000.50")
    again = import_customers(session, editor, read_customer_file(file, "crm.csv"))
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)


def test_a_file_that_names_nobody_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("colour,size\nred,4\nblue,5\n", encoding="utf-8")
    with pytest.raises(NoCustomerColumn):
        read_customer_file(file, "other.csv")
