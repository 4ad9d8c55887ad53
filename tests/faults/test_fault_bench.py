"""The fault bench in short: what is acknowledged outlives a killed database, a full disk and a false clock, and engines
that would lose it are found out. All of it: ``make faults``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from load_tests.faults.__main__ import run_fault
from load_tests.faults.arena import Outcome
from load_tests.faults.faults import FAULTS
from load_tests.faults.ground import Ground
from load_tests.faults.journal import Cell, Journal
from load_tests.faults.lines import (
    BEGIN,
    END,
    Line,
    Recovery,
    format_line,
    format_markdown,
    say_not_run,
    sum_up,
    write_json,
    write_readme,
)
from load_tests.faults.oracle import Verdict

PEOPLE, SECONDS = 6, 1.0
SHORT = (
    "database_killed", "clock_behind", "sqlite_disk_full",
    "control_no_guard", "control_answers_first", "control_async_commit", "control_sqlite_no_sync",
)  # fmt: skip
BY_NAME = {fault.name: fault for fault in FAULTS}


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        ground = Ground(folder, PEOPLE, warm_up_seconds=0.3)
        yield ground
        ground.close()


@pytest.mark.postgresql
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", SHORT)
def test_nothing_acknowledged_is_lost_and_controls_lose(ground: Ground, name: str) -> None:
    # How long things take is judged by the bench, on a machine that does nothing else.
    fault = replace(BY_NAME[name], setting=replace(BY_NAME[name].setting, workers=1))
    line: Line = run_fault(ground, fault, runs=1, seconds=SECONDS, is_timed=False)
    if "mount" in line.not_run:
        pytest.skip(line.not_run)
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
    outcome = Outcome(Verdict(10, lost, 0, 0), surprises, 0, 0.1, (), (), ())
    assert sum_up(BY_NAME[name], [outcome]).passed is passes


def test_recovery_is_counted_from_the_end_of_each_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    journal, moments = Journal(), iter([1.0, 5.0, 5.5, 7.0, 8.0, 8.5, 20.0])
    monkeypatch.setattr("load_tests.faults.journal.time.monotonic", lambda: next(moments))
    journal.note_heard("a")  # 1.0
    journal.note_over()  # 5.0
    journal.note_heard("a")  # 5.5
    journal.note_heard("b")  # 7.0
    journal.note_over()  # 8.0
    journal.note_heard("a")  # 8.5
    journal.note_over()  # 20.0: nobody is heard any more
    assert journal.find_recoveries() == [0.5, 0.5]
    assert sorted(journal.find_returns()) == [0.5, 0.5, 2.0]


def test_lines_are_kept_from_run_to_run_and_shown(tmp_path: Path) -> None:
    fault, control = BY_NAME["server_killed"], BY_NAME["control_no_guard"]
    whole = sum_up(fault, [Outcome(Verdict(10, 0, 0, 0), (), 0, 0.1, (0.5, 1.5), (2.0,), ())])
    assert whole.recovery == Recovery(outages=2, p50=1.5, p99=1.5, longest=1.5, everybody_p99=2.0)
    path, readme = tmp_path / "build" / "faults.json", tmp_path / "README.md"
    assert write_json([whole], path) == [whole]
    missing = say_not_run(control, "mount: not permitted")
    assert write_json([missing], path) == [whole, missing]
    assert not missing.passed
    assert "NOT RUN" in format_line(missing)
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write_readme([whole, missing], readme)
    text = readme.read_text(encoding="utf-8")
    assert format_markdown([whole, missing]).splitlines()[-1] in text
    assert "| 1.50 | 1.50 | 1.50 | 2.00 | 0.10 | yes |" in text
    assert (text.startswith("before"), text.endswith("after\n"), "old" in text) == (True, True, False)


def test_names_of_faults_are_not_given_twice() -> None:
    assert len(BY_NAME) == len(FAULTS)
