"""Signing up, in and out through the API, with the real services and database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from pmflow_ui.api.app import make_api
from pmflow_ui.api.edge import Terms

PASSWORD = "a long enough phrase"
FORM = {"email": "lead@example.com", "password": PASSWORD, "name": "Product lead"}


@pytest.fixture
def client(connection: Connection) -> TestClient:
    del connection
    return TestClient(make_api(), follow_redirects=False, raise_server_exceptions=False)


def test_a_form_that_signs_up_is_signed_in_and_sent_on(client: TestClient) -> None:
    answer = client.post("/api/auth/signup", data={**FORM, "next": "/w/acme/board"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/w/acme/board")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if "pmflow_session=" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert client.get("/api/auth/me").json()["email"] == "lead@example.com"


def test_a_refused_form_goes_back_with_its_words_and_without_the_password(
    client: TestClient,
) -> None:
    answer = client.post("/api/auth/login", data={**FORM, "password": "wrong " + PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    kept = answer.headers["set-cookie"]
    assert "lead%40example.com" in kept
    assert "phrase" not in kept
    assert "pmflow_session" not in kept


def test_a_program_gets_problem_details(client: TestClient) -> None:
    answer = client.post("/api/auth/login", json={"email": "a@example.com", "password": "x"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "wrong_credentials"


def test_signing_out_ends_the_session(client: TestClient) -> None:
    client.post("/api/auth/signup", data=FORM)
    token = client.cookies["pmflow_session"]
    client.post("/api/auth/logout")
    client.cookies.set("pmflow_session", token)
    assert client.get("/api/auth/me").status_code == 401


def test_a_taken_address_is_said_under_its_field(client: TestClient) -> None:
    client.post("/api/auth/signup", data=FORM)
    answer = client.post("/api/auth/signup", data=FORM)
    assert answer.headers["location"] == "/signup"
    assert "%22field%22%3A%20%22email%22" in answer.headers["set-cookie"]


def test_an_unknown_address_of_the_api_is_a_problem_too(client: TestClient) -> None:
    answer = client.get("/api/nothing/here")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_giant_body_is_refused_unread(client: TestClient) -> None:
    answer = client.post("/api/auth/login", data={**FORM, "password": "x" * 20_000})
    assert answer.json()["code"] == "invalid"


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_a_body_that_does_not_say_how_long_it_is_is_cut_off(client: TestClient, kind: str) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"x" * 1000

    answer = client.post("/api/auth/login", content=endless(), headers={"Content-Type": kind})

    assert answer.json()["detail"] == "That is too long."


def test_who_failed_too_often_learns_how_long_to_wait(client: TestClient) -> None:
    wrong = {"email": "lead@example.com", "password": "not the one"}
    for _ in range(5):
        client.post("/api/auth/login", json=wrong)

    answer = client.post("/api/auth/login", json=wrong)

    assert answer.status_code == 429
    assert 60 < int(answer.headers["Retry-After"]) <= 900


def test_behind_trusted_proxies_who_fails_too_often_is_whom_they_saw(client: TestClient) -> None:
    del client
    behind = TestClient(make_api(Terms(hops=1, per_key=999, per_address=999)))
    wrong = {"email": "lead@example.com", "password": "not the one"}

    def status(forwarded: str) -> int:
        headers = {"x-forwarded-for": forwarded}
        return behind.post("/api/auth/login", json=wrong, headers=headers).status_code

    # What stands left of the proxy's own word is the caller's invention, each time another.
    codes = [status(f"192.0.2.{number}, 198.51.100.7") for number in range(6)]
    assert codes == [401] * 5 + [429]
    assert status("198.51.100.8") == 401


def test_without_trusted_proxies_nobody_names_another_address_of_theirs(client: TestClient) -> None:
    wrong = {"email": "lead@example.com", "password": "not the one"}
    codes = [
        client.post(
            "/api/auth/login", json=wrong, headers={"x-forwarded-for": f"192.0.2.{number}"}
        ).status_code
        for number in range(6)
    ]
    assert codes == [401] * 5 + [429]


def test_the_process_says_that_it_lives_and_why_it_is_not_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "ok")
