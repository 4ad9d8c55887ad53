"""Reads xlsx and xlsm files (ECMA-376): the sheets in order, with all that says how a cell looks.

Read from the XML itself and not through a library that gives values alone: 30% would come out as 0.3, H₂O as H2O, and a
hidden row like any other.
"""

from __future__ import annotations

import posixpath

from question_bank.readers.opening import Package, WrongFile
from question_bank.readers.report import ImportProblem, Place, Severity
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.grid import MOST_SHEETS, Budget, Sheet, Workbook
from question_bank.readers.spreadsheet.xlsx_pictures import PicturesOfSheet, read_drawing
from question_bank.readers.spreadsheet.xlsx_sheet import SharedParts, read_sheet
from question_bank.readers.spreadsheet.xlsx_styles import read_styles
from question_bank.readers.spreadsheet.xlsx_text import read_shared_strings
from question_bank.readers.spreadsheet.xml_events import find_local, get_local, read_tree

Links = dict[str, tuple[str, str]]
"""By id: the last word of the relation's type, and the part."""


def read_xlsx(package: Package) -> Workbook:
    """All sheets. Raises WrongFile for a package that is no xlsx, is damaged or is too large."""
    main = next((part for kind, part in _read_links(package, "").values() if kind == "officeDocument"), "")
    root = read_tree(package, main)
    if root is None or not find_local(root, "sheets"):
        if main.endswith(".bin"):
            raise WrongFile(N_("the binary format of Excel (.xlsb) is not taken; save the file as .xlsx"))
        raise WrongFile(N_("the file is damaged or of another kind than its name says"))
    links = _read_links(package, main)
    parts = dict(links.values())
    is_1904 = any(get_local(found, "date1904") in ("1", "true") for found in find_local(root, "workbookPr"))
    shared = SharedParts(
        read_shared_strings(package, parts.get("sharedStrings", "")),
        read_styles(package, parts.get("styles", "")),
        is_1904,
        Budget(),
    )
    workbook = Workbook()
    if any(name.endswith("vbaProject.bin") for name in package.names):
        message = N_("the file has macros; they were neither run nor kept")
        workbook.problems.append(ImportProblem(Place(), "file", message, severity=Severity.WARNING))
    entries = find_local(root, "sheet")
    if len(entries) > MOST_SHEETS:
        raise WrongFile(N_("the file has too many sheets"))
    found_pictures = PicturesOfSheet()
    for entry in entries:
        kind, part = links.get(_get_link(entry), ("", ""))
        if kind != "worksheet" or part not in package.names:
            continue
        sheet = Sheet(get_local(entry, "name"), is_hidden=get_local(entry, "state") in ("hidden", "veryHidden"))
        drawing = read_sheet(package.read(part), sheet, shared)
        if drawing:
            drawing_part = _read_links(package, part).get(drawing, ("", ""))[1]
            read_drawing(package, drawing_part, _read_links(package, drawing_part), sheet, found_pictures)
        workbook.sheets.append(sheet)
    return workbook


def _get_link(entry: object) -> str:
    # The sheet has an "r:id" and a "sheetId": only the former ends in "}id".
    attributes = getattr(entry, "attrib", {})
    return next((str(value) for name, value in attributes.items() if str(name).endswith("}id")), "")


def _read_links(package: Package, part: str) -> Links:
    """What a part is related to (ECMA-376 part 2, 8.5); outside addresses are passed over."""
    folder, _, name = part.rpartition("/")
    root = read_tree(package, posixpath.join(folder, "_rels", f"{name}.rels"))
    links: Links = {}
    for entry in find_local(root, "Relationship") if root is not None else []:
        if get_local(entry, "TargetMode") != "External":
            target = get_local(entry, "Target")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            links[get_local(entry, "Id")] = (get_local(entry, "Type").rpartition("/")[2], path)
    return links
