"""Recipes are kept as versions: saved, published, compared and taken back."""

import threading
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from pmflow_core import jobs, onboarding
from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.accounts.models import User
from pmflow_core.board import service as board
from pmflow_core.board.shown_runs import read_run
from pmflow_core.db.transaction import configure, transaction
from pmflow_core.errors import Conflict, NotFound, PermissionDenied
from pmflow_core.events import bus
from pmflow_core.recipes import service as recipes
from pmflow_core.recipes.defaults import DEFAULT_RECIPES
from pmflow_core.recipes.models import VersionStatus
from pmflow_core.recipes.spec import Level, RecipeSpec
from pmflow_core.recipes.validation import Catalogue, InvalidRecipe, parse
from pmflow_core.runs import builtin
from pmflow_core.runs.extensions import Extensions, install


@pytest.fixture
def catalogue() -> Catalogue:
    """What the built-in features offer."""
    extensions = Extensions()
    builtin.register(extensions)
    install(extensions)
    return extensions.catalogue()


def a_workspace() -> Actor:
    workspace_id = uuid4()
    with transaction(workspace_id) as session:
        user = User(email=f"{workspace_id.hex}@example.com", name="Product lead")
        session.add(user)
        session.flush()
        slug = f"acme-{workspace_id.hex[:8]}"
        onboarding.create_workspace(
            session, workspace_id, name="Acme", slug=slug, admin_user_id=user.id
        )
        return Actor(workspace_id, Role.ADMIN, user.id, "Product lead")


@pytest.fixture
def actor(connection: Connection, catalogue: Catalogue) -> Actor:
    """An admin of a workspace with the default recipes."""
    del connection, catalogue
    return a_workspace()


@pytest.fixture
def session(actor: Actor) -> Iterator[Session]:
    """A session inside the workspace."""
    with transaction(actor.workspace_id) as session:
        yield session


def changed(session: Session, actor: Actor, **fields: object) -> RecipeSpec:
    spec = recipes.get_spec(session, actor, "discovery")
    return parse({**spec.model_dump(mode="json"), **fields})


def test_a_draft_changes_nothing_until_it_is_published(
    session: Session, actor: Actor, catalogue: Catalogue
) -> None:
    spec = changed(session, actor, title="Dig deeper", notes="Ask for more")
    draft = recipes.save_draft(session, actor, spec, catalogue, expected=1)
    before = recipes.get_spec(session, actor, "discovery").title

    recipes.publish_version(session, actor, "discovery", draft.number, catalogue)
    newest, first = recipes.list_versions(session, actor, "discovery")

    assert before != "Dig deeper"
    assert recipes.get_spec(session, actor, "discovery").title == "Dig deeper"
    assert (newest.number, newest.is_current, newest.notes) == (2, True, "Ask for more")
    assert (newest.author, newest.published_by) == ("Product lead", "Product lead")
    assert newest.published_at is not None
    assert (first.number, first.is_current, first.status) == (1, False, VersionStatus.PUBLISHED)


def test_an_invalid_recipe_is_refused_when_it_is_saved(
    session: Session, actor: Actor, catalogue: Catalogue
) -> None:
    wrong = changed(
        session,
        actor,
        steps=[{"key": "a", "title": "A", "skill": "dance"}],
        provider="oracle",
        level="auto_to_stage",
        stop_stage="moon",
    )

    with pytest.raises(InvalidRecipe) as refused:
        recipes.save_draft(session, actor, wrong, catalogue)

    said = str(refused.value)
    assert all(word in said for word in ("'dance'", "'oracle'", "no stage 'moon'"))
    assert len(recipes.list_versions(session, actor, "discovery")) == 1


def test_a_check_for_a_section_that_the_template_lacks_is_refused(
    session: Session, actor: Actor, catalogue: Catalogue
) -> None:
    spec = changed(
        session,
        actor,
        steps=[
            {
                "key": "a",
                "title": "A",
                "skill": "generate_document",
                "params": {"template": "research"},
                "criteria": ["sections:Key Insights,Roadmap"],
            }
        ],
        gates=[
            {
                "kind": "sections_exist",
                "title": "Sections",
                "params": {"document": "prd", "sections": ["Goals", "Poetry"]},
            }
        ],
    )

    with pytest.raises(InvalidRecipe) as refused:
        recipes.save_draft(session, actor, spec, catalogue)

    assert "no section 'Roadmap' in the Research" in str(refused.value)
    assert "no section 'Poetry'" in str(refused.value)
    assert "Goals" not in str(refused.value)


def test_what_is_no_recipe_is_refused_with_each_wrong_field() -> None:
    with pytest.raises(InvalidRecipe) as refused:
        parse({"stage": "Discovery!", "title": "", "steps": [], "colour": "red"})

    assert str(refused.value).count("\n- ") == 4


def test_two_people_do_not_overwrite_each_other(
    session: Session, actor: Actor, catalogue: Catalogue
) -> None:
    recipes.save_draft(session, actor, changed(session, actor, title="One"), catalogue, 1)

    with pytest.raises(recipes.RecipeChanged, match="Version 2 of the recipe"):
        recipes.save_draft(session, actor, changed(session, actor, title="Two"), catalogue, 1)


