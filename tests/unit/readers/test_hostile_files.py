"""No file, however hostile, raises anything, takes more than 5 s or 300 MB, or gives an item that could be stored."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.readers.hostile_files import MEGABYTES, SECONDS

pytestmark = pytest.mark.timeout(600)
ROOT = Path(__file__).parents[3]
UNFORESEEN = "the file could not be read; it is damaged or holds something that is not known here"
INTERPRETER_MEGABYTES = 60
"""What an interpreter with the readers loaded takes; a child of it, which is what is measured, begins at about 25."""


@pytest.fixture(scope="module")
def results():
    command = [sys.executable, "-m", "tests.unit.readers.hostile_files"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=600)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_format_meets_every_kind_of_file(results):
    assert len(results) > 200
    names = {result["name"] for result in results}
    assert {
        "xml-laughs.docx",
        "gigabyte-lying.xlsx",
        "climbing.zip",
        "gigabyte-stream.gift",
        "canvas-html.xml",
    } <= names


def test_nothing_is_raised_not_even_where_it_would_be_caught(results):
    assert [result for result in results if "raised" in result or UNFORESEEN in str(result["messages"])] == []


def test_nothing_takes_long(results):
    assert [(result["name"], result["seconds"]) for result in results if result["seconds"] > SECONDS] == []


def test_nothing_takes_much_memory(results):
    most = MEGABYTES - INTERPRETER_MEGABYTES + 25
    assert [(result["name"], result["megabytes"]) for result in results if result["megabytes"] > most] == []


def test_every_one_is_refused_with_a_message(results):
    assert [result for result in results if result.get("items") or not result.get("messages")] == []


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("empty.docx", "empty"),
        ("program.xlsx", "program"),
        ("password.xls", "password"),
        ("macros.docx", "macros"),
        ("macros.xlsx", "macros"),
        ("gigabyte.docx", "too large"),
        ("gigabyte-stream.csv", "larger than 20 MB"),
        ("climbing.xlsx", "leads out of it"),
        ("crowd.zip", "too many parts"),
        ("locked.ods", "password"),
        ("pdf.docx", "content is PDF"),
        ("docx-as.xlsx", "content is Word (.docx)"),
        ("xlsx-as.zip", "content is Excel (.xlsx)"),
        ("xml-laughs.docx", "document type"),
        ("moodle-outside.xml", "document type"),
        ("lines-15.gift", "more than 1,100,000 lines"),
        ("lines-15.csv", "more than 1,100,000 lines"),
        ("aiken-options.txt", "more than 500 lines"),
        ("aiken-many.txt", "more than 10,000 questions"),
        ("gift-many.gift", "more than 10,000 questions"),
        ("rows.csv", "too many cells"),
        ("columns.csv", "too many cells"),
        ("quotes.csv", "quotation mark may be missing"),
        ("gigabyte.xlsx", "too large when unpacked"),
        ("xml-deep.xlsx", "no questions"),
        ("xml-attributes.xlsx", "too many elements"),
        ("xml-attributes.ods", "too many elements"),
        ("qti-tiny.xml", "too many elements"),
    ],
)
def test_the_message_says_what_is_wrong(results, name, word):
    [result] = [one for one in results if one["name"] == name]
    assert word in result["messages"][0]
