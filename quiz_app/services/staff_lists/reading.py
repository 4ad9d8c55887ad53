"""From a file to people: every cell read, every problem by row and column."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from question_bank.readers.report import ImportProblem, Severity
from question_bank.readers.report import mark_message as N_
from quiz_app.domain.staff_lists import cells
from quiz_app.domain.staff_lists.cells import WrongCell
from quiz_app.domain.staff_lists.planning import StaffProblem
from quiz_app.domain.staff_lists.rows import StaffColumn as C
from quiz_app.domain.staff_lists.rows import StaffRow
from quiz_app.domain.staff_lists.units import UnitFinder
from quiz_app.keyed_hashes import KeyedHashes
from quiz_app.services.staff_lists.columns import list_columns
from quiz_app.services.tables import Table, TableRow, find_date, read_table

_LONG_NUMBER = re.compile(r"\d{6,}(\d{3})")


@dataclass(frozen=True, slots=True)
class ReadList:
    """The people that could be read, and what is wrong with the rest."""

    table: Table
    rows: tuple[StaffRow, ...]
    problems: tuple[ImportProblem, ...]
    row_count: int


def read_staff_list(
    content: bytes, name: str, *, units: UnitFinder, default_unit_id: int | None, keys: KeyedHashes, today: date
) -> ReadList:
    """Read a spreadsheet or csv file. Rows without a unit are of ``default_unit_id``, if there is one.

    A citizen's number is hashed here and goes no further.
    """
    table = _read_table(content, name, needs_unit=default_unit_id is None)
    reader = _RowReader(table, units, default_unit_id, keys, today)
    rows = [row for each in table.rows if (row := reader.read(each)) is not None]
    problems = [hide_numbers(problem) for problem in (*table.problems, *reader.problems)]
    return ReadList(table, tuple(rows), tuple(problems), len(table.rows))


def to_import_problem(table: Table, problem: StaffProblem) -> ImportProblem:
    """What the comparison found, with its place in the file."""
    row = TableRow(problem.row, {})
    severity = Severity.WARNING if problem.is_doubt else Severity.ERROR
    column = str(problem.column or "")
    return hide_numbers(table.make_problem(row, column, problem.message, severity=severity, **problem.values))


def hide_numbers(problem: ImportProblem) -> ImportProblem:
    """The problem with no number of nine digits or more in it but its last three: what stands in a wrong column may be
    somebody's citizen's number.
    """
    values = {
        name: _LONG_NUMBER.sub(r"…\1", value) if isinstance(value, str) else value
        for name, value in problem.values.items()
    }
    return replace(problem, values=values)


def _read_table(content: bytes, name: str, *, needs_unit: bool) -> Table:
    """The name in one column or, where the file has no such column, in two or three."""
    unit = {C.UNIT} if needs_unit else set()
    table = read_table(content, name, list_columns(required=frozenset({C.NAME} | unit)))
    found = table.columns
    if found and str(C.NAME) not in found and str(C.GIVEN_NAME) in found:
        table = read_table(content, name, list_columns(required=frozenset({C.GIVEN_NAME} | unit)))
        found = table.columns
    if found and needs_unit and str(C.UNIT) not in found and str(C.UNIT_CODE) in found:
        name_column = C.NAME if str(C.NAME) in found else C.GIVEN_NAME
        table = read_table(content, name, list_columns(required=frozenset({name_column, C.UNIT_CODE})))
    return table


class _RowReader:
    """Reads the rows of one table."""

    def __init__(
        self, table: Table, units: UnitFinder, default_unit_id: int | None, keys: KeyedHashes, today: date
    ) -> None:
        self._table = table
        self._units = units
        self._default_unit_id = default_unit_id
        self._keys = keys
        self._today = today
        self.problems: list[ImportProblem] = []

    def read(self, row: TableRow) -> StaffRow | None:
        """The person of the row; None where something is wrong with it, which is then among the problems."""
        before = len(self.problems)
        name = self._read_name(row)
        phone = self._read(row, C.PHONE, cells.read_phone)
        login = self._read(row, C.LOGIN, cells.read_login)
        unit_id = self._read_unit(row)
        number = self._read(row, C.CITIZEN_NUMBER, cells.read_citizen_number)
        has_left = bool(self._read(row, C.STATE, cells.read_has_left))
        job_title = self._read(row, C.JOB_TITLE, cells.read_job_title)
        birth = self._read_birth(row)
        email = self._read(row, C.EMAIL, cells.read_email)
        if login is None and phone is None and len(self.problems) == before:
            self._note(row, C.LOGIN, N_("neither an account code nor a telephone: one of them names the account"))
        if len(self.problems) > before or name is None or unit_id is None:
            return None
        return StaffRow(
            row=row.number,
            login=login or phone or "",
            name=name,
            unit_id=unit_id,
            job_title=job_title,
            birth=birth,
            phone=phone,
            email=email,
            citizen_hash=self._keys.hash_citizen_number(number) if number else None,
            citizen_tail=number[-3:] if number else None,
            has_left=has_left,
        )

    def _read(self, row: TableRow, column: C, read: Callable[[str], Any]) -> Any:
        text = row.get_text(column)
        if not text:
            return None
        try:
            return read(text)
        except WrongCell as wrong:
            self._note(row, column, wrong.message, **wrong.values)
            return None

    def _read_name(self, row: TableRow) -> str | None:
        if str(C.NAME) in self._table.columns:
            name = self._read(row, C.NAME, cells.read_name)
            return name if name is None else str(name)
        parts = [row.get_text(column) for column in (C.FAMILY_NAME, C.MIDDLE_NAME, C.GIVEN_NAME)]
        whole = " ".join(part for part in parts if part)
        try:
            return cells.read_name(whole) if whole else None
        except WrongCell as wrong:
            self._note(row, C.GIVEN_NAME, wrong.message, **wrong.values)
            return None

    def _read_birth(self, row: TableRow) -> str | None:
        for column in (C.BIRTH, C.BIRTH_OF_WOMEN):
            value = row.values.get(column, "")
            if value:
                found = find_date(value, century_of=self._today.year)
                birth = self._read(row, column, partial(cells.read_birth, found=found, today=self._today))
                return birth if birth is None else str(birth)
        return None

    def _read_unit(self, row: TableRow) -> int | None:
        column = C.UNIT_CODE if row.get_text(C.UNIT_CODE) else C.UNIT
        text = row.get_text(column)
        if not text:
            # A cell that had to be filled is among the table's own problems.
            return self._default_unit_id
        try:
            return self._units.find(text).id
        except WrongCell as wrong:
            self._note(row, column, wrong.message, **wrong.values)
            return None

    def _note(self, row: TableRow, column: C, message: str, **values: Any) -> None:
        self.problems.append(self._table.make_problem(row, column, message, **values))
