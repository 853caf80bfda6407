"""Visits to GitHub and OpenID providers over their real wire, and every way to cheat."""

from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select, update
from starlette.testclient import TestClient

from pmflow_core.accounts.models import OAuthFlow
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.settings import get_settings
from tests.fakes.identity_servers import GitHubServer, OpenIdServer
from tests.ui.provider_visits import (
    EMAIL,
    client,
    github,
    go,
    openid,
    openid_server,
    refusal,
    sign_in,
    who,
)

__all__ = ["client", "github", "openid", "openid_server"]


def test_who_is_new_gets_an_account_and_is_sent_on(client: TestClient) -> None:
    answer = sign_in(client, next="/w/acme/board")
    assert (answer.status_code, answer.headers["location"]) == (303, "/w/acme/board")
    assert who(client) == EMAIL


def test_who_comes_again_is_the_same_person_whatever_their_address_is_now(
    client: TestClient, openid: OpenIdServer
) -> None:
    sign_in(client)
    client.cookies.clear()
    openid.claims |= {"email": "moved@example.com", "email_verified": False}
    sign_in(client)
    assert who(client) == EMAIL


def test_github_says_who_somebody_is_by_number_and_primary_address(
    client: TestClient, github: GitHubServer
) -> None:
    sign_in(client, "/api/auth/oauth/github")
    assert who(client) == EMAIL
    client.cookies.clear()
    github.person.login = "renamed"
    github.person.emails = []
    sign_in(client, "/api/auth/oauth/github")
    assert who(client) == EMAIL


def test_the_browser_is_sent_with_a_challenge_a_state_and_a_nonce(client: TestClient) -> None:
    left = client.get("/api/auth/oauth/oidc")
    asked = parse_qs(urlsplit(left.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://testserver/api/auth/oauth/oidc/callback"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    (cookie,) = left.headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert asked["state"][0] not in cookie


def test_no_table_holds_what_a_return_needs(client: TestClient) -> None:
    left = client.get("/api/auth/oauth/oidc")
    state = parse_qs(urlsplit(left.headers["location"]).query)["state"][0]
    secret = client.cookies["pmflow_oauth"]
    with transaction(None) as session:
        stored = str(session.scalars(select(OAuthFlow)).one().model_dump())
    assert state not in stored
    assert secret not in stored


@pytest.mark.parametrize(
    "page", ["https://evil.example", "//evil.example", "/\\evil.example", "/api/auth/logout", ""]
)
def test_nobody_is_sent_to_another_site(client: TestClient, page: str) -> None:
    assert sign_in(client, next=page).headers["location"] == "/"


def test_a_return_without_its_state_lets_nobody_in(client: TestClient) -> None:
    code = parse_qs(urlsplit(go(client)).query)["code"][0]
    answer = client.get(f"/api/auth/oauth/oidc/callback?code={code}")
    assert "was not begun here" in refusal(answer)


def test_a_return_to_another_browser_lets_nobody_in(client: TestClient) -> None:
    back = go(client)
    client.cookies.clear()
    assert "was not begun here" in refusal(client.get(back))


def test_a_return_with_a_foreign_secret_lets_nobody_in(client: TestClient) -> None:
    back = go(client)
    client.cookies.set("pmflow_oauth", "x" * 43, path="/api/auth/oauth")
    client.cookies.delete("pmflow_oauth", domain="testserver.local", path="/api/auth/oauth")
    assert "was not begun here" in refusal(client.get(back))


def test_a_return_counts_once(client: TestClient) -> None:
    back = go(client)
    secret = client.cookies["pmflow_oauth"]
    assert client.get(back).headers["location"] == "/"
    client.cookies.clear()
    client.cookies.set("pmflow_oauth", secret)
    assert "was used" in refusal(client.get(back))


def test_a_return_after_ten_minutes_lets_nobody_in(client: TestClient) -> None:
    back = go(client)
    with transaction(None) as session:
        session.execute(update(OAuthFlow).values(expires_at=utcnow()))
    assert "took too long" in refusal(client.get(back))


def test_a_return_from_one_provider_is_none_from_another(client: TestClient) -> None:
    back = go(client).replace("/oidc/", "/github/")
    assert "was not begun here" in refusal(client.get(back))


def test_an_answer_that_names_another_issuer_lets_nobody_in(client: TestClient) -> None:
    answer = client.get(f"{go(client)}&iss=https%3A%2F%2Fevil.example")
    assert "another provider" in refusal(answer)


def test_who_changes_their_mind_is_told_so(client: TestClient) -> None:
    state = parse_qs(urlsplit(go(client)).query)["state"][0]
    answer = client.get(f"/api/auth/oauth/oidc/callback?error=access_denied&state={state}")
    assert "changed your mind" in refusal(answer)


def test_a_code_that_was_stolen_is_of_no_use_without_the_browsers_secret(
    client: TestClient, openid: OpenIdServer
) -> None:
    stolen = parse_qs(urlsplit(go(client)).query)["code"][0]
    mine = go(client)
    own = parse_qs(urlsplit(mine).query)["code"][0]
    del openid.codes[own]
    assert "did not confirm" in refusal(client.get(mine.replace(own, stolen)))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["another-client", "third"]},
        {"aud": None},
        {"azp": "another-client"},
        {"nonce": "replayed"},
        {"nonce": None},
        {"exp": 1_000_000},
        {"exp": None},
        {"nbf": 32_503_680_000},  # the year 3000
        {"sub": None},
        {"sub": ""},
        {"at_hash": "wrong"},
    ],
    ids=str,
)
def test_a_word_that_is_not_about_this_visit_lets_nobody_in(
    client: TestClient, openid: OpenIdServer, claims: dict[str, object]
) -> None:
    openid.claims |= claims
    refusal(sign_in(client))
    assert who(client) is None


