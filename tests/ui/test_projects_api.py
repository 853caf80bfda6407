"""Projects, documents, recipes and ad-hoc steps by REST: who may, and what is answered."""

from uuid import uuid4

import pytest

from tests.contracts import promises
from tests.core.runs.staging import (
    RESEARCH,
    answers,
    desk,
    extensions,
    make_engine,
    one_step,
    workspace_id,
)
from tests.ui.api_world import World, world

__all__ = ["answers", "desk", "extensions", "make_engine", "one_step", "workspace_id", "world"]

HERE = "/api/workspaces/{workspace}"
OF = "/api/projects/{project}"
PAPER = OF + "/documents/research"
RECIPE = HERE + "/recipes/discovery"
READS = (
    HERE + "/projects",
    OF,
    OF + "/documents",
    PAPER,
    PAPER + "/versions",
    PAPER + "/versions/1",
    PAPER + "/diff?from=1&to=1",
    HERE + "/recipes",
    RECIPE,
    RECIPE + "/versions",
    RECIPE + "/versions/1",
    RECIPE + "/diff?from=1&to=1",
)
WRITES = (
    ("POST", HERE + "/projects", {"name": "Another"}, 201),
    ("PATCH", OF, {"priority": "high"}, 200),
    ("POST", OF + "/stage", {"stage": "inbox"}, 200),
    ("PUT", PAPER, {"content": "# New"}, 200),
    ("POST", PAPER + "/versions/1/restore", None, 201),
    ("POST", "/api/agents/execute?workspace={workspace}", {"skill": "ask", "project": "?"}, 404),
    ("DELETE", OF, None, 204),
    ("POST", OF + "/restore", None, 404),
)
ADMINS = (
    ("POST", RECIPE + "/versions", {"spec": {}}, 422),
    ("POST", RECIPE + "/publish", {"version": 99}, 404),
    ("POST", RECIPE + "/rollback", {"version": 99}, 404),
    ("POST", RECIPE + "/try", {"version": 99, "step": "prd", "project": "?"}, 404),
)
SHUT_OUT = {
    "anonymous": 401,
    "no key": 401,
    "revoked key": 401,
    "stranger": 404,
    "foreign key": 404,
}


def test_every_route_is_in_the_tables() -> None:
    standing = {
        "research": "{type}",
        "discovery": "{stage}",
        "versions/1": "versions/{number}",
        "{run}": "{run_id}",
        "{workspace}": "{slug}",
    }
    known: set[str] = set()
    for method, path in (
        *(("GET", path) for path in READS),
        *((method, path) for method, path, _, _ in (*WRITES, *ADMINS)),
    ):
        address = path.partition("?")[0]
        for name, part in standing.items():
            address = address.replace(name, part)
        known.add(f"{method} {address}")
    elsewhere = {"why", "decisions", "artifacts", "tickets", "jury", "runs"}
    documented = {
        line
        for line in promises.endpoints()
        if set(line.split("/")) & {"projects", "documents", "recipes", "agents"}
        and line.split("/")[-1] not in elsewhere
        and "/signals/" not in line
        and "/comments" not in line
    }
    assert documented == known


@pytest.mark.parametrize("path", READS)
def test_every_member_reads_and_nobody_else(world: World, path: str) -> None:
    for caller, status in SHUT_OUT.items():
        refused = world.ask(caller, "GET", path)
        assert (caller, refused.status_code) == (caller, status)
        assert refused.headers["content-type"] == "application/problem+json"
    for caller in ("viewer", "editor", "admin", "viewer key", "editor key"):
        assert (caller, world.ask(caller, "GET", path).status_code) == (caller, 200)


@pytest.mark.parametrize(("method", "path", "body", "status"), WRITES)
def test_only_editors_write(
    world: World, method: str, path: str, body: object, status: int
) -> None:
    headers = {"if-match": "*"} if method in {"PUT", "PATCH", "DELETE"} else {}
    for caller, refusal in (SHUT_OUT | {"viewer": 403, "viewer key": 403}).items():
        refused = world.ask(caller, method, path, body, **headers)
        assert (caller, refused.status_code) == (caller, refusal)
    done = world.ask("editor", method, path, body, **headers)
    assert done.status_code == status, done.text


