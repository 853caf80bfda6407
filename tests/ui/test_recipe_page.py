"""The page of a recipe: checked while it is typed, saved as versions, and nothing typed is lost."""

import pytest
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.recipes import service as recipes
from pmflow_core.runs import repository
from pmflow_core.runs.extensions import installed
from pmflow_ui.state.recipe import RecipeState
from pmflow_ui.state.recipe_trial import TrialState
from pmflow_ui.state.recipes import RecipesState
from tests.ui.tab import Tab, as_member, make_acme, words

PAGE = "/w/acme/recipes/discovery"


@pytest.fixture
def acme(connection: Connection) -> Actor:
    """The admin of a workspace with the default recipes."""
    del connection
    return make_acme()


def opened(actor: Actor, path: str = PAGE) -> Tab:
    tab = Tab(actor, path)
    tab.send(RecipeState, "load")
    return tab


def save_another(acme: Actor, title: str) -> int:
    with transaction(acme.workspace_id) as session:
        spec = recipes.get_spec(session, acme, "discovery").model_copy(update={"title": title})
        return recipes.save_draft(session, acme, spec, installed().catalogue()).number


def test_every_stage_is_listed_with_its_recipe(acme: Actor) -> None:
    tab = Tab(acme, "/w/acme/recipes")
    tab.send(RecipesState, "load")

    rows = tab.state(RecipesState).rows
    assert [row.stage for row in rows][:3] == ["inbox", "discovery", "prd"]
    assert all(row.exists and row.version == "v1" and not row.draft for row in rows)


def test_a_fault_shows_at_its_place_as_it_is_typed_and_goes_when_it_is_mended(acme: Actor) -> None:
    tab = opened(acme)

    tab.send(RecipeState, "put", "steps.0.criteria", "vibes:good")
    state = tab.state(RecipeState)
    assert state.faults == {"steps.0.criteria": "Line 1: there is no criterion 'vibes'."}
    assert (state.counts, state.wrong, state.dirty) == ({"steps.0": "1 fault"}, 1, True)
    tab.send(RecipeState, "save")
    assert len(tab.state(RecipeState).versions) == 1

    tab.send(RecipeState, "put", "steps.0.criteria", "cites:2")
    assert (tab.state(RecipeState).faults, tab.state(RecipeState).wrong) == ({}, 0)


def test_a_draft_is_kept_apart_until_it_is_published_and_an_old_version_comes_back(
    acme: Actor,
) -> None:
    tab = opened(acme)
    tab.send(RecipeState, "put", "title", "Read the signals")

    tab.send(RecipeState, "save")
    state = tab.state(RecipeState)
    assert [(line.label, line.state) for line in state.versions] == [
        ("v2", "draft"),
        ("v1", "in_use"),
    ]
    tab.send(RecipeState, "publish")
    assert tab.state(RecipeState).published == 2
    tab.send(RecipeState, "use", 1)
    assert tab.state(RecipeState).published == 1

    tab.go(f"{PAGE}?version=2&diff=1")
    tab.send(RecipeState, "load")
    assert tab.state(RecipeState).changes == ["title: Synthesise research → Read the signals"]


def test_what_is_typed_stays_when_somebody_else_saves_first(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(RecipeState, "put", "title", "Mine")
    theirs = save_another(acme, "Theirs")
    tab.send(RecipeState, "refresh")
    assert tab.state(RecipeState).newer == theirs

    tab.send(RecipeState, "save")
    state = tab.state(RecipeState)
    assert (state.dirty, len(state.versions)) == (True, theirs)
    tab.send(RecipeState, "save_over")
    tab.send(RecipeState, "save")

    with transaction(acme.workspace_id) as session:
        assert recipes.get_spec(session, acme, "discovery", theirs + 1).title == "Mine"


def test_steps_are_added_moved_and_taken_out_with_a_way_back(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(RecipeState, "add", "steps")
    tab.send(RecipeState, "shift", "steps.1", -1)
    assert [part.key for part in tab.state(RecipeState).steps] == ["step_1", "research"]

    said = words(tab.send(RecipeState, "remove", "steps.0"))
    assert said == ["Took out Step 1"]
    assert [part.key for part in tab.state(RecipeState).steps] == ["research"]
    tab.send(RecipeState, "bring_back")
    assert [part.key for part in tab.state(RecipeState).steps] == ["step_1", "research"]


def test_only_admins_change_a_recipe_and_viewers_read_it(acme: Actor) -> None:
    for role in (Role.EDITOR, Role.VIEWER):
        tab = opened(as_member(acme, role))
        assert tab.state(RecipeState).steps[0].key == "research"
        tab.send(RecipeState, "put", "title", "Mine")
        assert not tab.state(RecipeState).dirty


def test_a_step_of_the_saved_version_is_tried_and_the_page_shows_it(acme: Actor) -> None:
    with transaction(acme.workspace_id) as session:
        project = board.create_project(session, acme, "Bring search back").id
    tab = opened(acme)
    tab.send(TrialState, "ask", "research")
    assert [option.value for option in tab.state(TrialState).projects] == [str(project)]

    tab.send(TrialState, "start", {"project": str(project)})

    with transaction(acme.workspace_id) as session:
        (run,) = repository.list_runs(session, project_id=project, limit=5)
        assert (run.trial, run.stage) == (True, "discovery")
    tab.go(f"{PAGE}?trial={run.id}")
    tab.send(TrialState, "load")
    trial = tab.state(TrialState).trial
    assert (trial.status, trial.version, trial.is_open) == ("queued", "v1", True)


def test_what_is_not_saved_cannot_be_tried(acme: Actor) -> None:
    tab = opened(acme)
    tab.send(RecipeState, "put", "title", "Mine")

    replies = words(tab.send(TrialState, "ask", "research"))

    assert len(replies) == 1
    assert tab.state(TrialState).asking == ""


def test_a_form_of_places_that_do_not_exist_changes_nothing(acme: Actor) -> None:
    tab = opened(acme)

    for place in ("steps.9.title", "gates.0.nothing", "stage", "steps"):
        tab.send(RecipeState, "put", place, "x")
    tab.send(RecipeState, "shift", "steps.0", 1)
    tab.send(RecipeState, "remove", "moon.1")

    assert not tab.state(RecipeState).dirty
