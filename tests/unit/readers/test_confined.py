"""A file that is read by a process of its own gives what it gives here, and nothing that the child says is run."""

from __future__ import annotations

import logging
import os
import pickle
from io import BytesIO
from pathlib import Path

import pytest

from question_bank.items import Level
from question_bank.readers import confined, read_items
from question_bank.readers.confined import ReadingStopped, read_confined
from question_bank.readers.report import ItemDefaults
from tests.fixtures.make_spreadsheets import CASES
from tests.fixtures.make_word_files import build_all

DEFAULTS = ItemDefaults("chu-de", Level.APPLY)
WORD = {fixture.name: fixture.content for fixture in build_all()}
WITH_PICTURE = next(
    name for name, content in WORD.items() if read_items(BytesIO(content), f"{name}.docx", DEFAULTS).pictures
)
WITH_PROBLEMS = next(case for case in CASES if read_items(BytesIO(case.make()), f"a{case.suffix}", DEFAULTS).problems)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (WORD[WITH_PICTURE], "hinh.docx"),
        (WITH_PROBLEMS.make(), f"bang{WITH_PROBLEMS.suffix}"),
        ("Một {=1 ~2}\n\nSố {#1,5:0,1}\n\nGhép {=a -> b =c -> d}\n".encode(), "cau-hoi.gift"),
        (b"", "rong.docx"),
        (b"MZ" + b"x" * 100_000, "-c\0\ud800.xlsx"),
    ],
)
def test_the_same_items_and_messages(content: bytes, name: str) -> None:
    assert read_confined(content, name, DEFAULTS) == read_items(BytesIO(content), name, DEFAULTS)


def test_a_child_that_fails_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined.sys, "executable", "/bin/false")
    report = read_confined(b"x", "a.gift", DEFAULTS)
    assert not report.items
    assert [problem.field for problem in report.problems] == ["file"]


def test_why_a_child_failed_is_logged_without_what_the_file_says(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    (tmp_path / "failing.py").write_text(
        "def read():\n    raise ValueError('Nguyễn Văn A')\nread()\n", encoding="utf-8"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(confined, "__name__", "failing")
    with caplog.at_level(logging.WARNING):
        read_confined(b"x", "bi-mat.gift", DEFAULTS)
    (said,) = caplog.messages
    assert "status 1" in said
    assert "failing.py:2" in said
    assert "ValueError" in said
    assert "Nguy" not in said
    assert "bi-mat" not in said


def test_nobody_waits_for_a_reading_that_is_not_wanted() -> None:
    with pytest.raises(ReadingStopped):
        read_confined(b"A {=1 ~2}\n" * 1000, "a.gift", DEFAULTS, is_stopped=lambda: True)


class _Evil:
    def __reduce__(self):
        return os.system, ("false",)


@pytest.mark.parametrize("said", [_Evil(), {"a": 1}, DEFAULTS])
def test_nothing_but_a_report_is_taken_from_the_child(said: object) -> None:
    with pytest.raises(pickle.UnpicklingError):
        confined._load(pickle.dumps(said))
