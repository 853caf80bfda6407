"""One box: words and meaning, keys first, filters kept, whatever a person types."""

from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import col

from pmflow_core.accounts.actor import Actor
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.documents.models import Document, DocumentVersion
from pmflow_core.embedding.selection import get_embedder
from pmflow_core.projects.service import add_project, seed_stages
from pmflow_core.search.schemas import By, SearchQuery, Thing
from pmflow_core.search.service import search
from pmflow_core.signals import bulk
from pmflow_core.signals.models import Severity, Signal, SignalStatus
from pmflow_core.themes.models import PlacedBy, ThemeMembership
from tests.conftest import make_workspace
from tests.core.search.conftest import Ask, add, add_theme, embed, numbers


@pytest.mark.usefixtures("texts")
def test_words_are_found_in_all_their_forms_and_marked(ask: Ask) -> None:
    found = ask("exports")

    assert set(numbers(found)[:2]) == {1, 3}
    first = next(hit for hit in found.signals if hit.row.number == 3)
    marked = [first.excerpt.text[mark.start : mark.end] for mark in first.excerpt.marks]
    assert marked == ["Exporting"]
    assert first.by is By.BOTH


@pytest.mark.usefixtures("texts")
def test_what_shares_no_word_is_found_by_its_meaning(ask: Ask) -> None:
    found = ask("forgot my login credentials")

    assert numbers(found)[0] == 4
    assert found.signals[0].by is By.MEANING
    assert found.meaning


def test_a_signal_without_a_vector_is_found_by_its_words(ask: Ask, editor: Actor) -> None:
    add(editor, "The export fails")
    found = ask("export")

    assert numbers(found) == [1]
    assert (found.signals[0].by, found.meaning) == (By.WORDS, False)


@pytest.mark.usefixtures("texts")
def test_a_key_that_was_typed_comes_first(ask: Ask) -> None:
    found = ask("s-5")

    assert numbers(found) == [5]
    assert found.signals[0].by is By.KEY
    assert numbers(ask("S-5 export"))[:3] in ([5, 1, 3], [5, 3, 1])


def test_archived_merged_and_deleted_signals_are_left_out_until_asked_for(
    ask: Ask, editor: Actor, texts: list[UUID]
) -> None:
    with transaction(editor.workspace_id) as session:
        bulk.archive(session, editor, [texts[0]])
        bulk.delete(session, editor, [texts[2]])

    assert not {1, 3} & set(numbers(ask("export")))
    assert numbers(ask("export", narrow={"status": "archived"})) == [1]
    assert numbers(ask("S-1")) == [1]
    assert numbers(ask("S-3")) == []


def test_every_filter_narrows_words_and_meaning_alike(
    ask: Ask, editor: Actor, texts: list[UUID]
) -> None:
    with transaction(editor.workspace_id) as session:
        session.execute(
            update(Signal)
            .where(col(Signal.id) == texts[2])
            .values(severity=Severity.HIGH, segment="enterprise", source="slack")
        )
        theme = add_theme(session, editor, "Exports")
        session.add(
            ThemeMembership(
                workspace_id=editor.workspace_id,
                theme_id=theme.id,
                signal_id=texts[2],
                similarity=0.9,
                placed_by=PlacedBy.PERSON,
            )
        )
        theme_id = str(theme.id)
    day = utcnow().isoformat()
    for narrow in (
        {"severity": "high"},
        {"segment": "enterprise"},
        {"source": "slack"},
        {"theme_id": theme_id},
    ):
        found = ask("how do I export data", narrow=narrow)
        assert numbers(found) == [3], narrow
        assert (found.themes, found.projects, found.documents) == ([], [], [])
    assert numbers(ask("export", narrow={"received_since": day})) == []
    assert numbers(ask("export", narrow={"project_id": str(uuid4())})) == []


@pytest.mark.usefixtures("texts")
def test_quotes_and_minus_signs_are_kept_to(ask: Ask) -> None:
    assert numbers(ask('"password reset"')) == [4]
    assert numbers(ask('"reset password"')) == []
    assert numbers(ask("export -csv")) == [3]
    assert numbers(ask("-")) == []


@pytest.mark.usefixtures("texts")
def test_a_word_that_is_being_typed_is_a_beginning(ask: Ask) -> None:
    by_words = [hit.row.number for hit in ask("notific").signals if hit.by is not By.MEANING]
    assert by_words == [2]


@pytest.mark.usefixtures("texts")
def test_a_misspelled_word_is_taken_for_one_that_themes_are_named_by(
    ask: Ask, editor: Actor
) -> None:
    with transaction(editor.workspace_id) as session:
        add_theme(session, editor, "Missing notifications", "notifications")
    found = ask("notifxcations")

    assert found.corrected == ["notif"]
    assert found.signals[0].row.number == 2
    assert [theme.label for theme in found.themes] == ["Missing notifications"]


