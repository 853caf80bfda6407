"""Who may call each route about runs, and what reading them answers."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pmflow_core.board import service as board
from pmflow_core.db.transaction import transaction
from pmflow_core.runs.models import Artifact
from pmflow_ui.api.app import make_api, safe_for_browsers
from tests.contracts import promises
from tests.core.runs.staging import (
    answers,
    desk,
    extensions,
    make_engine,
    workspace_id,
)
from tests.ui.api_world import PROTOTYPE, World, in_discovery, world

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

READS = (
    "/api/projects/{project}/why",
    "/api/projects/{project}/decisions",
    "/api/projects/{project}/artifacts",
    "/api/projects/{project}/tickets",
    "/api/projects/{project}/jury",
    "/api/runs?workspace={workspace}",
    "/api/runs/{run}",
    "/api/runs/{run}/logs",
    "/api/runs/{run}/artifacts/{artifact}",
    "/api/jobs/stream?run={run}",
)
WRITES = (
    ("/api/projects/{project}/runs", {}),
    ("/api/runs/{run}/cancel", None),
    ("/api/runs/{run}/retry", None),
    ("/api/runs/{run}/rerun", {"from": "research"}),
    ("/api/runs/{run}/answer", {"answer": "yes"}),
    ("/api/runs/{run}/approve", {"seen": {}}),
    ("/api/runs/{run}/reject", {"comment": "Name the release"}),
)
SHUT_OUT = {
    "anonymous": 401,
    "no key": 401,
    "revoked key": 401,
    "stranger": 404,
    "foreign key": 404,
}
READERS = {"viewer", "editor", "admin", "viewer key", "editor key"}
WRITERS = {"editor", "admin", "editor key"}


def test_every_route_is_in_the_table() -> None:
    documented = {
        line.replace("{run_id}", "{run}").replace("{artifact_id}", "{artifact}")
        for line in promises.endpoints()
        if line.split(" ")[1].startswith(("/api/runs", "/api/jobs"))
        or line.split("/")[-1] in {"why", "decisions", "artifacts", "tickets", "jury", "runs"}
    }
    known = {f"GET {path.partition('?')[0]}" for path in READS}
    assert documented == known | {f"POST {path}" for path, _ in WRITES}


@pytest.mark.parametrize("path", READS)
def test_every_member_reads_and_nobody_else(world: World, path: str) -> None:
    for caller, status in SHUT_OUT.items():
        refused = world.ask(caller, "GET", path)
        assert (caller, refused.status_code) == (caller, status)
        assert refused.headers["content-type"] == "application/problem+json"
    for caller in READERS:
        assert (caller, world.ask(caller, "GET", path).status_code) == (caller, 200)


@pytest.mark.parametrize(("path", "body"), WRITES)
def test_only_editors_write(world: World, path: str, body: object) -> None:
    refused = SHUT_OUT | {"viewer": 403, "viewer key": 403}
    for caller, status in refused.items():
        answer = world.ask(caller, "POST", path, body)
        assert (caller, answer.status_code) == (caller, status)
        assert answer.json()["code"] in {"unauthenticated", "not_found", "permission_denied"}
    for caller in WRITERS:
        answer = world.ask(caller, "POST", path, body)
        nothing_asked = path.endswith("/answer") and answer.status_code == 404
        assert answer.status_code in {200, 202, 409} or nothing_asked, caller


def test_a_body_is_not_read_before_the_permission_was_checked(world: World) -> None:
    path = f"/api/projects/{world.desk.key}/runs"
    huge = b'"' + b"a" * 1_000_000 + b'"'
    assert world.client.post(path, content=huge).status_code == 401
    answer = world.client.post(path, content=huge, headers=world.callers["editor"])
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[]", "body_malformed"),
        (b"{", "body_malformed"),
        (b'{"stage": ' + b"[" * 700 + b"]" * 700 + b"}", "body_malformed"),
        (b'{"stage": NaN}', "body_malformed"),
        (b'{"stage": 1e999}', "body_malformed"),
        (b'{"stag": 1}', "invalid"),
    ],
)
def test_a_body_that_does_not_fit_is_a_problem(world: World, content: bytes, code: str) -> None:
    answer = world.client.post(
        f"/api/projects/{world.desk.key}/runs", content=content, headers=world.callers["editor"]
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_session_s_write_from_another_site_is_refused(world: World, tmp_path: Path) -> None:
    from_here = "http://localhost:8000"
    outermost = safe_for_browsers(make_api(), origins=[from_here], url=from_here, built=tmp_path)
    client = TestClient(outermost)
    path = f"/api/runs/{world.run}/retry"
    editor = world.callers["editor"]
    foreign = client.post(path, headers=editor | {"origin": "https://evil.example"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign_origin")
    assert client.post(path, headers=editor).status_code == 403
    assert client.post(path, headers=world.callers["editor key"]).status_code == 202


NOBODY = "00000000-0000-7000-8000-000000000001"


@pytest.mark.parametrize("named", ["%00", "nonsense", "../x", NOBODY, "%ED%A0%80"])
def test_what_does_not_exist_looks_like_what_is_foreign(world: World, named: str) -> None:
    assert world.ask("viewer", "GET", f"/api/projects/{named}/why").status_code == 404
    assert world.ask("viewer", "GET", f"/api/runs/{named}").status_code == 404
    stream = world.ask("viewer key", "GET", f"/api/jobs/stream?run={named}")
    # NUL is refused in every query, which says nothing of what exists
    assert stream.status_code == (422 if named == "%00" else 404)


def test_a_person_says_which_workspace_and_a_key_need_not(world: World) -> None:
    missing = world.ask("viewer", "GET", "/api/runs")
    assert (missing.status_code, missing.json()["code"]) == (422, "workspace_missing")
    assert world.ask("viewer key", "GET", "/api/runs").status_code == 200


def test_a_project_is_found_by_key_and_by_id(world: World) -> None:
    by_key = world.ask("viewer", "GET", "/api/projects/{project}/why").json()
    by_id = world.ask("viewer", "GET", f"/api/projects/{world.desk.id}/why").json()
    assert by_key == by_id
    assert by_key["key"] == world.desk.key
    assert by_key["run"] == str(world.run)
    assert all(by_key[part] for part in ("reason", "next_action", "owner", "since", "gates"))


def test_a_run_says_what_it_did_and_what_approving_it_binds(world: World) -> None:
    run = world.ask("viewer", "GET", "/api/runs/{run}").json()
    assert (run["status"], run["project"], run["stage"]) == (
        "completed",
        world.desk.key,
        "discovery",
    )
    assert [(step["status"], step["document"]) for step in run["steps"]] == [
        ("completed", "research")
    ]
    assert set(run["tokens"]) == {"input", "output"}
    assert [each["id"] for each in run["artifacts"]] == [str(world.artifact)]
    assert run["approval"]["seen"] == {
        each["type"]: each["sha256"] for each in run["approval"]["documents"]
    }
    assert run["question"] is None


def test_lists_are_read_page_by_page(world: World) -> None:
    for name in ("Two", "Three"):
        project = in_discovery(world.desk.actor, name)
        with transaction(world.desk.actor.workspace_id) as session:
            board.start_run(session, world.desk.actor, project.id)
    path = "/api/runs?workspace={workspace}&limit=2"
    first = world.ask("viewer", "GET", path).json()
    second = world.ask("viewer", "GET", f"{path}&cursor={first['next_cursor']}").json()
    assert [item["number"] for item in first["items"] + second["items"]] == [3, 2, 1]
    assert second["next_cursor"] is None
    queued = world.ask("viewer", "GET", f"{path}&status=queued").json()
    assert [item["status"] for item in queued["items"]] == ["queued"] * 2
    wrong = world.ask("viewer", "GET", f"{path}&cursor=nonsense")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_cursor")


def test_a_log_is_read_piece_by_piece_without_a_gap(world: World) -> None:
    read: list[int] = []
    cursor = "0"
    while cursor:
        path = "/api/runs/{run}/logs?limit=2&after=" + cursor
        piece = world.ask("viewer", "GET", path).json()
        read += [line["seq"] for line in piece["items"]]
        cursor = piece["next_cursor"]
    last = world.ask("viewer", "GET", "/api/runs/{run}").json()["last_seq"]
    assert read == list(range(1, last + 1))


def test_decisions_are_read_from_the_newest_on(world: World) -> None:
    seen = world.ask("viewer", "GET", "/api/runs/{run}").json()["approval"]["seen"]
    world.ask("editor", "POST", "/api/runs/{run}/approve", {"seen": seen})
    path = "/api/projects/{project}/decisions?limit=1"
    first = world.ask("viewer", "GET", path).json()
    assert first["items"][0]["outcome"] == "advanced"
    second = world.ask("viewer", "GET", f"{path}&cursor={first['next_cursor']}").json()
    assert second["items"][0]["outcome"] == "waits_for_approval"


def test_a_prototype_is_shown_inert(world: World) -> None:
    answer = world.ask("viewer", "GET", "/api/runs/{run}/artifacts/{artifact}")
    assert answer.content == PROTOTYPE
    assert answer.headers["content-security-policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-disposition"] == (
        "inline; filename*=UTF-8''search%20%22v1%22.html"
    )


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("prototype", "image/svg+xml"), ("export", "text/html"), ("export", "x/y\r\nset-cookie: a=b")],
)
def test_other_files_are_only_saved(world: World, kind: str, media_type: str) -> None:
    with transaction(world.desk.actor.workspace_id) as session:
        made = Artifact(
            workspace_id=world.desk.actor.workspace_id,
            project_id=world.desk.id,
            run_id=world.run,
            step_key="export",
            kind=kind,
            name="a\r\nb.svg",
            media_type=media_type,
            content=b"<svg onload=alert(1)>",
            sha256="0" * 64,
        )
        session.add(made)
    answer = world.ask("viewer", "GET", f"/api/runs/{world.run}/artifacts/{made.id}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert "set-cookie" not in answer.headers


def test_a_file_is_found_under_its_own_run_only(world: World) -> None:
    project = in_discovery(world.desk.actor, "Two")
    with transaction(world.desk.actor.workspace_id) as session:
        other = board.start_run(session, world.desk.actor, project.id)
    path = f"/api/runs/{other.id}/artifacts/{world.artifact}"
    assert world.ask("viewer", "GET", path).status_code == 404


def test_the_routes_describe_themselves() -> None:
    described = make_api().openapi()
    assert described["openapi"].startswith("3.1")
    started = described["paths"]["/api/projects/{project}/runs"]["post"]
    body = started["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    shape = described["components"]["schemas"][body.rpartition("/")[2]]
    assert set(shape["properties"]) == {"stage", "provider", "replay"}
    assert "application/problem+json" in started["responses"]["422"]["content"]
    assert started["security"] == [{"key": []}, {"session": []}]
    assert described["paths"]["/api/auth/me"]["get"]["security"] == [{"session": []}]
    assert described["paths"]["/healthz"]["get"]["security"] == []
    assert set(described["components"]["securitySchemes"]) == {"key", "session"}
    run = described["components"]["schemas"]["Run"]["properties"]
    assert {"steps", "gates", "tokens", "cost_usd", "question", "artifacts"} <= set(run)
    stream = described["paths"]["/api/jobs/stream"]["get"]["responses"]["200"]["content"]
    assert list(stream) == ["text/event-stream"]
