"""What protects a browser: foreign writes, headers, closed routes, kept form words."""

from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from pmflow_ui.api.browser import BrowserSafety, content_policy, is_foreign_write, script_hashes
from pmflow_ui.forms import RefusedForm, local_path, pack, unpack
from pmflow_ui.viewer import session_token, workspace_slug

HOME = "http://localhost:8000"
ORIGINS = frozenset({HOME})
COOKIE = {"cookie": "pmflow_session=abc"}


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({"origin": HOME, **COOKIE}, False),
        ({"origin": HOME, "sec-fetch-site": "same-origin"}, False),
        ({"origin": "https://evil.example", **COOKIE}, True),
        ({"origin": "http://localhost:9000", **COOKIE}, True),
        ({"origin": "null", **COOKIE}, True),
        ({"sec-fetch-site": "cross-site", **COOKIE}, True),
        ({"sec-fetch-site": "same-site", "origin": HOME, **COOKIE}, True),
        (COOKIE, True),
        ({}, False),
        ({"authorization": "Bearer pmf_x", "origin": "https://elsewhere.example"}, False),
    ],
)
def test_a_write_with_a_cookie_must_come_from_this_site(
    headers: dict[str, str], foreign: bool
) -> None:
    assert is_foreign_write("POST", Headers(headers), ORIGINS) is foreign
    assert is_foreign_write("GET", Headers(headers), ORIGINS) is False


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a page, or with plain text under /api."""
    kind = PlainTextResponse if scope["path"].startswith("/api/") else HTMLResponse
    await kind("hello")(scope, receive, send)


@pytest.fixture
def browser() -> TestClient:
    policy = content_policy(HOME, ["'sha256-x'"])
    return TestClient(BrowserSafety(application, ORIGINS, policy), base_url=HOME)


def test_a_page_may_load_nothing_from_another_host(browser: TestClient) -> None:
    policy = browser.get("/").headers["content-security-policy"]
    assert "script-src 'self' 'sha256-x';" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "connect-src 'self' ws://localhost:8000" in policy


def test_every_answer_carries_the_security_headers(browser: TestClient) -> None:
    for path in ("/", "/api/x", "/_upload"):
        headers = browser.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"


def test_answers_of_the_api_are_not_kept(browser: TestClient) -> None:
    assert browser.get("/api/x").headers["cache-control"] == "no-store"


def test_the_frameworks_upload_route_is_closed(browser: TestClient) -> None:
    assert browser.post("/_upload", content=b"x" * 100).status_code == 404


def test_a_foreign_write_never_reaches_the_application(browser: TestClient) -> None:
    answer = browser.post("/api/x", headers={"origin": "https://evil.example", **COOKIE})
    assert answer.status_code == 403
    assert answer.json()["code"] == "foreign_origin"


def test_inline_scripts_are_allowed_by_their_hash_only(tmp_path: Path) -> None:
    page = "<script>go()</script><script src='/a.js'></script><script>go()</script>"
    (tmp_path / "index.html").write_text(page)
    assert script_hashes(tmp_path) == ["'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='"]


def test_a_refused_form_keeps_its_words_for_its_own_page_only() -> None:
    refused = RefusedForm("login", "password", "No; “match”.", "lead@example.com")
    header = f"a=1; pmflow_form={pack(refused)}; b=2"
    assert unpack(header, "login") == refused
    assert unpack(header, "signup") is None
    assert unpack("pmflow_form=%7Bnonsense", "login") is None


@pytest.mark.parametrize(
    ("given", "led_to"),
    [
        ("/w/acme/board", "/w/acme/board"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        (None, "/"),
    ],
)
def test_signing_in_leads_nowhere_else(given: str | None, led_to: str) -> None:
    assert local_path(given) == led_to


def test_the_session_and_the_workspace_are_read_from_where_they_stand() -> None:
    assert session_token("x=1; pmflow_session=abc; y=2") == "abc"
    assert session_token("xpmflow_session=abc") == ""
    assert workspace_slug("/w/acme/board") == "acme"
    assert workspace_slug("/w/") is None
    assert workspace_slug("/login") is None
