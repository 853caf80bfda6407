"""What people see and decide of themes, on the database."""

from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.customers.models import Customer
from pmflow_core.errors import PermissionDenied
from pmflow_core.signals import bulk
from pmflow_core.signals.models import Severity, Signal, Source
from pmflow_core.signals.schemas import SignalIn
from pmflow_core.signals.service import ingest
from pmflow_core.themes import service
from pmflow_core.themes.corpus import put_into_themes
from pmflow_core.themes.models import PlacedBy, Theme
from pmflow_core.themes.names import BadThemeName
from pmflow_core.themes.schemas import ThemedQuery


@pytest.fixture
def theme_id(session: Session, editor: Actor) -> UUID:
    """A theme of three signals, two of them severe and one in a segment."""
    rows = [
        SignalIn(text="Export fails", severity=Severity.HIGH, segment="Premium"),
        SignalIn(text="export  FAILS", severity=Severity.HIGH),
        SignalIn(text="Exports are slow"),
    ]
    ids = ingest(session, editor, rows, source=Source.API).ids
    theme = Theme(
        workspace_id=editor.workspace_id,
        label="Export",
        keywords=["export", "slow"],
        centroid=np.eye(1, 384)[0].tolist(),
        changed_at=utcnow(),
    )
    session.add(theme)
    session.flush()
    placed = [(signal, theme.id, 0.9 - place / 10) for place, signal in enumerate(ids)]
    put_into_themes(session, editor.workspace_id, placed, PlacedBy.CLUSTERING)
    return theme.id


def test_a_theme_shows_size_severities_segments_trend_and_distinct_quotes(
    session: Session, editor: Actor, theme_id: UUID
) -> None:
    (read,) = service.list_themes(session, editor)

    assert (read.id, read.size) == (theme_id, 3)
    assert read.severities == {Severity.HIGH: 2}
    assert read.segments == [("Premium", 1)]
    assert read.trend == [0] * 7 + [3]
    assert [quote.text for quote in read.quotes] == ["Export fails", "Exports are slow"]
    detail = service.get_theme(session, editor, theme_id)
    assert detail.read == read
    assert detail.placed == {PlacedBy.CLUSTERING: 3}


def test_customers_count_once_and_their_value_is_summed(
    session: Session, editor: Actor, theme_id: UUID
) -> None:
    (before,) = service.list_themes(session, editor)
    page = service.list_signals(session, editor, ThemedQuery(theme_id=theme_id)).page
    for row, name in zip(page.items, ("Acme", "Acme", "Brick"), strict=True):
        customer = session.scalars(select(Customer).where(col(Customer.key) == name)).first()
        if customer is None:
            worth = Decimal("1200.50") if name == "Acme" else None
            customer = Customer(
                workspace_id=editor.workspace_id, key=name, name=name, annual_value=worth
            )
            session.add(customer)
            session.flush()
        session.get_one(Signal, row.id).customer_id = customer.id
    session.flush()
    (after,) = service.list_themes(session, editor)

    assert (before.customers, before.value) == (0, None)
    assert (after.customers, after.value) == (2, Decimal("1200.50"))
    assert 0 < after.confidence <= 1
    assert 0 < after.strength <= 1


def test_archived_and_deleted_signals_do_not_count(
    session: Session, editor: Actor, theme_id: UUID
) -> None:
    page = service.list_signals(session, editor, ThemedQuery(theme_id=theme_id)).page
    bulk.archive(session, editor, [page.items[0].id])
    bulk.delete(session, editor, [page.items[1].id])

    assert service.get_theme(session, editor, theme_id).read.size == 1


def test_a_list_of_signals_names_the_theme_of_each(
    session: Session, editor: Actor, theme_id: UUID
) -> None:
    ingest(session, editor, [SignalIn(text="Login is slow")], source=Source.API)
    found = service.list_signals(session, editor, ThemedQuery())

    assert found.page.total == 4
    assert {tag.id for tag in found.themes.values()} == {theme_id}
    assert len(found.themes) == 3
    unthemed = service.list_signals(session, editor, ThemedQuery(unthemed=True))
    assert [row.text for row in unthemed.page.items] == ["Login is slow"]


def test_a_signal_says_why_it_is_in_its_theme(
    session: Session, editor: Actor, theme_id: UUID
) -> None:
    why = service.get_signal(session, editor, 3).why

    assert why is not None
    assert why.theme.id == theme_id
    assert why.shared_keywords == ["export", "slow"]
    assert why.similarity == pytest.approx(0.7)


def test_names_and_locks_are_set_by_editors_only(
    session: Session, editor: Actor, viewer: Actor, theme_id: UUID
) -> None:
    service.rename(session, editor, theme_id, "  Exports \n break ")
    service.lock(session, editor, theme_id)
    read = service.get_theme(session, viewer, theme_id).read
    assert (read.label, read.is_locked, read.is_renamed) == ("Exports break", True, True)

    with pytest.raises(PermissionDenied):
        service.rename(session, viewer, theme_id, "Mine")
    with pytest.raises(PermissionDenied):
        service.lock(session, viewer, theme_id)
    for name in (" ", "x" * 121):
        with pytest.raises(BadThemeName):
            service.rename(session, editor, theme_id, name)
