"""How Slack, GitHub and Pylon sign: the headers, what is signed, and the sender's id of it.

Nothing here reads a database or a clock. Sources, read in November 2026:
Slack: https://docs.slack.dev/authentication/verifying-requests-from-slack
GitHub: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
Pylon: https://support.usepylon.com/articles/6080966819 names X-Pylon-Signature over the body;
destinations made in its API settings send Pylon-Webhook-Signature over `timestamp.body`.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pmflow_core.integrations.schemas import PylonSettings
from pmflow_core.integrations.signatures import MOST_ID_CHARS, WINDOW_S, BadSignature

SLACK_MARK = "v0="
GITHUB_MARK = "sha256="
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows of its sender: a signature, its scheme's name, and when it was made."""

    header: str
    mark: str
    timestamp_header: str = ""
    signed: str = "{body}"
    """What is signed, with the timestamp and the body in their places."""


SLACK = Shown("x-slack-signature", SLACK_MARK, "x-slack-request-timestamp", "v0:{timestamp}:{body}")
GITHUB = Shown("x-hub-signature-256", GITHUB_MARK)


def of_pylon(settings: PylonSettings) -> Shown:
    """Return how an endpoint's Pylon signs, which its settings say."""
    signed = "{timestamp}.{body}" if settings.timestamp_header else "{body}"
    return Shown(
        settings.signature_header.lower(),
        settings.prefix,
        settings.timestamp_header.lower(),
        signed,
    )


def verify(shown: Shown, secrets: Sequence[str], headers: Headers, body: bytes, now: float) -> None:
    """Return if the request was signed with one of the secrets, within five minutes where it says.

    Raises:
        BadSignature: otherwise; the text says whether the clock or the signature is wrong.
    """
    timestamp = _timestamp(shown, headers, now)
    given = headers.get(shown.header, "").encode(errors="replace")
    wanted = [(shown.mark + digest(shown, secret, timestamp, body)).encode() for secret in secrets]
    # all are compared, so that the time tells nothing
    matches = [hmac.compare_digest(one, given) for one in wanted]
    if not any(matches):
        raise BadSignature(
            f"{shown.header} does not fit; check that the secret here is the sender's."
        )


def digest(shown: Shown, secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body in hex, without its mark."""
    before, _, after = shown.signed.replace("{timestamp}", timestamp).partition("{body}")
    content = before.encode() + body + after.encode()
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def signed_headers(shown: Shown, secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the headers with which a sender of that scheme would send a body."""
    headers = {shown.header: shown.mark + digest(shown, secret, str(timestamp), body)}
    if shown.timestamp_header:
        headers[shown.timestamp_header] = str(timestamp)
    return headers


def as_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body is; empty for anything else."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}


def id_or_hash(given: object, body: bytes) -> str:
    """Return the sender's id of a delivery, or its body's SHA-256 where it gives none."""
    text = given if isinstance(given, str) else ""
    if 1 <= len(text) <= MOST_ID_CHARS and text.isascii() and text.isprintable():
        return text
    return f"sha256-{hashlib.sha256(body).hexdigest()}"


def _timestamp(shown: Shown, headers: Headers, now: float) -> str:
    if not shown.timestamp_header:
        return ""
    timestamp = headers.get(shown.timestamp_header, "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise BadSignature(f"Send {shown.timestamp_header} as seconds since 1970.")
    if abs(now - int(timestamp)) > WINDOW_S:
        raise BadSignature(f"{shown.timestamp_header} is more than five minutes from now.")
    return timestamp
