"""The seal of a list: what is kept of its lines, so that a file can prove itself later.

A list is a sequence of lines: what stands above the table, its headings, its rows, what stands below. Each line has a
digest of its own, bound to the list's code; the digest of the list is that of all of them in their order. Nothing of
the lines themselves is kept. Of each cell of a row there is a mark of three bytes, enough to name the column in which a
row was altered.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

LINE_BYTES, MARK_BYTES = 16, 3
FORMULA_SIGNS = ("=", "+", "-", "@")
_INVISIBLE = dict.fromkeys([*range(9), *range(14, 32), 0x7F, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
"""What no file keeps, and nobody sees: the readers of files leave it out as well."""
_DECIMAL = re.compile(r"(-?(?:0|[1-9]\d*))[.,](\d+)")


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
    start = start_digest(code)
    digests, marks = bytearray(), bytearray()
    first, last = table.heading + 1, table.heading + table.row_count
    width = len(table.lines[table.heading])
    for number, line in enumerate(table.lines):
        is_row = first <= number <= last
        cells = clean_line(line, skips_first=is_row and table.has_ordinal)
        digests += digest_line(start, cells)
        if is_row:
            cells += [""] * (width - len(cells))
            marks += b"".join([mark_cell(key, cell) for cell in cells[:width]])
    return ListSeal(bytes(digests), bytes(marks), table.heading, table.row_count, width, table.has_ordinal)


def start_digest(code: str) -> Any:
    """What the digest of every line of a list begins with: a line of one list is none of another."""
    return hashlib.sha256(code.encode() + b"\n")


def clean_line(line: Sequence[str], *, skips_first: bool) -> list[str]:
    """The cells as they are compared, without empty ones at the end; the first one empty where it is left out."""
    cells = [make_canonical(cell) if cell else "" for cell in line]
    if skips_first and cells:
        cells[0] = ""
    while cells and not cells[-1]:
        cells.pop()
    return cells


def digest_line(start: Any, cells: Iterable[str]) -> bytes:
    """The digest of a line; ``start`` is the hash that all lines of a list begin with (``start_digest``)."""
    digest = start.copy()
    digest.update("\x1f".join(cells).encode())
    return bytes(digest.digest()[:LINE_BYTES])


@lru_cache(maxsize=16384)
def mark_cell(key: bytes, cell: str) -> bytes:
    """The mark of a cell."""
    return hashlib.blake2b(cell.encode(), key=key, digest_size=MARK_BYTES).digest()
