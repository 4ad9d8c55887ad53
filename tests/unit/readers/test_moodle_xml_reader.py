"""Moodle XML as Moodle exports it."""

import base64
from decimal import Decimal

import pytest

from question_bank.items import Level
from question_bank.keys import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    MatchingKey,
    NumberKey,
    OrderingKey,
    TextKey,
)
from question_bank.readers.moodle_xml import read_moodle_xml
from question_bank.readers.report import ItemDefaults, Severity
from tests.unit.writers.moodle_items import BLUE, RED

DEFAULTS = ItemDefaults(topic="Chung", level=Level.RECOGNISE)


def make_question(kind, inner, stem="hỏi", form="html"):
    return (
        f'<question type="{kind}"><name><text>{stem}</text></name>'
        f'<questiontext format="{form}"><text>{stem}</text></questiontext>{inner}</question>'
    )


def make_answers(*answers):
    return "".join(f'<answer fraction="{percent}"><text>{text}</text></answer>' for percent, text in answers)


def read(*questions):
    return read_moodle_xml(f'<?xml version="1.0"?><quiz>{"".join(questions)}</quiz>'.encode(), "x.xml", DEFAULTS)


def read_one(*arguments, **more):
    report = read(make_question(*arguments, **more))
    assert report.problems == ()
    (read_item,) = report.items
    return read_item


def describe(read_item, severity=Severity.WARNING):
    return [problem.describe() for problem in read_item.problems if problem.severity is severity]


@pytest.mark.parametrize(
    ("kind", "inner", "options", "key"),
    [
        (
            "multichoice",
            "<single>true</single>" + make_answers((0, "a"), (100, "b")),
            ["a", "b"],
            ChoiceKey(frozenset({1})),
        ),
        (
            "multichoice",
            "<single>false</single>" + make_answers((50, "a"), ("50.0000000", "b"), (-50, "c")),
            ["a", "b", "c"],
            ChoiceKey(frozenset({0, 1}), is_partial=True),
        ),
        (
            "multichoiceset",
            make_answers((100, "a"), (100, "b"), (0, "c")),
            ["a", "b", "c"],
            ChoiceKey(frozenset({0, 1})),
        ),
        ("truefalse", make_answers((0, "true"), (100, "false")), ["Đúng", "Sai"], ChoiceKey(frozenset({1}))),
        ("truefalse", make_answers((0, "false"), (100, "true")), ["Đúng", "Sai"], ChoiceKey(frozenset({0}))),
        (
            "shortanswer",
            "<usecase>1</usecase>" + make_answers((100, "Huế"), (50, "&lt;b&gt;"), (20, "x\\*")),
            [],
            TextKey((AcceptedText("Huế"), AcceptedText("<b>", 50), AcceptedText("x*", 20)), minds_case=True),
        ),
        (
            "numerical",
            '<answer fraction="100"><text>3.14</text><tolerance>0.01</tolerance></answer>' + make_answers((50, 3)),
            [],
            NumberKey((AcceptedNumber(Decimal("3.14"), Decimal("0.01")), AcceptedNumber(Decimal(3), percent=50))),
        ),
        (
            "ordering",
            "<gradingtype>ALL_OR_NOTHING</gradingtype>" + make_answers((1, "a"), (2, "b")),
            ["a", "b"],
            OrderingKey(),
        ),
        (
            "ordering",
            "<gradingtype>ABSOLUTE_POSITION</gradingtype>" + make_answers((1, "a"), (2, "b")),
            ["a", "b"],
            OrderingKey(is_partial=True),
        ),
        (
            "essay",
            '<graderinfo format="html"><text>&lt;p&gt;Một&lt;/p&gt;&lt;p&gt;Hai&lt;/p&gt;</text></graderinfo>',
            [],
            EssayKey("Một\nHai"),
        ),
    ],
)
def test_each_kind(kind, inner, options, key):
    read_item = read_one(kind, inner)
    assert [option.text for option in read_item.item.options] == options
    assert read_item.item.key == key
    assert read_item.problems == ()


def test_matching_with_a_right_side_of_no_row():
    pairs = [("a", "1"), ("b", "2"), ("c", "1"), ("", "3")]
    inner = "".join(f"<subquestion><text>{a}</text><answer><text>{b}</text></answer></subquestion>" for a, b in pairs)
    item = read_one("matching", inner).item
    assert (item.rows, [option.text for option in item.options]) == (("a", "b", "c"), ["1", "2", "3"])
    assert item.key == MatchingKey((0, 1, 0), is_partial=True)


@pytest.mark.parametrize(
    ("form", "written", "stem"),
    [
        ("html", "&lt;b&gt;a&lt;/b&gt;\nb", "<strong>a</strong>\nb"),
        ("plain_text", "&lt;b&gt;a\nb", "&lt;b&gt;a<br>b"),
        ("moodle_auto_format", "a\nb", "a<br>b"),
        ("moodle_auto_format", "&lt;i&gt;a&lt;/i&gt;\nb", "<em>a</em><br>b"),
        ("markdown", "**a**", "<strong>a</strong>"),
        ("html", "<![CDATA[<p>a &nbsp;b</p>]]>", "<p>a  b</p>"),
        ("html", "<p>không mã hóa</p>", "<p>không mã hóa</p>"),
    ],
)
def test_formats(form, written, stem):
    question = make_question("essay", "", form=form).replace("<text>hỏi", f"<text>{written}", 2)
    assert read(question).items[0].item.stem == stem