@pytest.mark.usefixtures("texts")
def test_a_theme_is_found_by_its_name_or_by_what_lies_in_its_middle(
    ask: Ask, editor: Actor
) -> None:
    [middle] = get_embedder().embed(["The export of my data is slow"])
    with transaction(editor.workspace_id) as session:
        add_theme(session, editor, "Slow downloads", centroid=middle)
        add_theme(session, editor, "Exports")
    found = ask("exporting data is slow", things=["theme"])

    assert {theme.label for theme in found.themes} == {"Slow downloads", "Exports"}
    assert found.signals == []


def test_projects_and_documents_are_found_by_key_name_and_section(ask: Ask, editor: Actor) -> None:
    with transaction(editor.workspace_id) as session:
        seed_stages(session, editor.workspace_id)
        project = add_project(
            session, editor, "Faster exports", description="Customers wait for hours."
        )
        document = Document(
            workspace_id=editor.workspace_id, project_id=project.id, type="prd", latest=2
        )
        session.add(document)
        session.flush()
        for number, body in ((1, "Throttling"), (2, "Stream the rows to the browser")):
            session.add(
                DocumentVersion(
                    workspace_id=editor.workspace_id,
                    document_id=document.id,
                    number=number,
                    content=f"# PRD\n\n## Goals\n\nNone.\n\n## Requirements\n\nR1: {body}.\n",
                    sha256="0",
                    template="prd",
                    author_name="Product lead",
                )
            )
        key, project_id = project.key, project.id

    assert [hit.key for hit in ask(key.lower()).projects] == [key]
    assert [hit.key for hit in ask("export").projects] == [key]
    assert [hit.key for hit in ask("waiting").projects] == [key]
    [document_hit] = ask("streaming rows").documents
    assert (document_hit.section, document_hit.version) == ("Requirements", 2)
    marked = {
        document_hit.excerpt.text[mark.start : mark.end] for mark in document_hit.excerpt.marks
    }
    assert marked == {"Stream", "rows"}
    assert ask("throttling").documents == []
    narrowed = ask("stream", narrow={"project_id": str(project_id)})
    assert len(narrowed.documents) == 1
    assert ask("stream", narrow={"project_id": str(uuid4())}).documents == []


@pytest.mark.usefixtures("texts")
def test_nothing_of_another_workspace_is_ever_found() -> None:
    stranger = Actor.system(make_workspace("Other"))

    def begin() -> object:
        return transaction(stranger.workspace_id)

    found = search(begin, stranger, SearchQuery(text="export csv S-1"))  # pyright: ignore[reportArgumentType]
    assert found.total == 0
    add(stranger, "Their own export")
    found = search(begin, stranger, SearchQuery(text="export csv S-1"))  # pyright: ignore[reportArgumentType]
    assert [hit.row.text for hit in found.signals] == ["Their own export"]


@pytest.mark.usefixtures("texts")
def test_vectors_of_another_model_are_not_compared(ask: Ask, editor: Actor) -> None:
    add(editor, "I lost my login credentials")
    with transaction(editor.workspace_id) as session:
        embed(session)
        session.execute(
            update(Signal).where(col(Signal.number) == 6).values(embedding_model="another")
        )
    found = ask("forgot my login credentials")

    assert [hit.by for hit in found.signals if hit.row.number == 6] == [By.WORDS]
    assert numbers(ask("cannot sign on")).count(6) == 0


def test_a_model_that_cannot_be_asked_leaves_the_words(
    ask: Ask, editor: Actor, texts: list[UUID]
) -> None:
    with transaction(editor.workspace_id) as session:
        session.execute(
            update(Signal).where(col(Signal.id).in_(texts)).values(embedding_model="gone")
        )
    found = ask("export")

    assert (found.meaning, set(numbers(found))) == (False, {1, 3})


@pytest.mark.usefixtures("texts")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(alphabet="\"'-&|!:*()<>\\ aSé1", max_size=30),
        st.sampled_from(["'", "\\", "a\\'b", "export:*", "S-999999999", "!!", "<->", '"', "or"]),
    )
)
def test_whatever_people_type_is_answered(ask: Ask, typed: str) -> None:
    found = ask(typed)

    for hit in found.signals:
        for mark in hit.excerpt.marks:
            assert 0 <= mark.start < mark.end <= len(hit.excerpt.text)


def test_the_sought_thing_decides_what_is_looked_through(ask: Ask, editor: Actor) -> None:
    add(editor, "The export fails")
    assert ask("export", things=[Thing.PROJECT]).signals == []
    assert SignalStatus.NEW is ask("export").signals[0].row.status
