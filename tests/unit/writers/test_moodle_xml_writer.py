"""What is written as Moodle XML reads back as the same items."""

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from question_bank.formatted_text import FormattedText, make_picture_tag
from question_bank.items import Item, ItemKind, Level, Option
from question_bank.keys import ChoiceKey, MatchingKey
from question_bank.readers.moodle_xml import read_moodle_xml
from question_bank.readers.report import ItemDefaults
from question_bank.writers import CannotWrite
from question_bank.writers.moodle_xml import write_moodle_xml
from tests.unit.writers.moodle_items import PICTURES, RED, items

HURRIED = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))


def read_back(content):
    return read_moodle_xml(content, "x.xml", ItemDefaults(level=Level.RECOGNISE))


@pytest.mark.parametrize("kind", ItemKind)
def test_reading_what_was_written_gives_the_same_items(kind):
    @HURRIED
    @given(st.lists(items((kind,)), min_size=1, max_size=3))
    def check(written):
        report = read_back(write_moodle_xml(written, PICTURES))
        assert [read.item for read in report.items] == written
        assert report.problems == ()
        assert all(read.is_ready for read in report.items)

    check()


def make_item(**changes):
    values = {
        "code": "CCHC-1",
        "kind": ItemKind.SINGLE_CHOICE,
        "topic": "Thể chế",
        "level": Level.APPLY,
        "stem": FormattedText("Ai {ký} a = b?"),
        "options": (Option(FormattedText("A~1")), Option(FormattedText("Cả A và B"), is_pinned=True)),
        "key": ChoiceKey(frozenset({1})),
    }
    return Item(**(values | changes))


def test_the_file_is_moodle_xml_as_moodle_reads_it():
    root = etree.fromstring(write_moodle_xml([make_item()], {}))
    assert root.findtext("question[1]/category/text") == "$course$/top/Thể chế"
    question = root[1]
    assert question.get("type") == "multichoice"
    assert question.findtext("questiontext/text") == "Ai {ký} a = b?"
    assert question.findtext("idnumber") == "CCHC-1"
    assert [(a.get("fraction"), a.findtext("text")) for a in question.findall("answer")] == [
        ("0", "A~1"),
        ("100", "Cả A và B"),
    ]
    assert [tag.findtext("text") for tag in question.findall("tags/tag")] == ["level:apply", "pinned:B"]


def test_nothing_is_doubtful_about_what_we_wrote_ourselves():
    report = read_back(write_moodle_xml([make_item()], {}))
    assert report.list_problems() == ()


def test_pictures_are_files_of_their_text():
    item = make_item(stem=make_picture_tag(RED.digest, "sơ đồ"))
    written = write_moodle_xml([item], PICTURES)
    file = etree.fromstring(written).find("question[2]/questiontext/file")
    assert base64.b64decode(file.text) == RED.content
    report = read_back(written)
    assert report.items[0].item == item
    assert report.pictures == {RED.digest: RED}


def test_an_item_without_its_picture_or_its_key_is_not_written():
    with pytest.raises(CannotWrite, match="a picture of the item is missing") as caught:
        write_moodle_xml([make_item(stem=make_picture_tag(RED.digest))], {})
    assert caught.value.name == "CCHC-1"
    with pytest.raises(CannotWrite, match="without a key"):
        write_moodle_xml([make_item(key=None)], {})


def test_no_item_makes_an_empty_file():
    assert etree.fromstring(write_moodle_xml([], {})).tag == "quiz"


def test_all_options_pinned_is_moodles_own_setting():
    item = make_item(options=tuple(Option(FormattedText(text), is_pinned=True) for text in "xy"))
    assert b"<shuffleanswers>false</shuffleanswers>" in write_moodle_xml([item], {})


def test_an_option_that_is_not_pinned_stays_so_whatever_its_words():
    item = make_item(options=(Option(FormattedText("A1")), Option(FormattedText("Cả hai đáp án trên"))))
    assert read_back(write_moodle_xml([item], {})).items[0].item == item


def test_a_matching_item_of_the_largest_size():
    texts = [FormattedText(f"câu {number}") for number in range(8)]
    item = make_item(
        kind=ItemKind.MATCHING,
        options=tuple(Option(text) for text in texts),
        rows=tuple(FormattedText(f"dòng {number}") for number in range(8)),
        key=MatchingKey((7,) * 8),
    )
    assert read_back(write_moodle_xml([item], {})).items[0].item == item
