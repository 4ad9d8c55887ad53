"""The styles of an xlsx file, as far as they say what a cell holds: how its number is shown and which font it has."""

from __future__ import annotations

from dataclasses import dataclass

from question_bank.readers.opening import Package
from question_bank.readers.spreadsheet.number_formats import BUILT_IN
from question_bank.readers.spreadsheet.xml_events import find_local, get_local, read_tree


@dataclass(frozen=True, slots=True)
class CellStyle:
    """``code`` is the number format; ``font`` the name of the font."""

    code: str = ""
    font: str = ""


PLAIN_STYLE = CellStyle()


def read_styles(package: Package, name: str) -> list[CellStyle]:
    """The styles by their number. A file may have none. Raises WrongFile for damaged XML."""
    root = read_tree(package, name)
    if root is None:
        return []
    codes = dict(BUILT_IN)
    for entry in find_local(root, "numFmt"):
        number = get_local(entry, "numFmtId")
        if number.isdecimal() and len(number) < 6:
            codes[int(number)] = get_local(entry, "formatCode")[:255]
    fonts: list[str] = []
    for group in find_local(root, "fonts")[:1]:
        for font in find_local(group, "font"):
            names = find_local(font, "name")
            fonts.append(get_local(names[0], "val") if names else "")
    styles: list[CellStyle] = []
    for group in find_local(root, "cellXfs")[:1]:
        for entry in find_local(group, "xf"):
            number, font_number = get_local(entry, "numFmtId"), get_local(entry, "fontId")
            code = codes.get(int(number), "") if number.isdecimal() and len(number) < 6 else ""
            is_known = font_number.isdecimal() and len(font_number) < 6 and int(font_number) < len(fonts)
            styles.append(CellStyle(code, fonts[int(font_number)] if is_known else ""))
    return styles
