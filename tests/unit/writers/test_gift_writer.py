"""What is written as GIFT reads back as the same items."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from question_bank.formatted_text import FormattedText, make_picture_tag
from question_bank.items import Item, ItemKind, Level, Option
from question_bank.keys import ChoiceKey, MatchingKey
from question_bank.readers.gift import read_gift
from question_bank.readers.report import ItemDefaults
from question_bank.writers import CannotWrite
from question_bank.writers.gift import write_gift
from tests.unit.writers.moodle_items import PICTURES, RED, items

HURRIED = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))


def read_back(content):
    return read_gift(content, "x.gift", ItemDefaults(level=Level.RECOGNISE))


@pytest.mark.parametrize("kind", ItemKind)
def test_reading_what_was_written_gives_the_same_items(kind):
    @HURRIED
    @given(st.lists(items((kind,)), min_size=1, max_size=3))
    def check(written):
        report = read_back(write_gift(written, PICTURES))
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


def test_the_file_is_gift_as_moodle_reads_it():
    assert write_gift([make_item()], {}).decode() == (
        "$CATEGORY: $course$/top/Thể chế\n\n"
        "// [id:CCHC-1] [tag:level:apply] [tag:pinned:B]\n"
        "::CCHC-1::[html]Ai \\{ký\\} a \\= b?{\n\t~[html]A\\~1\n\t=[html]Cả A và B\n}\n"
    )


def test_nothing_is_doubtful_about_what_we_wrote_ourselves():
    report = read_back(write_gift([make_item()], {}))
    assert report.list_problems() == ()


def test_pictures_stand_in_the_text():
    item = make_item(stem=make_picture_tag(RED.digest, "sơ đồ"))
    report = read_back(write_gift([item], PICTURES))
    assert report.items[0].item == item
    assert report.pictures == {RED.digest: RED}


def test_an_item_without_its_picture_or_its_key_is_not_written():
    with pytest.raises(CannotWrite, match="a picture of the item is missing") as caught:
        write_gift([make_item(stem=make_picture_tag(RED.digest))], {})
    assert caught.value.name == "CCHC-1"
    with pytest.raises(CannotWrite, match="without a key"):
        write_gift([make_item(key=None)], {})


def test_no_item_makes_an_empty_file():
    assert write_gift([], {}) == b"\n"


def test_an_option_that_is_not_pinned_stays_so_whatever_its_words():
    item = make_item(options=(Option(FormattedText("A1")), Option(FormattedText("Cả hai đáp án trên"))))
    assert read_back(write_gift([item], {})).items[0].item == item


def test_a_matching_item_of_the_largest_size():
    texts = [FormattedText(f"câu {number}") for number in range(8)]
    item = make_item(
        kind=ItemKind.MATCHING,
        options=tuple(Option(text) for text in texts),
        rows=tuple(FormattedText(f"dòng {number}") for number in range(8)),
        key=MatchingKey((7,) * 8),
    )
    assert read_back(write_gift([item], {})).items[0].item == item
