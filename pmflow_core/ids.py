"""Identifiers: time-ordered UUIDs and secret tokens."""

import hashlib
import os
import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """Return a UUID version 7: 48 bits of Unix milliseconds, then randomness (RFC 9562 §5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def new_token() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token in hex, the only form in which tokens are stored."""
    return hashlib.sha256(token.encode()).hexdigest()
