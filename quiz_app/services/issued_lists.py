"""Issuing lists under a code and a signature."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quiz_app.domain.certificates import CODE_BITS, make_code
from quiz_app.domain.issued_lists import FileFormat, IssuedList
from quiz_app.domain.list_seals import ListLines, seal_lines
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.session import transaction
from quiz_app.services.list_signatures import sign_lists
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
        sign_lists(work, issued, secret_key=secret_key, now=now)
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


def digest_content(content: bytes) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
