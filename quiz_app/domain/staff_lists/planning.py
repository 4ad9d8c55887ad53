"""What importing a staff list would change, person by person; and who stands in it twice.

A person is found by account code; where that is new, by citizen's number; where there is none, by telephone and name
together. A cell that is empty changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.staff_lists.rows import KnownAccount, StaffColumn, StaffRow

COMPARED = ("name", "job_title", "birth", "phone", "email", "citizen_hash")
"""What of a person a list may change besides the unit and whether they are still there."""


class ChangeKind(StrEnum):
    """What happens to a person of a list; the first that fits."""

    NEW = "new"
    LEFT = "left"
    MOVED = "moved"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class StaffProblem:
    """Something wrong (or, as a doubt, worth a look) in a row: an English message id and the values that fill it."""

    row: int
    column: StaffColumn | None
    message: str
    values: Mapping[str, Any]
    is_doubt: bool = False


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What a row does. ``fields`` names what changes of a known account (``unit_id``, ``is_active`` among them)."""

    row: StaffRow
    kind: ChangeKind
    account: KnownAccount | None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """What the whole list does. ``missing`` are active people of the list's units whom it does not name; they stay as
    they are unless it is asked otherwise.
    """

    rows: tuple[PlannedRow, ...]
    missing: tuple[KnownAccount, ...]
    problems: tuple[StaffProblem, ...]

    def count(self, kind: ChangeKind) -> int:
        """How many rows are of this kind."""
        return sum(1 for planned in self.rows if planned.kind is kind)

    @property
    def error_count(self) -> int:
        """Problems that keep the list from being imported."""
        return sum(1 for problem in self.problems if not problem.is_doubt)


def plan_changes(rows: Sequence[StaffRow], known: Iterable[KnownAccount]) -> StaffPlan:
    """Compare a list with the accounts. A row with a problem is not planned."""
    accounts = list(known)
    problems = {problem.row: problem for problem in find_repeated(rows)}
    finder = _Finder(accounts)
    planned = []
    named: dict[int, StaffRow] = {}
    for row in rows:
        if row.row in problems and not problems[row.row].is_doubt:
            continue
        account, problem = finder.find(row)
        if problem is None and account is not None:
            first = named.setdefault(account.id, row)
            if first is not row:
                problem = _make_problem(row, StaffColumn.NAME, N_("the same person as row %(other)s"), other=first.row)
        if problem is None and row.has_left and account is not None and account.has_duty:
            message = N_("this account organises, judges or administers; close it on its own page")
            problem = _make_problem(row, StaffColumn.STATE, message)
        if problem is not None and (row.row not in problems or not problem.is_doubt):
            problems[row.row] = problem
        if problem is None or problem.is_doubt:
            planned.append(_plan_row(row, account))
    units = {row.unit_id for row in rows}
    missing = [
        account
        for account in accounts
        if account.is_active and not account.has_duty and account.unit_id in units and account.id not in named
    ]
    return StaffPlan(tuple(planned), tuple(missing), tuple(problems[number] for number in sorted(problems)))


def find_repeated(rows: Sequence[StaffRow]) -> list[StaffProblem]:
    """Rows that repeat an earlier one: by code, by citizen's number, by telephone and name. A telephone that two people
    share is a doubt: offices and couples do.
    """
    found: dict[int, StaffProblem] = {}
    checks: tuple[tuple[Callable[[StaffRow], Hashable], StaffColumn, str, bool], ...] = (
        (lambda row: row.login, StaffColumn.LOGIN, N_("the same account code as row %(other)s"), False),
        (
            lambda row: row.citizen_hash,
            StaffColumn.CITIZEN_NUMBER,
            N_("the same citizen's number as row %(other)s"),
            False,
        ),
        (lambda row: row.phone_and_name, StaffColumn.PHONE, N_("the same name and telephone as row %(other)s"), False),
        (lambda row: row.phone, StaffColumn.PHONE, N_("the same telephone as row %(other)s, with another name"), True),
    )
    for read, column, message, is_doubt in checks:
        first: dict[Hashable, int] = {}
        for row in rows:
            value = read(row)
            if value is None:
                continue
            earlier = first.setdefault(value, row.row)
            if earlier != row.row and row.row not in found:
                found[row.row] = _make_problem(row, column, message, is_doubt=is_doubt, other=earlier)
    return [found[number] for number in sorted(found)]


