"""Lines as formatted text."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from question_bank.formatted_text import PICTURE_SCHEME, FormattedText, from_html
from question_bank.readers.word.lines import Line, Look, Piece

_BLOCKS = {"p": "<p>{}</p>", "pre": "<pre>{}</pre>"}
_LISTS = frozenset({"ul", "ol"})
_KEPT_EMPTY = frozenset({*_BLOCKS, *_LISTS, "br", "in"})


def make_text(lines: Iterable[Line]) -> FormattedText:
    """Lines as formatted text. Emphasis that covers all of it is decoration (a bold stem, a bold key): dropped."""
    kept = [line for line in lines if line.table or line.text.strip() or line.role in _KEPT_EMPTY]
    dropped = _find_decoration(piece for line in kept for piece in line.pieces)
    blocks: list[tuple[str, str]] = []
    for line in kept:
        markup = line.table or write_pieces(line.pieces, dropped)
        role = "table" if line.table else line.role
        if role == "in" and blocks:
            blocks[-1] = (blocks[-1][0], f"{blocks[-1][1]}<br>{markup}")
        else:
            blocks.append((role if role in _BLOCKS or role in _LISTS or line.table else "", markup))
    return from_html("".join(_write_blocks(blocks)))


def _write_blocks(blocks: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Plain lines are apart by a break; paragraphs, lists and tables stand for themselves."""
    for number, (role, markup) in enumerate(blocks):
        before = blocks[number - 1][0] if number else None
        after = blocks[number + 1][0] if number + 1 < len(blocks) else None
        if role in _LISTS:
            opening, closing = ("" if before == role else f"<{role}>"), ("" if after == role else f"</{role}>")
            yield f"{opening}<li>{markup}</li>{closing}"
        elif role in _BLOCKS:
            yield _BLOCKS[role].format(markup)
        else:
            yield ("<br>" if before == "" and not role else "") + markup


def write_pieces(pieces: Sequence[Piece], dropped: frozenset[str] = frozenset()) -> str:
    """Pieces as HTML, with white space reduced to single spaces."""
    parts: list[str] = []
    ends_in_space = True
    for piece in _join_alike(pieces, dropped):
        if piece.picture:
            parts.append(f'<img src="{PICTURE_SCHEME}:{piece.picture}" alt="{html.escape(piece.description)}">')
            ends_in_space = False
            continue
        text = _reduce_space(piece.text, ends_in_space)
        if text:
            ends_in_space = text.endswith(" ")
            parts.append(_wrap(html.escape(text, quote=False), piece.look))
    return "".join(parts).strip()


def _reduce_space(text: str, ends_in_space: bool) -> str:
    words = " ".join(text.split())
    before = " " if text[:1].isspace() and not ends_in_space else ""
    after = " " if text[-1:].isspace() and (words or before == "") and (words or not ends_in_space) else ""
    return before + words + after


def _wrap(text: str, look: Look) -> str:
    tags = [tag for tag, is_set in (("code", look.is_code), (look.script, bool(look.script))) if is_set]
    tags += [tag for tag, is_set in (("u", look.underline), ("em", look.italic), ("strong", look.bold)) if is_set]
    for tag in tags:
        text = f"<{tag}>{text}</{tag}>"
    return text


def _join_alike(pieces: Sequence[Piece], dropped: frozenset[str]) -> list[Piece]:
    """Neighbours of the same emphasis as one piece: Word cuts text into runs wherever somebody has typed."""
    joined: list[Piece] = []
    for piece in pieces:
        look = _reduce_look(piece.look, dropped)
        if joined and not piece.picture and not joined[-1].picture and joined[-1].look == look:
            joined[-1] = Piece(joined[-1].text + piece.text, look)
        else:
            joined.append(replace(piece, look=look))
    return joined


def _reduce_look(look: Look, dropped: frozenset[str]) -> Look:
    return Look(
        bold=look.bold and "bold" not in dropped,
        italic=look.italic and "italic" not in dropped,
        underline=look.underline and "underline" not in dropped,
        script=look.script,
        is_code=look.is_code,
    )


def _find_decoration(pieces: Iterable[Piece]) -> frozenset[str]:
    shown = [piece for piece in pieces if piece.text.strip() and not piece.picture]
    if any(piece.look.is_meant for piece in shown):
        return frozenset()
    names = ("bold", "italic", "underline")
    return frozenset(name for name in names if shown and all(getattr(piece.look, name) for piece in shown))
