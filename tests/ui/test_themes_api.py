"""Themes over REST: who may do what, and a proposal from being listed to being undone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from pmflow_core.accounts.actor import Actor
from pmflow_core.db.transaction import transaction
from pmflow_core.ids import uuid7
from pmflow_core.themes.models import ProposalKind
from pmflow_core.themes.stored import NewTheme
from pmflow_core.workspaces.models import Workspace
from pmflow_ui.api.app import make_api
from tests.conftest import make_workspace
from tests.contracts import promises
from tests.core.themes.conftest import Stage
from tests.ui.api_world import Headers, callers_of

READS = ("", "/settings", "/proposals", "/{theme}")
WRITES = (
    ("PUT", "/settings", {"granularity": 1.4}),
    ("POST", "/rebuild", {}),
    ("POST", "/proposals/{proposal}/apply", {}),
    ("POST", "/proposals/{proposal}/dismiss", {}),
    ("POST", "/proposals/{proposal}/undo", {}),
    ("POST", "/move", {"signals": ["{signal}"], "to": None}),
    ("POST", "/split", {"signals": ["{signal}"], "label": "New"}),
    ("PATCH", "/{theme}", {"label": "Exports"}),
    ("POST", "/{theme}/merge", {"into": "{other}"}),
)
SHUT_OUT = {"anonymous": 401, "no key": 401, "revoked key": 401, "stranger": 404}


@dataclass
class Api:
    """A client, whom it can be, and what the paths name."""

    client: TestClient
    slug: str
    callers: dict[str, Headers]
    names: dict[str, UUID]
    made: UUID

    def ask(
        self, caller: str, method: str, path: str, body: object = None
    ) -> tuple[int, dict[str, Any]]:
        """Return the status and the document of an answer."""
        address = f"/api/workspaces/{self.slug}/themes{path.format(**self.names)}"
        filled = _filled(body, self.names)
        answer = self.client.request(method, address, json=filled, headers=self.callers[caller])
        return answer.status_code, answer.json()


def _filled(body: object, names: dict[str, UUID]) -> object:
    match body:
        case str():
            return body.format(**names)
        case list():
            return [_filled(each, names) for each in body]
        case dict():
            return {key: _filled(each, names) for key, each in body.items()}
        case _:
            return body


@pytest.fixture
def api(connection: Connection) -> Iterator[Api]:
    """A workspace of two themes, with a proposal to split one."""
    del connection
    workspace_id = make_workspace()
    with transaction(workspace_id) as session:
        slug = session.get_one(Workspace, workspace_id).slug
        stage = Stage(session, Actor.system(workspace_id))
        theme, signals = stage.theme("Export", [f"Export fails on page {n}" for n in range(6)])
        other, _ = stage.theme("Search", ["No search", "Search fails", "Search is gone"])
        made = NewTheme(id=uuid7(), label="Pages")
        moves = [(signal, theme, made.id) for signal in signals[:4]]
        names = {
            "theme": theme,
            "other": other,
            "signal": signals[5],
            "proposal": stage.propose(ProposalKind.SPLIT, moves, made=made),
        }
    with TestClient(make_api(), raise_server_exceptions=False) as client:
        yield Api(client, slug, callers_of(workspace_id), names, made.id)


def test_every_route_is_in_the_table() -> None:
    prefix = "/api/workspaces/{slug}/themes"
    documented = {
        line.replace("{theme_id}", "{theme}").replace("{proposal_id}", "{proposal}")
        for line in promises.endpoints()
        if line.split(" ")[1].startswith(prefix)
    }
    known = {f"GET {prefix}{path}" for path in READS}
    assert documented == known | {f"{method} {prefix}{path}" for method, path, _ in WRITES}


@pytest.mark.parametrize("path", READS)
def test_every_member_reads_and_nobody_else(api: Api, path: str) -> None:
    for caller, status in SHUT_OUT.items():
        assert (caller, api.ask(caller, "GET", path)[0]) == (caller, status)
    for caller in ("viewer", "editor", "viewer key"):
        assert (caller, api.ask(caller, "GET", path)[0]) == (caller, 200)


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_nobody_below_an_editor_writes(api: Api, method: str, path: str, body: object) -> None:
    for caller, status in {**SHUT_OUT, "viewer": 403, "viewer key": 403}.items():
        assert (caller, api.ask(caller, method, path, body)[0]) == (caller, status)


def test_a_proposal_is_listed_applied_and_undone(api: Api) -> None:
    (found,) = api.ask("viewer", "GET", "/proposals")[1]["items"]
    assert (found["kind"], found["signals"], found["status"]) == ("split", 4, "proposed")
    assert [(side["now"], side["after"]) for side in found["sides"]] == [(6, 2), (0, 4)]
    path = "/proposals/{proposal}"

    assert api.ask("editor key", "POST", f"{path}/apply", {})[1]["moved"] == 4
    assert api.ask("editor", "POST", f"{path}/apply", {})[1]["code"] == "proposal_decided"
    api.names["theme"], theme = api.made, api.names["theme"]
    shown = api.ask("viewer", "GET", "/{theme}")[1]
    assert (shown["label"], shown["size"], shown["active"]) == ("Pages", 4, True)
    assert shown["lineage"][0]["others"] == [{"id": str(theme), "label": "Export"}]
    assert api.ask("editor", "POST", f"{path}/undo", {})[1]["moved"] == 4
    assert api.ask("viewer", "GET", "/{theme}")[1]["active"] is False


def test_themes_are_named_locked_split_and_merged(api: Api) -> None:
    changed = api.ask("editor", "PATCH", "/{theme}", {"label": "Exports", "locked": True})[1]
    assert (changed["label"], changed["locked"]) == ("Exports", True)
    body = {"signals": ["{signal}"], "label": "New"}
    assert api.ask("editor", "POST", "/split", body)[1]["code"] == "theme_locked"
    api.ask("editor", "PATCH", "/{theme}", {"locked": False})
    split = api.ask("editor", "POST", "/split", body)[1]
    assert split["moved"] == 1
    merged = api.ask("editor", "POST", "/{theme}/merge", {"into": "{other}"})[1]
    assert (merged["theme"], merged["moved"]) == (str(api.names["other"]), 5)
    sizes = {each["label"]: each["size"] for each in api.ask("viewer", "GET", "")[1]["items"]}
    assert sizes == {"Search": 8, "New": 1}


def test_a_granularity_out_of_bounds_is_refused(api: Api) -> None:
    assert api.ask("editor", "PUT", "/settings", {"granularity": 1.4})[0] == 200
    assert api.ask("viewer", "GET", "/settings")[1] == {"granularity": 1.4}
    refused = api.ask("editor", "PUT", "/settings", {"granularity": 3})[1]
    assert refused["code"] == "granularity_invalid"
