"""Group ``files``: reading large files of questions, each in a process of its own.

The questions are those of the bank that ships, over and over, each with a number of its own in its text.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path

from load_tests.bench.rows import Options, Row, Target
from question_bank.formatted_text import FormattedText
from question_bank.items import Item
from question_bank.readers.bank_folder import read_bank_folder
from question_bank.writers.excel import write_excel
from question_bank.writers.gift import write_gift
from question_bank.writers.moodle_xml import write_moodle_xml
from question_bank.writers.word import write_word
from tests.servers.web import REPOSITORY

BANK = REPOSITORY / "question_bank" / "banks" / "cchc"


@dataclass(frozen=True, slots=True)
class Case:
    """A file, how many questions it has, and what reading it is to take at most."""

    name: str
    count: int
    write: Callable[[list[Item]], bytes]
    target: Target


CASES = (
    Case("500.docx", 500, lambda items: write_word(items, {}, title="Đề thi", with_key=True), Target(5, 200)),
    Case("10000.xlsx", 10_000, lambda items: write_excel(items, {}), Target(5)),
    Case("10000.gift", 10_000, lambda items: write_gift(items, {}), Target()),
    Case("10000.xml", 10_000, lambda items: write_moodle_xml(items, {}), Target()),
)


def run(options: Options) -> list[Row]:
    """A row for each file. Raises RuntimeError where a file does not give back all of its questions."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for case in CASES:
            count = case.count // 5 if options.quick else case.count
            path = Path(folder) / case.name
            path.write_bytes(case.write(make_items(count)))
            found = _read(path)
            if found["ready"] != count:
                raise RuntimeError(f"{case.name}: {found['ready']} of {count} questions were read without an error")
            told = f"{count} questions, {path.stat().st_size / 1e6:.1f} MB"
            rows.append(
                Row(
                    f"reading {case.name}", found["seconds"], found["cpu_seconds"], None, found["memory_mb"], None,
                    case.target, told,
                )
            )  # fmt: skip
    return rows


def make_items(count: int) -> list[Item]:
    """So many different questions with codes of their own."""
    bank = read_bank_folder(BANK).bank
    if bank is None:
        raise RuntimeError("the bank that ships cannot be read")
    return [
        replace(item, code=f"DT-{number:05d}", stem=FormattedText(f"{item.stem} ({number})"))
        for number, item in enumerate(islice(cycle(bank.items), count), 1)
    ]


def _read(path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "load_tests.bench.reading", str(path)],
        stdout=subprocess.PIPE, cwd=REPOSITORY, timeout=600, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))
