"""What a document is made of once it has been walked through: lines, and tables of lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from question_bank.readers.word.lines import Line


@dataclass(slots=True)
class Cell:
    """A cell: its lines, and the tables in it."""

    blocks: list[Line | Table]


@dataclass(slots=True)
class Table:
    """A table, row by row. ``is_content``: our own writer says that it belongs to a text."""

    rows: list[list[Cell]]
    paragraph: int
    is_content: bool = False


def iterate_lines(blocks: list[Line | Table]) -> Iterator[Line]:
    """Every line, those in tables too."""
    for block in blocks:
        if isinstance(block, Line):
            yield block
        else:
            for row in block.rows:
                for cell in row:
                    yield from iterate_lines(cell.blocks)
