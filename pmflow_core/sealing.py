"""Secrets that we must be able to read again, encrypted before they are stored.

Each is sealed with Fernet (https://github.com/fernet/spec) under a key that
HKDF makes of the installation's key and of what the secret belongs to. A sealed secret that is
copied to another row can therefore not be opened there.
"""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pmflow_core.errors import PmflowError

Keys = tuple[bytes, ...]
"""The installation's keys, the one that counts first; the others only open what they sealed."""


class SecretUnreadable(PmflowError):
    """A stored secret was sealed with a key that is not listed any more."""

    code = "secret_unreadable"


def seal(keys: Keys, owner: str, secret: str) -> str:
    """Return a secret sealed with the first key; `owner` says what it belongs to."""
    return _box(keys, owner).encrypt(secret.encode()).decode()


def unseal(keys: Keys, owner: str, sealed: str) -> str:
    """Return a secret that was sealed with one of the keys.

    Raises:
        SecretUnreadable: none of them opens it, or it belongs to something else.
    """
    try:
        return _box(keys, owner).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable(
            "A stored secret cannot be opened: add the key that was used before to"
            " PMFLOW_SECRET_KEY, or set the secret again."
        ) from error


def reseal(keys: Keys, owner: str, sealed: str) -> str:
    """Return the same secret sealed with the first key; raises SecretUnreadable."""
    return seal(keys, owner, unseal(keys, owner, sealed))


def _box(keys: Sequence[bytes], owner: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key, owner)) for key in keys])


def _derived(key: bytes, owner: str) -> bytes:
    kdf = HKDF(SHA256(), length=32, salt=None, info=b"pmflow stored secret\0" + owner.encode())
    return base64.urlsafe_b64encode(kdf.derive(key))
