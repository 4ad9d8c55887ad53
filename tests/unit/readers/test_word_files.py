"""Every Word file of the fixtures is read as a person reads it."""

import pytest

from question_bank.formatted_text import is_clean, list_pictures, to_plain
from question_bank.items import OPTION_LABELS
from question_bank.keys import ChoiceKey, EssayKey, MatchingKey, NumberKey, OrderingKey, TextKey
from question_bank.readers.report import ItemDefaults
from question_bank.readers.word import read_word
from tests.fixtures.make_word_files import build_all

FIXTURES = build_all()


def show(text, expected):
    """The text as the expectation writes it: with markup where it has some of ours."""
    return text if any(tag in expected for tag in ("<table>", "<strong>", "<sup>")) else to_plain(text)


def describe_key(key):
    if key is None:
        return {}
    if isinstance(key, ChoiceKey):
        return {"right": "".join(OPTION_LABELS[position] for position in sorted(key.right))}
    if isinstance(key, MatchingKey):
        return {"pairs": key.options}
    if isinstance(key, TextKey):
        return {"accepted": tuple((answer.text, answer.percent) for answer in key.answers)}
    if isinstance(key, NumberKey):
        return {"accepted": tuple((f"{n.value}±{n.tolerance}", n.percent) for n in key.numbers)}
    if isinstance(key, EssayKey):
        return {"guidance": key.guidance}
    assert isinstance(key, OrderingKey)
    return {}


def describe(item, expected):
    """What was read in the terms of the expectation."""
    return expected.but(
        **{
            "right": None, "pairs": (), "accepted": (), "guidance": "",
            "stem": show(item.stem, expected.stem),
            "options": tuple(
                show(option.text, expected.options[place] if place < len(expected.options) else "")
                for place, option in enumerate(item.options)
            ),
            "kind": str(item.kind),
            "pinned": "".join(OPTION_LABELS[p] for p, option in enumerate(item.options) if option.is_pinned),
            "explanation": to_plain(item.explanation),
            "document": item.source.document,
            "article": item.source.article,
            "topic": item.topic,
            "level": str(item.level),
            "rows": tuple(to_plain(row) for row in item.rows),
            **describe_key(item.key),
        }
    )  # fmt: skip


@pytest.mark.parametrize("fixture", FIXTURES, ids=[fixture.name for fixture in FIXTURES])
def test_a_file_is_read_as_a_person_reads_it(fixture):
    report = read_word(fixture.content, fixture.name, ItemDefaults())
    assert [to_plain(read.item.stem) for read in report.items] == [
        to_plain(expected.stem) if "<script" not in expected.stem else expected.stem for expected in fixture.items
    ]
    for read, expected in zip(report.items, fixture.items, strict=True):
        assert describe(read.item, expected.but(problems=())) == expected.but(problems=())
        assert sorted(problem.message for problem in read.problems) == sorted(expected.problems)
        assert all(is_clean(text) for text in read.item.list_texts())
        assert set(list_pictures(*read.item.list_texts())) <= set(report.pictures)
    assert sorted(problem.message for problem in report.problems) == sorted(fixture.problems)


def test_there_are_many_files_and_none_twice():
    names = [fixture.name for fixture in FIXTURES]
    assert len(names) == len(set(names)) >= 40


def test_places_name_the_question():
    fixture = next(fixture for fixture in FIXTURES if fixture.name == "bang-dap-an-theo-phan.docx")
    places = [read.place.describe() for read in read_word(fixture.content, fixture.name, ItemDefaults()).items]
    assert places == ["PHẦN I, question 1", "PHẦN I, question 2", "PHẦN II, question 1", "PHẦN II, question 2"]
