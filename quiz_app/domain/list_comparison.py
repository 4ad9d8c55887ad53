"""A file compared with the seal of the list that was issued: which rows were altered, taken out or put in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from quiz_app.domain.list_seals import (
    LINE_BYTES,
    MARK_BYTES,
    ListSeal,
    clean_line,
    digest_line,
    mark_cell,
    start_digest,
)

MOST_FINDINGS = 50
MOST_EXTRA_LINES = 1000
"""A file with more lines beyond those issued is not compared line by line."""


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


def compare_lines(code: str, seal: ListSeal, lines: Sequence[tuple[int, Sequence[str]]]) -> list[Finding]:
    """What is different in a file: nothing, where its lines are those that were issued.

    ``lines`` are those of the file that are not empty, each with the number of its row there.
    """
    key = code.encode()
    start = start_digest(code)
    issued = _split(seal.digests)
    if abs(len(lines) - len(issued)) > MOST_EXTRA_LINES + len(issued) // 10:
        return [Finding(FindingKind.TOO_DIFFERENT)]
    found: list[bytes] = []
    cleaned: list[list[str]] = []
    is_below = False
    for _, line in lines:
        is_row = is_below and seal.has_ordinal and line[0].strip().isdecimal() if line else False
        cells = clean_line(line, skips_first=is_row)
        digest = digest_line(start, cells)
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
    columns = tuple(place for place in range(width) if mark_cell(key, cells[place]) != marks[place])
    return Finding(FindingKind.ROW_ALTERED, row, file_row, columns)


def _find_row(seal: ListSeal, number: int) -> int | None:
    row = number - seal.heading
    return row if 1 <= row <= seal.row_count else None


def _split(digests: bytes) -> list[bytes]:
    return [digests[start : start + LINE_BYTES] for start in range(0, len(digests), LINE_BYTES)]
