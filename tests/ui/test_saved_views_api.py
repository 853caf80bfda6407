"""Saved views as programs save, read, change and delete them."""

from uuid import UUID

import pytest

from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

HERE = "/api/workspaces/{workspace}/views"
NOBODY = f"{HERE}/{UUID(int=1)}"
GIVEN = {"name": "Churn", "filters": {"severity": "critical", "since": 7, "sort": "oldest"}}
SHARED = GIVEN | {"is_shared": True}


def names(world: World, caller: str) -> list[str]:
    return [each["name"] for each in world.ask(caller, "GET", HERE).json()["items"]]


def test_a_view_is_saved_read_changed_deleted_and_restored(world: World) -> None:
    made = world.ask("editor", "POST", HERE, SHARED)
    assert made.status_code == 201
    path = f"{HERE}/{made.json()['id']}"
    seen = world.ask("viewer key", "GET", path).json()
    assert seen == made.json() | {"is_own": False, "may_change": False}
    assert (seen["filters"]["severity"], seen["filters"]["since"]) == ("critical", 7)
    changed = world.ask("editor key", "PATCH", path, {"filters": {"theme": "none"}})
    assert changed.json()["filters"]["theme"] == "none"
    assert world.ask("editor", "DELETE", path).status_code == 204
    assert world.ask("editor", "GET", path).status_code == 404
    assert world.ask("editor", "POST", f"{path}/restore").json()["name"] == "Churn"


def test_a_private_view_is_there_for_its_owner_alone(world: World) -> None:
    made = world.ask("viewer", "POST", HERE, GIVEN).json()
    path = f"{HERE}/{made['id']}"
    assert names(world, "viewer") == ["Churn"]
    assert names(world, "admin") == names(world, "editor key") == []
    for method, rest in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/restore")):
        answer = world.ask("admin", method, path + rest, {} if method == "PATCH" else None)
        assert (method, answer.status_code) == (method, 404)
    assert world.ask("viewer", "DELETE", path).status_code == 204


def test_who_may_not_is_told_why(world: World) -> None:
    shared = world.ask("editor", "POST", HERE, SHARED).json()
    path = f"{HERE}/{shared['id']}"
    for method, body in (("PATCH", {"name": "x"}), ("DELETE", None)):
        assert world.ask("viewer", method, path, body).status_code == 403
    assert world.ask("viewer", "POST", HERE, SHARED | {"name": "x"}).status_code == 403
    for body, code in (
        (SHARED, "view_name_taken"),
        (GIVEN, "view_needs_person"),
        ({"name": "All", "is_shared": True, "filters": {}}, "view_shows_all"),
    ):
        assert world.ask("editor key", "POST", HERE, body).json()["code"] == code


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", HERE, None),
        ("POST", HERE, GIVEN),
        ("GET", NOBODY, None),
        ("PATCH", NOBODY, {}),
        ("DELETE", NOBODY, None),
        ("POST", f"{NOBODY}/restore", None),
    ],
)
def test_only_members_see_views(world: World, method: str, path: str, body: object) -> None:
    for caller, status in {"anonymous": 401, "stranger": 404, "foreign key": 404}.items():
        assert (caller, world.ask(caller, method, path, body).status_code) == (caller, status)
