"""The fault bench in short: what is acknowledged outlives a killed server and a killed database, and an engine that
would lose it is found out. All of it: ``make faults``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from load_tests.faults.__main__ import Line, run_fault, sum_up
from load_tests.faults.arena import Ground, Outcome
from load_tests.faults.faults import FAULTS
from load_tests.faults.journal import Cell, Journal
from load_tests.faults.oracle import Verdict

PEOPLE, SECONDS = 8, 3.0
SHORT = ("server_killed", "database_killed", "redis_hung", "control_no_guard", "control_answers_first")
BY_NAME = {fault.name: fault for fault in FAULTS}


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        ground = Ground(folder, PEOPLE)
        yield ground
        ground.close()


@pytest.mark.postgresql
@pytest.mark.timeout(400)
@pytest.mark.parametrize("name", SHORT)
def test_nothing_acknowledged_is_lost_and_controls_lose(ground: Ground, name: str) -> None:
    line: Line = run_fault(ground, BY_NAME[name], runs=1, seconds=SECONDS)
    assert line.passed, line
    assert line.cells > PEOPLE


def test_a_journal_knows_what_was_sent() -> None:
    journal = Journal()
    journal.note_sent(1, 0, 5, 2)
    journal.note_acknowledged(Cell(1, 0, 5, 2), 0.2)
    assert journal.was_sent(1, 0, 5, 2)
    assert not journal.was_sent(1, 0, 6, 2)
    assert (journal.cells, journal.find_wait(0.99)) == ([Cell(1, 0, 5, 2)], 0.2)


@pytest.mark.parametrize(
    ("name", "lost", "surprises", "passes"),
    [
        ("server_killed", 0, (), True),
        ("server_killed", 1, (), False),
        ("server_killed", 0, ("401",), False),
        ("control_no_guard", 0, (), False),
        ("control_no_guard", 3, (), True),
    ],
)
def test_a_control_that_loses_nothing_fails_the_bench(
    name: str, lost: int, surprises: tuple[str, ...], passes: bool
) -> None:
    outcome = Outcome(Verdict(10, lost, 0, 0), surprises, 0, 0.1, ())
    assert sum_up(BY_NAME[name], [outcome]).passed is passes
