"""What we write in QTI comes back as the same items, and says what is right in QTI's own words as well."""

import zipfile
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from question_bank.formatted_text import FormattedText, from_html, from_plain
from question_bank.items import Item, ItemKind, Level, Option
from question_bank.keys import AcceptedNumber, AcceptedText, ChoiceKey, EssayKey, MatchingKey, NumberKey, TextKey
from question_bank.readers.qti import read_qti
from question_bank.readers.report import ItemDefaults
from question_bank.writers import CannotWrite
from question_bank.writers.qti import write_qti
from tests.unit.writers.moodle_items import PICTURES, RED, items

HURRIED = settings(
    max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
DEFAULTS = ItemDefaults(topic="khác", level=Level.RECOGNISE)
QTI = {"q": "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"}


def make_item(**changes):
    options = tuple(Option(from_plain(text)) for text in ("Một", "Hai", "Ba"))
    item = Item("c1", ItemKind.SINGLE_CHOICE, "t", Level.APPLY, from_plain("Hỏi?"), options, ChoiceKey(frozenset({1})))
    return replace(item, **changes)


def read_back(content):
    report = read_qti(content, "x.zip", DEFAULTS)
    assert not report.problems, report.problems
    return report


def open_item(content, name="items/c1.xml"):
    with zipfile.ZipFile(BytesIO(content)) as package:
        return etree.fromstring(package.read(name))


@pytest.mark.parametrize("kind", ItemKind)
def test_reading_gives_the_same_items(kind):
    @HURRIED
    @given(st.lists(items((kind,)), min_size=1, max_size=2))
    def check(written):
        report = read_back(write_qti(written, PICTURES))
        assert [read.item for read in report.items] == written
        assert not [problem for read in report.items for problem in read.problems]
        texts = [text for item in written for text in item.list_texts()]
        assert set(report.pictures) == {digest for digest in PICTURES if any(digest in text for text in texts)}
        assert all(PICTURES[digest] == picture for digest, picture in report.pictures.items())

    check()


def test_the_same_items_give_the_same_bytes():
    assert write_qti([make_item()], {}) == write_qti([make_item()], {})


def test_right_options_stand_in_the_words_of_qti():
    root = open_item(write_qti([make_item()], {}))
    assert root.xpath("//q:qti-correct-response/q:qti-value/text()", namespaces=QTI) == ["option-2"]
    assert root.xpath("string(//q:qti-response-processing/@template)", namespaces=QTI).endswith("/match_correct.xml")
    assert root.xpath("string(//q:qti-choice-interaction/@max-choices)", namespaces=QTI) == "1"


def test_another_system_reads_the_key_without_our_data():
    """The same package without ``data-`` attributes: the key must not depend on them."""
    choices = make_item(kind=ItemKind.MULTIPLE_CHOICE, key=ChoiceKey(frozenset({0, 2}), is_partial=True))
    rows = (from_plain("x"), from_plain("y"))
    matching = make_item(code="c2", kind=ItemKind.MATCHING, rows=rows, key=MatchingKey((2, 0), is_partial=True))
    text = TextKey((AcceptedText("một"), AcceptedText("hai", 50)), minds_case=True)
    short = make_item(code="c3", kind=ItemKind.SHORT_ANSWER, options=(), key=text)
    essay = make_item(code="c4", kind=ItemKind.ESSAY, options=(), key=EssayKey("Chấm kỹ"))
    number = NumberKey((AcceptedNumber(Decimal("3.5"), Decimal("0.25")),))
    numerical = make_item(code="c5", kind=ItemKind.NUMERICAL, options=(), key=number)
    written = [choices, matching, short, essay, numerical]
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(write_qti(written, {}))) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            root = etree.fromstring(old.read(name))
            for element in root.iter():
                for attribute in [one for one in element.attrib if one.startswith("data-")]:
                    del element.attrib[attribute]
            new.writestr(name, etree.tostring(root))
    report = read_back(packed.getvalue())
    assert [read.item.key for read in report.items] == [item.key for item in written]
    assert {read.item.topic for read in report.items} == {"t"}
    assert [read.item.code for read in report.items] == ["c1", "c2", "c3", "c4", "c5"]


def test_a_key_changed_by_hand_beats_our_note():
    item = make_item(kind=ItemKind.SHORT_ANSWER, options=(), key=TextKey((AcceptedText("một"),)))
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(write_qti([item], {}))) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace('map-key="một"'.encode(), b'map-key="hai"'))
    [read] = read_back(packed.getvalue()).items
    assert read.item.key.answers == (AcceptedText("hai"),)
    assert [problem.field for problem in read.problems] == ["key"]


def test_codes_that_are_no_file_names_come_back():
    written = [make_item(code=code) for code in ("Câu 1/2", "../x", "a", "A", "item-0001", "", "")]
    content = write_qti(written, {})
    assert [read.item.code for read in read_back(content).items] == [item.code for item in written]
    with zipfile.ZipFile(BytesIO(content)) as package:
        assert not [name for name in package.namelist() if ".." in name]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (make_item(key=None), "an item without a key cannot be written"),
        (make_item(topic="a\x01b"), "a text holds characters that a file in XML cannot hold"),
        (make_item(stem=from_html(f'<img src="picture:{RED.digest}">')), "a picture of the item is missing"),
    ],
)
def test_what_cannot_be_written_is_named(item, message):
    with pytest.raises(CannotWrite, match=message) as caught:
        write_qti([item], {})
    assert caught.value.name == "c1"


def test_too_many_items_for_a_package_are_refused():
    with pytest.raises(CannotWrite, match="2,000 files"):
        write_qti([make_item(code="")] * 2000, {})


def test_markup_in_a_text_stays_text():
    stem = from_plain("<script>alert(1)</script> & ]]>")
    [read] = read_back(write_qti([make_item(stem=stem, topic='"><b>')], {})).items
    assert read.item.stem == stem
    assert read.item.topic == '"><b>'


def test_a_picture_without_description_has_none_afterwards():
    stem = FormattedText(f'<img src="picture:{RED.digest}">')
    [read] = read_back(write_qti([make_item(stem=stem)], PICTURES)).items
    assert read.item.stem == stem
