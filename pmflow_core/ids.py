"""Identifiers: time-ordered UUIDs and secret tokens."""

import hashlib
import os
import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """Return a UUID version 7: the time to 244 ns, then 62 random bits (RFC 9562 §5.7, §6.2.3).

    Those that a process makes one after the other are in that order, which lists rely on.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    chance = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | chance)


def new_token() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token in hex, the only form in which tokens are stored."""
    return hashlib.sha256(token.encode()).hexdigest()
