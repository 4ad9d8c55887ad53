"""The keyed hashes of this server, made once from its secret key."""

from __future__ import annotations

from functools import lru_cache

from quiz_app.keyed_hashes import KeyedHashes
from quiz_app.web.identity import get_settings


def get_keys() -> KeyedHashes:
    """The keys of this process's settings."""
    return _make_keys(get_settings().secret_key)


@lru_cache(maxsize=4)
def _make_keys(secret_key: str) -> KeyedHashes:
    return KeyedHashes(secret_key)