def test_answers_have_the_format_of_the_question_unless_they_say_another():
    inner = (
        '<answer fraction="100"><text>&lt;b&gt;</text></answer><answer format="html"><text>&lt;b&gt;x</text></answer>'
    )
    item = read_one("multichoice", inner, form="plain_text").item
    assert [option.text for option in item.options] == ["&lt;b&gt;", "<strong>x</strong>"]


def test_headers_tags_and_categories():
    inner = (
        "<idnumber>CC-1</idnumber><generalfeedback><text>Vì thế</text></generalfeedback>"
        "<tags><tag><text>Vận dụng</text></tag><tag><text>2024</text></tag></tags>"
    )
    category = '<question type="category"><category><text>$course$/top/A/Thể chế//1</text></category></question>'
    report = read(make_question("essay", inner), category, make_question("essay", ""))
    first, second = (read_item.item for read_item in report.items)
    assert (first.code, first.topic, first.level, first.explanation) == ("CC-1", "Chung", Level.APPLY, "Vì thế")
    assert (second.code, second.topic, second.level) == ("", "Thể chế/1", Level.RECOGNISE)
    assert describe(report.items[0]) == ["question 1, tags: these tags were left out: 2024"]
    assert [problem.describe() for problem in report.problems] == [
        "question 2, topic: of the category “$course$/top/A/Thể chế//1” "
        "only the last part became the topic: “Thể chế/1”"
    ]


def make_file(picture, name="a b.png"):
    content = base64.b64encode(picture.content).decode()
    return f'<file name="{name}" path="/" encoding="base64">{content}</file>'


def test_files_are_pictures_of_the_text_that_they_stand_in():
    inner = (
        '<answer fraction="100"><text>&lt;img src="@@PLUGINFILE@@/a%20b.png" alt="đỏ"&gt;</text>'
        f"{make_file(RED)}</answer>"
        f'<answer fraction="0"><text>&lt;img src="@@PLUGINFILE@@/a%20b.png"&gt;</text>{make_file(BLUE)}</answer>'
    )
    report = read(make_question("multichoice", inner))
    assert [option.text for option in report.items[0].item.options] == [
        f'<img src="picture:{RED.digest}" alt="đỏ">',
        f'<img src="picture:{BLUE.digest}">',
    ]
    assert report.pictures == {RED.digest: RED, BLUE.digest: BLUE}


def test_the_picture_of_an_old_export_follows_the_stem():
    content = base64.b64encode(RED.content).decode()
    item = read_one("essay", f"<image>x/y.png</image><image_base64>{content}</image_base64>").item
    assert item.stem == f'hỏi<p><img src="picture:{RED.digest}"></p>'


def test_feedback_goes_into_the_explanation():
    inner = (
        "<generalfeedback><text>Chung</text></generalfeedback>"
        '<answer fraction="100"><text>x</text>'
        '<feedback format="html"><text>&lt;p&gt;tốt&lt;/p&gt;</text></feedback></answer>'
        '<answer fraction="0"><text>y</text>'
        "<feedback><text>&lt;ul&gt;&lt;li&gt;a&lt;/li&gt;&lt;/ul&gt;</text></feedback></answer>"
    )
    read_item = read_one("multichoice", inner)
    assert read_item.item.explanation == "<p>Chung</p><p>A. tốt</p><p>B. </p><ul><li>a</li></ul>"
    assert describe(read_item) == [
        "question 1, explanation: the feedback on single answers was put into the explanation"
    ]


def test_what_is_as_moodle_has_it_by_default_is_no_loss():
    inner = (
        "<defaultgrade>1.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden>"
        "<answernumbering>abc</answernumbering><shuffleanswers>true</shuffleanswers><hint><text></text></hint>"
        '<correctfeedback format="html"><text>Your answer is correct.</text></correctfeedback><shownumcorrect/>'
        "<attachments>0</attachments><responsetemplate><text></text></responsetemplate>"
    )
    assert read_one("multichoice", inner + make_answers((100, "x"), (0, "y"))).problems == ()


@pytest.mark.parametrize(
    ("inner", "names"),
    [
        ("<defaultgrade>2</defaultgrade>", "defaultgrade"),
        ("<penalty>0.5</penalty>", "penalty"),
        ("<penalty>1e999999999</penalty>", "penalty"),
        ("<defaultgrade>nhiều</defaultgrade>", "defaultgrade"),
        ("<answernumbering>iii</answernumbering>", "answernumbering"),
        ("<hint><text>gợi ý</text></hint><hint><text>nữa</text></hint>", "hint"),
        ("<incorrectfeedback><text>Chưa được</text></incorrectfeedback>", "incorrectfeedback"),
        ("<units><unit><unit_name>m</unit_name></unit></units>", "units"),
        ("<responsetemplate><text>mẫu</text></responsetemplate>", "responsetemplate"),
        ("<attachments>3</attachments>", "attachments"),
    ],
)
def test_settings_that_get_lost_are_named(inner, names):
    message = "question 1, settings: these settings of the file have no place in an item and were left out: "
    assert describe(read_one("essay", inner)) == [message + names]
