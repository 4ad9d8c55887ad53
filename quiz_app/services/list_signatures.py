"""The keys that sign lists and papers, and the signing."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from quiz_app.domain.issued_lists import IssuedList, sign
from quiz_app.persistence import audit
from quiz_app.persistence import issued_lists as lists_store
from quiz_app.persistence.issued_lists import SignedList
from quiz_app.persistence.session import Work, transaction


def sign_lists(work: Work, issued: Sequence[IssuedList], *, secret_key: str, now: datetime) -> None:
    """Keep lists under the newest key's signature."""
    key_id = lists_store.find_newest_key(work) or lists_store.add_key(work, now=now)
    key = derive_key(secret_key, key_id)
    # Instants are kept to the millisecond; what is signed must read back the same.
    rounded = [replace(one, made_at=_round_to_ms(one.made_at)) for one in issued]
    lists_store.add_lists(work, [SignedList(one, key_id, sign(key, one)) for one in rounded])


def rotate_keys(*, now: datetime) -> int:
    """Add a signing key, which signs from now on; lists under older keys stay provable. The id of the new key."""
    with transaction() as work:
        key_id = lists_store.add_key(work, now=now)
        audit.add_entry(
            work, now=now, actor_id=None, action="signing_key_added", subject=("signing_key", key_id), details={}
        )
    return key_id


def derive_key(secret_key: str, key_id: int) -> bytes:
    """The key of this id: the database alone signs nothing."""
    return hmac.digest(secret_key.encode(), f"contest engine: lists: {key_id}".encode(), "sha256")


def _round_to_ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
