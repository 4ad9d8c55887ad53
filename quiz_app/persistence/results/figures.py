"""A round in figures: all of it, and each unit's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, case, func, select

from quiz_app.persistence.results.table import results_table
from quiz_app.persistence.session import Row, Statement, Work


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """A round in numbers of people and attempts."""

    people: int
    passed: int
    attempts: int


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit's figures in a round."""

    unit_id: int
    name: str
    kind: str
    block: str | None
    staff_number: int | None
    taken_part: int
    passed: int
    best_sum_hundredths: int


_FIGURES = Statement(
    select(
        func.count().label("people"),
        func.coalesce(func.sum(case((results_table.c.is_passed, 1), else_=0)), 0).label("passed"),
        func.coalesce(func.sum(results_table.c.attempt_count), 0).label("attempts"),
    ).where(results_table.c.round_id == bindparam("round_id"))
)
UNIT_LINES = (
    "SELECT units.id AS unit_id, units.name, units.kind, units.block, units.staff_number, "
    "COALESCE(figures.taken_part, 0) AS taken_part, COALESCE(figures.passed, 0) AS passed, "
    "COALESCE(figures.best_sum, 0) AS best_sum FROM units"
)
UNIT_FIGURES = (
    "results.unit_id, COUNT(*) AS taken_part, SUM(CASE WHEN results.is_passed THEN 1 ELSE 0 END) AS passed, "
    "SUM(results.score_hundredths) AS best_sum"
)
"""Results are added up before they meet the units: of the many rows only a number for each unit is left then."""
_UNITS = Statement.from_sql(
    f"{UNIT_LINES} LEFT JOIN (SELECT {UNIT_FIGURES} FROM results WHERE results.round_id = :round_id "  # noqa: S608
    "GROUP BY results.unit_id) figures ON figures.unit_id = units.id"
)


def read_figures(work: Work, round_id: int) -> RoundFigures:
    """How many people took part, how many passed, and in how many attempts."""
    row = work.find_one(_FIGURES, round_id=round_id)
    assert row is not None  # noqa: S101 - an aggregate always has one row
    return RoundFigures(row.people, int(row.passed), int(row.attempts))


def list_unit_figures(work: Work, round_id: int) -> list[UnitLine]:
    """Every unit with its figures in the round, units without anyone included."""
    return [to_unit_line(row) for row in work.list_all(_UNITS, round_id=round_id)]


def to_unit_line(row: Row) -> UnitLine:
    """The line of a row with the columns of ``UNIT_LINES``."""
    return UnitLine(
        unit_id=row.unit_id,
        name=row.name,
        kind=row.kind,
        block=row.block,
        staff_number=row.staff_number,
        taken_part=row.taken_part,
        passed=int(row.passed),
        best_sum_hundredths=int(row.best_sum),
    )
