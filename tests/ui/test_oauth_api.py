"""Signing in by GitHub and OpenID providers, over their real wire, and every way to cheat at it."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from httpx2 import Response
from joserfc.jwk import RSAKey
from sqlalchemy import Connection, select, update
from sqlmodel import col
from starlette.testclient import TestClient

from pmflow_core.accounts.models import OAuthAccount, OAuthFlow, User
from pmflow_core.clock import utcnow
from pmflow_core.db.transaction import transaction
from pmflow_core.settings import get_settings
from pmflow_ui.api.app import make_api
from pmflow_ui.forms import RefusedForm, unpack
from tests.fakes.identity_servers import (
    CLIENT_ID,
    CLIENT_SECRET,
    GitHubServer,
    OpenIdServer,
    serving_github,
    serving_openid,
)

EMAIL, PASSWORD = "lead@example.com", "a long enough phrase"
SAME_SITE = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def openid_server() -> Iterator[OpenIdServer]:
    with serving_openid() as server:
        yield server


@pytest.fixture
def openid(openid_server: OpenIdServer) -> OpenIdServer:
    """An OpenID provider that says only what a new one says."""
    openid_server.signs_with = openid_server.key
    openid_server.metadata, openid_server.userinfo = {}, {}
    openid_server.claims = {
        "sub": "person-1",
        "email": EMAIL,
        "email_verified": True,
        "name": "Product lead",
    }
    return openid_server


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    with serving_github() as server:
        yield server


@pytest.fixture
def client(
    connection: Connection,
    openid: OpenIdServer,
    github: GitHubServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TestClient]:
    """A browser before an installation that knows both providers."""
    del connection
    monkeypatch.setenv("PMFLOW_PUBLIC_URL", "http://testserver")
    for name, url in (("OIDC_ISSUER", openid.url), ("OAUTH_GITHUB_URL", github.url)):
        monkeypatch.setenv(f"PMFLOW_{name}", url)
    for name in ("OIDC", "OAUTH_GITHUB"):
        monkeypatch.setenv(f"PMFLOW_{name}_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv(f"PMFLOW_{name}_CLIENT_SECRET", CLIENT_SECRET)
    get_settings.cache_clear()
    yield TestClient(make_api(), follow_redirects=False, raise_server_exceptions=False)
    get_settings.cache_clear()


def go(client: TestClient, path: str = "/api/auth/oauth/oidc", **params: str) -> str:
    """Set out, let the provider say yes, and return the address it sends the browser back to."""
    left = client.get(path, params=params, headers=SAME_SITE)
    assert left.status_code == 303
    back = httpx2.get(left.headers["location"], follow_redirects=False)
    return back.headers["location"].removeprefix("http://testserver")


def sign_in(client: TestClient, path: str = "/api/auth/oauth/oidc", **params: str) -> Response:
    return client.get(go(client, path, **params))


def words(answer: Response, form: str = "login") -> RefusedForm:
    """Return what the next page is told to say."""
    cookies = [c for c in answer.headers.get_list("set-cookie") if c.startswith("pmflow_form=")]
    # Of two of one name a browser keeps the last.
    found = unpack(cookies[-1].partition(";")[0], form)
    assert found is not None
    return found


def refusal(answer: Response, page: str = "login") -> str:
    """Return why nobody was let in."""
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{page}")
    assert "pmflow_session=" not in str(answer.headers.get_list("set-cookie"))
    assert words(answer, page).field == "form"
    return words(answer, page).error


def who(client: TestClient) -> str | None:
    return client.get("/api/auth/me").json().get("email")


def sign_up(client: TestClient, email: str = EMAIL) -> None:
    form = {"email": email, "password": PASSWORD, "name": "Product lead"}
    assert client.post("/api/auth/signup", json=form).status_code == 200


def verify(email: str = EMAIL) -> None:
    """Have somebody shown that the address is theirs."""
    with transaction(None) as session:
        session.execute(
            update(User).where(col(User.email) == email).values(email_verified_at=utcnow())
        )


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
        {"nbf": int(time.time()) + 3600},
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
