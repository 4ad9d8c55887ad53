"""Which sheets of a file hold questions, and in which layout."""

from __future__ import annotations

import re

from question_bank.formatted_text import fold_accents
from question_bank.pictures import WrongPicture
from question_bank.readers.report import ImportReport, ItemDefaults, Place, PlaceKind
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.columns import TOPIC
from question_bank.readers.spreadsheet.findings import MOST_PASSED_OVER, Findings
from question_bank.readers.spreadsheet.grid import Sheet, Workbook, name_column
from question_bank.readers.spreadsheet.headings import find_headings
from question_bank.readers.spreadsheet.kahoot import find_kahoot, read_kahoot_sheet
from question_bank.readers.spreadsheet.quizizz import find_quizizz, read_quizizz_sheet
from question_bank.readers.spreadsheet.template_sheet import read_template_sheet

PICTURES_SHEET, EXAMPLES_SHEET, HELP_SHEET = "Hình ảnh", "Ví dụ", "Hướng dẫn"
"""Sheets of our own template that hold no questions."""
_PLAIN_NAME = re.compile(
    r"(?:sheet|trang tinh|trang|bang|table|worksheet|feuil|tabelle|cau hoi|questions?|data|du lieu)?\s*\d*"
)


def read_workbook(workbook: Workbook, defaults: ItemDefaults) -> ImportReport:
    """Everything that the sheets hold."""
    found = Findings(problems=list(workbook.problems))
    others: list[Sheet] = []
    layouts = {}
    for sheet in workbook.sheets:
        found.problems += sheet.problems
        name = fold_accents(sheet.name)
        if name in (fold_accents(PICTURES_SHEET), fold_accents(EXAMPLES_SHEET), fold_accents(HELP_SHEET)):
            _read_own_sheet(sheet, found)
        elif sheet.is_hidden:
            _pass_over_hidden(sheet, found)
        elif sheet.rows:
            headings = find_kahoot(sheet) or find_quizizz(sheet) or find_headings(sheet)
            if headings is None:
                others.append(sheet)
            else:
                layouts[id(sheet)] = headings
    taking = [sheet for sheet in workbook.sheets if id(sheet) in layouts]
    for sheet in taking:
        headings = layouts[id(sheet)]
        if headings.layout == "kahoot":
            read_kahoot_sheet(sheet, headings, defaults, found)
        elif headings.layout == "quizizz":
            read_quizizz_sheet(sheet, headings, defaults, found)
        else:
            topic = _find_topic(sheet, len(taking), found) if TOPIC not in headings.columns else ""
            read_template_sheet(sheet, headings, topic, defaults, found)
    if found.passed_over > MOST_PASSED_OVER:
        message = N_("%(count)s rows in all are no questions and were passed over")
        found.warn(Place(), "row", message, count=found.passed_over)
    _report_others(others, bool(taking), found)
    return ImportReport(tuple(found.items), tuple(found.problems), found.store.pictures)


def _find_topic(sheet: Sheet, count: int, found: Findings) -> str:
    """Where several sheets hold questions and have names of their own, the names are topics."""
    name = " ".join(sheet.name.split())
    if count < 2 or _PLAIN_NAME.fullmatch(fold_accents(name)):
        return ""
    found.warn(Place(part=sheet.name), TOPIC, N_("the name of the sheet was taken as the topic: %(text)s"), text=name)
    return name


def _read_own_sheet(sheet: Sheet, found: Findings) -> None:
    """The pictures that HTML in the other sheets names: the name in the first column, the picture in the same row."""
    name = fold_accents(sheet.name)
    if name == fold_accents(EXAMPLES_SHEET):
        found.warn(Place(part=sheet.name), "file", N_("the sheet holds examples and was not read"))
    if name != fold_accents(PICTURES_SHEET):
        return
    for (row, column), contents in sorted(sheet.pictures.items()):
        cell = sheet.rows.get(row, {}).get(0)
        try:
            digests = [found.store.take(content) for content in contents]
        except WrongPicture as error:
            found.refuse(Place(PlaceKind.ROW, row, sheet.name, name_column(column)), "picture", str(error))
            continue
        if cell is not None:
            found.picture_names[cell.text.strip()] = digests[0]


def _pass_over_hidden(sheet: Sheet, found: Findings) -> None:
    if find_kahoot(sheet) or find_quizizz(sheet) or find_headings(sheet):
        message = N_("the sheet is hidden and was not read, though it has questions; show it to have them read")
        found.warn(Place(part=sheet.name), "file", message)


def _report_others(others: list[Sheet], is_any_read: bool, found: Findings) -> None:
    if not found.items and (is_any_read or not others):
        found.refuse(Place(), "file", N_("the file holds no questions"))
    message = N_("no row of headings was found: a column “Câu hỏi” and one “Đáp án đúng” are needed at least")
    for sheet in others:
        if is_any_read:
            found.warn(Place(part=sheet.name), "file", N_("the sheet has no row of headings and was not read"))
        else:
            found.refuse(Place(part=sheet.name), "file", message)
