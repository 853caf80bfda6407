"""Standard Webhooks: how a sender shows that a delivery is its own, and when it sent it.

Follows version 1 of the specification (https://github.com/standard-webhooks/standard-webhooks):
HMAC-SHA256 over `id.timestamp.body`, in base64, with the scheme's name before it. Nothing here
reads a database or a clock.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pmflow_core.errors import Unauthenticated

WINDOW_S = 300
MARK = "whsec_"
MOST_SIGNATURES = 10
MOST_ID_CHARS = 200
_SCHEME = "v1"


class BadSignature(Unauthenticated):
    """The delivery is not signed as it should be, too old, or from the future."""

    code = "bad_signature"


@dataclass(frozen=True, slots=True)
class Signed:
    """What the headers of a delivery say."""

    id: str
    timestamp: str
    signatures: tuple[str, ...]

    @staticmethod
    def of(headers: Mapping[str, str]) -> "Signed | None":
        """Return what lower-cased headers say; None when there is no signature at all."""
        if "webhook-signature" not in headers:
            return None
        signatures = headers["webhook-signature"].split()
        return Signed(
            headers.get("webhook-id", ""),
            headers.get("webhook-timestamp", ""),
            tuple(signatures[:MOST_SIGNATURES]),
        )


def is_secret(text: str) -> bool:
    """Return whether a text is a secret of the specification: 24 to 64 bytes after the mark."""
    try:
        key = base64.b64decode(text.removeprefix(MARK), validate=True)
    except ValueError:
        return False
    return text.startswith(MARK) and 24 <= len(key) <= 64


def derive_secret(key: bytes, endpoint_id: UUID, version: int) -> str:
    """Return the secret of an endpoint from before secrets were stored.

    It is HMAC-SHA256 of the endpoint and the version, so one secret tells nothing of another.
    """
    message = b"pmflow webhook secret\0" + endpoint_id.bytes + version.to_bytes(4)
    made = hmac.new(key, message, hashlib.sha256).digest()
    return MARK + base64.b64encode(made).decode()


def sign(secret: str, delivery_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature` for a delivery."""
    key = base64.b64decode(secret.removeprefix(MARK))
    content = b".".join((delivery_id.encode(), str(timestamp).encode(), body))
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return f"{_SCHEME},{base64.b64encode(digest).decode()}"


def verify(secrets: Sequence[str], signed: Signed, body: bytes, *, now: float) -> None:
    """Return if one of the signatures was made with one of the secrets, within five minutes.

    Raises:
        BadSignature: otherwise; the text says whether the clock or the signature is wrong.
    """
    if not (
        1 <= len(signed.id) <= MOST_ID_CHARS and signed.id.isascii() and signed.id.isprintable()
    ):
        raise BadSignature("Send webhook-id with 1 to 200 printable ASCII characters.")
    timestamp = signed.timestamp
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise BadSignature("Send webhook-timestamp as seconds since 1970.")
    if abs(now - int(timestamp)) > WINDOW_S:
        raise BadSignature("webhook-timestamp is more than five minutes from now; sign it anew.")
    wanted = [sign(secret, signed.id, int(timestamp), body).encode() for secret in secrets]
    given = [signature.encode(errors="replace") for signature in signed.signatures]
    # all are compared, so that the time tells nothing
    matches = [hmac.compare_digest(one, other) for one in wanted for other in given]
    if not any(matches):
        raise BadSignature(
            "webhook-signature does not fit; sign id.timestamp.body with the secret."
        )
