"""One step done for once by REST: what is queued, what it works with, and what is refused."""

from uuid import UUID

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.recipes import service as recipes
from pmflow_core.runs.models import StageRun
from tests.core.runs.staging import (
    MakeEngine,
    answers,
    desk,
    extensions,
    make_engine,
    workspace_id,
)
from tests.ui.api_world import World, world

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

HERE = "/api/workspaces/{workspace}"
OF = "/api/projects/{project}"
GTM = """# Go-to-market brief

## Target Audience

Listeners who look for search [S-2].

## Messaging

- Search is back.

## Launch Plan

- Release it to everybody at once.
"""


def execute(world: World, body: dict[str, object], **headers: str) -> tuple[int, dict[str, object]]:
    path = "/api/agents/execute?workspace={workspace}"
    named = {
        k: v.format(project=world.desk.key) if isinstance(v, str) else v for k, v in body.items()
    }
    done = world.ask("editor", "POST", path, named, **headers)
    return done.status_code, done.json()


def test_one_step_is_done_for_once_about_one_signal(world: World, make_engine: MakeEngine) -> None:
    asked = {
        "skill": "generate_document",
        "project": "{project}",
        "signal": "S-2",
        "params": {"template": "gtm_brief"},
    }
    status, queued = execute(world, asked)
    assert (status, queued["status"]) == (202, "queued")
    status, refused = execute(world, asked)
    assert (status, refused["code"]) == (409, "run_already_open")
    with transaction(world.desk.actor.workspace_id) as session:
        run = session.get_one(StageRun, UUID(str(queued["id"])))
    assert (run.only_signal, run.stage) == (2, "discovery")
    make_engine(GTM).execute(run.id, "worker")
    read = world.ask("viewer", "GET", f"/api/runs/{queued['id']}").json()
    assert (read["status"], read["failure"]) == ("completed", None)
    assert [each["document"] for each in read["steps"]] == ["gtm_brief"]
    assert {"stage": "discovery", "mood": "waiting"}.items() <= read["why"].items()
    brief = world.ask("viewer", "GET", OF + "/documents/gtm_brief").json()
    assert [each["signal"] for each in brief["citations"]] == ["S-2"]

    repeated = world.ask("editor", "POST", f"/api/runs/{queued['id']}/retry")
    assert repeated.status_code == 202
    with transaction(world.desk.actor.workspace_id) as session:
        again = session.get_one(StageRun, UUID(repeated.json()["id"]))
    assert (again.only_signal, again.recipe_version_id) == (2, run.recipe_version_id)


def test_what_cannot_be_done_is_said(world: World) -> None:
    for body, status, code in (
        ({"skill": "generate_document"}, 422, "invalid"),
        ({"skill": "nothing", "project": "{project}"}, 422, "invalid_recipe"),
        ({"skill": "generate_document", "project": "{project}"}, 422, "invalid_recipe"),
        (
            {
                "skill": "generate_document",
                "project": "{project}",
                "params": {"template": "prd", "colour": "red"},
            },
            422,
            "bad_step_input",
        ),
        ({"skill": "generate_document", "signal": "S-99"}, 404, "not_found"),
    ):
        assert execute(world, body)[0] == status, body
        assert execute(world, body)[1]["code"] == code, body


def test_a_signal_alone_leads_to_its_one_project(world: World) -> None:
    asked = {"skill": "generate_document", "signal": "1", "params": {"template": "research"}}
    assert execute(world, asked)[0] == 202
    made = world.ask("editor", "POST", HERE + "/signals", {"text": "Something else"}).json()
    status, refused = execute(world, asked | {"signal": made["name"]})
    assert (status, refused["code"]) == (409, "which_project")


def test_an_ad_hoc_step_is_no_recipe_of_a_stage(world: World) -> None:
    asked = {"skill": "generate_document", "signal": "1", "params": {"template": "research"}}
    execute(world, asked)
    listed = world.ask("viewer", "GET", HERE + "/recipes").json()["items"]
    assert [each["stage"] for each in listed][:2] == ["inbox", "discovery"]
    path = HERE + "/recipes/(ad%20hoc)/publish"
    assert world.ask("admin", "POST", path, {"version": 1}).status_code == 404
    system = Actor.system(world.desk.actor.workspace_id)
    with transaction(system.workspace_id) as session:
        assert len(recipes.list_recipes(session, system)) == len(listed)
