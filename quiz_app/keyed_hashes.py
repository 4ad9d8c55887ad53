"""Quick keyed hashes (HMAC-SHA-256) of what the server must recognise and not keep: one-time codes, the reference of a
request to join, and citizens' numbers.

A one-time code is random with 57 bits: nobody finds it from its hash. A citizen's number has about 37 bits and would be
found from a plain hash within minutes; under a key that is not in the database it is not.

Each use has a key of its own, derived from ``SECRET_KEY``. After a change of that key the codes on slips no longer hold
(new ones are made), and a citizen's number is found again once its row was imported anew; ``key_mark``, which stands
before each hash, tells which key it was made with.
"""

from __future__ import annotations

import hmac
from hashlib import sha256


class KeyedHashes:
    """The hashes of a server."""

    def __init__(self, secret_key: str) -> None:
        self._codes = _derive_key(secret_key, b"activation codes")
        self._references = _derive_key(secret_key, b"registration references")
        self._citizens = _derive_key(secret_key, b"citizen numbers")
        self.key_mark = sha256(b"mark of " + self._citizens).hexdigest()[:8]

    def hash_code(self, account_id: int, code: str) -> str:
        """Of a one-time code, bound to the account that it is for."""
        return _hash(self._codes, f"{account_id}:{code}")

    def hash_reference(self, reference: str) -> str:
        """Of the reference under which an applicant looks at their request."""
        return _hash(self._references, reference)

    def hash_citizen_number(self, number: str) -> str:
        """Of a citizen's number, with the mark of the key before it."""
        return f"{self.key_mark}:{_hash(self._citizens, number)}"


def are_equal(one: str, other: str) -> bool:
    """Whether two hashes are the same, in the same time whether they are or not."""
    return hmac.compare_digest(one, other)


def _derive_key(secret_key: str, purpose: bytes) -> bytes:
    return hmac.digest(secret_key.encode(), b"contest engine: " + purpose, "sha256")


def _hash(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()
