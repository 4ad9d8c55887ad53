"""Reads spreadsheets of items: our own template and sheets like it, Kahoot's and Quizizz's, in xlsx, xls, ods and csv.

What was decided about cells that a person may not see: a hidden row or column is read, and said to be hidden; a hidden
sheet is passed over, and named when it has questions. Macros are never run. A formula counts as its last result.
"""

from __future__ import annotations

from question_bank.readers.opening import Package, WrongFile, is_ole, refuse_foreign
from question_bank.readers.report import ImportReport, ItemDefaults
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.delimited import read_delimited
from question_bank.readers.spreadsheet.grid import Workbook
from question_bank.readers.spreadsheet.headings import count_headings, find_headings
from question_bank.readers.spreadsheet.kahoot import find_kahoot
from question_bank.readers.spreadsheet.legacy import convert_workbook
from question_bank.readers.spreadsheet.ods import read_ods
from question_bank.readers.spreadsheet.quizizz import find_quizizz
from question_bank.readers.spreadsheet.workbook import read_workbook
from question_bank.readers.spreadsheet.xls import read_xls
from question_bank.readers.spreadsheet.xlsx import read_xlsx

_ZIP = b"PK"
_HEAD = 64 * 1024
"""Bytes from which a table is told."""


def read_spreadsheet(content: bytes, name: str, defaults: ItemDefaults) -> ImportReport:
    """Everything in a spreadsheet. The content says what kind it is, whatever its name ends in.

    Raises WrongFile for a file that cannot be read at all.
    """
    refuse_foreign(content)
    workbook = _open(content)
    convert_workbook(workbook)
    return read_workbook(workbook, defaults)


def looks_like_table(content: bytes) -> bool:
    """Whether a text, whatever its name, begins as a sheet of questions does: with a row of headings."""
    try:
        [sheet] = read_delimited(content[:_HEAD], count_headings).sheets
    except WrongFile:
        return False
    return any(find(sheet) is not None for find in (find_headings, find_kahoot, find_quizizz))


def _open(content: bytes) -> Workbook:
    if is_ole(content):
        return read_xls(content)
    if content.startswith(_ZIP):
        package = Package(content)
        return read_xlsx(package) if "[Content_Types].xml" in package.names else read_ods(package)
    start = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta", b"<head")):
        raise WrongFile(
            N_("the file is a web page or XML named as a spreadsheet; open it in Excel and save it as .xlsx")
        )
    if start.startswith((b"%pdf", b"{\\rtf")):
        raise WrongFile(N_("the file is damaged or of another kind than its name says"))
    return read_delimited(content, count_headings)
