"""The groups of the benchmark: this is the one table of them. How to add one stands in ``load_tests/README.md``."""

from __future__ import annotations

from load_tests.bench import attempt, bank, entries, entry_checks, files, growth, judging, people
from load_tests.bench.rows import Group, Options, Row


def _run_entries(options: Options) -> list[Row]:
    return [*entries.run(options), *entry_checks.run(options)]


_ALL = (
    Group("attempt", "what a participant does, beside two floors", attempt.run, attempt.tell_winner),
    Group(
        "growth",
        "what a participant does, with 1,000 and with millions of attempts stored",
        growth.run,
        growth.tell,
    ),
    Group("files", "reading large files of questions", files.run),
    Group("bank", "the analysis of items and a key put right, with 300,000 attempts", bank.run),
    Group("people", "pages and lists of a province with 30,000 people, and an import of 50,000", people.run),
    Group(
        "entries",
        "files of initiatives handed in while people sit attempts, the zip of all files, near-duplicates and lists",
        _run_entries,
    ),
    Group("judging", "3,000 initiatives with three sheets each: giving out, progress, ranking", judging.run),
)
GROUPS: dict[str, Group] = {group.name: group for group in _ALL}
"""In the order in which they are measured."""
