"""Lists and papers that were handed out under a code, and what the key signs of them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from quiz_app.domain.list_seals import ListSeal


class ListKind(StrEnum):
    """What a list tells."""

    SCORES = "scores"
    REMINDER = "reminder"
    RANKING = "ranking"
    PARTICIPATION = "participation"


class IssuedPaper(StrEnum):
    """What a paper of an initiative round is."""

    ENTRIES = "initiative_entries"
    MINUTES = "initiative_minutes"
    DECISION = "initiative_decision"
    JUDGE_SHEET = "judge_sheet"
    APPRAISAL = "appraisal_minutes"


class FileFormat(StrEnum):
    """What a list is handed out as."""

    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"
    DOCX = "docx"

    @property
    def has_readable_rows(self) -> bool:
        """Whether an uploaded file of this kind is compared row by row; of others, byte by byte."""
        return self in (FileFormat.XLSX, FileFormat.CSV)


@dataclass(frozen=True, slots=True)
class IssuedList:
    """A list that was handed out, of a knowledge round or (``initiative_round_id``) of an initiative round.
    ``unit_id`` is None for the whole round; ``totals`` are figures that stand on it; ``state`` tells how far the
    results were.
    """

    code: str
    kind: ListKind | IssuedPaper
    file_format: FileFormat
    round_id: int | None
    unit_id: int | None
    made_at: datetime
    made_by_id: int
    seal: ListSeal
    columns: tuple[str, ...]
    totals: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    file_digest: str = ""
    initiative_round_id: int | None = None


def make_signed_text(issued: IssuedList) -> bytes:
    """What the key signs: everything that the public page says of the list."""
    of_round = {} if issued.initiative_round_id is None else {"initiative_round": issued.initiative_round_id}
    return json.dumps(
        {
            **of_round,
            "code": issued.code,
            "kind": str(issued.kind),
            "format": str(issued.file_format),
            "round": issued.round_id,
            "unit": issued.unit_id,
            "made_at": issued.made_at.isoformat(timespec="milliseconds"),
            "made_by": issued.made_by_id,
            "rows": issued.seal.row_count,
            "heading": issued.seal.heading,
            "ordinal": issued.seal.has_ordinal,
            "digest": issued.seal.digest,
            "marks": hashlib.sha256(issued.seal.marks).hexdigest(),
            "columns": list(issued.columns),
            "totals": dict(issued.totals),
            "state": dict(issued.state),
            "file": issued.file_digest,
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def sign(key: bytes, issued: IssuedList) -> str:
    """The signature (HMAC-SHA-256) in hexadecimal."""
    return hmac.digest(key, make_signed_text(issued), "sha256").hex()


def is_signed(key: bytes, issued: IssuedList, signature: str) -> bool:
    """Whether the signature is the key's, for exactly this."""
    return hmac.compare_digest(sign(key, issued), signature)
