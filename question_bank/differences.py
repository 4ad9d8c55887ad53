"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORD = re.compile(r"\s+|[^\W_]+|.", re.DOTALL)
MOST_WORDS = 4000
"""Longer texts are shown as replaced whole: comparing takes the square of the length."""


class PieceKind(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and what became of them. Plain text."""

    kind: PieceKind
    text: str


def compare_texts(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of both texts in reading order: what was removed stands before what came in its place."""
    if before == after:
        return (Piece(PieceKind.SAME, after),) if after else ()
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) > MOST_WORDS:
        return _drop_empty((Piece(PieceKind.REMOVED, before), Piece(PieceKind.ADDED, after)))
    pieces: list[Piece] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(PieceKind.SAME, "".join(new[new_start:new_end])))
            continue
        pieces.append(Piece(PieceKind.REMOVED, "".join(old[start:end])))
        pieces.append(Piece(PieceKind.ADDED, "".join(new[new_start:new_end])))
    return _drop_empty(pieces)


def _drop_empty(pieces: tuple[Piece, ...] | list[Piece]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.text)
