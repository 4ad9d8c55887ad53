"""QTI 1.2 as Canvas exports it."""

from decimal import Decimal

import pytest

from question_bank.items import TRUE_FALSE_OPTIONS, ItemKind
from question_bank.keys import AcceptedNumber, AcceptedText, ChoiceKey, EssayKey, MatchingKey, NumberKey, TextKey
from question_bank.pictures import read_picture
from question_bank.readers.qti import read_qti
from tests.unit.readers.qti_files import (
    DEFAULTS,
    PICTURE,
    list_errors,
    list_warnings,
    make_manifest,
    make_package,
    read,
    read_one,
    refuse_one,
)


def material(text, kind="text/html"):
    return f'<material><mattext texttype="{kind}">{text}</mattext></material>'


def labels(**texts):
    found = "".join(
        f'<response_label ident="{name.lstrip("i")}">{material(text, "text/plain")}</response_label>'
        for name, text in texts.items()
    )
    return f"<render_choice>{found}</render_choice>"


def respond(choices, cardinality="Single", ident="response1", before=""):
    return f'<response_lid ident="{ident}" rcardinality="{cardinality}">{before}{choices}</response_lid>'


def rule(condition, worth="100", action="Set"):
    return (
        f'<respcondition continue="No"><conditionvar>{condition}</conditionvar>'
        f'<setvar action="{action}" varname="SCORE">{worth}</setvar></respcondition>'
    )


def equal(value, response="response1"):
    return f'<varequal respident="{response}">{value}</varequal>'


def show(value, ident):
    return (
        f'<respcondition continue="Yes"><conditionvar>{equal(value)}</conditionvar>'
        f'<displayfeedback feedbacktype="Response" linkrefid="{ident}"/></respcondition>'
    )


def feedback(**texts):
    return "".join(
        f'<itemfeedback ident="{name.lstrip("i")}"><flow_mat>{material(text)}</flow_mat></itemfeedback>'
        for name, text in texts.items()
    )


def make_item(
    kind, responses="", rules="", after="", stem="&lt;div&gt;&lt;p&gt;Hỏi?&lt;/p&gt;&lt;/div&gt;", points="1.0"
):
    fields = {"question_type": kind, "points_possible": points, "assessment_question_identifierref": "i9"}
    metadata = "".join(
        f"<qtimetadatafield><fieldlabel>{name}</fieldlabel><fieldentry>{value}</fieldentry></qtimetadatafield>"
        for name, value in fields.items()
        if value
    )
    return (
        f'<item ident="iabc" title="Question 1"><itemmetadata><qtimetadata>{metadata}</qtimetadata></itemmetadata>'
        f"<presentation>{material(stem)}{responses}</presentation><resprocessing><outcomes>"
        '<decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>'
        f"{rules}</resprocessing>{after}</item>"
    )


def wrap(*items):
    return (
        '<?xml version="1.0"?><questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment '
        f'ident="a" title="Đợt 1"><section ident="root_section">{"".join(items)}</section></assessment>'
        "</questestinterop>"
    )


CHOICES = labels(i1="Một", i2="Hai", i3="Cả A và B")


def test_multiple_choice():
    found = read_one(wrap(make_item("multiple_choice_question", respond(CHOICES), rule(equal("2")))))
    assert (found.item.code, found.item.kind) == ("iabc", ItemKind.SINGLE_CHOICE)
    assert found.item.stem == "<p>Hỏi?</p>"
    assert found.item.key == ChoiceKey(frozenset({1}))
    assert [option.is_pinned for option in found.item.options] == [False, False, True]
    assert list_warnings(found) == ["option C keeps its place because of its wording"]


def test_multiple_answers():
    condition = f"<and>{equal('1')}{equal('2')}<not>{equal('3')}</not></and>"
    text = wrap(make_item("multiple_answers_question", respond(CHOICES, "Multiple"), rule(condition)))
    assert read_one(text).item.key == ChoiceKey(frozenset({0, 1}))
    parts = rule(equal("1"), "50", "Add") + rule(equal("2"), "50", "Add") + rule(equal("3"), "-50", "Add")
    text = wrap(make_item("multiple_answers_question", respond(CHOICES, "Multiple"), parts))
    assert read_one(text).item.key == ChoiceKey(frozenset({0, 1}), is_partial=True)
    uneven = rule(equal("1"), "70", "Add") + rule(equal("2"), "30", "Add")
    assert "not worth the same" in refuse_one(
        wrap(make_item("multiple_answers_question", respond(CHOICES, "Multiple"), uneven))
    )


def test_true_false():
    choices = labels(i7="True", i8="False")
    found = read_one(
        wrap(make_item("true_false_question", respond(choices), rule(equal("8")), feedback(i8_fb="Sai mà")))
    )
    assert (found.item.kind, found.item.options) == (ItemKind.TRUE_FALSE, TRUE_FALSE_OPTIONS)
    assert found.item.key == ChoiceKey(frozenset({1}))
    assert found.item.explanation == "<p>Sai. Sai mà</p>"


def test_short_answer():
    entry = '<response_str ident="response1"><render_fib><response_label ident="answer1"/></render_fib></response_str>'
    found = read_one(wrap(make_item("short_answer_question", entry, rule(equal("Huế") + equal("TP Huế")))))
    assert found.item.key == TextKey((AcceptedText("Huế"), AcceptedText("TP Huế")), minds_case=False)
    assert found.problems == ()


