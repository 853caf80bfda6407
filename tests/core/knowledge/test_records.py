"""What the team knows: written down with a history, and never told once it is binned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from pmflow_core.accounts.actor import Actor
from pmflow_core.errors import NotFound, PermissionDenied
from pmflow_core.knowledge import record_rows, records
from pmflow_core.knowledge.models import RecordKind
from pmflow_core.knowledge.records import RecordChanged, RecordTitleTaken
from pmflow_core.knowledge.schemas import RecordEdit, RecordIn, RecordRead
from pmflow_core.providers.answers import find_team_record, team_record_note


def write(
    session: Session,
    actor: Actor,
    title: str = "No dark patterns",
    kind: RecordKind = RecordKind.GUARDRAIL,
    content: str = "Leaving is as easy as joining.",
) -> RecordRead:
    given = RecordIn(kind=kind, title=title, content=content)
    return records.add(session, actor, given)


def told(session: Session) -> list[str]:
    return [record.title for record in record_rows.list_told(session)]


def test_guardrails_are_told_before_rules_context_and_roadmap(
    session: Session, editor: Actor
) -> None:
    for kind in reversed(RecordKind):
        write(session, editor, f"A {kind}", kind)
    assert told(session) == ["A guardrail", "A rule", "A context", "A roadmap"]


def test_each_change_of_text_is_a_version_and_telling_or_not_is_none(
    session: Session, editor: Actor, admin: Actor
) -> None:
    made = write(session, editor)
    hushed = records.edit(session, editor, made.id, RecordEdit(version=1, is_told=False))
    assert (hushed.version, told(session)) == (1, [])
    changed = records.edit(session, admin, made.id, RecordEdit(version=1, content="Both ways."))
    assert (changed.version, changed.changed_by) == (2, admin.name)
    same = records.edit(session, admin, made.id, RecordEdit(version=2, content="Both ways."))
    assert same.version == 2
    found = records.list_versions(session, editor, made.id)
    assert [(each.number, each.author) for each in found] == [(2, admin.name), (1, editor.name)]


def test_an_edit_of_what_was_not_read_is_refused(session: Session, editor: Actor) -> None:
    made = write(session, editor)
    records.edit(session, editor, made.id, RecordEdit(version=1, content="First."))
    with pytest.raises(RecordChanged, match="version 2"):
        records.edit(session, editor, made.id, RecordEdit(version=1, content="Second."))


def test_an_earlier_version_comes_back_as_a_new_one(session: Session, editor: Actor) -> None:
    made = write(session, editor)
    records.edit(session, editor, made.id, RecordEdit(version=1, title="Other", content="Else."))
    back = records.restore_version(session, editor, made.id, 1)
    assert (back.version, back.title, back.content) == (3, made.title, made.content)
    with pytest.raises(NotFound):
        records.restore_version(session, editor, made.id, 9)


def test_the_bin_gives_back_what_it_holds_unless_the_title_is_taken(
    session: Session, editor: Actor
) -> None:
    made = write(session, editor)
    records.delete(session, editor, made.id)
    assert told(session) == []
    assert records.list_records(session, editor) == []
    assert [each.id for each in records.list_records(session, editor, deleted=True)] == [made.id]
    with pytest.raises(NotFound):
        records.read_record(session, editor, made.id)
    other = write(session, editor)
    with pytest.raises(RecordTitleTaken):
        records.restore(session, editor, made.id)
    records.delete(session, editor, other.id)
    assert not records.restore(session, editor, made.id).is_deleted


def test_a_title_names_one_record(session: Session, editor: Actor) -> None:
    write(session, editor)
    with pytest.raises(RecordTitleTaken):
        write(session, editor)
    second = write(session, editor, "Second")
    with pytest.raises(RecordTitleTaken):
        records.edit(session, editor, second.id, RecordEdit(version=1, title="No dark patterns"))
    assert told(session) == ["No dark patterns", "Second"]


def test_a_viewer_reads_and_changes_nothing(session: Session, editor: Actor, viewer: Actor) -> None:
    made = write(session, editor)
    assert records.read_record(session, viewer, made.id).title == made.title
    with pytest.raises(PermissionDenied):
        write(session, viewer, "Mine")
    with pytest.raises(PermissionDenied):
        records.edit(session, viewer, made.id, RecordEdit(version=1, content="x"))
    with pytest.raises(PermissionDenied):
        records.delete(session, viewer, made.id)


@given(st.sampled_from(RecordKind), st.text(min_size=1, max_size=120), st.text(max_size=500))
def test_a_provider_reads_back_the_record_that_it_is_told(
    kind: RecordKind, title: str, text: str
) -> None:
    found = find_team_record(team_record_note(kind.value, title, text))
    assert found is not None
    assert (found.team_record, found.title, found.text) == (kind.value, title, text)


@given(st.text(max_size=500))
def test_no_other_text_is_taken_for_a_record(text: str) -> None:
    assert find_team_record(f"The step Research came to: {text}") is None
