"""The trash: who may take out, who may erase, what is left of what was erased."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, update
from sqlmodel import col, select

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import AuditEntry
from pmflow_core.board import service as board
from pmflow_core.board import trash
from pmflow_core.board.trash import CannotErase, TrashKind
from pmflow_core.clock import utcnow
from pmflow_core.customers import service as customers
from pmflow_core.customers.models import Customer
from pmflow_core.db.transaction import transaction
from pmflow_core.documents.models import Citation, Document, DocumentVersion
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.knowledge import service as knowledge
from pmflow_core.knowledge.models import Persona
from pmflow_core.knowledge.schemas import PersonaIn
from pmflow_core.projects.models import Project
from pmflow_core.signals import bulk, links, merging, personas
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Signal, Source
from pmflow_core.signals.schemas import SignalIn
from tests.conftest import make_member, make_workspace
from tests.ui.tab import make_acme

SIGNAL = TrashKind.SIGNAL


@pytest.fixture
def acme(connection: Connection) -> Actor:
    del connection
    return make_acme()


def say(actor: Actor, *rows: SignalIn) -> list[UUID]:
    with transaction(actor.workspace_id) as session:
        return signals.ingest(session, actor, rows, source=Source.API).ids


def bin_them(actor: Actor, *ids: UUID, ago: timedelta = timedelta(0)) -> None:
    with transaction(actor.workspace_id) as session:
        bulk.delete(session, actor, ids)
        session.execute(
            update(Signal).where(col(Signal.id).in_(ids)).values(deleted_at=utcnow() - ago)
        )


def listed(actor: Actor, kind: TrashKind = SIGNAL) -> list[trash.TrashItem]:
    with transaction(actor.workspace_id) as session:
        return list(trash.list_trash(session, actor, kind))


def restore(actor: Actor, kind: TrashKind, item: UUID) -> None:
    with transaction(actor.workspace_id) as session:
        trash.restore(session, actor, kind, item)


def erase(actor: Actor, kind: TrashKind, item: UUID) -> None:
    with transaction(actor.workspace_id) as session:
        trash.erase(session, actor, kind, item)


def erase_old(actor: Actor) -> dict[str, int]:
    with transaction(actor.workspace_id) as session:
        return trash.erase_old(session, actor)


def number_of(actor: Actor, table: type[Signal] | type[Customer] | type[Persona]) -> int:
    with transaction(actor.workspace_id) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def cite(actor: Actor, signal_id: UUID) -> None:
    """Have a document cite a signal."""
    here = actor.workspace_id
    with transaction(here) as session:
        project = board.create_project(session, actor, "Search")
        document = Document(workspace_id=here, project_id=project.id, type="research", latest=1)
        session.add(document)
        session.flush()
        version = DocumentVersion(
            workspace_id=here,
            document_id=document.id,
            number=1,
            template="research",
            content="It is slow [S-1].",
            sha256="0" * 64,
            author_name="Product lead",
        )
        session.add(version)
        session.flush()
        session.add(
            Citation(
                workspace_id=here,
                version_id=version.id,
                signal_id=signal_id,
                signal_number=1,
                start=11,
                end=16,
                quote="slow",
                quote_start=6,
                quote_end=10,
            )
        )


def test_what_was_deleted_is_listed_with_who_and_until_when(acme: Actor) -> None:
    first, second = say(acme, SignalIn(text="Search is slow"), SignalIn(text="Export fails"))
    editor = make_member(acme.workspace_id, Role.EDITOR, "An editor")
    bin_them(acme, first, ago=timedelta(days=2))
    bin_them(editor, second, ago=timedelta(days=1))

    found = listed(make_member(acme.workspace_id, Role.VIEWER))

    assert [(each.name, each.by) for each in found] == [
        ("S-2 Export fails", "An editor"),
        ("S-1 Search is slow", None if acme.user_id is None else "Product lead"),
    ]
    assert all(each.gone_at == each.deleted_at + timedelta(days=30) for each in found)
    with transaction(acme.workspace_id) as session:
        assert trash.count_trash(session, acme)[SIGNAL] == 2
        page = trash.list_trash(session, acme, SIGNAL, limit=1)
        rest = trash.list_trash(session, acme, SIGNAL, below=(page[0].deleted_at, page[0].id))
    assert [each.id for each in (*page, *rest)] == [second, first]


def test_each_kind_comes_back_as_it_was(acme: Actor) -> None:
    [signal] = say(acme, SignalIn(text="Search is slow", customer="Ann"))
    with transaction(acme.workspace_id) as session:
        customer = session.scalars(select(col(Customer.id))).one()
        persona = knowledge.add(session, acme, PersonaIn(name="Clerk")).id
        project = board.create_project(session, acme, "Search")
        project.deleted_at, project.deleted_by = utcnow(), acme.user_id
        customers.delete(session, acme, customer)
        knowledge.delete(session, acme, persona)
    bin_them(acme, signal)
    items = {
        SIGNAL: signal,
        TrashKind.CUSTOMER: customer,
        TrashKind.PERSONA: persona,
        TrashKind.PROJECT: project.id,
    }
    editor = make_member(acme.workspace_id, Role.EDITOR)
    for kind, item in items.items():
        assert [each.id for each in listed(acme, kind)] == [item]
        restore(editor, kind, item)
        assert listed(acme, kind) == []
        with pytest.raises(NotFound):
            restore(editor, kind, item)
    with transaction(acme.workspace_id) as session:
        for table, kind in ((Customer, TrashKind.CUSTOMER), (Persona, TrashKind.PERSONA)):
            row = session.get_one(table, items[kind])
            assert (row.deleted_at, row.deleted_by) == (None, None)


def test_viewers_only_look_and_only_admins_erase(acme: Actor) -> None:
    [signal] = say(acme, SignalIn(text="Search is slow"))
    bin_them(acme, signal)
    viewer, editor = (make_member(acme.workspace_id, role) for role in (Role.VIEWER, Role.EDITOR))
    with pytest.raises(PermissionDenied):
        restore(viewer, SIGNAL, signal)
    for actor in (viewer, editor):
        with pytest.raises(PermissionDenied):
            erase(actor, SIGNAL, signal)
        with pytest.raises(PermissionDenied):
            erase_old(actor)


def test_another_workspaces_trash_is_not_found(acme: Actor) -> None:
    [signal] = say(acme, SignalIn(text="Search is slow"))
    bin_them(acme, signal)
    stranger = make_member(make_workspace("Other"), Role.ADMIN)
    assert listed(stranger) == []
    for verb in (restore, erase):
        with pytest.raises(NotFound):
            verb(stranger, SIGNAL, signal)
    assert number_of(acme, Signal) == 1


def test_what_lives_is_not_erased(acme: Actor) -> None:
    [signal] = say(acme, SignalIn(text="Search is slow"))
    with pytest.raises(NotFound):
        erase(acme, SIGNAL, signal)
    assert number_of(acme, Signal) == 1


def test_a_signal_goes_with_its_links_and_copies_and_its_name_is_nowhere(acme: Actor) -> None:
    one, copy, other = say(
        acme, SignalIn(text="Search is slow"), SignalIn(text="search slow"), SignalIn(text="Fine")
    )
    with transaction(acme.workspace_id) as session:
        project = board.create_project(session, acme, "Search")
        links.link_to_project(session, acme, [one, other], project.id)
        persona = knowledge.add(session, acme, PersonaIn(name="Clerk")).id
        personas.link(session, acme, 1, persona)
        merging.merge(session, acme, [one, copy])
    bin_them(acme, one)

    erase(acme, SIGNAL, one)

    with transaction(acme.workspace_id) as session:
        assert list(session.scalars(select(col(Signal.id)))) == [other]
        entry = session.scalars(
            select(AuditEntry).where(col(AuditEntry.action) == "signal.erased")
        ).one()
    assert "slow" not in f"{entry.target} {entry.detail}"


def test_a_signal_that_a_document_cites_stays_and_so_does_what_it_was_merged_into(
    acme: Actor,
) -> None:
    one, copy, free = say(
        acme, SignalIn(text="Search is slow"), SignalIn(text="slow"), SignalIn(text="Fine")
    )
    cite(acme, copy)
    with transaction(acme.workspace_id) as session:
        merging.merge(session, acme, [one, copy])
    bin_them(acme, one, free, ago=timedelta(days=31))
    with pytest.raises(CannotErase):
        erase(acme, SIGNAL, one)

    assert erase_old(acme)["signal"] == 1
    assert erase_old(acme)["signal"] == 0

    assert number_of(acme, Signal) == 2
    assert [each.id for each in listed(acme)] == [one]


def test_a_customer_that_is_erased_leaves_no_name_on_its_signals(acme: Actor) -> None:
    [signal] = say(acme, SignalIn(text="Search is slow", customer="Ann"))
    with transaction(acme.workspace_id) as session:
        customer = session.scalars(select(col(Customer.id))).one()
        customers.delete(session, acme, customer)

    erase(acme, TrashKind.CUSTOMER, customer)

    assert number_of(acme, Customer) == 0
    with transaction(acme.workspace_id) as session:
        row = session.get_one(Signal, signal)
        assert (row.customer, row.customer_id, row.verbatim) == (None, None, "Search is slow")


def test_maintenance_erases_what_lay_there_for_thirty_days_and_nothing_else(acme: Actor) -> None:
    old, fresh = say(acme, SignalIn(text="Search is slow"), SignalIn(text="Export fails"))
    with transaction(acme.workspace_id) as session:
        persona = knowledge.add(session, acme, PersonaIn(name="Clerk")).id
        knowledge.delete(session, acme, persona)
        session.execute(update(Persona).values(deleted_at=utcnow() - timedelta(days=31)))
    bin_them(acme, old, ago=timedelta(days=31))
    bin_them(acme, fresh, ago=timedelta(days=29))

    none = dict.fromkeys(trash.ERASE, 0)
    assert erase_old(acme) == {**none, "signal": 1, "persona": 1}
    assert erase_old(acme) == none
    assert [each.id for each in listed(acme)] == [fresh]


def test_a_project_is_never_erased_before_its_workspace(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        project = board.create_project(session, acme, "Search")
        session.get_one(Project, project.id).deleted_at = utcnow() - timedelta(days=99)
    with pytest.raises(CannotErase):
        erase(acme, TrashKind.PROJECT, project.id)
    erase_old(acme)
    assert [(each.id, each.gone_at) for each in listed(acme, TrashKind.PROJECT)] == [
        (project.id, None)
    ]
