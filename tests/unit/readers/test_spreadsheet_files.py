"""Spreadsheets of every kind that offices and other programs make: each gives its items and its problems, no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from question_bank.readers.opening import WrongFile
from question_bank.readers.report import ImportReport, ItemDefaults, Severity
from question_bank.readers.spreadsheet import read_spreadsheet
from tests.fixtures.make_spreadsheets import CASES, Case


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """The files, made once."""
    return tmp_path_factory.mktemp("spreadsheets")


def read_case(case: Case, folder: Path) -> ImportReport:
    path = folder / f"{case.name}{case.suffix}"
    if not path.exists():
        path.write_bytes(case.make())
    return read_spreadsheet(path.read_bytes(), path.name, ItemDefaults())


def list_found(report: ImportReport) -> list[tuple[int, str, str, str]]:
    return sorted(
        (
            problem.place.number,
            problem.place.column,
            "E" if problem.severity is Severity.ERROR else "W",
            problem.message,
        )
        for problem in report.list_problems()
    )


@pytest.mark.parametrize("case", [case for case in CASES if not case.refusal], ids=lambda case: case.name)
def test_file_gives_its_items_and_problems(case: Case, folder: Path) -> None:
    report = read_case(case, folder)
    assert [read.item for read in report.items] == list(case.items)
    found = list_found(report)
    expected = sorted(case.problems)
    told = [(*where[:3], where[3][: len(stated[3])]) for where, stated in zip(found, expected, strict=False)]
    assert (told, len(found)) == (expected, len(expected)), [problem.describe() for problem in report.list_problems()]
    if case.parts:
        assert tuple(read.place.part for read in report.items) == case.parts
    for problem in report.list_problems():
        assert problem.describe()
        assert "%(" not in problem.describe()


@pytest.mark.parametrize("case", [case for case in CASES if case.refusal], ids=lambda case: case.name)
def test_file_is_refused(case: Case, folder: Path) -> None:
    with pytest.raises(WrongFile) as refusal:
        read_case(case, folder)
    assert str(refusal.value) == case.refusal


def test_there_are_enough_files() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 40
