"""The inside of a paragraph: runs and what stands between them, as pieces of text; soft breaks end a line."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from question_bank.readers.legacy_fonts import Encoding, find_font_encoding
from question_bank.readers.report import Severity
from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.drawings import Pictures, choose_alternative
from question_bank.readers.word.formulas import FormulaTooRich, write_formula
from question_bank.readers.word.lines import Note, Piece
from question_bank.readers.word.names import MC, M, W
from question_bank.readers.word.styles import RunLook, Styles

BREAK = Piece("\n")
_THROUGH = frozenset(
    f"{W}{name}" for name in ("hyperlink", "smartTag", "customXml", "fldSimple", "sdtContent", "dir", "bdo", "sdt")
)
_ADDED = frozenset({f"{W}ins", f"{W}moveTo"})
_REMOVED = frozenset({f"{W}del", f"{W}moveFrom"})
_SYMBOLS = dict(zip("abgdepqlmstwDSW", "αβγδεπθλμστωΔΣΩ", strict=True))
_TICKS = {"fc": "✓", "fe": "☑", "a8": "□", "6f": "□", "fb": "✗", "e0": "→", "b7": "•", "d8": "➢", "a7": "▪"}
_LONGEST_EXCERPT = 80

TRACKED = Note("stem", N_("tracked changes were read as if they had been accepted"))


@dataclass(slots=True)
class Inline:
    """What a paragraph holds: pieces (BREAK is a soft break) with the old font of each, notes, and its text boxes."""

    pieces: list[tuple[Piece, str]] = dataclasses.field(default_factory=list)
    notes: list[Note] = dataclasses.field(default_factory=list)
    boxes: list[etree._Element] = dataclasses.field(default_factory=list)

    def note(self, note: Note) -> None:
        """Take a note, once."""
        if note not in self.notes:
            self.notes.append(note)


class RunReader:
    """Reads the runs of a document in their order: fields may reach over paragraphs."""

    def __init__(self, styles: Styles, pictures: Pictures, find_note: Callable[[etree._Element], Note | None]) -> None:
        """``find_note`` gives the note that a footnote, endnote or comment reference stands for."""
        self._styles = styles
        self._pictures = pictures
        self._find_note = find_note
        self._fields: list[bool] = []

    def read(self, paragraph: etree._Element, style: str, fill: str = "") -> Inline:
        """The content of a ``w:p``."""
        inline = Inline()
        self._walk(paragraph, style, fill, inline)
        return inline

    def _walk(self, element: etree._Element, style: str, fill: str, inline: Inline, depth: int = 0) -> None:
        for child in element:
            tag = child.tag
            if tag == f"{W}r":
                self._read_run(child, style, fill, inline)
            elif tag in _REMOVED:
                inline.note(TRACKED)
            elif tag in _ADDED or tag in _THROUGH:
                if tag in _ADDED:
                    inline.note(TRACKED)
                if depth < 50:
                    self._walk(child, style, fill, inline, depth + 1)
            elif tag in (f"{M}oMath", f"{M}oMathPara"):
                self._read_formula(child, inline)
            elif tag == f"{MC}AlternateContent":
                chosen = choose_alternative(child)
                if chosen is not None and depth < 50:
                    self._walk(chosen, style, fill, inline, depth + 1)

    def _read_run(self, run: etree._Element, style: str, fill: str, inline: Inline) -> None:
        look: RunLook | None = None
        for child in run:
            tag = child.tag
            if tag == f"{W}fldChar":
                self._step_field(str(child.get(f"{W}fldCharType", "")))
            elif tag == f"{W}instrText":
                if (child.text or "").strip().upper().startswith("EQ "):
                    inline.note(_refuse(N_("a formula of an old kind (EQ field) cannot be read; type it again")))
            elif any(self._fields) or tag == f"{W}rPr":
                continue
            elif tag in (f"{W}drawing", f"{W}pict", f"{W}object", f"{MC}AlternateContent"):
                self._read_drawing(child, inline)
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference", f"{W}commentReference"):
                note = self._find_note(child)
                if note is not None:
                    inline.note(note)
            else:
                if look is None:
                    look = self._styles.resolve(style, run.find(f"{W}rPr"))
                self._read_text(child, look, fill, inline)

    def _read_text(self, child: etree._Element, look: RunLook, fill: str, inline: Inline) -> None:
        tag, shown, encoding = child.tag, look.look, find_font_encoding(look.font)
        if tag in (f"{W}br", f"{W}cr"):
            inline.pieces.append((BREAK, ""))
            return
        text = _PLAIN.get(str(tag), "")
        if tag == f"{W}t":
            text = child.text or ""
        elif tag == f"{W}softHyphen":
            # TCVN3 writes its most common vowel, the letter ư, with the code of the soft hyphen.
            text = "\xad" if encoding in (Encoding.TCVN3, Encoding.TCVN3_CAPITALS) else ""
        elif tag == f"{W}sym":
            text = self._read_symbol(child, inline)
        if not text:
            return
        if look.is_hidden:
            inline.note(Note("stem", N_("hidden text was left out: %(text)s"), {"text": text[:_LONGEST_EXCERPT]}))
            return
        if look.is_struck and text.strip():
            inline.note(
                Note("stem", N_("text that is struck through was kept: %(text)s"), {"text": text[:_LONGEST_EXCERPT]})
            )
        if fill and not shown.highlight:
            shown = dataclasses.replace(shown, highlight=fill)
        inline.pieces.append((Piece(text.replace("\n", " "), shown), look.font if encoding else ""))

    def _read_symbol(self, child: etree._Element, inline: Inline) -> str:
        font, code = str(child.get(f"{W}font", "")), str(child.get(f"{W}char", "")).lower()[-2:]
        found = _SYMBOLS.get(_to_character(code), "") if font == "Symbol" else _TICKS.get(code, "")
        if not found:
            inline.note(_refuse(N_("a sign of the font %(name)s cannot be read; type it again"), font))
            return "�"
        return found

    def _read_drawing(self, element: etree._Element, inline: Inline) -> None:
        if element.tag == f"{MC}AlternateContent":
            chosen = choose_alternative(element)
            if chosen is None:
                return
            element = chosen
        pieces, notes, boxes = self._pictures.read_drawing(element)
        inline.pieces += [(piece, "") for piece in pieces]
        for note in notes:
            inline.note(note)
        inline.boxes += boxes

    def _read_formula(self, element: etree._Element, inline: Inline) -> None:
        try:
            text = write_formula(element)
        except FormulaTooRich as error:
            inline.note(_refuse(str(error)))
            return
        if text:
            inline.pieces.append((Piece(text), ""))
            inline.note(Note("stem", N_("a formula was kept as text: %(text)s"), {"text": text[:_LONGEST_EXCERPT]}))

    def _step_field(self, step: str) -> None:
        """A field has an instruction, which is not shown, and a result, which is."""
        if step == "begin":
            self._fields.append(True)
        elif step == "separate" and self._fields:
            self._fields[-1] = False
        elif step == "end" and self._fields:
            self._fields.pop()


_PLAIN = {f"{W}tab": "\t", f"{W}ptab": "\t", f"{W}noBreakHyphen": "-"}


def make_label_look(styles: Styles, style: str, properties: etree._Element | None) -> RunLook:
    """The look of an automatic number: that of the paragraph's end mark."""
    return styles.resolve(style, None if properties is None else properties.find(f"{W}rPr"))


def _to_character(code: str) -> str:
    try:
        return chr(int(code, 16))
    except ValueError:
        return ""


def _refuse(message: str, name: str = "") -> Note:
    return Note("stem", message, {"name": name[:_LONGEST_EXCERPT]} if name else {}, Severity.ERROR)
