"""Security headers on every answer there is, and writes from other sites refused everywhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pmflow_ui.api.app import make_api, safe_for_browsers
from pmflow_ui.api.runs import INERT
from tests.walls.rest import Call, calls

HOME = "https://pmflow.example"
CALLS = calls()
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The API behind an https address, not connected to any database."""
    built: Path = tmp_path_factory.mktemp("built")
    app = safe_for_browsers(make_api(), origins=[HOME], url=HOME, built=built)
    with TestClient(app, base_url=HOME, raise_server_exceptions=False) as client:
        yield client


def named(call: Call) -> str:
    return call.name


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_every_answer_carries_the_headers(browser: TestClient, call: Call) -> None:
    answer = browser.request(call.method, call.route.path)
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/nothing"), ("PUT", "/healthz"), ("GET", "/nothing"), ("POST", "/_upload/x")],
)
def test_so_does_every_refusal(browser: TestClient, method: str, path: str) -> None:
    answer = browser.request(method, path)
    assert answer.status_code >= 400
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE


def test_plain_http_promises_no_https(tmp_path: Path) -> None:
    app = safe_for_browsers(make_api(), origins=[], url="http://localhost:8000", built=tmp_path)
    assert "strict-transport-security" not in TestClient(app).get("/healthz").headers


@pytest.mark.parametrize("call", [c for c in CALLS if c.method != "GET"], ids=named)
def test_every_write_with_a_cookie_from_elsewhere_is_refused(
    browser: TestClient, call: Call
) -> None:
    cookie = {"cookie": "pmflow_session=abc"}
    for told in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {},
    ):
        answer = browser.request(call.method, call.route.path, headers=cookie | told)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


def test_what_a_model_wrote_is_shown_where_it_can_do_nothing() -> None:
    directives = {part.split()[0] for part in INERT.split(";")}
    assert directives == {"sandbox", "default-src", "style-src", "img-src"}
    assert "sandbox;" in INERT
    assert "default-src 'none'" in INERT
