"""Whose account it is that a provider tells of, and what of it is lost or kept."""

import pytest
from sqlalchemy import select, update
from sqlmodel import col
from starlette.testclient import TestClient

from pmflow_core.accounts.actor import Role
from pmflow_core.accounts.models import OAuthAccount, User
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.settings import get_settings
from pmflow_core.workspaces import invitations
from tests.fakes.identity_servers import GitHubServer, OpenIdServer, serving_openid
from tests.ui.provider_visits import (
    EMAIL,
    PASSWORD,
    client,
    github,
    go,
    openid,
    openid_server,
    refusal,
    sign_in,
    who,
    words,
)

__all__ = ["client", "github", "openid", "openid_server"]
from tests.ui.tab import make_acme


def sign_up(client: TestClient, email: str = EMAIL) -> None:
    form = {"email": email, "password": PASSWORD, "name": "Product lead"}
    assert client.post("/api/auth/signup", json=form).status_code == 200


def verify(email: str = EMAIL) -> None:
    """Have somebody shown that the address is theirs."""
    with transaction(None) as session:
        session.execute(
            update(User).where(col(User.email) == email).values(email_verified_at=utcnow())
        )


def test_an_account_whose_address_was_shown_to_be_theirs_is_connected_and_stays_as_it_was(
    client: TestClient,
) -> None:
    sign_up(client)
    verify()
    client.cookies.clear()
    assert sign_in(client).headers["location"] == "/"
    assert who(client) == EMAIL
    client.cookies.clear()
    form = {"email": EMAIL, "password": PASSWORD}
    assert client.post("/api/auth/login", json=form).status_code == 200


def test_whoever_took_an_address_before_its_owner_came_is_put_out(client: TestClient) -> None:
    sign_up(client)
    planted = client.cookies["pmflow_session"]
    client.cookies.clear()

    answer = sign_in(client)

    assert answer.headers["location"] == "/account"
    assert "password" in words(answer, "account").error
    assert who(client) == EMAIL
    client.cookies.clear()
    client.cookies.set("pmflow_session", planted)
    assert who(client) is None
    form = {"email": EMAIL, "password": PASSWORD}
    assert client.post("/api/auth/login", json=form).status_code == 401


def test_another_account_at_the_same_provider_does_not_slip_in_by_the_address(
    client: TestClient, openid: OpenIdServer
) -> None:
    sign_in(client)
    client.cookies.clear()
    openid.claims["sub"] = "somebody who got the address later"
    assert "another" in refusal(sign_in(client))


def test_two_issuers_may_call_two_people_the_same(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    client.cookies.clear()
    with serving_openid() as other:
        other.claims["email"] = "other@example.com"
        monkeypatch.setenv("PMFLOW_OIDC_ISSUER", other.url)
        get_settings.cache_clear()
        sign_in(client)
    assert who(client) == "other@example.com"


def test_where_sign_up_is_closed_only_who_has_an_account_comes_in(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, openid: OpenIdServer
) -> None:
    sign_up(client)
    verify()
    client.cookies.clear()
    monkeypatch.setenv("PMFLOW_SIGNUP", "invited")
    get_settings.cache_clear()
    sign_in(client)
    assert who(client) == EMAIL
    client.cookies.clear()
    openid.claims |= {"sub": "person-2", "email": "new@example.com"}
    assert "invitation" in refusal(sign_in(client))
    acme = make_acme()
    with transaction(acme.workspace_id) as session:
        invitations.invite(session, acme, "new@example.com", Role.EDITOR)
    sign_in(client)
    assert who(client) == "new@example.com"


def test_an_account_is_connected_by_who_is_signed_in_whatever_the_address(
    client: TestClient, openid: OpenIdServer
) -> None:
    openid.claims |= {"email": "private@example.com", "email_verified": False}
    sign_up(client)
    answer = sign_in(client, "/api/auth/oauth/oidc/connect")
    assert (answer.headers["location"], words(answer, "account").field) == ("/account", "said")
    (connection,) = client.get("/api/auth/connections").json()["items"]
    assert (connection["provider"], connection["label"]) == ("oidc", "private@example.com")
    client.cookies.clear()
    sign_in(client)
    assert who(client) == EMAIL


@pytest.mark.parametrize("shown", [{"sec-fetch-site": "cross-site"}, {}], ids=str)
def test_another_site_cannot_begin_to_connect_an_account(
    client: TestClient, shown: dict[str, str]
) -> None:
    sign_up(client)
    answer = client.get("/api/auth/oauth/oidc/connect", headers=shown)
    assert "button on this page" in refusal(answer, "account")


def test_a_browser_that_says_no_site_is_believed_by_the_page_it_comes_from(
    client: TestClient,
) -> None:
    sign_up(client)
    shown = {"referer": "http://testserver/account"}
    answer = client.get("/api/auth/oauth/oidc/connect", headers=shown)
    assert answer.headers["location"].startswith("http://127.0.0.1")


def test_who_signed_out_meanwhile_connects_nothing(client: TestClient) -> None:
    sign_up(client)
    back = go(client, "/api/auth/oauth/oidc/connect")
    session, secret = client.cookies["pmflow_session"], client.cookies["pmflow_oauth"]
    client.post("/api/auth/logout")
    client.cookies.set("pmflow_session", session)
    client.cookies.set("pmflow_oauth", secret)
    assert "signed out" in refusal(client.get(back), "account")
    with transaction(None) as session_:
        assert session_.scalars(select(OAuthAccount)).all() == []


def test_a_connection_that_is_anothers_is_not_taken_over(client: TestClient) -> None:
    sign_in(client)
    client.cookies.clear()
    sign_up(client, "second@example.com")
    assert "another" in refusal(sign_in(client, "/api/auth/oauth/oidc/connect"), "account")


def test_the_last_way_in_stays(client: TestClient, github: GitHubServer) -> None:
    sign_in(client)
    answer = client.delete("/api/auth/connections/oidc")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_way_in")

    github.person.emails = []
    sign_in(client, "/api/auth/oauth/github/connect")
    assert client.delete("/api/auth/connections/oidc").status_code == 204
    assert client.delete("/api/auth/connections/github").json()["code"] == "last_way_in"
    assert client.delete("/api/auth/connections/oidc").status_code == 404


def test_a_provider_that_is_not_set_up_any_more_is_no_way_in(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    sign_in(client, "/api/auth/oauth/github/connect")
    for name in ("URL", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.delenv(f"PMFLOW_OAUTH_GITHUB_{name}")
    get_settings.cache_clear()
    assert client.delete("/api/auth/connections/oidc").json()["code"] == "last_way_in"


def test_a_session_that_the_browser_had_before_ends(client: TestClient) -> None:
    sign_up(client, "second@example.com")
    before = client.cookies["pmflow_session"]
    sign_in(client)
    assert who(client) == EMAIL
    client.cookies.clear()
    client.cookies.set("pmflow_session", before)
    assert who(client) is None