class _Finder:
    """Finds the account of a row."""

    def __init__(self, accounts: Sequence[KnownAccount]) -> None:
        self._by_login = {account.login: account for account in accounts}
        self._by_citizen = {account.citizen_hash: account for account in accounts if account.citizen_hash}
        self._by_phone_and_name: dict[tuple[str, str], KnownAccount] = {}
        self._by_phone: dict[str, KnownAccount] = {}
        for account in accounts:
            if account.phone_and_name is not None and account.phone:
                self._by_phone_and_name[account.phone_and_name] = account
                self._by_phone[account.phone] = account

    def find(self, row: StaffRow) -> tuple[KnownAccount | None, StaffProblem | None]:
        """The account, or what is wrong or doubtful."""
        account = self._by_login.get(row.login)
        owner = self._by_citizen.get(row.citizen_hash) if row.citizen_hash else None
        if owner is not None and (owner is not account):
            if account is None and row.login == row.phone:
                # The list has no codes: the number of the citizen tells who it is.
                return owner, None
            message = N_("the citizen's number belongs to the account %(login)s already")
            return None, _make_problem(row, StaffColumn.CITIZEN_NUMBER, message, login=owner.login)
        if account is not None:
            return account, self._find_other_name(row, account)
        twin = self._by_phone_and_name.get(row.phone_and_name) if row.phone_and_name else None
        if twin is not None:
            if row.login == row.phone:
                return twin, None
            message = N_("name and telephone are those of the account %(login)s already")
            return None, _make_problem(row, StaffColumn.PHONE, message, login=twin.login)
        other = self._by_phone.get(row.phone) if row.phone else None
        if other is not None:
            message = N_("the account %(login)s has this telephone too, with another name")
            return None, _make_problem(row, StaffColumn.PHONE, message, is_doubt=True, login=other.login)
        return None, None

    @staticmethod
    def _find_other_name(row: StaffRow, account: KnownAccount) -> StaffProblem | None:
        """A code whose person now has another family name and another given name: most likely a slip by a row."""
        old, new = account.name.casefold().split(), row.name.casefold().split()
        if old and new and old[0] != new[0] and old[-1] != new[-1]:
            message = N_("the account %(login)s is of another person so far: %(person)s")
            values = {"login": account.login, "person": account.name}
            return _make_problem(row, StaffColumn.NAME, message, is_doubt=True, **values)
        return None


def _plan_row(row: StaffRow, account: KnownAccount | None) -> PlannedRow:
    if account is None:
        # Somebody who has left and never had an account gets none.
        return PlannedRow(row, ChangeKind.UNCHANGED if row.has_left else ChangeKind.NEW, None)
    fields = [
        name for name in COMPARED if getattr(row, name) is not None and getattr(row, name) != getattr(account, name)
    ]
    if row.unit_id != account.unit_id:
        fields.append("unit_id")
    if account.is_active is row.has_left:
        fields.append("is_active")
    kind = ChangeKind.CHANGED if fields else ChangeKind.UNCHANGED
    if "unit_id" in fields:
        kind = ChangeKind.MOVED
    if "is_active" in fields and row.has_left:
        kind = ChangeKind.LEFT
    return PlannedRow(row, kind, account, tuple(fields))


def _make_problem(
    row: StaffRow, column: StaffColumn, message: str, *, is_doubt: bool = False, **values: Any
) -> StaffProblem:
    return StaffProblem(row.row, column, message, values, is_doubt)
