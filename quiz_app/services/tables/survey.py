"""What a workbook's own XML says and the quick reader does not: hidden rows, number formats, formulas never calculated,
and how far its cells reach, before memory is given to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from posixpath import join, normpath

from lxml import etree

from question_bank.readers.opening import Package, WrongFile, parse_xml
from question_bank.readers.report import mark_message as N_
from quiz_app.services.tables.number_formats import Show, find_display
from quiz_app.services.tables.sheets import MOST_CELLS, Position

_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_DAMAGED = N_("the file is damaged or of another kind than its name says")


@dataclass(slots=True)
class SheetSurvey:
    """Of one sheet; rows and columns from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    unvalued_formulas: set[Position] = field(default_factory=set)
    shown: dict[Position, str] = field(default_factory=dict)
    last_row: int = -1
    last_column: int = -1


def survey_workbook(content: bytes) -> dict[str, SheetSurvey]:
    """The surveys by name of sheet. Raises WrongFile for what is damaged, hostile or too large."""
    package = Package(content)
    parts = _list_sheet_parts(package)
    displays = _read_displays(package)
    surveys, cells = {}, 0
    for name, part in parts.items():
        survey = _survey_sheet(_read_part(package, part), displays)
        cells += (survey.last_row + 1) * (survey.last_column + 1)
        if cells > MOST_CELLS:
            raise WrongFile(
                N_("the table is too large, or a cell far from the table holds something; delete that cell")
            )
        surveys[name] = survey
    for name in package.names:
        # Read for its size and form only: what is larger than it claims to be is refused here.
        if name.startswith("xl/sharedStrings"):
            _refuse_doctype(package.read(name))
    return surveys


def _read_part(package: Package, name: str) -> bytes:
    try:
        content = package.read(name)
    except KeyError:
        raise WrongFile(_DAMAGED) from None
    _refuse_doctype(content)
    return content


def _refuse_doctype(content: bytes) -> None:
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content[:4096]:
        raise WrongFile(N_("the file names outside definitions (a document type), which are not taken"))


def _list_sheet_parts(package: Package) -> dict[str, str]:
    targets = {
        relation.get("Id"): normpath(join("/xl", relation.get("Target", ""))).lstrip("/")
        for relation in parse_xml(_read_part(package, _RELATIONS))
    }
    parts = {}
    for sheet in parse_xml(_read_part(package, _WORKBOOK)).iter("{*}sheet"):
        relation = next((value for key, value in sheet.items() if str(key).endswith("}id")), "")
        part = targets.get(str(relation))
        if part is not None and "worksheets/" in part:
            parts[sheet.get("name", "")] = part
    return parts


def _read_displays(package: Package) -> Mapping[str, Show]:
    """By style number as cells name it."""
    if "xl/styles.xml" not in package.names:
        return {}
    root = parse_xml(_read_part(package, "xl/styles.xml"))
    codes = {entry.get("numFmtId"): entry.get("formatCode") for entry in root.iter("{*}numFmt")}
    displays = {}
    for styles in root.iter("{*}cellXfs"):
        for number, style in enumerate(styles):
            format_id = style.get("numFmtId", "0")
            display = find_display(int(format_id) if format_id.isdecimal() else 0, codes.get(format_id))
            if display is not None:
                displays[str(number)] = display
    return displays


def _survey_sheet(content: bytes, displays: Mapping[str, Show]) -> SheetSurvey:
    survey = SheetSurvey()
    looks_closely = bool(displays) or b":f" in content or b"<f" in content or b't="e"' in content
    row_number = -1
    try:
        for row in _iterate_rows(content):
            reference = row.get("r", "")
            row_number = int(reference) - 1 if reference.isdecimal() else row_number + 1
            if row.get("hidden") in ("1", "true"):
                survey.hidden_rows.add(row_number)
            _survey_row(survey, row, row_number, displays, looks_closely=looks_closely)
    except etree.XMLSyntaxError:
        raise WrongFile(_DAMAGED) from None
    return survey


def _iterate_rows(content: bytes) -> Iterator[etree._Element]:
    """Each row, let go of as soon as the next one is asked for."""
    for _, row in etree.iterparse(
        BytesIO(content), events=("end",), tag="{*}row", resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False,
    ):  # fmt: skip
        yield row
        row.clear()
        parent = row.getparent()
        while parent is not None and row.getprevious() is not None:
            del parent[0]


def _survey_row(
    survey: SheetSurvey, row: etree._Element, row_number: int, displays: Mapping[str, Show], *, looks_closely: bool
) -> None:
    last = next((cell for cell in reversed(row) if len(cell)), None)
    if last is None:
        return
    if not looks_closely and last.get("r"):
        survey.last_row = max(survey.last_row, row_number)
        survey.last_column = max(survey.last_column, _find_column(last.get("r"), 0))
        return
    column = filled = -1
    for cell in row:
        column = _find_column(cell.get("r"), column + 1)
        if not len(cell):
            continue
        filled = max(filled, column)
        if looks_closely:
            _survey_cell(survey, cell, (row_number, column), displays)
    survey.last_row = max(survey.last_row, row_number)
    survey.last_column = max(survey.last_column, filled)


def _survey_cell(survey: SheetSurvey, cell: etree._Element, at: Position, displays: Mapping[str, Show]) -> None:
    kinds = {etree.QName(child).localname: child for child in cell}
    value = kinds.get("v")
    if "f" in kinds and (value is None or not value.text) and cell.get("t") != "str":
        survey.unvalued_formulas.add(at)
    if cell.get("t") == "e" and value is not None:
        survey.shown[at] = value.text or ""
    display = displays.get(cell.get("s", ""))
    if display is not None and value is not None and value.text and cell.get("t", "n") == "n":
        try:
            survey.shown[at] = display(float(value.text))
        except (ValueError, OverflowError):
            return


_columns: dict[str, int] = {}


def _find_column(reference: str | None, otherwise: int) -> int:
    """From 0; a cell without a reference follows the one before it. Raises WrongFile for one that no sheet has."""
    if reference is None:
        return otherwise
    letters = reference.rstrip("0123456789")
    known = _columns.get(letters)
    if known is None:
        if not (0 < len(letters) <= 3 and letters.isascii() and letters.isalpha()):
            raise WrongFile(_DAMAGED)
        known = 0
        for letter in letters.upper():
            known = known * 26 + ord(letter) - 64
        known = _columns[letters] = known - 1
    return known
