"""The API against its own description: whatever it takes by that, it answers by that, whoever asks.

PMFLOW_TEST_API_EXAMPLES says how many requests each operation gets; a few by default.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi.responses import JSONResponse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Connection
from starlette.testclient import TestClient

from pmflow_core.board import discussion
from pmflow_core.board.discussion import Place
from pmflow_core.db.transaction import transaction
from pmflow_core.knowledge import service as knowledge
from pmflow_core.knowledge.schemas import PersonaIn
from pmflow_ui.api.app import make_api
from pmflow_ui.api.description import ROLE
from pmflow_ui.api.description import operations as described
from pmflow_ui.api.edge import Terms
from pmflow_ui.api.permission import ANYONE
from tests.core.runs.staging import answers, desk, extensions, make_engine, workspace_id
from tests.ui.api_world import World, world

__all__ = ["answers", "desk", "extensions", "make_engine", "workspace_id", "world"]

EXAMPLES = int(os.environ.get("PMFLOW_TEST_API_EXAMPLES", "6"))
PRINCIPALS = ("editor", "admin", "viewer", "editor key", "stranger", "anonymous")
CHECKS = [
    not_a_server_error,
    response_schema_conformance,
    content_type_conformance,
    response_headers_conformance,
    status_code_conformance,
    allow_header_conformance,
]
# What does not end while somebody listens, and what answers 503 because these tests have no Redis,
# have tests of their own.
ELSEWHERE = {"/api/jobs/stream", "/readyz"}
PLENTY = Terms(per_key=1_000_000, per_address=1_000_000)
EVERY_KIND = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    del world
    with TestClient(
        make_api(PLENTY), follow_redirects=False, raise_server_exceptions=False
    ) as client:
        yield client


@pytest.fixture
def known(world: World) -> dict[str, str]:
    """What there is, by the name of the part of an address that leads to it."""
    system = world.desk.actor
    with transaction(system.workspace_id) as session:
        persona = knowledge.add(session, system, PersonaIn(name="Listener", segment="free"))
        comment = discussion.say(session, system, Place(world.desk.key), "Since when?")
    return {
        "slug": world.slug,
        "workspace": world.slug,
        "project": world.desk.key,
        "run_id": str(world.run),
        "artifact_id": str(world.artifact),
        "signal": "S-1",
        "number": "1",
        "persona_id": str(persona.id),
        "comment_id": str(comment.id),
        "type": "research",
        "stage": "discovery",
        "linked": world.desk.key,
    }


def operations() -> Iterator[Any]:
    """Yield what the description offers."""
    schema = schemathesis.openapi.from_dict(make_api(PLENTY).openapi())
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path not in ELSEWHERE:
            yield operation


def test_the_description_offers_everything() -> None:
    assert len(list(operations())) >= 100


def test_every_operation_says_who_may_call_it_and_what_may_go_wrong() -> None:
    document = make_api(PLENTY).openapi()
    text = json.dumps(document)
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert named <= set(document["components"]["schemas"])
    assert "$defs" not in text
    for path, method, operation in described(document):
        where = f"{method} {path}"
        failures = set(operation["responses"])
        assert {"422", "429", "500", "default"} <= failures, where
        assert operation[ROLE] in {"anyone", "signed_in", "viewer", "editor", "admin"}, where
        if operation[ROLE] != "anyone":
            assert {"401", "403"} <= failures, where
            assert operation["security"], where
        assert operation["description"], where
        parts = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
        assert parts == set(re.findall(r"{(\w+)}", path)), where


def test_the_page_of_the_api_shows_every_operation_and_loads_nothing() -> None:
    with TestClient(make_api(PLENTY)) as client:
        page = client.get("/api/docs")
        document = client.get("/api/openapi.json").json()
    assert page.headers["content-type"].startswith("text/html")
    for path, method, _ in described(document):
        assert f"<b>{method.upper()}</b> <code>{path}</code>" in page.text
    assert not re.search(r"<(script|link|img|iframe)|@import|url\(", page.text)
    assert set(re.findall(r'href="([^"#]+)"', page.text)) == {"/api/openapi.json"}
    anchors = set(re.findall(r'href="#([^"]+)"', page.text))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page.text))


# Deliveries are told apart by their own ids, and a chore that is open already is that one. An
# answer with a secret is never kept; a name or an address that is taken refuses the second.
MADE_ONCE_ANYHOW = {
    "POST /api/auth/reset",
    "POST /api/webhooks/github/{endpoint_id}",
    "POST /api/webhooks/pylon/{endpoint_id}",
    "POST /api/workspaces",
    "POST /api/workspaces/{slug}/api-keys",
    "POST /api/workspaces/{slug}/invitations",
    "POST /api/workspaces/{slug}/invitations/{invitation_id}/resend",
    "POST /api/workspaces/{slug}/webhook-endpoints",
    "POST /api/workspaces/{slug}/webhooks",
    "POST /api/cron/maintenance",
    "POST /api/cron/signal-automation",
    "POST /api/webhooks/signals/{endpoint_id}",
    "POST /api/workspaces/{slug}/themes/rebuild",
    "POST /api/workspaces/{slug}/maintenance/{chore}",
}


def test_what_makes_something_can_be_asked_for_twice() -> None:
    document = make_api(PLENTY).openapi()
    missing = {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method == "post" and {"201", "202"} & set(operation["responses"])
        if "idempotency-key"
        not in {each["name"].casefold() for each in operation.get("parameters", ())}
    }
    assert missing <= MADE_ONCE_ANYHOW


@pytest.mark.parametrize("named", ["99999999999", "-1", "%00"])
def test_what_the_database_cannot_hold_does_not_exist(
    world: World, client: TestClient, known: dict[str, str], named: str
) -> None:
    editor = world.callers["editor key"]
    for path, method, _ in described(make_api(PLENTY).openapi()):
        for wrong in re.findall(r"{(\w+)}", path) if path not in ELSEWHERE else ():
            parts = {name: known.get(name, "1") for name in re.findall(r"{(\w+)}", path)}
            address = path.format(**(parts | {wrong: named}))
            answer = client.request(method, address, headers=editor | {"if-match": "*"})
            assert 400 <= answer.status_code < 500, (method, address, answer.text)


def test_every_answer_is_as_described(
    world: World, client: TestClient, known: dict[str, str], connection: Connection
) -> None:
    failures: list[str] = []
    told: Counter[int] = Counter()
    for operation in operations():
        # What one operation does is undone before the next.
        undo = connection.begin_nested()
        try:
            send(operation, world, client, known, told)
        except (FailureGroup, Exception) as error:  # noqa: BLE001 every operation is heard
            failures.append(f"{operation.label}: {_words(error)}")
        finally:
            undo.rollback()
    assert failures == [], "\n\n".join(failures)
    # A test that is always shut out would find nothing.
    assert told[2] >= 0.1 * told.total(), told
    assert told.total() >= EXAMPLES * 50


def test_an_answer_that_is_not_as_described_is_found(
    world: World, known: dict[str, str], connection: Connection
) -> None:
    api = make_api(PLENTY)

    @api.get("/planted/broken", dependencies=ANYONE)
    async def broken() -> int:
        raise RuntimeError("planted")

    @api.get("/planted/other", dependencies=ANYONE, response_model=int)
    async def other() -> JSONResponse:
        return JSONResponse("no number")

    schema = schemathesis.openapi.from_dict(api.openapi())
    planted = [each.ok() for each in schema.get_all_operations()]
    with TestClient(api, raise_server_exceptions=False) as client:
        for operation in planted:
            if operation.path.startswith("/planted/"):
                with pytest.raises(FailureGroup):
                    send(operation, world, client, known, Counter())
    assert connection.in_transaction()


def send(
    operation: Any, world: World, client: TestClient, known: dict[str, str], told: Counter[int]
) -> None:
    """Send generated requests of one operation, as one principal after another.

    `told` counts what they were answered, by the first digit of the status.
    """
    kinds = [operation.as_strategy(generation_mode=kind) for kind in EVERY_KIND]
    principals = ("anonymous",) if operation.path.startswith("/api/auth") else PRINCIPALS

    @given(case=st.one_of(*kinds), real=st.integers(0, 3))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def one(case: Case, real: int) -> None:
        who = principals[told.total() % len(principals)]
        if real:
            _lead_somewhere(case, known)
        request = case.as_transport_kwargs(base_url="http://testserver")
        headers = _headers(request.pop("headers")) | world.callers[who]
        request.pop("cookies", None)
        if isinstance(request.get("data"), bytes | str):
            request["content"] = request.pop("data")
        if request.get("files"):
            request["files"] = [(name, _file(file)) for name, file in request["files"]]
        response = client.request(**request, headers=headers)
        told[response.status_code // 100] += 1
        # Only what was read can be shown beside a failure.
        response.request.read()
        case.validate_response(response, checks=CHECKS)

    one()


def _lead_somewhere(case: Case, known: dict[str, str]) -> None:
    """Have a request name what exists, so that it gets past the first refusal."""
    for name in case.path_parameters or {}:
        if name in known:
            case.path_parameters[name] = known[name]
    if case.query and "workspace" in case.query:
        case.query["workspace"] = known["workspace"]


def _file(given: Any) -> Any:
    """Return a file as it can be sent, whatever was made of it."""
    if isinstance(given, tuple):
        return (given[0], _file(given[1]), *given[2:])
    return given if isinstance(given, bytes | str) else str(given)


def _headers(given: Any) -> dict[str, str]:
    """Return the headers that HTTP can carry; who asks is the test's business."""
    found = {str(name): str(value) for name, value in dict(given).items()}
    return {
        name: value.encode("latin-1", "replace").decode("latin-1").replace("\n", " ")
        for name, value in found.items()
        if name.lower() not in {"authorization", "cookie"} and value.isprintable()
    }


def _words(error: BaseException) -> str:
    parts = getattr(error, "exceptions", None)
    return "\n".join(_words(each) for each in parts) if parts else f"{type(error).__name__} {error}"
