"""Finds the row or rows of headings: under titles, over two or three rows, on any sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from quiz_app.domain.names import fold_text
from quiz_app.services.tables.sheets import Sheet
from quiz_app.services.tables.values import Column, Value

DEEPEST_HEADING = 40
"""Rows from the top in which headings are looked for: letter head, title and legal basis stand above them."""
MOST_HEADING_ROWS = 3
_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\*")
_NUMBERING = re.compile(r"[(\[]?\s*(\d{1,2}|[A-H])\s*[)\]]?(\s*=.*)?")


@dataclass(frozen=True, slots=True)
class Heading:
    """Where headings were found: ``last_row`` from 0; ``columns`` by name, ``unknown`` by index."""

    sheet: Sheet
    last_row: int
    columns: dict[str, int]
    texts: dict[str, str]
    repeated: tuple[tuple[str, int], ...]
    unknown: dict[int, str]


def find_heading(sheet: Sheet, columns: Sequence[Column]) -> Heading | None:
    """The rows in which the most columns are known; the fewest rows of those. None where fewer than two are known and
    no single required column makes up the whole of what is asked for.
    """
    known = {fold_heading(text): column.name for column in columns for text in column.headings}
    grid = fill_merges(sheet, DEEPEST_HEADING + MOST_HEADING_ROWS)
    best: Heading | None = None
    for first in range(min(DEEPEST_HEADING, len(grid))):
        for height in range(1, MOST_HEADING_ROWS + 1):
            if first + height > len(grid):
                break
            heading = _match(sheet, grid, first, first + height - 1, known)
            if best is None or len(heading.columns) > len(best.columns):
                best = heading
    enough = min(2, len(columns))
    return best if best is not None and len(best.columns) >= enough else None


def fold_heading(text: str) -> str:
    """Without remarks in brackets, asterisks, accents and punctuation: "Ngày sinh (dd/mm) *" is "ngay sinh"."""
    return fold_text(_REMARK.sub(" ", text)) or fold_text(text)


def fill_merges(sheet: Sheet, row_count: int) -> list[list[str]]:
    """The texts of the first rows, with what a merged area says in each of its cells."""
    grid = [[cell if isinstance(cell, str) else "" for cell in row] for row in sheet.rows[:row_count]]
    for (top, left), (bottom, right) in sheet.merges:
        if top >= len(grid) or left >= len(grid[top]) or not grid[top][left]:
            continue
        for row in grid[top : min(bottom + 1, len(grid))]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = grid[top][left]
    return grid


def _match(sheet: Sheet, grid: list[list[str]], first: int, last: int, known: dict[str, str]) -> Heading:
    found: dict[str, int] = {}
    texts: dict[str, str] = {}
    repeated: list[tuple[str, int]] = []
    unknown: dict[int, str] = {}
    for index in range(max(len(row) for row in grid[first : last + 1])):
        parts = [row[index] for row in grid[first : last + 1] if index < len(row) and row[index]]
        # A merged heading stands in each of its rows: once is enough.
        parts = [part for position, part in enumerate(parts) if position == 0 or part != parts[position - 1]]
        if not parts:
            continue
        name = _find_name(parts, known)
        if name is None:
            unknown[index] = parts[-1]
        elif name in found:
            repeated.append((parts[-1], index))
        else:
            found[name], texts[name] = index, parts[-1]
    return Heading(sheet, last, found, texts, tuple(repeated), unknown)


def _find_name(parts: list[str], known: dict[str, str]) -> str | None:
    """The lowest heading is the closest ("Họ và tên" under "Thông tin cá nhân"); a split one reads from the top."""
    for text in (" ".join(parts), parts[-1], *parts[-2::-1]):
        name = known.get(fold_heading(text))
        if name is not None:
            return name
    return None


def is_numbering(row: Sequence[Value]) -> bool:
    """Whether this is the row of column numbers that official tables have below their headings: (1) (2) (3)."""
    texts = [cell for cell in row if cell]
    if len(texts) < 2 or not all(isinstance(text, str) and _NUMBERING.fullmatch(text) for text in texts):
        return False
    marks = [match[1] for text in texts if (match := _NUMBERING.fullmatch(str(text)))]
    letters = [mark for mark in marks if not mark.isdecimal()]
    numbers = [int(mark) for mark in marks[len(letters) :] if mark.isdecimal()]
    # Letters, where there are some, stand before the numbers: A, B, 1, 2. A person named "A" has a number before.
    if len(numbers) + len(letters) < len(marks) or not numbers or numbers[0] > 2:
        return False
    return all(after == before + 1 for before, after in pairwise(numbers))
