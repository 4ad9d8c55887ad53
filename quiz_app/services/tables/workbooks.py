"""Opens a spreadsheet of any kind (.xlsx, .xlsm, .xls, .ods, .csv) as sheets."""

from __future__ import annotations

from io import BytesIO
from pathlib import PurePath

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from question_bank.readers.opening import LARGEST_FILE, WrongFile, is_ole, refuse_foreign
from question_bank.readers.report import mark_message as N_
from quiz_app.services.tables.confined import read_confined
from quiz_app.services.tables.delimited import read_delimited
from quiz_app.services.tables.sheets import Position, Sheet, to_value
from quiz_app.services.tables.survey import SheetSurvey, survey_workbook
from quiz_app.services.tables.values import Value, clean_text

_DELIMITED = frozenset({".csv", ".tsv", ".txt"})


def open_sheets(content: bytes, name: str) -> list[Sheet]:
    """The sheets in the order of the file. Raises WrongFile with the reason for what cannot be read at all."""
    if not content:
        raise WrongFile(N_("the file is empty"))
    if len(content) > LARGEST_FILE:
        raise WrongFile(N_("the file is larger than 20 MB"))
    refuse_foreign(content)
    if content.startswith(b"PK"):
        if b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in content[:200]:
            return read_confined(content)
        return _read_workbook(content)
    if is_ole(content):
        return read_confined(content)
    if PurePath(name).suffix.lower() in _DELIMITED:
        return [Sheet(name, read_delimited(content))]
    raise WrongFile(N_("the file is not a spreadsheet; save it as .xlsx and upload it again"))


def _read_workbook(content: bytes) -> list[Sheet]:
    surveys = survey_workbook(content)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
            return [
                _read_sheet(workbook.get_sheet_by_name(entry.name), surveys[entry.name], is_hidden=is_hidden(entry))
                for entry in workbook.sheets_metadata
                if entry.typ is SheetTypeEnum.WorkSheet and entry.name in surveys
            ]
    except (CalamineError, ValueError, OSError):
        raise WrongFile(N_("the file is damaged or of another kind than its name says")) from None


def is_hidden(entry: object) -> bool:
    """Whether the sheet is out of sight, whichever way."""
    return getattr(entry, "visible", None) is not SheetVisibleEnum.Visible


def _read_sheet(sheet: CalamineSheet, survey: SheetSurvey, *, is_hidden: bool) -> Sheet:
    return Sheet(
        name=clean_text(sheet.name),
        rows=read_rows(sheet, survey.shown),
        is_hidden=is_hidden,
        hidden_rows=frozenset(survey.hidden_rows),
        merges=tuple(sheet.merged_cell_ranges or ()),
        unvalued_formulas=frozenset(survey.unvalued_formulas),
        shown=survey.shown,
    )


def read_rows(sheet: CalamineSheet, shown: dict[Position, str]) -> list[list[Value]]:
    """The cells as values; a number that is shown in a way of its own stands as it is shown."""
    rows = [[to_value(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), text in shown.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    return rows
