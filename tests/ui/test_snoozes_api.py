"""Snoozes by REST: each signed-in person's own; an API key has no inbox."""

from datetime import timedelta
from uuid import uuid4

from pmflow_core.clock import utcnow
from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

ALL = "/api/workspaces/{workspace}/snoozes"


def until(**later: int) -> dict[str, str]:
    return {"until": (utcnow() + timedelta(**later)).isoformat()}


def test_a_thing_is_put_off_listed_and_woken_by_its_person_alone(world: World) -> None:
    one = f"{ALL}/project/{world.desk.id}"
    put = world.ask("viewer", "PUT", one, until(hours=3))
    assert (put.status_code, put.json()["kind"], put.json()["is_over"]) == (200, "project", False)
    assert world.ask("viewer", "PUT", one, until(days=2)).status_code == 200
    assert [each["id"] for each in world.ask("viewer", "GET", ALL).json()["items"]] == [
        str(world.desk.id)
    ]
    assert world.ask("editor", "GET", ALL).json()["items"] == []
    assert world.ask("editor", "DELETE", one).status_code == 404

    assert world.ask("viewer", "DELETE", one).status_code == 204
    assert world.ask("viewer", "GET", ALL).json()["items"] == []


def test_what_cannot_be_put_off_is_refused_with_a_code(world: World) -> None:
    one = f"{ALL}/project/{world.desk.id}"
    for caller, path, body, answered in (
        ("viewer", one, until(hours=-1), (422, "snooze_time_wrong")),
        ("viewer", one, until(days=400), (422, "snooze_time_wrong")),
        ("editor key", one, until(hours=1), (409, "snooze_needs_person")),
        ("viewer", f"{ALL}/suggestion/{uuid4()}", until(hours=1), (404, "not_found")),
        ("viewer", f"{ALL}/mention/{uuid4()}", until(hours=1), (404, "not_found")),
        ("stranger", one, until(hours=1), (404, "not_found")),
    ):
        refused = world.ask(caller, "PUT", path, body)
        assert (refused.status_code, refused.json()["code"]) == answered
    assert world.ask("viewer", "PUT", one, {"until": "2027-01-04T09:00:00"}).status_code == 422
