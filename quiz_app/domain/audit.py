"""The audit trail as a chain: each entry is sealed with a number without gaps and a hash that holds all before it.

What is hashed is the entry's canonical JSON: names sorted, no spaces, UTF-8, ``details`` as the very text that is
stored. Whoever alters, removes or moves a sealed entry would have to compute every later hash anew, and the last one
stands elsewhere, noted down at the last check.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

FIRST_HASH = "0" * 64
"""What the first entry takes for the hash before it."""


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """An entry as stored: instants in ms, ``details`` as text; ``number`` and ``hash`` are None until it is sealed."""

    id: int
    happened_at: int
    actor_id: int | None
    action: str
    subject_type: str
    subject_id: int | None
    details: str
    address: str | None
    request_id: str | None
    number: int | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """Number and hash of the entry that was sealed last; 0 and FIRST_HASH before the first."""

    number: int = 0
    hash: str = FIRST_HASH

    def __str__(self) -> str:
        """As it is noted down: ``NUMBER:HASH``."""
        return f"{self.number}:{self.hash}"


class ChainFault(StrEnum):
    """What does not fit."""

    REMOVED = "removed"
    ALTERED = "altered"
    CUT_OFF = "cut_off"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class ChainProblem:
    """The first place that does not fit: the number that was looked at, and the entry found there, if any."""

    fault: ChainFault
    number: int
    entry_id: int | None = None


def hash_entry(entry: TrailEntry, number: int, previous_hash: str) -> str:
    """SHA-256, in hexadecimal, over the hash before, a line break, and the entry's canonical JSON."""
    content = {
        "action": entry.action,
        "actor_id": entry.actor_id,
        "address": entry.address,
        "details": entry.details,
        "happened_at": entry.happened_at,
        "id": entry.id,
        "number": number,
        "request_id": entry.request_id,
        "subject_id": entry.subject_id,
        "subject_type": entry.subject_type,
    }
    canonical = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(f"{previous_hash}\n{canonical}".encode()).hexdigest()


def seal_entries(entries: Iterable[TrailEntry], end: ChainEnd) -> list[TrailEntry]:
    """The entries in the order given, with the next numbers and their hashes."""
    sealed = []
    for entry in entries:
        number = end.number + 1
        end = ChainEnd(number, hash_entry(entry, number, end.hash))
        sealed.append(replace(entry, number=end.number, hash=end.hash))
    return sealed


def check_entries(entries: Iterable[TrailEntry], end: ChainEnd) -> tuple[ChainEnd, ChainProblem | None]:
    """Walk on from ``end`` over entries ordered by number; the new end, and the first problem if there is one."""
    for entry in entries:
        number = end.number + 1
        if entry.number != number:
            return end, ChainProblem(ChainFault.REMOVED, number, entry.id)
        expected = hash_entry(entry, number, end.hash)
        if entry.hash != expected:
            return end, ChainProblem(ChainFault.ALTERED, number, entry.id)
        end = ChainEnd(number, expected)
    return end, None


def read_chain_end(text: str) -> ChainEnd:
    """``NUMBER:HASH`` as it was noted down. Raises ValueError."""
    match = re.fullmatch(r"\s*(\d{1,18}):([0-9a-f]{64})\s*", text.casefold())
    if match is None:
        raise ValueError(text)
    return ChainEnd(int(match[1]), match[2])


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What is looked for in the trail. A person is found as the one who acted and as the one acted upon; ``until`` is
    the first moment that is no longer asked for.
    """

    person_id: int | None = None
    action: str | None = None
    subject_type: str | None = None
    subject_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """An entry as the screen shows it; ``number`` is None until it is sealed, names where an account is meant."""

    id: int
    number: int | None
    happened_at: datetime
    actor_id: int | None
    actor_name: str | None
    actor_login: str | None
    action: str
    subject_type: str
    subject_id: int | None
    subject_name: str | None
    subject_login: str | None
    details: dict[str, Any]
    address: str | None
    request_id: str | None
