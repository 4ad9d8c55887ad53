"""Writes items as an xlsx file in our own template, and the template itself, empty.

Everything is written as text: nothing that begins with "=" becomes a formula. Pictures are embedded, each once, in a
sheet of their own, where the reader finds them by the names that the HTML in the cells gives. WebP, which that format
does not know, is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from question_bank.formatted_text import list_pictures
from question_bank.items import Item
from question_bank.pictures import Picture
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.workbook import EXAMPLES_SHEET
from question_bank.writers import CannotWrite
from question_bank.writers.excel_book import ExcelBook
from question_bank.writers.excel_cells import name_item
from question_bank.writers.excel_guide import EXAMPLES

ITEMS_SHEET = "Câu hỏi"
_TAKEN_TYPES = ("image/png", "image/jpeg", "image/gif")


def write_excel(items: Iterable[Item], pictures: Mapping[str, Picture]) -> bytes:
    """The items as an xlsx file; reading it gives the same items. Raises CannotWrite for an item that does not fit."""
    book = ExcelBook()
    listed = tuple(items)
    names = _name_pictures(listed, pictures)
    book.add_items(ITEMS_SHEET, listed, names)
    if names:
        book.add_pictures(listed, pictures, names)
    return book.close()


def write_excel_template() -> bytes:
    """An empty file to fill in, with an example of each kind and instructions in sheets of their own."""
    book = ExcelBook()
    book.add_items(ITEMS_SHEET, (), {})
    book.add_items(EXAMPLES_SHEET, EXAMPLES, {})
    book.add_guide()
    return book.close()


def _name_pictures(items: Iterable[Item], pictures: Mapping[str, Picture]) -> dict[str, str]:
    """By digest the name of each picture in the file."""
    names: dict[str, str] = {}
    for item in items:
        for digest in list_pictures(*item.list_texts()):
            picture = pictures.get(digest)
            if picture is None:
                raise CannotWrite(N_("a picture of the item is missing"), item, name_item(item))
            if picture.media_type not in _TAKEN_TYPES:
                raise CannotWrite(
                    N_("a picture of the item is of a kind that Excel does not take"), item, name_item(item)
                )
            names.setdefault(digest, f"hinh-{len(names) + 1}")
    return names
