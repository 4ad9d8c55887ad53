"""Pictures that lie over the cells of an xlsx sheet, by the cell of their upper left corner.

Sources: ECMA-376 part 1, 20.5.2 (anchors) and 20.1.8.13 (blip).
"""

from __future__ import annotations

from lxml import etree

from question_bank.readers.opening import Package, WrongFile
from question_bank.readers.report import ImportProblem, Place, PlaceKind
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.grid import MOST_COLUMNS, Sheet, name_column
from question_bank.readers.spreadsheet.xml_events import find_local, get_local, read_tree

MOST_PICTURES = 1000
"""Of a whole file, each use of one counted."""


class PicturesOfSheet:
    """The pictures of a file so far; one that is used many times is unpacked once."""

    def __init__(self) -> None:
        self.count = 0
        self._contents: dict[str, bytes] = {}

    def read(self, package: Package, part: str) -> bytes:
        """The content of a part. Raises KeyError when it is not there, WrongFile when it is damaged."""
        if part not in self._contents:
            self._contents[part] = package.read(part)
        return self._contents[part]


def read_drawing(
    package: Package, part: str, links: dict[str, tuple[str, str]], sheet: Sheet, found: PicturesOfSheet
) -> None:
    """Put the pictures of a drawing into the sheet; what cannot be read is a problem of the sheet."""
    root = read_tree(package, part)
    for anchor in find_local(root, "twoCellAnchor", "oneCellAnchor") if root is not None else []:
        place = _find_place(anchor)
        if place is None:
            continue
        for blip in find_local(anchor, "blip"):
            target = links.get(get_local(blip, "embed"), ("", ""))[1]
            found.count += 1
            if found.count > MOST_PICTURES:
                raise WrongFile(N_("the file has more than 1,000 pictures; split it"))
            try:
                sheet.pictures.setdefault(place, []).append(found.read(package, target))
            except KeyError:
                where = Place(PlaceKind.ROW, place[0], sheet.name, name_column(place[1]))
                sheet.problems.append(ImportProblem(where, "picture", N_("a picture is not in the file")))
        if find_local(anchor, "sp", "graphicFrame") and not find_local(anchor, "blip"):
            where = Place(PlaceKind.ROW, place[0], sheet.name, name_column(place[1]))
            message = N_("a drawing, chart or text box over the cells was not read; make it a picture")
            sheet.problems.append(ImportProblem(where, "picture", message))


def _find_place(anchor: etree._Element) -> tuple[int, int] | None:
    for corner in find_local(anchor, "from")[:1]:
        rows, columns = find_local(corner, "row"), find_local(corner, "col")
        row = (rows[0].text or "").strip() if rows else ""
        column = (columns[0].text or "").strip() if columns else ""
        if row.isdecimal() and column.isdecimal() and len(row) < 8 and len(column) < 6 and int(column) < MOST_COLUMNS:
            return int(row) + 1, int(column)
    return None
