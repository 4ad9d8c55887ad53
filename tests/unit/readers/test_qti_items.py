"""Items of QTI 2.0 to 3.0: every kind that is taken, and every other refused by name."""

from decimal import Decimal

import pytest

from question_bank.formatted_text import to_plain
from question_bank.items import TRUE_FALSE_OPTIONS, ItemKind
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
from tests.unit.readers.qti_files import (
    CHOICES,
    MAP_RESPONSE,
    MATCH_CORRECT,
    declare,
    list_errors,
    list_warnings,
    make_item,
    map_values,
    read_one,
    refuse_one,
)

SINGLE = CHOICES.format(most=1)
MULTIPLE = CHOICES.format(most=0)
ENTRY = '<p>Thủ đô là <textEntryInteraction responseIdentifier="RESPONSE"/>.</p>'


@pytest.mark.parametrize("version", ["2.0", "2.1", "2.2"])
def test_single_choice_of_version_2(version):
    read = read_one(make_item("<p>Đọc:</p>" + SINGLE, declare(["B"]), version=version))
    item = read.item
    assert (item.code, item.kind, item.topic) == ("cau-1", ItemKind.SINGLE_CHOICE, "chung")
    assert item.stem == "<p>Đọc:</p><p>Chọn gì?</p>"
    assert [to_plain(option.text) for option in item.options] == ["Một", "Hai", "Cả hai"]
    assert [option.is_pinned for option in item.options] == [False, False, True]
    assert item.key == ChoiceKey(frozenset({1}))
    assert read.problems == ()


def test_single_choice_of_version_3_with_a_prefix():
    read = read_one(
        '<q:qti-assessment-item xmlns:q="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i3" title="">'
        '<q:qti-response-declaration identifier="R" cardinality="single" base-type="identifier">'
        "<q:qti-correct-response><q:qti-value>b</q:qti-value></q:qti-correct-response></q:qti-response-declaration><q:qti-item-body>"
        '<q:qti-choice-interaction response-identifier="R" shuffle="true" max-choices="1">'
        "<q:qti-prompt>Hỏi</q:qti-prompt>"
        '<q:qti-simple-choice identifier="a">x</q:qti-simple-choice>'
        '<q:qti-simple-choice identifier="b"><q:p>y <q:b>đậm</q:b></q:p></q:qti-simple-choice>'
        "</q:qti-choice-interaction></q:qti-item-body>"
        '<q:qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>'
        "</q:qti-assessment-item>"
    )
    assert (read.item.code, read.item.stem, read.item.key) == ("i3", "Hỏi", ChoiceKey(frozenset({1})))
    assert read.item.options[1].text == "<p>y <strong>đậm</strong></p>"
    assert read.problems == ()


def test_multiple_choice_all_or_nothing_and_partial():
    whole = read_one(make_item(MULTIPLE, declare(["A", "B"], cardinality="multiple")))
    assert whole.item.key == ChoiceKey(frozenset({0, 1}))
    mapping = map_values(A="1", B="1", C="-1")
    parts = read_one(make_item(MULTIPLE, declare(["A", "B"], cardinality="multiple", mapping=mapping), MAP_RESPONSE))
    assert parts.item.key == ChoiceKey(frozenset({0, 1}), is_partial=True)
    assert parts.problems == ()
    mild = map_values(A="1", B="1", C="-0.5")
    doubtful = read_one(make_item(MULTIPLE, declare(["A", "B"], cardinality="multiple", mapping=mild), MAP_RESPONSE))
    assert "takes away as much" in list_warnings(doubtful)[0]


def test_weights_that_our_keys_do_not_have_are_refused_by_name():
    uneven = make_item(
        MULTIPLE, declare(cardinality="multiple", mapping=map_values(A="2", B="1")), MAP_RESPONSE, attributes=""
    )
    assert "not worth the same" in refuse_one(uneven)
    part = make_item(SINGLE, declare(["A"], mapping=map_values(A="1", B="0.5")), MAP_RESPONSE)
    assert "“Chọn gì? Một Hai Cả hai” is left out" in refuse_one(part)


def test_the_order_that_a_file_keeps_is_pinned_and_said():
    read = read_one(make_item(SINGLE.replace('shuffle="true"', 'shuffle="false"'), declare(["A"])))
    assert all(option.is_pinned for option in read.item.options)
    assert "keep their place" in list_warnings(read)[0]


def test_true_and_false_in_any_order_become_ours():
    body = (
        '<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Đúng chứ?</prompt>'
        '<simpleChoice identifier="f">False</simpleChoice><simpleChoice identifier="t">True </simpleChoice>'
        "</choiceInteraction>"
    )
    read = read_one(make_item(body, declare(["t"])))
    assert (read.item.kind, read.item.options) == (ItemKind.TRUE_FALSE, TRUE_FALSE_OPTIONS)
    assert read.item.key == ChoiceKey(frozenset({0}))
    assert [problem.field for problem in read.problems] == ["kind"]


