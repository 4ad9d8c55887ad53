"""Reads csv and tsv files: the encoding and the separator are found out, and said when they had to be guessed."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable

from question_bank.readers.legacy_fonts import detect_encoding
from question_bank.readers.opening import WrongFile, refuse_many_lines
from question_bank.readers.report import ImportProblem, Place, PlaceKind, Severity
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.grid import MOST_COLUMNS, Budget, Cell, Sheet, Workbook

_SEPARATORS = ",;\t|"
_MOST_SEPARATORS = 5_000_000
_SAMPLE = 65_536
"""Characters from which the separator is told."""
_LONGEST_FIELD = 1_000_000
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")

CountHeadings = Callable[[Sheet], int]
"""How many headings a sheet has that are known: the right separator is the one that finds most."""


def read_delimited(content: bytes, count_headings: CountHeadings) -> Workbook:
    """The one sheet of the file. Raises WrongFile for what is no text or is damaged."""
    workbook = Workbook()
    text = _decode(content, workbook.problems)
    refuse_many_lines(text)
    separator, text = _take_stated_separator(text)
    sample = text[:_SAMPLE]
    if not separator:
        fitting = [(count_headings(_split(sample, sign, [])), sample.count(sign), sign) for sign in _SEPARATORS]
        separator = max(fitting)[2]
    if text.count(separator) > _MOST_SEPARATORS:
        raise WrongFile(N_("the sheets have too many cells; split the file"))
    workbook.sheets.append(_split(text, separator, workbook.problems))
    return workbook


def _take_stated_separator(text: str) -> tuple[str, str]:
    """Excel takes a first line "sep=;" as the word on it. The line stays, empty, so that rows keep their numbers."""
    head, line_end, rest = text.partition("\n")
    head = head.strip("\r \ufeff")
    if head.lower().startswith("sep=") and len(head) == 5:
        return head[4], line_end + rest
    return "", text


def _split(text: str, separator: str, problems: list[ImportProblem]) -> Sheet:
    sheet = Sheet("")
    budget = Budget()
    number = 0
    csv.field_size_limit(_LONGEST_FIELD)
    # Cut as it is read: a stream of the text would take four bytes for each of its characters.
    lines = (found[0] for found in _LINE.finditer(text))
    try:
        for number, fields in enumerate(csv.reader(lines, delimiter=separator), start=1):
            budget.take_row()
            row = {column: Cell(field) for column, field in enumerate(fields[:MOST_COLUMNS]) if field.strip()}
            for cell in row.values():
                budget.take_cell(cell)
            if row:
                sheet.rows[number] = row
    except csv.Error:
        message = N_("the lines from here on cannot be told apart; a quotation mark may be missing")
        problems.append(ImportProblem(Place(PlaceKind.ROW, number + 1), "file", message))
    return sheet


def _decode(content: bytes, problems: list[ImportProblem]) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    half = max(1, len(content) // 2)
    if content[1::2].count(0) > half * 0.4:
        return content.decode("utf-16-le", errors="replace")
    if content[0::2].count(0) > half * 0.4:
        return content.decode("utf-16-be", errors="replace")
    if content.count(0) > len(content) // 100:
        raise WrongFile(N_("the file is damaged or of another kind than its name says"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _decode_other(content, error, problems)


def _decode_other(content: bytes, error: UnicodeDecodeError, problems: list[ImportProblem]) -> str:
    mended = content.decode("utf-8-sig", errors="replace")
    strange = mended.count("\ufffd")
    others = len(mended) - strange - sum(1 for sign in mended if sign < "\x80")
    if others > 5 * strange:
        # Nearly all of it is UTF-8: a cut or damaged file, not one in another encoding.
        line = content.count(b"\n", 0, error.start) + 1
        message = N_("the file has damaged characters, the first in line %(line)s; they are shown as �")
        problems.append(ImportProblem(Place(PlaceKind.LINE, line), "file", message, {"line": line}))
        return mended
    in_old_font = content.decode("cp1252", errors="replace")
    if detect_encoding(in_old_font) is not None:
        # Each cell is turned into Unicode later, and said to have been.
        return in_old_font
    message = N_("the encoding of the file was guessed (Windows-1258); check the accents, or save it as CSV UTF-8")
    problems.append(ImportProblem(Place(), "file", message, severity=Severity.WARNING))
    return content.decode("cp1258", errors="replace")
