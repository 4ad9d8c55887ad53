"""The document from top to bottom: paragraphs as lines, tables as tables, in the order of reading."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from lxml import etree

from question_bank.readers.opening import WrongFile
from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.blocks import Cell, Table
from question_bank.readers.word.drawings import Pictures
from question_bank.readers.word.lines import Line, Note, Piece
from question_bank.readers.word.names import W, get_value
from question_bank.readers.word.numbering import BULLET, Numbering
from question_bank.readers.word.old_text import convert_legacy, convert_unmarked
from question_bank.readers.word.parts import WordFile
from question_bank.readers.word.runs import BREAK, TRACKED, Inline, RunReader, make_label_look
from question_bank.readers.word.styles import Styles, apply_properties, read_fill

MOST_TEXT = 8_000_000
"""Characters of a document; 500 questions have about 300,000."""
MOST_LINES = 40_000
"""2,000 questions have about 15,000."""
_TOO_LONG = N_("the document is too long to be read in one piece; split it into several files")
_DEEPEST = 12
"""Tables within tables; deeper ones are left to their text."""
_ROLES = {
    "ItemFront": "front", "ItemContinuation": "br", "ItemBreak": "in", "ItemParagraph": "p", "ItemBullet": "ul",
    "ItemNumbered": "ol",
    "ItemCode": "pre", "ItemDetail": "detail", "ItemStem": "stem", "ItemOption": "option",
}  # fmt: skip


_KEPT_EMPTY = frozenset({"br", "in", "p", "ul", "ol", "pre", "stem", "option"})
"""Empty lines of our own writer stand for themselves."""


class BodyReader:
    """Walks the main part once."""

    def __init__(self, file: WordFile) -> None:
        """Raises WrongFile where styles or numbering are damaged."""
        self._file = file
        self._styles = Styles(file.styles)
        self._numbering = Numbering(file.numbering)
        self.pictures = Pictures(file)
        self._runs = RunReader(self._styles, self.pictures, self._find_note)
        self._paragraphs = 0
        self._lines = 0
        self._left = MOST_TEXT
        self._pending: list[Piece] = []
        self._pending_notes: list[Note] = []

    def read(self) -> list[Line | Table]:
        """Every line and table. Raises WrongFile for a document without a body or with too much text."""
        body = self._file.document.find(f"{W}body")
        if body is None:
            raise WrongFile(N_("the file is damaged or of another kind than its name says"))
        blocks = list(self._walk(body, "", 0))
        convert_unmarked(blocks)
        return blocks

    def _walk(self, element: etree._Element, fill: str, depth: int) -> Iterator[Line | Table]:
        for child in element:
            tag = child.tag
            if tag == f"{W}p":
                yield from self._read_paragraph(child, fill, depth)
            elif tag == f"{W}tbl" and depth < _DEEPEST:
                yield self._read_table(child, depth)
            elif (
                tag
                in (
                    f"{W}tbl",
                    f"{W}sdt",
                    f"{W}sdtContent",
                    f"{W}customXml",
                    f"{W}ins",
                    f"{W}moveTo",
                    f"{W}tr",
                    f"{W}tc",
                )
                and depth < 4 * _DEEPEST
            ):
                yield from self._walk(child, fill, depth + 1)

    def _read_paragraph(self, paragraph: etree._Element, fill: str, depth: int) -> Iterator[Line | Table]:
        self._paragraphs += 1
        properties = paragraph.find(f"{W}pPr")
        style = get_value(properties, f"{W}pStyle") or ""
        inline = self._runs.read(paragraph, style, fill)
        self._left -= sum(len(piece.text) for piece, _ in inline.pieces)
        if self._left < 0:
            raise WrongFile(_TOO_LONG)
        self._add_number(properties, style, inline)
        pieces = self._pending + convert_legacy(inline)
        notes, self._pending, self._pending_notes = self._pending_notes, [], []
        if properties is not None and properties.find(f"{W}rPr/{W}del") is not None:
            # The end of this paragraph was deleted: it goes on in the next one.
            inline.note(TRACKED)
            self._pending, self._pending_notes = pieces, notes + inline.notes
            return
        self._lines += 1 + sum(piece is BREAK for piece in pieces)
        if self._lines > MOST_LINES:
            raise WrongFile(_TOO_LONG)
        yield from self._make_lines(pieces, notes + inline.notes, style)
        for box in inline.boxes:
            if depth < 4 * _DEEPEST:
                yield from self._walk(box, "", depth + 1)

    def _add_number(self, properties: etree._Element | None, style: str, inline: Inline) -> None:
        if not inline.pieces and not inline.boxes:
            return  # Word shows the number of an empty paragraph too, but nobody means it.
        found = None if properties is None else properties.find(f"{W}numPr")
        if found is None or found.find(f"{W}numId") is None:
            found = self._styles.find_number(style) if found is None else found
        number = None if found is None else self._numbering.count(found)
        if number is None or not number.text:
            return
        look = apply_properties(make_label_look(self._styles, style, properties), number.properties)
        text = "- " if number.text == BULLET else f"{number.text} "
        inline.pieces.insert(0, (Piece(text, look.look), look.font))

    def _make_lines(self, pieces: list[Piece], notes: list[Note], style: str) -> Iterator[Line]:
        role = _ROLES.get(style, "")
        is_heading = self._styles.get_name(style).startswith(("heading", "title", "tiêu đề"))
        groups: list[list[Piece]] = [[]]
        for piece in pieces:
            if piece is BREAK:
                groups.append([])
            else:
                groups[-1].append(piece)
        for number, group in enumerate(groups):
            line = Line(
                tuple(group), self._paragraphs, role=role, is_heading=is_heading, notes=notes if not number else []
            )
            if line.text.strip() or line.notes or role in _KEPT_EMPTY:
                yield _split_label(line)

    def _read_table(self, table: etree._Element, depth: int) -> Table:
        begun = self._paragraphs + 1
        rows = []
        for row in _iterate(table, f"{W}tr"):
            if row.find(f"{W}trPr/{W}del") is not None:
                continue
            cells = []
            for cell in _iterate(row, f"{W}tc"):
                fill = read_fill(cell.find(f"{W}tcPr/{W}shd"))
                cells.append(Cell(list(self._walk(cell, fill, depth + 1))))
            rows.append(cells)
        return Table(rows, begun, get_value(table.find(f"{W}tblPr"), f"{W}tblStyle") == "ItemTable")

    def _find_note(self, reference: etree._Element) -> Note | None:
        key = reference.get(f"{W}id")
        if reference.tag == f"{W}commentReference":
            text = _find_note_text(self._file.comments, key)
            return Note("stem", N_("a comment was left out: %(text)s"), {"text": text})
        root = self._file.footnotes if reference.tag == f"{W}footnoteReference" else self._file.endnotes
        return Note("stem", N_("a footnote was left out: %(text)s"), {"text": _find_note_text(root, key)})


def _iterate(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The rows of a table or the cells of a row, through content controls."""
    for child in element:
        if child.tag == name:
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"):
            yield from _iterate(child, name)


def _find_note_text(root: etree._Element | None, key: str | None) -> str:
    for note in () if root is None else root:
        if note.get(f"{W}id") == key:
            return " ".join("".join(text.text or "" for text in note.iter(f"{W}t")).split())[:80]
    return "…"


def _split_label(line: Line) -> Line:
    """Labels of our own writer have a look of their own; the rest of the line is then text and nothing else."""
    count = 0
    for piece in line.pieces:
        if not piece.look.is_label:
            break
        count += len(piece.text)
    if not count:
        return line
    rest = line.cut(count)
    label = " ".join(line.text[:count].split())
    return dataclasses.replace(rest, label=label, notes=line.notes, text="")
