"""What a browser must not be tricked into: foreign writes, foreign frames, foreign scripts."""

import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pmflow_ui.api.problems import problem
from pmflow_ui.viewer import session_token

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# One year; without sub-domains, which are not ours to decide for.
_SECURE = {"Strict-Transport-Security": "max-age=31536000"}
# Reflex's own upload route takes any size from anybody; ours are under /api.
_CLOSED = ("/_upload", "/_all_routes", "/auth-codespace")


def script_hashes(folder: Path) -> list[str]:
    """Return the CSP sources of the inline scripts in a built frontend's pages."""
    found = {
        "'sha256-" + b64encode(sha256(script.encode()).digest()).decode() + "'"
        for page in folder.rglob("*.html")
        for script in _INLINE.findall(page.read_text())
    }
    return sorted(found)


def content_policy(public_url: str, hashes: Iterable[str]) -> str:
    """Return the Content-Security-Policy of a page: nothing from any other host."""
    host = urlsplit(public_url).netloc
    scheme = "wss" if public_url.startswith("https:") else "ws"
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self'", *hashes]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            f"connect-src 'self' {scheme}://{host}",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def is_foreign_write(method: str, headers: Headers, origins: frozenset[str]) -> bool:
    """Return whether a write that a cookie would authenticate comes from another site.

    Browsers say so in Sec-Fetch-Site or Origin. A program sends neither, and no cookie.
    """
    if method in _SAFE or headers.get("authorization"):
        return False
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    if origin is not None:
        return origin not in origins
    return site is None and bool(session_token(headers.get("cookie", "")))


class BrowserSafety:
    """The outermost layer: refuses foreign writes and adds the security headers."""

    def __init__(
        self, app: ASGIApp, origins: Iterable[str], policy: str, *, is_secure: bool = False
    ) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._policy = policy
        self._always = _HEADERS | (_SECURE if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; sockets pass, their origin is checked by the socket server."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]

        async def with_headers(message: Message) -> None:
            # A 304 has no type, and its headers replace those of the page it confirms.
            if message["type"] == "http.response.start" and message["status"] != 304:
                self._protect(path, MutableHeaders(scope=message))
            await send(message)

        if path.startswith(_CLOSED):
            await problem(404, "not_found", "There is nothing here.")(scope, receive, with_headers)
            return
        if is_foreign_write(scope["method"], Headers(scope=scope), self._origins):
            answer = problem(403, "foreign_origin", "This write comes from another site.")
            await answer(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)

    def _protect(self, path: str, headers: MutableHeaders) -> None:
        for name, value in self._always.items():
            headers.setdefault(name, value)
        if headers.get("content-type", "").startswith("text/html"):
            headers.setdefault("Content-Security-Policy", self._policy)
            headers.setdefault("Cache-Control", "no-cache")
        else:
            headers.setdefault(
                "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"
            )
        if path.startswith("/api/"):
            headers.setdefault("Cache-Control", "no-store")
