"""Issuing lists under a code and a signature."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from quiz_app.domain.certificates import (
    CODE_BITS,
    make_code,
)
from quiz_app.domain.issued_lists import (
    FileFormat,
    IssuedList,
    ListLines,
    seal_lines,
    sign,
)
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence import issued_lists as lists_store
from quiz_app.persistence.issued_lists import SignedList
from quiz_app.persistence.session import transaction
from quiz_app.services.score_lists.values import OfficialData


@dataclass(frozen=True, slots=True)
class NewList:
    """A list that is about to be handed out: what it says, and its lines as they stand in the file."""

    code: str
    data: OfficialData
    lines: ListLines
    totals: Mapping[str, Any]
    content_digest: str
    """SHA-256 of the file that holds it."""


def new_list_code() -> str:
    """A code that nobody guesses: 100 random bits, as those of certificates."""
    return make_code(secrets.randbits(CODE_BITS))


def issue_lists(
    lists: Sequence[NewList],
    *,
    person: Person,
    file_format: FileFormat,
    secret_key: str,
    now: datetime,
) -> None:
    """Sign and keep the lists of one hand-out, with one audit entry: the file may then leave the server."""
    if not lists:
        return
    issued = [
        IssuedList(
            code=new.code,
            kind=new.data.kind,
            file_format=file_format,
            round_id=new.data.round.id,
            unit_id=None if new.data.unit is None else new.data.unit.id,
            made_at=new.data.made_at,
            made_by_id=person.id,
            seal=seal_lines(new.code, new.lines),
            columns=tuple(new.lines.lines[new.lines.heading]),
            totals=new.totals,
            state=new.data.state,
            file_digest=new.content_digest,
        )
        for new in lists
    ]
    with transaction() as work:
        key_id = lists_store.find_newest_key(work) or lists_store.add_key(work, now=now)
        key = derive_key(secret_key, key_id)
        # Instants are kept to the millisecond; what is signed must read back the same.
        rounded = [replace(one, made_at=_round_to_ms(one.made_at)) for one in issued]
        lists_store.add_lists(work, [SignedList(one, key_id, sign(key, one)) for one in rounded])
        first = issued[0]
        audit.add_entry(
            work,
            now=now,
            actor_id=person.id,
            action="list_exported",
            subject=("round", first.round_id),
            # Not the codes: who reads the trail has no use for them.
            details={
                "kind": str(first.kind),
                "format": str(file_format),
                "unit_id": first.unit_id if len(issued) == 1 else None,
                "lists": len(issued),
                "rows": sum(one.seal.row_count for one in issued),
            },
        )


def rotate_keys(*, now: datetime) -> int:
    """Add a signing key, which signs from now on; lists under older keys stay provable. The id of the new key."""
    with transaction() as work:
        key_id = lists_store.add_key(work, now=now)
        audit.add_entry(
            work, now=now, actor_id=None, action="signing_key_added", subject=("signing_key", key_id), details={}
        )
    return key_id


def digest_content(content: bytes) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def derive_key(secret_key: str, key_id: int) -> bytes:
    """The key that signs lists: its own for each id, so that one can be replaced by the next."""
    return hmac.digest(secret_key.encode(), f"contest engine: lists: {key_id}".encode(), "sha256")


def _round_to_ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
