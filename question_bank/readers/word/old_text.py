"""Text of old Vietnamese fonts, turned into Unicode or refused by name."""

from __future__ import annotations

import dataclasses

from question_bank.readers.legacy_fonts import VNI_MARKS, Encoding, convert_text, detect_encoding, find_font_encoding
from question_bank.readers.report import Severity
from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.blocks import Table, iterate_lines
from question_bank.readers.word.lines import Line, Note, Piece, clean_piece
from question_bank.readers.word.runs import Inline


def convert_legacy(inline: Inline) -> list[Piece]:
    """The pieces in Unicode. A note says so where something had to be converted, or could not be."""
    pieces: list[Piece] = []
    for piece, font in _join_split_letters(inline.pieces):
        encoding = find_font_encoding(font) if font else None
        if encoding is None:
            cleaned = clean_piece(piece.text)
            pieces.append(piece if cleaned == piece.text else dataclasses.replace(piece, text=cleaned))
            continue
        text = convert_text(piece.text, encoding)
        if encoding is Encoding.OTHER and not piece.text.isascii():
            message = N_("text in the old font %(name)s cannot be read; change it to Unicode")
            inline.note(Note("stem", message, {"name": font[:80]}, Severity.ERROR))
        elif text != piece.text:
            inline.note(Note("stem", N_("text of the old font %(name)s was turned into Unicode"), {"name": font}))
        pieces.append(dataclasses.replace(piece, text=text))
    return pieces


def _join_split_letters(pieces: list[tuple[Piece, str]]) -> list[tuple[Piece, str]]:
    """VNI writes a letter as two characters, and a run may end between them."""
    joined: list[tuple[Piece, str]] = []
    for piece, font in pieces:
        is_vni = font and find_font_encoding(font) is Encoding.VNI
        while is_vni and joined and joined[-1][1] == font and piece.text[:1] in VNI_MARKS:
            last = joined[-1][0]
            joined[-1] = (dataclasses.replace(last, text=last.text + piece.text[0]), font)
            piece = dataclasses.replace(piece, text=piece.text[1:])
        joined.append((piece, font))
    return joined


def convert_unmarked(blocks: list[Line | Table]) -> None:
    """Old text whose font says nothing any more: somebody gave the whole document a new font."""
    lines = list(iterate_lines(blocks))
    encoding = detect_encoding(" ".join(line.text for line in lines if not line.text.isascii())[:4000])
    if encoding is None:
        return
    for line in lines:
        pieces = tuple(dataclasses.replace(piece, text=convert_text(piece.text, encoding)) for piece in line.pieces)
        if pieces != line.pieces:
            line.pieces, line.text = pieces, "".join(piece.text for piece in pieces)
            note = Note("stem", N_("text of an old font (%(name)s) was turned into Unicode"), {"name": str(encoding)})
            line.notes = [*line.notes, note]