def test_a_word_signed_by_somebody_else_lets_nobody_in(
    client: TestClient, openid: OpenIdServer
) -> None:
    openid.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert "does not show who you are" in refusal(sign_in(client))


@pytest.mark.parametrize(
    "metadata",
    [{"issuer": "https://evil.example"}, {"token_endpoint": None}, {"jwks_uri": "not an address"}],
    ids=str,
)
def test_a_provider_that_misdescribes_itself_is_not_asked(
    client: TestClient, openid: OpenIdServer, metadata: dict[str, object]
) -> None:
    openid.metadata = metadata
    answer = client.get("/api/auth/oauth/oidc")
    if answer.headers["location"].startswith("http"):
        answer = sign_in(client)
    assert "does not answer as it should" in refusal(answer)


def test_a_provider_that_is_away_is_said_to_be(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PMFLOW_OIDC_ISSUER", "http://127.0.0.1:9")
    get_settings.cache_clear()
    assert "does not answer" in refusal(client.get("/api/auth/oauth/oidc"))


def test_a_provider_that_is_not_set_up_is_unknown(client: TestClient) -> None:
    assert "not set up" in refusal(client.get("/api/auth/oauth/google"))
    names = [each["name"] for each in client.get("/api/auth/providers").json()["items"]]
    assert names == ["github", "oidc"]


@pytest.mark.parametrize("verified", [False, None, "false", 0])
def test_an_address_that_the_provider_does_not_vouch_for_makes_no_account(
    client: TestClient, openid: OpenIdServer, verified: object
) -> None:
    openid.claims["email_verified"] = verified
    assert "verified" in refusal(sign_in(client))


def test_githubs_unverified_primary_address_makes_no_account(
    client: TestClient, github: GitHubServer
) -> None:
    github.person.emails[1]["verified"] = False
    assert "verified" in refusal(sign_in(client, "/api/auth/oauth/github"))


def test_an_address_may_come_from_the_userinfo_of_the_same_person_only(
    client: TestClient, openid: OpenIdServer
) -> None:
    openid.claims |= {"email": None, "email_verified": None}
    openid.userinfo = {"sub": "person-2", "email": EMAIL, "email_verified": True}
    assert "somebody else" in refusal(sign_in(client))
    openid.userinfo["sub"] = "person-1"
    sign_in(client)
    assert who(client) == EMAIL
