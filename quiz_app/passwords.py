"""Password hashes: argon2id within OWASP's parameters, a few at a time.

t=3, m=12 MiB, p=1 is one of OWASP's equivalent settings and costs about 15 CPU-ms a check; the library's default
costs ten times that, which at 07:00 on the first day would be the whole server. The semaphore keeps sign-ins from
taking every thread, and the memory, from people who are saving answers.
"""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHES_AT_ONCE = 2
_hasher = PasswordHasher(time_cost=3, memory_cost=12 * 1024, parallelism=1)
_places = threading.BoundedSemaphore(HASHES_AT_ONCE)
_decoy_hash = _hasher.hash("no account has this password")


def hash_password(password: str) -> str:
    """The encoded hash, with parameters and a random salt in it."""
    with _places:
        return _hasher.hash(password)


def is_password_right(password: str, password_hash: str | None) -> bool:
    """Whether the password fits. Without a hash a decoy is checked, so that an unknown account takes as long as a
    known one.
    """
    with _places:
        try:
            _hasher.verify(password_hash or _decoy_hash, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None


def needs_new_hash(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)
