"""Personas: written down once by a name, theirs by segment or by hand, and said to providers."""

import pytest
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.knowledge import service
from pmflow_core.knowledge.schemas import PersonaEdit, PersonaIn, PersonaRead
from pmflow_core.signals import bulk, personas
from pmflow_core.signals import service as signals
from pmflow_core.signals.models import Source
from pmflow_core.signals.schemas import SignalEdit, SignalIn


@pytest.fixture
def finance(session: Session, editor: Actor) -> PersonaRead:
    """A persona of a segment that two of three signals are of."""
    rows = [
        SignalIn(text="a", segment="Enterprise"),
        SignalIn(text="b", segment=" enterprise"),
        SignalIn(text="c"),
    ]
    signals.ingest(session, editor, rows, source=Source.API)
    given = PersonaIn(name="Finance lead", segment="enterprise", description="Closes the books.")
    return service.add(session, editor, given)


def count(session: Session, actor: Actor) -> list[int]:
    return [each.signals for each in personas.list_personas(session, actor)]


def names(session: Session, actor: Actor, number: int) -> list[tuple[str, str, float | None]]:
    found = personas.personas_of(session, actor, number)
    return [(each.name, each.reason, each.confidence) for each in found]


def test_a_segment_makes_signals_theirs_and_says_so(
    session: Session, editor: Actor, finance: PersonaRead
) -> None:
    assert count(session, editor) == [2]
    assert names(session, editor, 1) == [("Finance lead", "segment Enterprise", 1.0)]
    assert names(session, editor, 3) == []
    signals.edit(session, editor, 3, SignalEdit(segment="Enterprise"))
    assert count(session, editor) == [3]
    service.edit(session, editor, finance.id, PersonaEdit(segment=""))
    assert count(session, editor) == [0]


def test_what_a_person_says_wins_over_the_segment(
    session: Session, editor: Actor, finance: PersonaRead
) -> None:
    personas.unlink(session, editor, 1, finance.id)
    personas.link(session, editor, 3, finance.id)
    personas.link(session, editor, 3, finance.id)
    assert names(session, editor, 1) == []
    assert names(session, editor, 3) == [("Finance lead", personas.BY_HAND, None)]
    assert count(session, editor) == [2]
    ids = [signals.get_signal(session, editor, number).row.id for number in (2, 3)]
    bulk.delete(session, editor, ids)
    assert count(session, editor) == [0]


def test_a_name_is_given_once_and_comes_free_in_the_bin(
    session: Session, editor: Actor, finance: PersonaRead
) -> None:
    with pytest.raises(service.PersonaNameTaken):
        service.add(session, editor, PersonaIn(name="Finance lead"))
    other = service.add(session, editor, PersonaIn(name="Clerk", weight=0))
    with pytest.raises(service.PersonaNameTaken):
        service.edit(session, editor, other.id, PersonaEdit(name="Finance lead"))
    with pytest.raises(service.PersonaNameMissing):
        service.edit(session, editor, other.id, PersonaEdit(name=None))
    service.delete(session, editor, finance.id)
    assert [each.name for each in service.list_personas(session, editor)] == ["Clerk"]
    assert names(session, editor, 1) == []
    again = service.add(session, editor, PersonaIn(name="Finance lead"))
    with pytest.raises(service.PersonaNameTaken):
        service.restore(session, editor, finance.id)
    service.delete(session, editor, again.id)
    service.restore(session, editor, finance.id)
    assert count(session, editor) == [0, 2]
    with pytest.raises(NotFound):
        service.edit(session, editor, again.id, PersonaEdit(weight=2))


def test_a_viewer_reads_and_changes_nothing(
    session: Session, viewer: Actor, finance: PersonaRead
) -> None:
    assert count(session, viewer) == [2]
    refused = (
        lambda: service.add(session, viewer, PersonaIn(name="x")),
        lambda: service.edit(session, viewer, finance.id, PersonaEdit(weight=2)),
        lambda: service.delete(session, viewer, finance.id),
        lambda: service.restore(session, viewer, finance.id),
        lambda: personas.link(session, viewer, 3, finance.id),
        lambda: personas.unlink(session, viewer, 1, finance.id),
    )
    for verb in refused:
        with pytest.raises(PermissionDenied):
            verb()
