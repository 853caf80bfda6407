"""Sorts what vendors answer into failures that may pass and failures that will not.

The texts are for people: they name the vendor, the status and the vendor's own words, cut and
with everything that looks like a key taken out.
"""

import json
import re
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx2
from pydantic import BaseModel, ConfigDict, ValidationError

from pmflow_core.clock import utcnow
from pmflow_core.providers.base import ProviderRejected, ProviderUnavailable

Failure = ProviderUnavailable | ProviderRejected

_MOST_WORDS = 300
_MOST_KIND = 60
_KEY = re.compile(r"\b(?:sk|pk|key)-[\w*.-]{4,}", re.IGNORECASE)
_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
)
_PASSING = frozenset({408, 409, 429})
# A 429 or an error in the stream that says the money is used up: asking again does not help.
# https://platform.claude.com/docs/en/api/errors,
# https://help.openai.com/en/articles/5955604-troubleshooting-api-rate-limits-and-429-errors
_SPENT = frozenset(
    {
        "billing_error",
        "contract_spend_limit_reached",
        "enforced_spend_limit_reached",
        "insufficient_quota",
        "billing_hard_limit_reached",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "project_spend_limit_exceeded",
    }
)
# Of an error inside a stream, whose HTTP status was 200, only its type tells.
_REFUSING = frozenset(
    {
        "authentication_error",
        "invalid_request_error",
        "not_found_error",
        "permission_error",
        "request_too_large",
    }
)


class _Details(BaseModel):
    error_code: str | None = None


class _Error(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    type: str | None = None
    code: str | None = None
    message: str | None = None
    details: _Details | None = None

    @property
    def names(self) -> frozenset[str]:
        found = (self.type, self.code, self.details and self.details.error_code)
        return frozenset(name for name in found if name)


class _Body(BaseModel):
    error: _Error | str


def of_status(vendor: str, status: int, body: object, retry_after: str | None, key: str) -> Failure:
    """Return the failure that an HTTP answer with an error status means.

    Args:
        vendor: Name of the provider.
        status: The HTTP status.
        body: The decoded body, of whatever shape.
        retry_after: The header of that name.
        key: The credential, to take it out of the vendor's words.
    """
    error = _parse(body)
    text = _text(vendor, f"answered {status}", error, key)
    if error.names & _SPENT:
        return ProviderRejected(text)
    if status in _PASSING or status >= 500:
        return ProviderUnavailable(text, retry_after_s=seconds_of(retry_after))
    return ProviderRejected(text)


def of_event(vendor: str, text: str, key: str) -> Failure:
    """Return the failure that an error inside a stream means; the call may have been billed.

    Args:
        vendor: Name of the provider.
        text: The event's data, JSON as it should be.
        key: The credential, to take it out of the vendor's words.
    """
    error = _parse(_decoded(text))
    said = _text(vendor, "broke off", error, key)
    if error.names & (_SPENT | _REFUSING):
        return ProviderRejected(said)
    return ProviderUnavailable(said, maybe_billed=True)


def of_silence(vendor: str, what: str, *, maybe_billed: bool) -> ProviderUnavailable:
    """Return the failure of a connection: `what` says what happened to it."""
    return ProviderUnavailable(f"{vendor}: {what}.", maybe_billed=maybe_billed)


def of_connection(vendor: str, error: Exception, *, started: bool) -> ProviderUnavailable:
    """Return the failure of a connection that broke or kept silent.

    Args:
        vendor: Name of the provider.
        error: The library's error, or the transport's own, which the library may wrap.
        started: Whether the answer had begun.
    """
    cause = error.__cause__ if isinstance(error.__cause__, httpx2.HTTPError) else error
    if isinstance(cause, _NEVER_SENT):
        return of_silence(vendor, "no connection could be made", maybe_billed=False)
    if isinstance(cause, httpx2.TimeoutException):
        what = "the answer stopped coming" if started else "no answer came"
        return of_silence(vendor, f"{what} in time", maybe_billed=True)
    return of_silence(vendor, "the connection broke", maybe_billed=True)


def of_nonsense(vendor: str) -> ProviderUnavailable:
    """Return the failure of an answer that is not in the vendor's own format."""
    return of_silence(vendor, "the answer is not in the expected format", maybe_billed=True)


def seconds_of(retry_after: str | None) -> float | None:
    """Return a Retry-After header in seconds, never negative; None when it is not to be read."""
    if retry_after is None:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    # A date without a zone is GMT (RFC 9110 §5.6.7).
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - utcnow()).total_seconds())


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _parse(body: object) -> _Error:
    """Anthropic and most servers wrap the error, OpenAI's library unwraps it, some send a text."""
    if isinstance(body, str):
        return _Error(message=body)
    try:
        inner = _Body.model_validate(body).error
        return _Error(message=inner) if isinstance(inner, str) else inner
    except ValidationError:
        pass
    try:
        return _Error.model_validate(body)
    except ValidationError:
        return _Error()


def _text(vendor: str, what: str, error: _Error, key: str) -> str:
    # The key goes before the cut: half a key would not be found any more.
    kind = f" ({_safe(error.type, key)[:_MOST_KIND]})" if error.type else ""
    words = _safe(error.message or "", key)[:_MOST_WORDS]
    return f"{vendor} {what}{kind}{': ' + words if words else '.'}"


def _safe(text: str, key: str) -> str:
    text = text.replace(key, "[key]") if key else text
    return " ".join(_KEY.sub("[key]", text).replace("\x00", " ").split())