def test_matching():
    right = labels(i1="một", i2="hai", i3="ba")
    rows = respond(right, ident="response_10", before=material("1", "text/plain")) + respond(
        right, ident="response_20", before=material("2", "text/plain")
    )
    rules = rule(equal("1", "response_10"), "50.00", "Add") + rule(equal("2", "response_20"), "50.00", "Add")
    found = read_one(wrap(make_item("matching_question", rows, rules)))
    assert found.item.rows == ("1", "2")
    assert [option.text for option in found.item.options] == ["một", "hai", "ba"]
    assert found.item.key == MatchingKey((0, 1), is_partial=True)
    assert found.item.stem == "<p>Hỏi?</p>"
    half = wrap(make_item("matching_question", rows, rule(equal("1", "response_10"))))
    assert "no right option" in refuse_one(half)


def bound(name, value):
    return f'<{name} respident="response1">{value}</{name}>'


@pytest.mark.parametrize(
    ("condition", "value", "tolerance"),
    [
        (equal("42"), "42", "0"),
        (f"<or>{equal('42.0')}<and>{bound('vargte', '41.5')}{bound('varlte', '42.5')}</and></or>", "42", "0.5"),
        (bound("vargte", "1") + bound("varlte", "2"), "1.5", "0.5"),
    ],
)
def test_numerical(condition, value, tolerance):
    entry = '<response_str ident="response1"><render_fib fibtype="Decimal"/></response_str>'
    found = read_one(wrap(make_item("numerical_question", entry, rule(condition))))
    assert found.item.key == NumberKey((AcceptedNumber(Decimal(value), Decimal(tolerance)),))
    assert found.problems == ()


def test_numerical_that_is_strange():
    entry = '<response_str ident="response1"/>'
    precise = f"<or>{equal('42')}<and>{bound('vargt', '41')}{bound('varlte', '42')}</and></or>"
    found = read_one(wrap(make_item("numerical_question", entry, rule(precise))))
    assert len(found.problems) == 2
    assert "not known here" in refuse_one(wrap(make_item("numerical_question", entry, rule(bound("vargte", "1")))))


def test_essay_and_a_text_without_a_question():
    report = read(wrap(make_item("text_only_question"), make_item("essay_question")))
    [found] = report.items
    assert (found.item.key, found.place.number) == (EssayKey(), 2)
    [problem] = report.problems
    assert (problem.severity, problem.place.number) == ("warning", 1)


def test_feedback():
    rules = show("1", "1_fb") + rule(equal("2"))
    after = feedback(general_fb="Điều 3.", correct_fb="Giỏi", i1_fb="Chưa")
    found = read_one(wrap(make_item("multiple_choice_question", respond(labels(i1="x", i2="y")), rules, after)))
    assert found.item.explanation == "<p>Điều 3.</p><p>Giỏi</p><p>A. Chưa</p>"
    assert len(found.problems) == 2


@pytest.mark.parametrize(
    "kind",
    ["fill_in_multiple_blanks_question", "multiple_dropdowns_question", "calculated_question", "file_upload_question"]
    + ["ordering_question", "hot_spot_question"],
)
def test_other_kinds_are_refused_by_name(kind):
    assert kind in refuse_one(wrap(make_item(kind, respond(CHOICES), rule(equal("1")))))


def test_a_kind_that_is_not_said_is_guessed_and_a_missing_key_is_an_error():
    found = read_one(wrap(make_item("", respond(CHOICES, "Multiple"))))
    assert found.item.kind is ItemKind.MULTIPLE_CHOICE
    assert list_errors(found) == ["the key is missing"]
    assert any("taken from its form" in warning for warning in list_warnings(found))


def test_points_and_banks():
    text = wrap(make_item("essay_question", points="3.0")).replace(
        "</section>", "<section><selection_ordering><selection><sourcebank_ref>b</sourcebank_ref></selection>"
        "</selection_ordering></section></section>"
    )  # fmt: skip
    report = read(text)
    assert "points_possible" in list_warnings(report.items[0])[0]
    assert "draws some" in report.problems[0].message
    bank = (
        "<questestinterop><objectbank><qtimetadata><qtimetadatafield><fieldlabel>bank_title</fieldlabel><fieldentry>"
        f"Thể chế</fieldentry></qtimetadatafield></qtimetadata>{make_item('essay_question')}</objectbank>"
        "</questestinterop>"
    )
    assert read_one(bank).item.topic == "Thể chế"


def test_pictures_stand_in_the_package():
    stem = "&lt;img src=&quot;$IMS-CC-FILEBASE$/anh/do%20xe.png?x=1&quot; alt=&quot;xe&quot;&gt;"
    manifest = make_manifest(("imsqti_xmlv1p2", "g1/g1.xml", ""), ("webcontent", "web_resources/anh/do xe.png", ""))
    package = make_package(
        {"g1/g1.xml": wrap(make_item("essay_question", stem=stem)), "web_resources/anh/do xe.png": PICTURE.content},
        manifest,
    )
    report = read_qti(package, "x.zip", DEFAULTS)
    [found] = report.items
    assert found.item.stem == f'<img src="picture:{PICTURE.digest}" alt="xe">'
    assert report.pictures == {PICTURE.digest: read_picture(PICTURE.content)}
    assert found.place.part == "g1/g1.xml"


def test_the_full_copy_of_a_quiz_is_preferred():
    manifest = make_manifest(("imsqti_xmlv1p2/imscc_xmlv1p1/assessment", "i5/assessment_qti.xml", ""))
    package = make_package(
        {"i5/assessment_qti.xml": wrap(), "non_cc_assessments/i5.xml.qti": wrap(make_item("essay_question"))}, manifest
    )
    [found] = read_qti(package, "x.imscc", DEFAULTS).items
    assert found.place.part == "non_cc_assessments/i5.xml.qti"