def test_an_older_version_is_used_again(
    session: Session, actor: Actor, catalogue: Catalogue
) -> None:
    old = recipes.get_spec(session, actor, "discovery")
    recipes.publish(session, actor, changed(session, actor, title="Worse"), catalogue)

    recipes.roll_back(session, actor, "discovery", 1, catalogue)

    assert recipes.get_spec(session, actor, "discovery") == old
    assert [row.is_current for row in recipes.list_versions(session, actor, "discovery")] == [
        False,
        True,
    ]
    with pytest.raises(recipes.AlreadyPublished):
        recipes.roll_back(session, actor, "discovery", 1, catalogue)
    with pytest.raises(NotFound, match="no version 9"):
        recipes.roll_back(session, actor, "discovery", 9, catalogue)


def test_a_draft_cannot_be_rolled_back_to(
    session: Session, actor: Actor, catalogue: Catalogue
) -> None:
    recipes.save_draft(session, actor, changed(session, actor, title="New"), catalogue)

    with pytest.raises(Conflict, match="never in use"):
        recipes.roll_back(session, actor, "discovery", 2, catalogue)


def test_a_run_keeps_the_version_it_began_with(
    session: Session, actor: Actor, catalogue: Catalogue
) -> None:
    project = board.create_project(session, actor, "Bring search back")
    board.move(session, actor, project.id, "discovery", "a bet")
    run = board.start_run(session, actor, project.id)

    recipes.publish(session, actor, changed(session, actor, title="Later"), catalogue)

    assert read_run(session, actor, run.id).recipe_version == 1


def test_versions_are_compared_in_words(
    session: Session, actor: Actor, catalogue: Catalogue
) -> None:
    spec = recipes.get_spec(session, actor, "discovery").model_dump(mode="json")
    spec["level"] = "full_auto"
    spec["steps"][0]["retries"] = 3
    spec["gates"] = [{"kind": "document_exists", "title": "New", "params": {"document": "prd"}}]
    removed = [gate.title for gate in recipes.get_spec(session, actor, "discovery").gates]
    recipes.save_draft(session, actor, parse(spec), catalogue)

    said = recipes.compare(session, actor, "discovery", 1, 2)

    assert "level: human_approval → full_auto" in said
    assert any(line.startswith(f"step {spec['steps'][0]['key']}: retries: ") for line in said)
    assert "gate New added" in said
    assert all(f"gate {title} removed" in said for title in removed)
    assert recipes.compare(session, actor, "discovery", 2, 2) == ()


def test_one_word_automates_every_stage(
    session: Session, actor: Actor, catalogue: Catalogue
) -> None:
    made = recipes.automate(session, actor, Level.AUTO_TO_STAGE, catalogue, "prd")
    again = recipes.automate(session, actor, Level.AUTO_TO_STAGE, catalogue, "prd")

    found = recipes.list_recipes(session, actor)
    assert len(made) == len(DEFAULT_RECIPES)
    assert again == []
    assert [each.stage for each in found] == [spec.stage for spec in DEFAULT_RECIPES]
    assert {(each.level, each.stop_stage) for each in found} == {(Level.AUTO_TO_STAGE, "prd")}
    with pytest.raises(InvalidRecipe, match="needs the stage"):
        recipes.automate(session, actor, Level.AUTO_TO_STAGE, catalogue)


def test_what_ships_for_a_stage_comes_back_as_a_new_version(
    session: Session, actor: Actor, catalogue: Catalogue
) -> None:
    recipes.publish(session, actor, changed(session, actor, title="Mine"), catalogue)

    restored = recipes.restore_default(session, actor, "discovery", catalogue)

    assert restored.number == 3
    assert recipes.get_spec(session, actor, "discovery").title != "Mine"
    with pytest.raises(recipes.AlreadyPublished):
        recipes.restore_default(session, actor, "discovery", catalogue)
    with pytest.raises(NotFound, match="they do for inbox"):
        recipes.restore_default(session, actor, "moon", catalogue)


def test_an_editor_reads_recipes_but_may_not_change_them(
    session: Session, actor: Actor, catalogue: Catalogue
) -> None:
    editor = Actor(actor.workspace_id, Role.EDITOR)
    spec = recipes.get_spec(session, editor, "discovery")

    for change in (
        lambda: recipes.save_draft(session, editor, spec, catalogue),
        lambda: recipes.publish_version(session, editor, "discovery", 1, catalogue),
        lambda: recipes.roll_back(session, editor, "discovery", 1, catalogue),
        lambda: recipes.automate(session, editor, Level.FULL_AUTO, catalogue),
        lambda: recipes.restore_default(session, editor, "discovery", catalogue),
    ):
        with pytest.raises(PermissionDenied):
            change()


def test_of_people_who_save_at_once_exactly_one_succeeds(
    database: Engine, catalogue: Catalogue
) -> None:
    jobs.configure(None)
    bus.configure(None)
    configure(database)
    actor = a_workspace()
    with transaction(actor.workspace_id) as session:
        spec = recipes.get_spec(session, actor, "prd")
    barrier = threading.Barrier(6)
    results: list[UUID | Exception] = []

    def save() -> None:
        barrier.wait()
        try:
            with transaction(actor.workspace_id) as session:
                results.append(recipes.save_draft(session, actor, spec, catalogue, 1).id)
        except Conflict as error:
            results.append(error)

    threads = [threading.Thread(target=save) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(isinstance(result, UUID) for result in results) == 1
    assert sum(isinstance(result, recipes.RecipeChanged) for result in results) == 5
