"""Identity providers on the loopback that speak the real wire: OpenID Connect, and GitHub's OAuth.

They ask nobody: whoever is sent to them is the person that a test says. As programs,
`python -m tests.fakes.identity_servers 8119`, they serve for trying things by hand.
"""

import base64
import contextlib
import hashlib
import json
import secrets
import sys
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

S = TypeVar("S", bound="IdentityServer")
CLIENT_ID, CLIENT_SECRET = "pmflow-tests", "s3cret/with:signs"


@dataclass(frozen=True)
class Call:
    """One request: its path, its parameters from query and body, and its headers."""

    path: str
    given: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What a request is answered: JSON, or a redirect."""

    body: object = None
    status: int = 200
    location: str = ""


class IdentityServer:
    """What both providers share: sending a browser back with a code that is traded once."""

    def __init__(self, port: int = 0) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        self.calls: list[Call] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def start(self) -> None:
        """Serve in a thread until `stop`."""
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Serve no more."""
        self._http.shutdown()
        self._http.server_close()

    def answer(self, call: Call) -> Answer:
        """Answer a request by the route that is named for it."""
        self.calls.append(call)
        route = self.routes().get(call.path)
        return Answer({"error": "not_found"}, 404) if route is None else route(call)

    def routes(self) -> dict[str, Callable[[Call], Answer]]:
        """Return what is at which path."""
        raise NotImplementedError

    def authorize(self, call: Call) -> Answer:
        """Send the browser back with a new code."""
        if call.given.get("client_id") != CLIENT_ID:
            return Answer({"error": "unauthorized_client"}, 400)
        code = secrets.token_urlsafe(16)
        self.codes[code] = call.given
        back = {"code": code, "state": call.given.get("state", "")}
        return Answer(status=302, location=f"{call.given['redirect_uri']}?{urlencode(back)}")

    def trade(self, call: Call) -> dict[str, str] | None:
        """Return what was asked for with a code; None unless all of RFC 6749 and 7636 fits."""
        asked = self.codes.pop(call.given.get("code", ""), None)
        if asked is None or not _is_client(call):
            return None
        digest = hashlib.sha256(call.given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        fits = (
            call.given.get("redirect_uri") == asked.get("redirect_uri")
            and asked.get("code_challenge_method") == "S256"
            and asked.get("code_challenge") == challenge
        )
        return asked if fits else None

    def new_token(self) -> str:
        """Return an access token that counts from now on."""
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        return token

    def is_bearer(self, call: Call) -> bool:
        """Return whether a request shows a token that counts."""
        return call.headers.get("authorization", "").removeprefix("Bearer ") in self.tokens


class OpenIdServer(IdentityServer):
    """An OpenID provider; `claims` are added to its ID tokens, and None takes one away."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.signs_with = self.key
        self.claims: dict[str, Any] = {
            "sub": "person-1",
            "email": "lead@example.com",
            "email_verified": True,
            "name": "Product lead",
        }
        self.userinfo: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}

    def routes(self) -> dict[str, Callable[[Call], Answer]]:
        """Return the endpoints that discovery names, and discovery."""
        return {
            "/.well-known/openid-configuration": self._discovery,
            "/authorize": self.authorize,
            "/token": self._token,
            "/keys": lambda _: Answer({"keys": [self.key.as_dict(private=False)]}),
            "/userinfo": self._userinfo,
        }

    def _discovery(self, _call: Call) -> Answer:
        about = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }
        return Answer(about | self.metadata)

    def _token(self, call: Call) -> Answer:
        asked = self.trade(call)
        if asked is None:
            return Answer({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims: dict[str, Any] = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked.get("nonce", "")} | self.claims
        kept = {name: value for name, value in claims.items() if value is not None}
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, kept, self.signs_with)
        return Answer(
            {
                "access_token": self.new_token(),
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": signed,
            }
        )

    def _userinfo(self, call: Call) -> Answer:
        if not self.is_bearer(call):
            return Answer({"error": "invalid_token"}, 401)
        return Answer(self.userinfo)


@dataclass
class GitHubPerson:
    """Who GitHub says somebody is."""

    id: int = 583231
    login: str = "product-lead"
    name: str | None = "Product lead"
    emails: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"email": "old@example.com", "primary": False, "verified": True, "visibility": None},
            {"email": "lead@example.com", "primary": True, "verified": True, "visibility": None},
        ]
    )


class GitHubServer(IdentityServer):
    """GitHub's OAuth and the two routes of its API that signing in needs."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.person = GitHubPerson()

    def routes(self) -> dict[str, Callable[[Call], Answer]]:
        """Return the paths of a GitHub Enterprise Server."""
        return {
            "/login/oauth/authorize": self.authorize,
            "/login/oauth/access_token": self._token,
            "/api/v3/user": self._user,
            "/api/v3/user/emails": self._emails,
        }

    def _token(self, call: Call) -> Answer:
        if self.trade(call) is None:
            # As GitHub does: an error with status 200.
            return Answer({"error": "bad_verification_code"})
        scope = "read:user,user:email"
        return Answer({"access_token": self.new_token(), "scope": scope, "token_type": "bearer"})

    def _user(self, call: Call) -> Answer:
        if not self.is_bearer(call):
            return Answer({"message": "Bad credentials"}, 401)
        person = self.person
        return Answer({"id": person.id, "login": person.login, "name": person.name})

    def _emails(self, call: Call) -> Answer:
        if not self.is_bearer(call):
            return Answer({"message": "Bad credentials"}, 401)
        return Answer(self.person.emails)


@contextlib.contextmanager
def serving_openid() -> Generator[OpenIdServer]:
    """Serve an OpenID provider for the length of a block."""
    with _served(OpenIdServer()) as server:
        yield server


@contextlib.contextmanager
def serving_github() -> Generator[GitHubServer]:
    """Serve GitHub for the length of a block."""
    with _served(GitHubServer()) as server:
        yield server


@contextlib.contextmanager
def _served(server: S) -> Generator[S]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _is_client(call: Call) -> bool:
    """Return whether a request shows the client's secret, by header or body (RFC 6749 §2.3.1)."""
    kind, _, shown = call.headers.get("authorization", "").partition(" ")
    if kind == "Basic":
        name, _, secret = base64.b64decode(shown).decode().partition(":")
        return (unquote(name), unquote(secret)) == (CLIENT_ID, CLIENT_SECRET)
    given = (call.given.get("client_id"), call.given.get("client_secret"))
    return given == (CLIENT_ID, CLIENT_SECRET)


def _handler(server: IdentityServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["content-length"])).decode())

        def _answer(self, body: str) -> None:
            parts = urlsplit(self.path)
            given = {key: each[0] for key, each in parse_qs(f"{parts.query}&{body}").items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = server.answer(Call(parts.path, given, headers))
            self.send_response(answer.status)
            self.send_header("content-type", "application/json")
            self.send_header("connection", "close")
            if answer.location:
                self.send_header("location", answer.location)
            self.end_headers()
            self.wfile.write(json.dumps(answer.body).encode())

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    return Handler


if __name__ == "__main__":
    first = int(sys.argv[1])
    for each in (OpenIdServer(first), GitHubServer(first - 1)):
        each.start()
        sys.stdout.write(f"{type(each).__name__} {each.url} {CLIENT_ID} {CLIENT_SECRET}\n")
    sys.stdout.flush()
    threading.Event().wait()