@pytest.mark.parametrize(("method", "path", "body", "status"), ADMINS)
def test_only_admins_set_recipes(
    world: World, method: str, path: str, body: object, status: int
) -> None:
    below = {"viewer": 403, "editor": 403, "editor key": 403}
    for caller, refusal in (SHUT_OUT | below).items():
        assert (caller, world.ask(caller, method, path, body).status_code) == (caller, refusal)
    done = world.ask("admin", method, path, body)
    assert done.status_code == status, done.text


def test_projects_are_made_listed_in_parts_and_filtered(world: World) -> None:
    first = world.ask("editor key", "POST", HERE + "/projects", {"name": " Dark  mode "})
    assert first.status_code == 201
    assert (first.json()["name"], first.json()["stage"]) == ("Dark mode", "inbox")
    world.ask("editor key", "POST", HERE + "/projects", {"name": "Faster export"})

    names: list[str] = []
    cursor = ""
    while True:
        page = world.ask("viewer", "GET", f"{HERE}/projects?limit=1{cursor}").json()
        names += [each["name"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert names == ["Faster export", "Dark mode", "Bring search back"]

    found = world.ask("viewer", "GET", HERE + "/projects?q=MODE").json()["items"]
    assert [each["id"] for each in found] == [first.json()["id"]]
    assert world.ask("viewer", "GET", HERE + "/projects?q=%25").json()["items"] == []
    in_stage = world.ask("viewer", "GET", HERE + "/projects?stage=discovery").json()["items"]
    assert [each["key"] for each in in_stage] == [world.desk.key]
    assert world.ask("viewer", "GET", HERE + "/projects?cursor=x").json()["code"] == "bad_cursor"


def test_a_project_needs_a_name_or_a_theme(world: World) -> None:
    for body in ({}, {"name": ""}, {"name": "x" * 121}, {"name": "y", "colour": "z"}):
        refused = world.ask("editor", "POST", HERE + "/projects", body)
        assert (body, refused.status_code) == (body, 422)
    unknown = {"theme": str(uuid4())}
    assert world.ask("editor", "POST", HERE + "/projects", unknown).status_code == 404


def test_the_same_post_with_a_key_makes_one_project(world: World) -> None:
    body = {"name": "Once"}
    first = world.ask("editor", "POST", HERE + "/projects", body, **{"idempotency-key": "k1"})
    again = world.ask("editor", "POST", HERE + "/projects", body, **{"idempotency-key": "k1"})
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = {"name": "Twice"}
    reused = world.ask("editor", "POST", HERE + "/projects", other, **{"idempotency-key": "k1"})
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")


def test_a_project_is_changed_only_as_it_was_read(world: World) -> None:
    read = world.ask("viewer", "GET", OF)
    tag = {"if-match": read.headers["etag"]}
    changed = world.ask("editor", "PATCH", OF, {"name": "Search again", "priority": "high"}, **tag)
    assert (changed.status_code, changed.json()["name"]) == (200, "Search again")
    assert changed.headers["etag"] != read.headers["etag"]
    assert world.ask("viewer", "GET", OF).headers["etag"] == changed.headers["etag"]

    stale = world.ask("editor", "PATCH", OF, {"name": "Mine"}, **tag)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert world.ask("editor", "DELETE", OF, **tag).status_code == 412
    unseen = world.ask("editor", "PATCH", OF, {"priority": None, "description": "Since 4.2"})
    assert (unseen.json()["priority"], unseen.json()["name"]) == (None, "Search again")


def test_an_owner_is_a_member(world: World) -> None:
    refused = world.ask("editor", "PATCH", OF, {"owner_id": str(uuid4())})
    assert (refused.status_code, refused.json()["code"]) == (422, "owner_unknown")
    assert world.ask("editor", "PATCH", OF, {"owner_id": None}).json()["owner_id"] is None


def test_a_project_is_archived_and_reopened(world: World) -> None:
    body = {"status": "archived", "reason": "Nobody asks for it"}
    archived = world.ask("editor", "PATCH", OF, body)
    assert archived.json()["status"] == "archived"
    reason = world.ask("viewer", "GET", OF + "/why").json()["reason"]
    assert reason.startswith("Archived by")
    assert reason.endswith(": Nobody asks for it")
    closed = world.ask("editor", "POST", OF + "/stage", {"stage": "inbox"})
    assert (closed.status_code, closed.json()["code"]) == (409, "project_is_closed")
    assert world.ask("editor", "PATCH", OF, {"status": "active"}).json()["status"] == "active"


def test_what_is_deleted_is_gone_and_comes_back_by_its_id(world: World) -> None:
    assert world.ask("editor", "DELETE", OF).status_code == 204
    assert world.ask("viewer", "GET", OF).status_code == 404
    by_id = f"/api/projects/{world.desk.id}"
    assert world.ask("viewer", "GET", by_id).status_code == 404
    assert world.ask("viewer", "GET", f"/api/runs/{world.run}").status_code == 404
    listed = world.ask("viewer", "GET", HERE + "/projects").json()["items"]
    in_bin = world.ask("viewer", "GET", HERE + "/projects?deleted=true").json()["items"]
    assert (listed, [each["key"] for each in in_bin]) == ([], [world.desk.key])
    assert world.ask("viewer", "GET", "/api/runs?workspace={workspace}").status_code == 200
    assert world.ask("stranger", "POST", by_id + "/restore").status_code == 404

    assert world.ask("editor", "POST", by_id + "/restore").json()["is_deleted"] is False
    assert world.ask("editor", "POST", by_id + "/restore").status_code == 200
    assert world.ask("viewer", "GET", OF + "/why").status_code == 200


def test_a_project_that_a_run_works_on_is_not_deleted(world: World) -> None:
    world.ask("editor", "POST", OF + "/runs", {})
    refused = world.ask("editor", "DELETE", OF)
    assert (refused.status_code, refused.json()["code"]) == (409, "run_already_open")


def test_a_gate_refuses_a_move_and_only_an_admin_overrides_it(world: World) -> None:
    back = world.ask("editor", "POST", OF + "/stage", {"stage": "inbox"})
    assert (back.status_code, back.json()["outcome"]) == (200, "moved")
    made = world.ask("editor", "POST", HERE + "/projects", {"name": "Empty"}).json()["key"]
    path = f"/api/projects/{made}/stage"
    refused = world.ask("editor", "POST", path, {"stage": "prd"})
    assert (refused.status_code, refused.json()["code"]) == (409, "move_refused")
    reason = {"stage": "prd", "override_reason": "The board decided so"}
    assert world.ask("editor", "POST", path, reason).status_code == 403
    done = world.ask("admin", "POST", path, reason)
    assert (done.status_code, done.json()["outcome"]) == (200, "overridden")
    assert "The board decided so" in done.json()["reason"]
    assert world.ask("editor", "POST", path, {"stage": "nowhere"}).status_code == 404


def test_a_document_is_written_only_over_what_was_read(world: World) -> None:
    unsaid = world.ask("editor", "PUT", PAPER, {"content": "# Mine"})
    assert (unsaid.status_code, unsaid.json()["code"]) == (428, "precondition_required")
    read = world.ask("viewer", "GET", PAPER)
    assert (read.json()["version"], read.json()["content"]) == (1, RESEARCH)
    assert [each["signal"] for each in read.json()["citations"]] == ["S-1", "S-2", "S-3"]
    assert read.json()["citations"][0]["quote"] == "The search bar disappeared"

    tag = {"if-match": read.headers["etag"]}
    text = RESEARCH.replace("Which release", "Which version")
    written = world.ask("editor", "PUT", PAPER, {"content": text}, **tag)
    assert (written.status_code, written.json()["version"]) == (200, 2)
    stale = world.ask("editor", "PUT", PAPER, {"content": "# Mine"}, **tag)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    again = {"if-match": written.headers["etag"]}
    assert world.ask("editor", "PUT", PAPER, {"content": text}, **again).json()["version"] == 2

    compared = world.ask("viewer", "GET", PAPER + "/diff?from=1&to=2").json()
    assert (compared["added"], compared["removed"]) == (1, 1)
    (line,) = compared["lines"]
    assert line["old"].startswith("- Which release")
    assert line["new"].startswith("- Which version")


def test_an_older_version_is_restored_as_the_next(world: World) -> None:
    world.ask("editor", "PUT", PAPER, {"content": "# Other"}, **{"if-match": "*"})
    restored = world.ask("editor", "POST", PAPER + "/versions/1/restore")
    assert (restored.status_code, restored.json()["version"]) == (201, 3)
    assert restored.json()["content"] == RESEARCH
    history = world.ask("viewer", "GET", PAPER + "/versions?limit=2").json()
    assert [each["number"] for each in history["items"]] == [3, 2]
    rest = world.ask("viewer", "GET", f"{PAPER}/versions?cursor={history['next_cursor']}").json()
    assert ([each["by_run"] for each in rest["items"]], rest["next_cursor"]) == ([True], None)
    assert world.ask("editor", "POST", PAPER + "/versions/9/restore").status_code == 404


def test_a_document_is_begun_once(world: World) -> None:
    path, body = OF + "/documents/prd", {"content": "# PRD"}
    assert world.ask("viewer", "GET", path).status_code == 404
    assert world.ask("editor", "PUT", path, body, **{"if-match": "*"}).status_code == 412
    new = {"if-none-match": "*"}
    begun = world.ask("editor", "PUT", path, body, **new)
    assert (begun.status_code, begun.json()["version"]) == (201, 1)
    taken = world.ask("editor", "PUT", path, body, **new)
    assert (taken.status_code, taken.json()["code"]) == (412, "document_changed")
    unknown = world.ask("editor", "PUT", OF + "/documents/poem", body, **new)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "invalid")
    listed = world.ask("viewer", "GET", OF + "/documents").json()["items"]
    assert [each["type"] for each in listed] == ["research", "prd"]


def test_a_recipe_is_saved_published_and_rolled_back(world: World) -> None:
    spec = world.ask("viewer", "GET", RECIPE).json() | {"notes": "Quicker"}
    newest = world.ask("viewer", "GET", RECIPE + "/versions").json()["items"][0]["number"]
    saved = world.ask("admin", "POST", RECIPE + "/versions", {"spec": spec, "expected": newest})
    assert (saved.status_code, saved.json()["status"]) == (201, "draft")
    number = saved.json()["number"]
    late = world.ask("admin", "POST", RECIPE + "/versions", {"spec": spec, "expected": newest})
    assert (late.status_code, late.json()["code"]) == (409, "recipe_changed")

    early = world.ask("admin", "POST", RECIPE + "/rollback", {"version": number})
    assert early.status_code == 409
    published = world.ask("admin", "POST", RECIPE + "/publish", {"version": number})
    assert published.json() == {"number": number, "status": "published"}
    assert world.ask("viewer", "GET", RECIPE).json()["notes"] == "Quicker"
    said = world.ask("viewer", "GET", f"{RECIPE}/diff?from={newest}&to={number}").json()
    assert said == ["notes: none → Quicker"]
    back = world.ask("admin", "POST", RECIPE + "/rollback", {"version": newest})
    assert back.status_code == 200
    assert world.ask("viewer", "GET", f"{RECIPE}/versions/{number}").json()["notes"] == "Quicker"


def test_a_step_is_tried_on_a_project(world: World) -> None:
    step = world.ask("viewer", "GET", RECIPE).json()["steps"][0]["key"]
    body = {"version": 1, "step": step, "project": world.desk.key}
    tried = world.ask("admin", "POST", RECIPE + "/try", body)
    assert (tried.status_code, tried.json()["status"]) == (202, "queued")
    again = world.ask("admin", "POST", RECIPE + "/try", body)
    assert (again.status_code, again.json()["code"]) == (409, "run_already_open")


def test_a_recipe_that_could_not_run_is_refused(world: World) -> None:
    spec = world.ask("viewer", "GET", RECIPE).json()
    for change, code in (
        ({"steps": []}, "invalid_recipe"),
        ({"provider": "nobody"}, "invalid_recipe"),
        ({"stage": "prd"}, "invalid"),
    ):
        refused = world.ask("admin", "POST", RECIPE + "/versions", {"spec": spec | change})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
