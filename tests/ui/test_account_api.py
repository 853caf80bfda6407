"""Resets, sessions and one's own account over the API, as forms and as programs send them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, update
from starlette.testclient import TestClient

from pmflow_core.accounts import resets
from pmflow_core.accounts.actor import Role
from pmflow_core.accounts.models import UserSession
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.ids import uuid7
from pmflow_core.mail import setup
from pmflow_core.settings import Settings, get_settings
from pmflow_core.workspaces import invitations
from pmflow_core.workspaces.models import Membership
from pmflow_ui.api.app import make_api
from pmflow_ui.forms import unpack
from tests.conftest import make_workspace
from tests.ui.tab import make_acme

EMAIL, PASSWORD, NEW = "lead@example.com", "a long enough phrase", "another long phrase"
FORM = {"email": EMAIL, "password": PASSWORD, "name": "Product lead"}


@pytest.fixture
def client(connection: Connection) -> TestClient:
    """A browser."""
    del connection
    return TestClient(make_api(), follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def signed_in(client: TestClient) -> TestClient:
    """A browser of somebody who is signed in."""
    client.post("/api/auth/signup", json=FORM)
    return client


@pytest.fixture
def sends_mail(tmp_path: Path) -> Iterator[None]:
    """Have mail be on."""
    values = {"data_dir": tmp_path, "secret_key": "tests", "smtp_url": "smtp://127.0.0.1"}
    setup.configure(Settings.model_validate(values))
    yield
    setup.configure(None)


def elsewhere(client: TestClient) -> str:
    """Sign in from another browser and return its token."""
    other = TestClient(client.app, follow_redirects=False)
    other.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})
    return other.cookies["pmflow_session"]


def is_live(client: TestClient, token: str) -> bool:
    other = TestClient(client.app, cookies={"pmflow_session": token})
    return other.get("/api/auth/me").status_code == 200


def make_token() -> str:
    with transaction(None) as session:
        return resets.make_link(session, EMAIL, "").rpartition("/")[2]


@pytest.mark.usefixtures("sends_mail")
def test_the_answer_to_a_reset_is_the_same_for_everybody(signed_in: TestClient) -> None:
    known, unknown = (
        signed_in.post("/api/auth/reset", json={"email": address})
        for address in (EMAIL, "nobody@example.com")
    )
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert known.status_code == 202
    for address in (EMAIL, "nobody@example.com"):
        answer = signed_in.post("/api/auth/reset", data={"email": address})
        assert (answer.status_code, answer.headers["location"]) == (303, "/reset?sent=1")


def test_where_no_mail_is_sent_a_reset_says_whom_to_ask(client: TestClient) -> None:
    answer = client.post("/api/auth/reset", json={"email": EMAIL})
    assert (answer.status_code, answer.json()["code"]) == (503, "mail_unavailable")


@pytest.mark.usefixtures("sends_mail")
def test_too_many_resets_are_told_to_wait(client: TestClient) -> None:
    for _ in range(resets.PER_ACCOUNT):
        client.post("/api/auth/reset", json={"email": EMAIL})
    answer = client.post("/api/auth/reset", json={"email": EMAIL})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")


def test_a_link_sets_a_password_and_signs_in(signed_in: TestClient) -> None:
    before = signed_in.cookies["pmflow_session"]
    signed_in.cookies.clear()
    form = {"token": make_token(), "password": NEW}
    answer = signed_in.post("/api/auth/reset/confirm", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert signed_in.get("/api/auth/me").json()["email"] == EMAIL
    assert not is_live(signed_in, before)
    answer = signed_in.post("/api/auth/reset/confirm", json=form)
    assert (answer.status_code, answer.json()["code"]) == (409, "reset_used")


def test_a_weak_choice_goes_back_to_the_same_link(signed_in: TestClient) -> None:
    token = make_token()
    answer = signed_in.post("/api/auth/reset/confirm", data={"token": token, "password": "short"})
    assert answer.headers["location"] == f"/reset/{token}"
    kept = unpack(answer.headers["set-cookie"].partition(";")[0], "choose")
    assert kept is not None
    assert kept.field == "password"


@pytest.mark.parametrize("token", ["", "//evil.example", "a/../../x", "x" * 199])
def test_a_token_that_is_none_leads_to_no_address_of_its_own(
    client: TestClient, token: str
) -> None:
    form = {"token": token, "password": NEW}
    answer = client.post("/api/auth/reset/confirm", data=form)
    assert answer.headers["location"] == "/reset"


def test_a_person_sees_and_ends_their_sessions(signed_in: TestClient) -> None:
    first, second = elsewhere(signed_in), elsewhere(signed_in)
    items = signed_in.get("/api/auth/sessions").json()["items"]
    assert [item["is_current"] for item in items].count(True) == 1
    (mine,) = (item["id"] for item in items if item["is_current"])
    other = next(item["id"] for item in items if not item["is_current"])

    assert signed_in.delete(f"/api/auth/sessions/{other}").status_code == 204
    assert [is_live(signed_in, first), is_live(signed_in, second)].count(True) == 1
    assert signed_in.delete("/api/auth/sessions").json() == {"ended": 1}
    assert [each["id"] for each in signed_in.get("/api/auth/sessions").json()["items"]] == [mine]
    assert signed_in.delete(f"/api/auth/sessions/{other}").status_code == 404


def test_nobody_ends_a_strangers_session(signed_in: TestClient) -> None:
    (mine,) = signed_in.get("/api/auth/sessions").json()["items"]
    stranger = TestClient(signed_in.app)
    stranger.post("/api/auth/signup", json={**FORM, "email": "stranger@example.com"})
    assert stranger.delete(f"/api/auth/sessions/{mine['id']}").status_code == 404
    assert signed_in.get("/api/auth/me").status_code == 200


def test_signing_in_again_ends_the_session_that_the_browser_had(signed_in: TestClient) -> None:
    before = signed_in.cookies["pmflow_session"]
    signed_in.post("/api/auth/login", json=FORM)
    assert signed_in.cookies["pmflow_session"] != before
    assert not is_live(signed_in, before)


def test_a_new_password_gives_this_browser_a_new_id_and_ends_the_others(
    signed_in: TestClient,
) -> None:
    before, other = signed_in.cookies["pmflow_session"], elsewhere(signed_in)
    answer = signed_in.post("/api/auth/password", data={"old_password": PASSWORD, "password": NEW})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert signed_in.get("/api/auth/me").status_code == 200
    assert not is_live(signed_in, before)
    assert not is_live(signed_in, other)


def test_a_wrong_present_password_is_said_under_its_field(signed_in: TestClient) -> None:
    form = {"old_password": "wrong", "password": NEW}
    answer = signed_in.post("/api/auth/password", data=form)
    kept = unpack(answer.headers["set-cookie"].partition(";")[0], "password")
    assert kept is not None
    assert (answer.headers["location"], kept.field) == ("/account", "old_password")
    answer = signed_in.post("/api/auth/password", json=form)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")


def test_a_name_is_changed(signed_in: TestClient) -> None:
    assert signed_in.patch("/api/auth/me", json={"name": "Head"}).json()["name"] == "Head"
    assert signed_in.get("/api/auth/me").json()["name"] == "Head"
    assert signed_in.patch("/api/auth/me", json={"name": " "}).json()["code"] == "invalid_name"


def test_an_account_is_deleted_by_its_password_only(signed_in: TestClient) -> None:
    answer = signed_in.post("/api/auth/me/delete", data={"password": "wrong"})
    assert answer.headers["location"] == "/account"
    assert signed_in.get("/api/auth/me").status_code == 200

    answer = signed_in.post("/api/auth/me/delete", data={"password": PASSWORD})
    assert answer.headers["location"] == "/login"
    answer = signed_in.post("/api/auth/login", json=FORM)
    assert answer.json()["code"] == "wrong_credentials"


def test_the_last_admin_of_a_workspace_is_told_which_one_it_is(signed_in: TestClient) -> None:
    user_id = UUID(signed_in.get("/api/auth/me").json()["id"])
    workspace_id = make_workspace("Acme")
    with transaction(workspace_id) as session:
        session.add(Membership(workspace_id=workspace_id, user_id=user_id, role=Role.ADMIN))
    answer = signed_in.post("/api/auth/me/delete", json={"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
    assert "Acme" in answer.json()["detail"]
    assert signed_in.get("/api/auth/me").status_code == 200


def test_who_is_not_signed_in_reaches_no_account(client: TestClient) -> None:
    for method, path in (
        ("PATCH", "/api/auth/me"),
        ("POST", "/api/auth/password"),
        ("POST", "/api/auth/me/delete"),
        ("GET", "/api/auth/sessions"),
        ("DELETE", "/api/auth/sessions"),
        ("DELETE", f"/api/auth/sessions/{uuid7()}"),
        ("GET", "/api/auth/connections"),
        ("DELETE", "/api/auth/connections/github"),
        ("GET", "/api/auth/oauth/github/connect"),
    ):
        assert client.request(method, path, json={"name": "x"}).status_code == 401, path


def test_whether_a_browser_is_signed_in_is_no_error_to_ask(signed_in: TestClient) -> None:
    assert signed_in.get("/api/auth/session").json() == {"signed_in": True}
    with transaction(None) as session:
        session.execute(update(UserSession).values(revoked_at=utcnow()))
    answer = signed_in.get("/api/auth/session")
    assert (answer.status_code, answer.json()) == (200, {"signed_in": False})


def test_where_sign_up_is_closed_only_the_invited_make_an_account(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PMFLOW_SIGNUP", "invited")
    get_settings.cache_clear()
    acme = make_acme()
    try:
        answer = client.post("/api/auth/signup", json=FORM)
        with transaction(acme.workspace_id) as session:
            invitations.invite(session, acme, FORM["email"], Role.EDITOR)
        invited = client.post("/api/auth/signup", json=FORM)
    finally:
        get_settings.cache_clear()
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_up_closed")
    assert invited.status_code == 200
