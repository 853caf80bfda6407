"""Passwords: which are taken, and how they are kept.

Hashing takes some 40 ms of a core and 19 MB on purpose, so callers do it outside of transactions,
and only a few at once are served, however many ask.
"""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pmflow_core.errors import Invalid

AT_ONCE = 2
SHORTEST = 8
LONGEST = 128
# OWASP Password Storage Cheat Sheet (2025): argon2id with 19 MiB, 2 passes, 1 lane.
_turns = BoundedSemaphore(AT_ONCE)
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Of a password that nobody knows; verifying against it costs what a real one does.
_NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$"
    "dXHRjSQSAIVSMBXNXuSl1Q$tqX4/oSNIkYTHnXxkcFgvnk1wiQ9+bexJneWyw4nHhI"
)
# Those of the usual lists that are long enough to pass otherwise.
_COMMON = """
password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword secret123
12345678 123456789 1234567890 0123456789 987654321 87654321 11111111 00000000 88888888
12341234 123123123 11223344 1q2w3e4r 1q2w3e4r5t 1qaz2wsx qazwsxedc qwertyui qwertyuiop
qwerty12 qwerty123 qwerty1234 asdfghjk asdfghjkl zxcvbnm1 abcd1234 abc12345 a1b2c3d4
iloveyou iloveyou1 sunshine princess football baseball superman starwars trustno1 whatever
welcome1 welcome123 letmein1 letmein123 monkey123 dragon123 changeme changeme1 changeme123
admin123 admin1234 administrator root1234 test1234 testtest computer internet google123
"""
_REFUSED = frozenset(_COMMON.split())


class WeakPassword(Invalid):
    """The password is too short, too long or among the first that are tried."""

    code = "weak_password"


def check_password(password: str, email: str) -> None:
    """Refuse a password that is easily guessed.

    Raises:
        WeakPassword: the text says what to choose instead.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"A password has {SHORTEST} to {LONGEST} characters.")
    folded = password.casefold()
    guessable = folded in _REFUSED or len(set(folded)) == 1
    if guessable or folded in {email, email.partition("@")[0]}:
        raise WeakPassword("That password is among the first ones tried. Choose another.")


def hash_password(password: str) -> str:
    """Return the argon2id hash to keep; its parameters and salt are inside."""
    with _turns:
        return _hasher.hash(_bytes(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Return whether the password is the one hashed; without a hash, False in the same time."""
    if password_hash is None or len(password) > LONGEST:
        _matches(_NOBODYS_HASH, password[:LONGEST])
        return False
    return _matches(password_hash, password)


def _matches(password_hash: str, password: str) -> bool:
    try:
        with _turns:
            return _hasher.verify(password_hash, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    # A lone surrogate is a possible, if odd, part of what a browser sends.
    return password.encode("utf-8", "surrogatepass")
