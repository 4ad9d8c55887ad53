"""Lines: what a Word document becomes before anybody asks what is a question and what an option.

A line is what a person sees as one: a paragraph, or a part of it between soft breaks. It keeps how each piece looks,
because the key may be in the look.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from question_bank.readers.report import Severity

PICTURE_SIGN = "\ufffc"
"""Stands in the text of a line where a picture is (Unicode's object replacement character)."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a piece of text looks. ``colour`` and ``highlight`` are empty where they are the usual ones.

    ``is_meant``: the emphasis comes from a style of our own writer, which marks what belongs to the text.
    """

    bold: bool = False
    italic: bool = False
    underline: bool = False
    colour: str = ""
    highlight: str = ""
    script: str = ""
    is_code: bool = False
    is_meant: bool = False
    is_label: bool = False


PLAIN = Look()


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one look, or a picture (its text is the picture sign)."""

    text: str
    look: Look = PLAIN
    picture: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened to a line while it was read: a problem that has no place yet."""

    field: str
    message: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    severity: Severity = Severity.WARNING


@dataclass(slots=True)
class Line:
    """One line with its pieces; ``paragraph`` counts all paragraphs of the document from 1.

    ``label`` is set where the structure says what the line is ("Câu 3", "B", "Đáp án") and the words need not be asked.
    ``role`` is set for lines of our own writer. ``table`` is the HTML of a table that belongs to the text.
    """

    pieces: tuple[Piece, ...]
    paragraph: int
    label: str | None = None
    label_pieces: tuple[Piece, ...] = ()
    role: str = ""
    table: str = ""
    is_heading: bool = False
    notes: list[Note] = dataclasses.field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        """The text is made once; it is asked for many times."""
        self.text = "".join(piece.text for piece in self.pieces)

    def cut(self, start: int, end: int | None = None) -> Line:
        """The part of the line between two places in its text. Its notes stay with the first part."""
        notes = self.notes if start == 0 else []
        pieces = cut_pieces(self.pieces, start, len(self.text) if end is None else end)
        return Line(pieces, self.paragraph, role=self.role, table=self.table, notes=notes)


def cut_pieces(pieces: Sequence[Piece], start: int, end: int) -> tuple[Piece, ...]:
    """The pieces between two places, the outer ones cut."""
    found, place = [], 0
    for piece in pieces:
        low, high = max(start - place, 0), min(end - place, len(piece.text))
        if low < high:
            whole = low == 0 and high == len(piece.text)
            found.append(piece if whole else replace(piece, text=piece.text[low:high]))
        place += len(piece.text)
    return tuple(found)


def clean_piece(text: str) -> str:
    """NFC, and without the characters of no width that come along from web pages and split words."""
    if text.isascii():
        return text
    return _OF_NO_WIDTH.sub("", unicodedata.normalize("NFC", text))


_OF_NO_WIDTH = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
