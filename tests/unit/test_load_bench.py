"""The benchmark's tables: what is met, what is written where. What it measures is measured by running it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from load_tests.bench.__main__ import README
from load_tests.bench.groups import GROUPS
from load_tests.bench.rows import Group, Row, Target
from load_tests.bench.table import find_marks, format_terminal, write_json, write_readme

GROUP = Group("tried", "what is tried", lambda options: [])
ROWS = [
    Row("quick", 1.25, 0.5, 0.25, 80.4, None, Target(2, 100), "10 rows"),
    Row("slow", 3.0, 2.0, None, None, 250.0, Target(seconds=5, p99_ms=200)),
    Row("free", 0.5, 0.5),
]


def test_a_row_says_whether_it_reached_what_it_was_to_reach() -> None:
    assert [row.is_met for row in ROWS] == [True, False, None]
    assert [str(row.target) for row in ROWS] == ["2 s, 100 MB", "5 s, p99 200 ms", "–"]
    # What was to be measured and was not is not met.
    assert Row("x", 1.0, 1.0, target=Target(memory_mb=10)).is_met is False


def test_the_table_stands_in_its_place_in_the_readme_and_nothing_else_is_touched(tmp_path: Path) -> None:
    path, (begin, end) = tmp_path / "README.md", find_marks(GROUP)
    path.write_text(f"before\n{begin}\nformer\n{end}\nafter\n", encoding="utf-8")
    write_readme(GROUP, ROWS, path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{begin}\n")
    assert text.endswith(f"\n{end}\nafter\n")
    assert "| quick | 1.25 | 0.50 | 0.25 | 80 | – | 2 s, 100 MB | yes | 10 rows |" in text
    assert "| slow | 3.00 | 2.00 | – | – | 250 | 5 s, p99 200 ms | NO | – |" in text
    assert "former" not in text


def test_a_readme_without_a_place_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("nothing here\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no place"):
        write_readme(GROUP, ROWS, path)
    assert path.read_text(encoding="utf-8") == "nothing here\n"


def test_figures_of_other_groups_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "build" / "bench.json"
    write_json({"one": ROWS[:1]}, path)
    write_json({"two": ROWS[1:]}, path)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert [row["operation"] for row in found["one"] + found["two"]] == ["quick", "slow", "free"]
    path.write_text("[]", encoding="utf-8")
    write_json({"one": ROWS}, path)
    assert list(json.loads(path.read_text(encoding="utf-8"))) == ["one"]


def test_columns_of_the_terminal_are_as_wide_as_their_widest() -> None:
    lines = format_terminal(ROWS).splitlines()
    assert len(lines) == 4
    assert len({len(line) for line in lines}) == 1


def test_every_group_is_described_and_has_its_place() -> None:
    text = README.read_text(encoding="utf-8")
    for group in GROUPS.values():
        assert all(mark in text for mark in find_marks(group)), group.name
        assert f"| `{group.name}` |" in text, group.name
