"""The secrets of a webhook, in or out: made, kept sealed, replaced with a time of grace."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from pmflow_core.integrations.signatures import MARK
from pmflow_core.sealing import Keys, reseal, unseal

OVERLAP = timedelta(hours=24)
"""So long after a rotation the secret before it still counts."""
Stored = list[dict[str, Any]]


class StoredSecret(BaseModel):
    """A sealed secret, and until when it counts; None: until it is replaced."""

    sealed: str
    until: datetime | None = None


def owner_of(kind: str, row_id: UUID) -> str:
    """Return what a secret is sealed for, so that it opens in no other row."""
    return f"{kind}:{row_id}"


def make_secret() -> str:
    """Return a new secret as Standard Webhooks writes it: 32 random bytes."""
    return MARK + base64.b64encode(secrets.token_bytes(32)).decode()


def with_new(stored: Stored, sealed: str, now: datetime, grace: timedelta = OVERLAP) -> Stored:
    """Return the secrets with a new one first; the one before counts for the time of grace."""
    before = _counting(stored, now)[:1] if grace else []
    kept = (StoredSecret(sealed=old.sealed, until=now + grace) for old in before)
    return [each.model_dump(mode="json") for each in (StoredSecret(sealed=sealed), *kept)]


def counting(stored: Stored, keys: Keys, owner: str, now: datetime) -> list[str]:
    """Return the secrets that count at the moment, the newest first; raises SecretUnreadable."""
    return [unseal(keys, owner, each.sealed) for each in _counting(stored, now)]


def old_until(stored: Stored, now: datetime) -> datetime | None:
    """Return until when the secret before the present one counts; None when it does not."""
    ends = [each.until for each in _counting(stored, now) if each.until is not None]
    return max(ends, default=None)


def resealed(stored: Stored, keys: Keys, owner: str) -> Stored:
    """Return the same secrets under the first key; raises SecretUnreadable."""
    renewed = [
        each.model_copy(update={"sealed": reseal(keys, owner, each.sealed)})
        for each in map(StoredSecret.model_validate, stored)
    ]
    return [each.model_dump(mode="json") for each in renewed]


def _counting(stored: Stored, now: datetime) -> Sequence[StoredSecret]:
    found = [StoredSecret.model_validate(each) for each in stored]
    return [each for each in found if each.until is None or each.until > now]