def make_match(values, mapping="", processing=MATCH_CORRECT, left="PQ", right="XYZ"):
    sets = "".join(
        "<simpleMatchSet>"
        + "".join(f'<simpleAssociableChoice identifier="{n}" matchMax="1">{n}!</simpleAssociableChoice>' for n in names)
        + "</simpleMatchSet>"
        for names in (left, right)
    )
    body = (
        f'<matchInteraction responseIdentifier="RESPONSE" shuffle="true"><prompt>Nối</prompt>{sets}</matchInteraction>'
    )
    return make_item(body, declare(values, "directedPair", "multiple", mapping), processing)


def test_matching():
    read = read_one(make_match(["P Z", "Q X"]))
    assert read.item.rows == ("P!", "Q!")
    assert read.item.key == MatchingKey((2, 0))
    mapping = map_values(**{"P Z": "1", "Q X": "1"})
    assert read_one(make_match([], mapping, MAP_RESPONSE)).item.key == MatchingKey((2, 0), is_partial=True)


def test_matching_turned_round_or_without_one_option_each():
    turned = read_one(make_match(["P X", "P Y", "Q Z"]))
    assert turned.item.rows == ("X!", "Y!", "Z!")
    assert turned.item.key == MatchingKey((0, 0, 1))
    assert "exchanged" in list_warnings(turned)[0]
    assert "no right option or several" in refuse_one(make_match(["P X", "P Y", "Q X"]))
    assert "does not have" in refuse_one(make_match(["P X", "Q W"]))


def make_order(values, fixed=""):
    choices = "".join(
        f'<simpleChoice identifier="{n}" fixed="{str(n == fixed).lower()}">{n}!</simpleChoice>' for n in "ABC"
    )
    head = '<orderInteraction responseIdentifier="RESPONSE" shuffle="true"><prompt>Xếp</prompt>'
    body = f"{head}{choices}</orderInteraction>"
    return make_item(body, declare(values, cardinality="ordered"))


def test_ordering_puts_the_options_into_the_right_order():
    read = read_one(make_order("CAB"))
    assert [option.text for option in read.item.options] == ["C!", "A!", "B!"]
    assert read.item.key == OrderingKey()
    assert read.problems == ()
    assert "can be moved here" in list_warnings(read_one(make_order("CAB", fixed="C")))[0]
    assert "only some of its options" in refuse_one(make_order("CA"))


def test_short_answer_with_parts_of_the_mark():
    mapping = map_values(York="2", york="1", x="0")
    read = read_one(make_item(ENTRY, declare(["York"], "string", mapping=mapping), MAP_RESPONSE))
    assert read.item.kind is ItemKind.SHORT_ANSWER
    assert to_plain(read.item.stem) == "Thủ đô là ……."
    assert read.item.key == TextKey((AcceptedText("York"), AcceptedText("york", 50)), minds_case=True)
    assert len(read.problems) == 1
    lenient = mapping.replace('mappedValue="2"', 'mappedValue="2" caseSensitive="false"')
    assert (
        "upper and lower case"
        in list_warnings(read_one(make_item(ENTRY, declare([], "string", mapping=lenient), MAP_RESPONSE)))[1]
    )


def make_equal(attributes):
    return (
        "<responseProcessing><responseCondition><responseIf>"
        f'<equal {attributes}><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></equal>'
        '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
        "</responseIf></responseCondition></responseProcessing>"
    )


@pytest.mark.parametrize(
    ("attributes", "value", "tolerance", "warnings"),
    [
        ('toleranceMode="exact"', "12.5", "0", 0),
        ('toleranceMode="absolute" tolerance="0.5"', "12.5", "0.5", 0),
        ('toleranceMode="relative" tolerance="10 10"', "12.5", "1.25", 0),
        ('toleranceMode="absolute" tolerance="1 2"', "13", "1.5", 1),
        ('toleranceMode="absolute" tolerance="0.5" includeUpperBound="false"', "12.5", "0.5", 1),
    ],
)
def test_numbers_with_tolerance(attributes, value, tolerance, warnings):
    read = read_one(make_item(ENTRY, declare(["12.5"], "float"), make_equal(attributes)))
    assert read.item.key == NumberKey((AcceptedNumber(Decimal(value), Decimal(tolerance)),))
    assert len(read.problems) == warnings


def test_numbers_that_are_none_leave_a_draft():
    read = read_one(make_item(ENTRY, declare(["1e999999"], "float")))
    assert read.item.key is None
    assert not read.is_ready


def test_essay_with_guidance_for_markers_and_a_passage_for_all():
    body = (
        '<rubricBlock view="candidate"><p>Viết 200 chữ.</p></rubricBlock>'
        '<extendedTextInteraction responseIdentifier="RESPONSE"><prompt>Bàn về X.</prompt></extendedTextInteraction>'
        '<rubricBlock view="scorer tutor"><h1>Thang điểm</h1><ul><li>Ý 1</li><li>Ý 2</li></ul></rubricBlock>'
    )
    read = read_one(make_item(body, declare([], "string"), ""))
    assert read.item.key == EssayKey("Thang điểm\nÝ 1\nÝ 2")
    assert to_plain(read.item.stem) == "Viết 200 chữ.\nBàn về X."
    assert read.problems == ()


