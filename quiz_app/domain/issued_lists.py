"""Lists that prove themselves: what is signed, how a file is compared with what was issued, and what is found.

A list is a sequence of lines: what stands above the table, its headings, its rows, what stands below. Each line has a
digest of its own, bound to the list's code; the digest of the list is that of all of them in their order. Nothing of
the lines themselves is kept. Of each cell of a row there is a mark of three bytes, enough to name the column in which a
row was altered.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from typing import Any

LINE_BYTES, MARK_BYTES = 16, 3
MOST_FINDINGS = 50
MOST_EXTRA_LINES = 1000
"""A file with more lines beyond those issued is not compared line by line."""
FORMULA_SIGNS = ("=", "+", "-", "@")
_INVISIBLE = dict.fromkeys([*range(9), *range(14, 32), 0x7F, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
"""What no file keeps, and nobody sees: the readers of files leave it out as well."""
_DECIMAL = re.compile(r"(-?(?:0|[1-9]\d*))[.,](\d+)")


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
class ListLines:
    """The lines of a list as texts by column. ``heading`` is the line of the table's headings; the rows follow it.

    With ``has_ordinal`` the first cell of a row is its running number and no part of its digest: a row that is taken
    out is then one finding, however the rest was numbered anew.
    """

    lines: Sequence[Sequence[str]]
    heading: int
    row_count: int
    has_ordinal: bool


@dataclass(frozen=True, slots=True)
class ListSeal:
    """What is kept of the lines."""

    digests: bytes
    marks: bytes
    heading: int
    row_count: int
    column_count: int
    has_ordinal: bool

    @property
    def digest(self) -> str:
        """The digest of the whole list, in hexadecimal."""
        return hashlib.sha256(self.digests).hexdigest()


class FindingKind(StrEnum):
    """What is not as it was issued."""

    ROW_ALTERED = "row_altered"
    ROW_MISSING = "row_missing"
    LINE_ADDED = "line_added"
    TEXT_ALTERED = "text_altered"
    TEXT_MISSING = "text_missing"
    REORDERED = "reordered"
    TOO_DIFFERENT = "too_different"
    SHEET_ADDED = "sheet_added"
    SHOWS_OTHERWISE = "shows_otherwise"
    """Formulas, or number formats with digits of their own: what a person sees is not what the file holds."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference. ``row`` counts the rows of the list from 1, ``file_row`` those of the file; ``columns`` are
    indices from 0, empty where none can be named.
    """

    kind: FindingKind
    row: int | None = None
    file_row: int | None = None
    columns: tuple[int, ...] = ()


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


@lru_cache(maxsize=16384)
def make_canonical(text: str) -> str:
    """One text for what means the same: NFC, one space between words, nothing invisible, the apostrophe of the guard
    against formulas gone, ``8,50`` and ``8.5`` alike. Leading zeros stay.
    """
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = text.translate(_INVISIBLE)
    text = " ".join(text.split())
    if text.startswith("'") and text[1:2] in FORMULA_SIGNS:
        text = text[1:]
    found = _DECIMAL.fullmatch(text)
    if found:
        decimals = found[2].rstrip("0")
        return f"{found[1]}.{decimals}" if decimals else found[1]
    return text


def seal_lines(code: str, table: ListLines) -> ListSeal:
    """Digests of the lines and marks of the cells of the rows."""
    key = code.encode()
    start = hashlib.sha256(key + b"\n")
    digests, marks = bytearray(), bytearray()
    first, last = table.heading + 1, table.heading + table.row_count
    width = len(table.lines[table.heading])
    for number, line in enumerate(table.lines):
        is_row = first <= number <= last
        cells = _clean_line(line, skips_first=is_row and table.has_ordinal)
        digests += _digest(start, cells)
        if is_row:
            cells += [""] * (width - len(cells))
            marks += b"".join([_mark(key, cell) for cell in cells[:width]])
    return ListSeal(bytes(digests), bytes(marks), table.heading, table.row_count, width, table.has_ordinal)


def compare_lines(code: str, seal: ListSeal, lines: Sequence[tuple[int, Sequence[str]]]) -> list[Finding]:
    """What is different in a file: nothing, where its lines are those that were issued.

    ``lines`` are those of the file that are not empty, each with the number of its row there.
    """
    key = code.encode()
    start = hashlib.sha256(key + b"\n")
    issued = _split(seal.digests)
    if abs(len(lines) - len(issued)) > MOST_EXTRA_LINES + len(issued) // 10:
        return [Finding(FindingKind.TOO_DIFFERENT)]
    found: list[bytes] = []
    cleaned: list[list[str]] = []
    is_below = False
    for _, line in lines:
        is_row = is_below and seal.has_ordinal and line[0].strip().isdecimal() if line else False
        cells = _clean_line(line, skips_first=is_row)
        digest = _digest(start, cells)
        if digest == issued[seal.heading]:
            is_below = True
        found.append(digest)
        cleaned.append(cells)
    if found == issued:
        return []
    if Counter(found) == Counter(issued):
        return [Finding(FindingKind.REORDERED)]
    findings: list[Finding] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, issued, found, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        both = min(i_end - i, j_end - j)
        for step in range(both):
            findings.append(_compare_one(key, seal, i + step, lines[j + step][0], cleaned[j + step]))
        for number in range(i + both, i_end):
            row = _find_row(seal, number)
            findings.append(Finding(FindingKind.TEXT_MISSING if row is None else FindingKind.ROW_MISSING, row))
        findings += [Finding(FindingKind.LINE_ADDED, file_row=lines[number][0]) for number in range(j + both, j_end)]
        if len(findings) > MOST_FINDINGS:
            break
    return findings


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


def _compare_one(key: bytes, seal: ListSeal, number: int, file_row: int, cells: list[str]) -> Finding:
    row = _find_row(seal, number)
    if row is None:
        return Finding(FindingKind.TEXT_ALTERED, file_row=file_row)
    width = seal.column_count
    if seal.has_ordinal and cells:
        # A running number that was overwritten too is no other row.
        cells = ["", *cells[1:]]
    cells = cells + [""] * (width - len(cells))
    offset = (row - 1) * width * MARK_BYTES
    marks = [seal.marks[offset + place * MARK_BYTES : offset + (place + 1) * MARK_BYTES] for place in range(width)]
    columns = tuple(place for place in range(width) if _mark(key, cells[place]) != marks[place])
    return Finding(FindingKind.ROW_ALTERED, row, file_row, columns)


def _find_row(seal: ListSeal, number: int) -> int | None:
    row = number - seal.heading
    return row if 1 <= row <= seal.row_count else None


def _clean_line(line: Sequence[str], *, skips_first: bool) -> list[str]:
    cells = [make_canonical(cell) if cell else "" for cell in line]
    if skips_first and cells:
        cells[0] = ""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _digest(start: Any, cells: Iterable[str]) -> bytes:
    digest = start.copy()
    digest.update("\x1f".join(cells).encode())
    return bytes(digest.digest()[:LINE_BYTES])


@lru_cache(maxsize=16384)
def _mark(key: bytes, cell: str) -> bytes:
    return hashlib.blake2b(cell.encode(), key=key, digest_size=MARK_BYTES).digest()


def _split(digests: bytes) -> list[bytes]:
    return [digests[start : start + LINE_BYTES] for start in range(0, len(digests), LINE_BYTES)]
