"""Operators' pages: what they show, and that nobody else is shown anything."""

from uuid import uuid4

import pytest
from sqlalchemy import Connection

from pmflow_core.accounts.actor import Actor, Role
from pmflow_core.db.transaction import transaction
from pmflow_core.errors import PermissionDenied
from pmflow_core.operations import service
from pmflow_core.operations.schemas import WorkRead
from pmflow_ui.access import Access
from pmflow_ui.guard import NoticeState
from pmflow_ui.routes import ROUTES
from pmflow_ui.state.ops import OpsState, RqState
from pmflow_ui.state.ops_rows import as_work, versions
from tests.ui.conftest import Pipeline, person
from tests.ui.tab import Tab, make_acme

SESSION = "pmflow_session=abc"
EVENTS = [
    (state, name, {"run_id": str(uuid4())} if name == "rescue" else {})
    for state in (OpsState, RqState)
    for name in ("load", "refresh", "rescue")
    if name in state.event_handlers
]


def test_every_page_of_operators_is_for_operators() -> None:
    pages = {route.path: route.permission for route in ROUTES if route.path.startswith("/ops")}
    assert pages == {"/ops": Access.OPERATOR, "/ops/rq": Access.OPERATOR}
    for state in (OpsState, RqState):
        for name, handler in state.event_handlers.items():
            if name != "setvar":
                assert getattr(handler.fn, "__authz__", None) is Access.OPERATOR, name


@pytest.mark.parametrize(("state", "name", "payload"), EVENTS)
def test_an_admin_of_a_workspace_is_told_that_it_is_not_theirs(
    pipeline: Pipeline, state: type[OpsState], name: str, payload: dict[str, str]
) -> None:
    pipeline.people[SESSION] = person(Role.ADMIN)
    pipeline.send(f"{state.get_full_name()}.{name}", payload, SESSION)
    assert pipeline.read(NoticeState, "kind") == "permission"
    assert "run the installation" in pipeline.read(NoticeState, "text")
    assert pipeline.read(state, "ready") is False


def test_the_service_asks_again_whatever_a_page_let_through(connection: Connection) -> None:
    del connection
    acme: Actor = make_acme()
    tab = Tab(acme, "/ops")
    tab.send(OpsState, "load")
    assert not tab.state(OpsState).ready
    assert acme.user_id is not None
    with transaction(None) as session, pytest.raises(PermissionDenied):
        service.read_operations(session, acme.user_id)


@pytest.mark.parametrize(
    ("kind", "state", "shown"),
    [
        ("webhooks", "failing", ("Webhooks failing", "failed")),
        ("webhooks", "disabled", ("Webhooks switched off after failing", "failed")),
        ("messages", "pending", ("Webhook messages to be sent", "queued")),
        ("messages", "failed", ("Webhook messages given up in 24 h", "failed")),
    ],
)
def test_webhooks_that_fail_are_named_in_words(
    kind: str, state: str, shown: tuple[str, str]
) -> None:
    row = as_work(WorkRead(kind, state, 1_200, None))
    assert (row.label, row.state, row.many) == (*shown, "1,200")


def test_versions_are_those_that_run() -> None:
    assert dict(versions())["Python"].startswith("3.")
    assert dict(versions())["rq"]
