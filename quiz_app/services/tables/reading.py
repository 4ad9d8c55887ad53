"""Reads a messy table: the right sheet, its headings, its rows, and every problem by row and column."""

from __future__ import annotations

from collections.abc import Sequence

from question_bank.readers.opening import WrongFile
from question_bank.readers.report import ImportProblem, Place, PlaceKind, Severity
from question_bank.readers.report import mark_message as N_
from quiz_app.services.tables.headings import Heading, find_heading, fold_heading
from quiz_app.services.tables.rows import read_rows
from quiz_app.services.tables.sheets import Sheet
from quiz_app.services.tables.values import Column, Table, name_column
from quiz_app.services.tables.workbooks import open_sheets

MOST_ROWS = 60_000


def read_table(content: bytes, name: str, columns: Sequence[Column]) -> Table:
    """The rows of the sheet that has these columns, as they stand in the file.

    Never raises for what a file holds: a file that cannot be read, missing headings and unreadable cells are errors
    among the problems, guesses and what was passed over are warnings. Cells are text as the sheet shows it (leading
    zeros kept, whole numbers without ``.0``) or days.
    """
    try:
        sheets = open_sheets(content, name)
    except WrongFile as refusal:
        return _refuse(name, "", ImportProblem(Place(), name, str(refusal)))
    headings = [heading for sheet in sheets if (heading := find_heading(sheet, columns)) is not None]
    if not headings:
        return _refuse(name, "", _describe_missing_table(name, columns))
    # The sheet that people see comes before one that is hidden, the first before later ones.
    best = max(
        headings,
        key=lambda heading: (_count_required(heading, columns), not heading.sheet.is_hidden, len(heading.columns)),
    )
    problems = [
        *_find_other_tables(best, headings, columns),
        *_find_heading_problems(best, columns),
    ]
    if any(problem.severity is Severity.ERROR for problem in problems):
        return Table(name, best.sheet.name, _letters(best), best.texts, (), tuple(problems))
    rows, row_problems = read_rows(best, columns)
    if not rows and not row_problems:
        problems.append(_note(best.sheet, best.last_row, None, "", N_("there is no row below the headings")))
    if len(rows) > MOST_ROWS:
        problems.append(
            _note(best.sheet, best.last_row, None, "", N_("the table has more than %(most)s rows"), most=MOST_ROWS)
        )
        rows = []
    return Table(name, best.sheet.name, _letters(best), best.texts, tuple(rows), (*problems, *row_problems))


def _refuse(name: str, sheet: str, problem: ImportProblem) -> Table:
    return Table(name, sheet, {}, {}, (), (problem,))


def _letters(heading: Heading) -> dict[str, str]:
    return {name: name_column(index) for name, index in heading.columns.items()}


def _count_required(heading: Heading, columns: Sequence[Column]) -> int:
    return sum(column.is_required and column.name in heading.columns for column in columns)


def _describe_missing_table(name: str, columns: Sequence[Column]) -> ImportProblem:
    wanted = ", ".join(column.headings[0] for column in columns if column.is_required)
    return ImportProblem(
        Place(), name, N_("no sheet has the headings that are needed: %(headings)s"), {"headings": wanted}
    )


def _note(
    sheet: Sheet, row: int, column: int | None, field: str, message: str, *,
    severity: Severity = Severity.ERROR, **values: object,
) -> ImportProblem:  # fmt: skip
    letters = "" if column is None else name_column(column)
    return ImportProblem(
        Place(PlaceKind.ROW, row + 1, part=sheet.name, column=letters), field, message, values, severity
    )


def _find_other_tables(best: Heading, headings: list[Heading], columns: Sequence[Column]) -> list[ImportProblem]:
    """Another visible sheet with the same table and rows in it: which one is meant is not for a program to guess."""
    needed = sum(column.is_required for column in columns)
    problems = []
    for other in headings:
        if other is best or other.sheet.is_hidden or _count_required(other, columns) < needed:
            continue
        if any(any(row) for row in other.sheet.rows[other.last_row + 1 :]):
            problems.append(
                _note(
                    other.sheet, other.last_row, None, "",
                    N_("the sheet “%(name)s” has the same headings; leave only the one to import"),
                    name=other.sheet.name,
                )
            )  # fmt: skip
    return problems


def _find_heading_problems(heading: Heading, columns: Sequence[Column]) -> list[ImportProblem]:
    sheet, row = heading.sheet, heading.last_row
    problems = [
        _note(
            sheet, row, None, column.headings[0], N_("the column “%(heading)s” is missing"), heading=column.headings[0]
        )
        for column in columns
        if column.is_required and column.name not in heading.columns
    ]
    problems += [
        _note(sheet, row, index, text, N_("the column “%(heading)s” stands twice"), heading=text)
        for text, index in heading.repeated
    ]
    body = sheet.rows[row + 1 :]
    problems += [
        _note(
            sheet, row, index, text, N_("the column “%(heading)s” is not known and was not read"), heading=text,
            severity=Severity.WARNING,
        )
        for index, text in heading.unknown.items()
        if fold_heading(text) not in _ORDINALS and any(index < len(cells) and cells[index] for cells in body)
    ]  # fmt: skip
    return problems


_ORDINALS = frozenset({"stt", "tt", "so tt", "so thu tu", "no", "thu tu", "ordinal"})
"""Headings of running numbers, which say nothing."""