def test_feedback_goes_to_the_explanation_and_it_is_said():
    body = SINGLE.replace("Một<", 'Một<feedbackInline outcomeIdentifier="F" identifier="A">Chưa hết</feedbackInline><')
    after = (
        '<modalFeedback outcomeIdentifier="F" identifier="ok" showHide="show"><p>Điều 5.</p></modalFeedback>'
        '<modalFeedback outcomeIdentifier="F" identifier="B" showHide="show">Phải</modalFeedback>'
    )
    read = read_one(make_item(body, declare(["B"]), after=after))
    assert read.item.explanation == "<p>Điều 5.</p><p>A. Chưa hết</p><p>B. Phải</p>"
    assert read.item.options[0].text == "Một"
    assert [problem.field for problem in read.problems] == ["explanation"]


def test_a_missing_key_leaves_a_draft():
    read = read_one(make_item(SINGLE, declare()))
    assert list_errors(read) == ["the key is missing"]
    assert list_errors(read_one(make_item(SINGLE))) == ["the key is missing"]


def test_scoring_that_is_not_said_or_is_strange_is_doubtful():
    assert "does not say how" in list_warnings(read_one(make_item(SINGLE, declare(["A"]), "")))[0]
    strange = "<responseProcessing><lookupOutcomeValue identifier='SCORE'/></responseProcessing>"
    assert "scoring rules of its own" in list_warnings(read_one(make_item(SINGLE, declare(["A"]), strange)))[0]
    other = declare(["A"], mapping=map_values(B="1"))
    assert "another right answer" in list_warnings(read_one(make_item(SINGLE, other, MAP_RESPONSE)))[0]


def test_lost_title_and_limits_are_said():
    text = make_item(CHOICES.format(most=2), declare(["A"], cardinality="multiple")).replace(
        'title=""', 'title="Bài khó"'
    )
    warnings = list_warnings(read_one(text))
    assert any("maxChoices" in warning for warning in warnings)
    assert any("“Bài khó” was left out" in warning for warning in warnings)


def test_formulas_sound_and_layout():
    body = (
        "<div>Dòng 1</div><div>Dòng\n   2</div><h2>Đề</h2>"
        '<p>x = <m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mi>a</m:mi><m:mo>+</m:mo><m:mn>1</m:mn></m:math></p>'
        '<audio src="a.mp3"/>'
    )
    read = read_one(make_item(body + SINGLE, declare(["A"])))
    assert to_plain(read.item.stem).split("\n")[:4] == ["Dòng 1", "Dòng 2", "Đề", "x = a+1"]
    assert len([warning for warning in list_warnings(read) if "formula" in warning or "audio" in warning]) == 2


@pytest.mark.parametrize(
    "name",
    ["hotspotInteraction", "gapMatchInteraction", "inlineChoiceInteraction", "sliderInteraction", "customInteraction"]
    + ["associateInteraction", "hottextInteraction", "uploadInteraction", "drawingInteraction", "mediaInteraction"]
    + ["portableCustomInteraction", "endAttemptInteraction", "graphicOrderInteraction", "selectPointInteraction"],
)
def test_other_interactions_are_refused_by_name(name):
    assert name in refuse_one(make_item(f'<p>Hỏi</p><{name} responseIdentifier="RESPONSE"/>'))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (make_item(SINGLE + SINGLE, declare(["A"])), "several answers"),
        (make_item("<p>Chỉ đọc</p>"), "nothing to answer"),
        (make_item(SINGLE, declare(["A"])).replace('adaptive="false"', 'adaptive="true"'), "adaptive"),
        (make_item(SINGLE, "<templateDeclaration/>" + declare(["A"])), "at random"),
        (make_item(SINGLE, "<assessmentStimulusRef/>" + declare(["A"])), "another file"),
        (make_item(SINGLE, declare(["Z"])), "does not have"),
    ],
)
def test_what_cannot_be_sat_is_refused_with_its_reason(text, reason):
    assert reason in refuse_one(text)


def test_script_in_every_field_comes_out_inert():
    evil = '<script>alert(1)</script><img src="x" onerror="alert(1)"/>&lt;script&gt;<a href="javascript:x">l</a>'
    body = (
        f'<p onclick="x">{evil}</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">'
        f"<prompt>{evil}</prompt>"
        f'<simpleChoice identifier="A">1{evil}</simpleChoice><simpleChoice identifier="B">2{evil}</simpleChoice>'
        "</choiceInteraction>"
    )
    after = f'<modalFeedback outcomeIdentifier="F" identifier="x">{evil}</modalFeedback>'
    read = read_one(make_item(body, declare(["A"]), after=after))
    for text in read.item.list_texts():
        assert "<script" not in text
        assert "onerror" not in text
        assert "onclick" not in text
        assert "javascript" not in text
    assert "&lt;script&gt;" in read.item.stem
