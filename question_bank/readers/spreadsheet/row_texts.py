"""The texts of one row of a sheet, by field: formatted or plain, with the pictures that lie on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from question_bank.formatted_text import (
    FormattedText,
    from_html,
    from_plain,
    is_blank,
    make_picture_tag,
    normalise_text,
)
from question_bank.item_rules import LONGEST_TEXT
from question_bank.pictures import WrongPicture
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.columns import FORMAT
from question_bank.readers.spreadsheet.grid import Cell, Row
from question_bank.readers.spreadsheet.notes import Notes
from question_bank.readers.spreadsheet.picture_store import PictureStore
from question_bank.readers.spreadsheet.words import is_html_format

_KEPT_OF_TOO_LONG = 2000
_LONGEST_LINES = 40_000
"""Characters: 50 accepted answers of 200 characters, each with a backslash before it, are fewer."""
_SPACE = "&#32;"
"""How our own files write space at the ends of HTML, which would be lost in a cell."""


@dataclass(slots=True)
class RowTexts:
    """A row while it is read. ``filled`` are cells merged over several rows, seen from the rows below the first.

    ``names`` leads from the name of a picture in HTML to its digest. ``is_exact``: the row says how its texts are
    written, and nothing in them is tidied.
    """

    cells: Row
    columns: Mapping[str, int]
    notes: Notes
    store: PictureStore
    filled: Row = field(default_factory=dict)
    pictures: Mapping[int, list[bytes]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    is_exact: bool = False
    is_html: bool = False

    def read_format(self) -> None:
        """Take the row's own word on how its texts are written."""
        word = self.get_plain(FORMAT)
        if word:
            found = is_html_format(word)
            if found is None:
                self.notes.warn(FORMAT, N_("“%(text)s” is neither “Văn bản” nor “HTML”"), text=word[:60])
            self.is_exact, self.is_html = found is not None, bool(found)

    def find_cell(self, name: str) -> Cell | None:
        """The cell of a field, or None when the sheet has no such column or the cell is empty."""
        column = self.columns.get(name)
        if column is None:
            return None
        return self.cells.get(column) or self.filled.get(column)

    def has(self, name: str) -> bool:
        """Whether the field has a text or a picture."""
        column = self.columns.get(name)
        if column is None:
            return False
        return column in self.cells or column in self.filled or column in self.pictures

    def get_plain(self, name: str) -> str:
        """The text on one line, without formatting; empty when there is none."""
        cell = self.find_cell(name)
        return " ".join(normalise_text(cell.text).split()) if cell is not None and not cell.is_broken else ""

    def get_name(self, name: str) -> str:
        """A code, topic and the like: on one line, unless the row says that its texts are exact."""
        return self.get_lines(name).strip() if self.is_exact else self.get_plain(name)

    def get_lines(self, name: str) -> str:
        """The text with its line ends and with the space around it."""
        cell = self.find_cell(name)
        if cell is None or cell.is_broken:
            return ""
        if len(cell.text) > _LONGEST_LINES:
            self.notes.refuse(name, N_("the text of the cell is longer than 40,000 characters"))
        return normalise_text(cell.text[:_LONGEST_LINES])

    def read(self, name: str, *, of: str = "", prefix: re.Pattern[str] | None = None) -> FormattedText:
        """The text as formatted text, without a prefix that is no part of it; what is doubtful about it is noted."""
        cell = self.find_cell(name)
        text = FormattedText("")
        if cell is not None:
            self.notes.check_cell(name, cell, of=of)
            text = self._format(name, cell, of, prefix)
        return self._add_pictures(name, text, of)

    def _format(self, name: str, cell: Cell, of: str, prefix: re.Pattern[str] | None) -> FormattedText:
        if cell.is_broken:
            return FormattedText("")
        source = cell.text if self.is_html or not cell.markup else cell.markup
        if prefix is not None:
            source = prefix.sub("", source.strip(), count=1)
        if len(source) > LONGEST_TEXT:
            self.notes.refuse(name, N_("a text is longer than 20,000 characters"), of=of)
            return from_plain(cell.text[:_KEPT_OF_TOO_LONG])
        if self.is_html:
            return self._clean(name, source, of)
        return from_html(source) if cell.markup else from_plain(source)

    def _clean(self, name: str, source: str, of: str) -> FormattedText:
        missing: list[str] = []

        def find_picture(address: str) -> str | None:
            digest = self.names.get(address) or self.names.get(address.removeprefix("picture:"))
            if digest is None:
                missing.append(address[:60])
            return digest

        text = from_html(source, find_picture)
        for address in dict.fromkeys(missing):
            self.notes.refuse(name, N_("there is no picture “%(name)s” in the file"), of=of, name=address)
        if not missing and text != _put_digests(normalise_text(source).replace(_SPACE, " "), self.names):
            self.notes.warn(name, N_("the HTML was reduced to what is allowed"), of=of)
        return text

    def _add_pictures(self, name: str, text: FormattedText, of: str) -> FormattedText:
        for content in self.pictures.get(self.columns.get(name, -1), ()):
            try:
                tag = make_picture_tag(self.store.take(content))
            except WrongPicture as error:
                self.notes.refuse(name, str(error), of=of)
            else:
                text = tag if is_blank(text) else from_html(f"{text}<br>{tag}")
        return text


def _put_digests(markup: str, names: Mapping[str, str]) -> str:
    return re.sub(r'<img src="([^"]*)"', lambda found: f'<img src="picture:{names.get(found[1], found[1])}"', markup)
