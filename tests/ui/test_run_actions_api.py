"""What programs do with runs through the API, and what a repeated request does: nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col
from starlette.testclient import TestClient

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.idempotency.models import IdempotencyKey
from pmflow_core.runs.models import StageRun
from pmflow_ui.api.app import make_api
from tests.core.runs.staging import (
    answers,
    desk,
    extensions,
    make_engine,
    workspace_id,
)
from tests.ui.api_world import World, committed, in_discovery, with_key, world

__all__ = ["answers", "committed", "desk", "extensions", "make_engine", "workspace_id", "world"]
START = "/api/projects/{project}/runs"


def runs_of(workspace_id: UUID) -> int:
    """Return how many runs the workspace has."""
    with transaction(workspace_id) as session:
        return session.scalar(select(func.count()).select_from(StageRun)) or 0


def send(world: World, path: str, body: object, key: str | None) -> tuple[int, dict[str, object]]:
    headers = {} if key is None else {"idempotency-key": key}
    answer = world.ask("editor", "POST", path, body, **headers)
    return answer.status_code, answer.json()


def test_a_run_is_started_stopped_and_repeated(world: World) -> None:
    started = world.ask("editor key", "POST", START, {"stage": "discovery"})
    assert (started.status_code, started.json()["status"]) == (202, "queued")
    run = started.json()["id"]
    stopped = world.ask("editor key", "POST", f"/api/runs/{run}/cancel")
    assert (stopped.status_code, stopped.json()["status"]) == (200, "cancelled")
    again = world.ask("editor key", "POST", f"/api/runs/{run}/retry")
    assert (again.status_code, again.json()["number"]) == (202, 3)
    second = world.ask("editor key", "POST", START, {})
    assert (second.status_code, second.json()["code"]) == (409, "run_already_open")
    ended = world.ask("editor key", "POST", f"/api/runs/{run}/cancel")
    assert (ended.status_code, ended.json()["code"]) == (409, "run_is_finished")


def test_a_run_is_done_again_from_a_step_with_edited_input(world: World) -> None:
    path = "/api/runs/{run}/rerun"
    wrong = world.ask("editor", "POST", path, {"from": "research", "params": {"nonsense": 1}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_step_input")
    made = world.ask("editor", "POST", path, {"from": "research", "params": {}})
    assert made.status_code == 202
    run = world.ask("viewer", "GET", f"/api/runs/{made.json()['id']}").json()
    assert (run["rerun_from"], run["retry_of"]) == ("research", 1)


def test_only_what_was_seen_is_approved(world: World) -> None:
    path = "/api/runs/{run}/approve"
    blind = world.ask("editor", "POST", path, {"seen": {"research": "0" * 64}})
    assert (blind.status_code, blind.json()["code"]) == (409, "shown_is_old")
    seen = world.ask("viewer", "GET", "/api/runs/{run}").json()["approval"]["seen"]
    done = world.ask("editor", "POST", path, {"seen": seen, "comment": "Go on"})
    assert (done.status_code, done.json()["outcome"]) == (200, "advanced")
    assert done.json()["stage"] == "prd"
    late = world.ask("editor", "POST", path, {"seen": seen})
    assert (late.status_code, late.json()["code"]) == (409, "nothing_to_approve")


def test_a_verdict_about_a_run_that_was_repeated_is_refused(world: World) -> None:
    seen = world.ask("viewer", "GET", "/api/runs/{run}").json()["approval"]["seen"]
    world.ask("editor", "POST", "/api/runs/{run}/retry")
    for path, body in (
        ("/api/runs/{run}/approve", {"seen": seen}),
        ("/api/runs/{run}/reject", {"comment": "No"}),
    ):
        answer = world.ask("editor", "POST", path, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_approve")


def test_a_rejection_keeps_the_project_with_its_reason(world: World) -> None:
    path = "/api/runs/{run}/reject"
    assert world.ask("editor", "POST", path, {"comment": ""}).status_code == 422
    old = world.ask("editor", "POST", path, {"comment": "No", "seen": {}})
    assert (old.status_code, old.json()["code"]) == (409, "shown_is_old")
    done = world.ask("editor", "POST", path, {"comment": "Name the\x00 release"})
    assert done.json()["outcome"] == "stayed"
    assert "Name the\ufffd release" in done.json()["reason"]


def test_the_same_request_with_the_same_key_has_one_effect(world: World) -> None:
    first = send(world, START, {"stage": "discovery"}, "k-1")
    again = world.ask("editor", "POST", START, {"stage": "discovery"}, **{"idempotency-key": "k-1"})
    assert (again.status_code, again.json()) == first
    assert again.headers["idempotency-replayed"] == "true"
    assert runs_of(world.desk.actor.workspace_id) == 2


def test_another_request_with_the_same_key_is_refused(world: World) -> None:
    send(world, START, {"stage": "discovery"}, "k-1")
    for path, body in ((START, {}), ("/api/runs/{run}/retry", {"stage": "discovery"})):
        status, said = send(world, path, body, "k-1")
        assert (status, said["code"]) in {
            (422, "idempotency_key_reused"),
            (422, "invalid"),
        }
    assert runs_of(world.desk.actor.workspace_id) == 2


def test_a_key_is_its_sender_s_own(world: World) -> None:
    assert send(world, START, {}, "k-1")[0] == 202
    other = world.ask("editor key", "POST", START, {}, **{"idempotency-key": "k-1"})
    assert (other.status_code, other.json()["code"]) == (409, "run_already_open")


def test_a_failure_is_not_remembered(world: World) -> None:
    status, said = send(world, START, {"stage": "nowhere"}, "k-1")
    assert (status, said["code"]) == (404, "not_found")
    assert send(world, START, {}, "k-1")[0] == 202


def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    first = send(world, START, {}, "k-1")[1]
    send(world, "/api/runs/{run}/retry", None, "k-2")
    with transaction(world.desk.actor.workspace_id) as session:
        session.execute(update(IdempotencyKey).values(created_at=utcnow() - timedelta(hours=25)))
    world.ask("editor", "POST", f"/api/runs/{first['id']}/cancel")
    status, second = send(world, START, {}, "k-1")
    assert (status, second["number"]) == (202, 3)
    with transaction(world.desk.actor.workspace_id) as session:
        assert session.scalars(select(col(IdempotencyKey.key))).all() == ["k-1"]


@pytest.mark.parametrize("key", ["", "k" * 201, "schlüssel"])
def test_a_key_that_cannot_be_one_is_refused(world: World, key: str) -> None:
    headers = world.callers["editor"] | {}
    answer = world.client.post(
        f"/api/runs/{world.run}/retry",
        headers=[*headers.items(), ("idempotency-key", key.encode())],
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_idempotency_key")


def test_of_twenty_identical_requests_at_once_one_takes_effect(committed: Actor) -> None:
    project = in_discovery(committed, "Bring search back")
    headers = with_key(committed.workspace_id, Role.EDITOR) | {"idempotency-key": "k-1"}
    barrier = threading.Barrier(20)

    with TestClient(make_api()) as client:

        def ask(_number: int) -> tuple[int, str]:
            barrier.wait()
            answer = client.post(f"/api/projects/{project.key}/runs", json={}, headers=headers)
            return answer.status_code, answer.text

        with ThreadPoolExecutor(20) as pool:
            answered = set(pool.map(ask, range(20)))
    assert [status for status, _ in answered] == [202]
    assert runs_of(committed.workspace_id) == 1
