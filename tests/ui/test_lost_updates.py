"""Several writers of one thing at once, over real connections: nobody's work is lost unseen."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from httpx2 import Response
from sqlalchemy import func, select
from sqlmodel import col
from starlette.testclient import TestClient

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.projects.models import Project
from pmflow_core.recipes import service as recipes
from pmflow_core.runs import repository as runs
from pmflow_core.runs.models import StageRun
from pmflow_ui.api.edge import Terms
from tests.core.runs.staging import answers, extensions
from tests.ui.api_world import Headers, committed, in_discovery, with_key
from tests.ui.test_edge import client_of

__all__ = ["answers", "committed", "extensions"]

WRITERS = 8


@dataclass(frozen=True)
class Crowd:
    """Programs that all ask at the same moment."""

    client: TestClient
    headers: Headers
    actor: Actor
    project: Project

    @property
    def path(self) -> str:
        return f"/api/projects/{self.project.key}"

    def ask(self, method: str, path: str, body: object = None, **more: str) -> Response:
        return self.client.request(method, path, json=body, headers=self.headers | more)

    def at_once(self, one: Callable[[int], Response], many: int = WRITERS) -> list[Response]:
        barrier = threading.Barrier(many)

        def go(number: int) -> Response:
            barrier.wait()
            return one(number)

        with ThreadPoolExecutor(many) as pool:
            return list(pool.map(go, range(many)))


@pytest.fixture
def crowd(committed: Actor) -> Iterator[Crowd]:
    project = in_discovery(committed, "Bring search back")
    headers = with_key(committed.workspace_id, Role.ADMIN)
    with client_of(Terms(per_key=10_000, per_address=10_000)) as client:
        yield Crowd(client, headers, committed, project)


def statuses(found: list[Response]) -> dict[int, int]:
    return dict(Counter(each.status_code for each in found))


def test_of_several_writers_of_one_version_one_writes_the_next(crowd: Crowd) -> None:
    path = f"{crowd.path}/documents/research"
    begun = crowd.ask("PUT", path, {"content": "# Begun"}, **{"if-none-match": "*"})
    tag = {"if-match": begun.headers["etag"]}
    found = crowd.at_once(lambda n: crowd.ask("PUT", path, {"content": f"# By {n}"}, **tag))
    assert statuses(found) == {200: 1, 412: WRITERS - 1}
    (winner,) = [each.json() for each in found if each.is_success]
    now = crowd.ask("GET", path).json()
    assert (now["version"], now["content"]) == (2, winner["content"])
    codes = {each.json()["code"] for each in found if not each.is_success}
    assert codes <= {"document_changed", "precondition_failed"}


def test_a_document_is_begun_by_one_of_several(crowd: Crowd) -> None:
    path, new = f"{crowd.path}/documents/prd", {"if-none-match": "*"}
    found = crowd.at_once(lambda n: crowd.ask("PUT", path, {"content": f"# By {n}"}, **new))
    assert statuses(found) == {201: 1, 412: WRITERS - 1}
    assert len(crowd.ask("GET", f"{path}/versions").json()["items"]) == 1


def test_restores_at_once_are_versions_one_after_another(crowd: Crowd) -> None:
    path = f"{crowd.path}/documents/prd"
    crowd.ask("PUT", path, {"content": "# One"}, **{"if-none-match": "*"})
    crowd.ask("PUT", path, {"content": "# Two"}, **{"if-match": "*"})
    found = crowd.at_once(lambda _: crowd.ask("POST", f"{path}/versions/1/restore"))
    assert set(statuses(found)) <= {201, 412}
    history = crowd.ask("GET", f"{path}/versions").json()["items"]
    assert [each["number"] for each in history] == list(range(len(history), 0, -1))
    assert crowd.ask("GET", path).json()["content"] == "# One"


def test_of_several_writers_of_one_project_one_changes_it(crowd: Crowd) -> None:
    tag = {"if-match": crowd.ask("GET", crowd.path).headers["etag"]}
    found = crowd.at_once(lambda n: crowd.ask("PATCH", crowd.path, {"name": f"By {n}"}, **tag))
    assert statuses(found) == {200: 1, 412: WRITERS - 1}
    (winner,) = [each.json()["name"] for each in found if each.is_success]
    assert crowd.ask("GET", crowd.path).json()["name"] == winner


def test_writers_of_different_fields_lose_nothing(crowd: Crowd) -> None:
    changes = [{"name": "Search"}, {"description": "Since 4.2"}, {"priority": "urgent"}] * 3
    found = crowd.at_once(lambda n: crowd.ask("PATCH", crowd.path, changes[n]), len(changes))
    assert statuses(found) == {200: len(changes)}
    now = crowd.ask("GET", crowd.path).json()
    assert (now["name"], now["description"], now["priority"]) == ("Search", "Since 4.2", "urgent")


def test_the_same_project_asked_for_several_times_is_made_once(crowd: Crowd) -> None:
    path = f"/api/workspaces/once-{crowd.actor.workspace_id.hex[:8]}/projects"
    body, key = {"name": "Once"}, {"idempotency-key": "p-1"}
    found = crowd.at_once(lambda _: crowd.ask("POST", path, body, **key))
    assert statuses(found) == {201: WRITERS}
    assert len({each.json()["id"] for each in found}) == 1
    with transaction(crowd.actor.workspace_id) as session:
        named = select(func.count()).select_from(Project).where(col(Project.name) == "Once")
        assert session.scalar(named) == 1


def test_one_of_several_ad_hoc_steps_is_queued(crowd: Crowd) -> None:
    body = {
        "skill": "generate_document",
        "project": crowd.project.key,
        "params": {"template": "prd"},
    }
    found = crowd.at_once(lambda _: crowd.ask("POST", "/api/agents/execute", body))
    assert statuses(found) == {202: 1, 409: WRITERS - 1}


def test_a_deleted_project_has_no_open_run(crowd: Crowd) -> None:
    def one(number: int) -> Response:
        if number % 2:
            return crowd.ask("POST", f"{crowd.path}/runs", {})
        return crowd.ask("DELETE", crowd.path)

    found = crowd.at_once(one)
    assert set(statuses(found)) <= {202, 204, 404, 409}
    with transaction(crowd.actor.workspace_id) as session:
        project = session.get_one(Project, crowd.project.id)
        is_open = runs.open_run(session, project.id) is not None
        queued = session.scalar(select(func.count()).select_from(StageRun))
    assert (project.deleted_at is not None) is not is_open
    assert queued == (1 if is_open else 0)


def test_one_of_several_drafts_of_a_recipe_is_the_next_version(crowd: Crowd) -> None:
    path = f"/api/workspaces/once-{crowd.actor.workspace_id.hex[:8]}/recipes/discovery"
    spec = crowd.ask("GET", path).json()
    with transaction(crowd.actor.workspace_id) as session:
        system = Actor.system(crowd.actor.workspace_id)
        newest = recipes.list_versions(session, system, "discovery")[0].number
    found = crowd.at_once(
        lambda n: crowd.ask(
            "POST",
            f"{path}/versions",
            {"spec": spec | {"notes": f"By {n}"}, "expected": newest},
        )
    )
    assert statuses(found) == {201: 1, 409: WRITERS - 1}


def test_of_several_shared_views_of_one_name_one_is_saved(crowd: Crowd) -> None:
    path = f"/api/workspaces/once-{crowd.actor.workspace_id.hex[:8]}/views"
    given = {"name": "Churn", "is_shared": True, "filters": {"severity": "critical"}}
    found = crowd.at_once(lambda _: crowd.ask("POST", path, given))
    assert statuses(found) == {201: 1, 409: WRITERS - 1}
    assert {each.json().get("code") for each in found} == {None, "view_name_taken"}
    [kept] = crowd.ask("GET", path).json()["items"]
    at = f"{path}/{kept['id']}"
    crowd.ask("DELETE", at)
    again = crowd.at_once(lambda n: crowd.ask("POST", path, given) if n else restored(crowd, at))
    assert sum(each.is_success for each in again) == 1


def restored(crowd: Crowd, path: str) -> Response:
    return crowd.ask("POST", f"{path}/restore")
