"""What can go wrong in the words of the product, once, for every edge.

PmflowError
├── Invalid (422)           what was sent cannot be right
├── Unauthenticated (401)   nobody is signed in
├── PermissionDenied (403)  the actor's role does not reach
├── NotFound (404)          no such row for this actor; a foreign row looks the same
├── Conflict (409)          the state of the world does not allow it now
├── Outdated (412)          what would be changed is not what was seen
├── TooLarge (413)          more bytes than are taken
├── RateLimited (429)       too many in too short a time
└── Unavailable (503)       a server or provider does not answer; may work later

A leaf is declared beside the service that raises it and sets its own `code`.
Edges map them: REST to problem details, the browser to a toast, the CLI to stderr and exit 1.
"""

from typing import ClassVar


class PmflowError(Exception):
    """Root of all expected failures; its text is one sentence for a person."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False


class Invalid(PmflowError):
    """What was sent cannot be right; the text says how to mend it."""

    code = "invalid"
    http_status = 422


class Unauthenticated(PmflowError):
    """Nobody is signed in, or the credential is not valid any more."""

    code = "unauthenticated"
    http_status = 401


class PermissionDenied(PmflowError):
    """The actor's role does not reach."""

    code = "permission_denied"
    http_status = 403


class NotFound(PmflowError):
    """No such row for this actor."""

    code = "not_found"
    http_status = 404


class Conflict(PmflowError):
    """The present state does not allow it."""

    code = "conflict"
    http_status = 409


class Outdated(PmflowError):
    """Somebody changed it since it was read; nobody's work is overwritten unseen."""

    code = "outdated"
    http_status = 412


class TooLarge(PmflowError):
    """More bytes than are taken."""

    code = "too_large"
    http_status = 413


class RateLimited(PmflowError):
    """Too many attempts in too short a time."""

    code = "rate_limited"
    http_status = 429
    retry_after_s: int = 60


class Unavailable(PmflowError):
    """A server or a provider does not answer; the same call may work later."""

    code = "unavailable"
    http_status = 503
    retryable = True
