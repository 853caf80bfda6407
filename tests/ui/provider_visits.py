"""A browser before an installation that knows two identity providers, and its visits to them."""

from collections.abc import Iterator

import httpx2
import pytest
from httpx2 import Response
from sqlalchemy import Connection
from starlette.testclient import TestClient

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
