"""GIFT as Moodle documents it, and as its own examples use it."""

from datetime import date
from decimal import Decimal

import pytest

from question_bank.items import ItemKind, LegalSource, Level
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
from question_bank.readers.gift import read_gift
from question_bank.readers.report import ItemDefaults, Severity

DEFAULTS = ItemDefaults(topic="Chung", level=Level.RECOGNISE)


def read(text):
    return read_gift(text.encode(), "x.gift", DEFAULTS)


def read_one(text):
    report = read(text)
    assert report.problems == ()
    assert len(report.items) == 1
    return report.items[0]


def list_messages(problems, severity=Severity.WARNING):
    return [problem.describe() for problem in problems if problem.severity is severity]


@pytest.mark.parametrize(
    ("text", "kind", "options", "key"),
    [
        ("Mộ ai?{~Grant ~Jefferson =không ai}", "single_choice", ["Grant", "Jefferson", "không ai"], ChoiceKey({2})),
        ("Mộ ai?{=không ai ~Grant}", "single_choice", ["không ai", "Grant"], ChoiceKey({0})),
        (
            "Hai?{\n~%-50%a\n~%50%b\n~%50%c\n~%-50%d\n}",
            "multiple_choice",
            ["a", "b", "c", "d"],
            ChoiceKey({1, 2}, is_partial=True),
        ),
        (
            "Ba?{~%33.33333%a ~%33.33333%b ~%33.33333%c ~%-33.33333%d}",
            "multiple_choice",
            ["a", "b", "c", "d"],
            ChoiceKey({0, 1, 2}, is_partial=True),
        ),
        ("Một?{~%100%a ~%-100%b}", "multiple_choice", ["a", "b"], ChoiceKey({0}, is_partial=True)),
        ("Đúng?{T}", "true_false", ["Đúng", "Sai"], ChoiceKey({0})),
        ("Đúng? {FALSE}", "true_false", ["Đúng", "Sai"], ChoiceKey({1})),
        ("Ai?{=no one =%50%nobody}", "short_answer", [], TextKey((AcceptedText("no one"), AcceptedText("nobody", 50)))),
        ("Hai cộng hai {4}", "short_answer", [], TextKey((AcceptedText("4"),))),
        ("Nhân a\\*b {=a\\*b}", "short_answer", [], TextKey((AcceptedText("a*b"),))),
        ("Năm? {#1822:5}", "numerical", [], NumberKey((AcceptedNumber(Decimal(1822), Decimal(5)),))),
        ("Pi? {#3.141..3.142}", "numerical", [], NumberKey((AcceptedNumber(Decimal("3.1415"), Decimal("0.0005")),))),
        ("Số? {#-5}", "numerical", [], NumberKey((AcceptedNumber(Decimal(-5)),))),
        (
            "Năm? {#\n=1822:0\n=%50%1822:2}",
            "numerical",
            [],
            NumberKey((AcceptedNumber(Decimal(1822)), AcceptedNumber(Decimal(1822), Decimal(2), 50))),
        ),
        ("Viết đi {}", "essay", [], EssayKey()),
        (
            "Ghép {=Ý->Rome =Nhật -> Tokyo = -> Paris}",
            "matching",
            ["Rome", "Tokyo", "Paris"],
            MatchingKey((0, 1), True),
        ),
        ("Xếp {>2 ALL VERTICAL ALL_OR_NOTHING\nmột\nhai\n}", "ordering", ["một", "hai"], OrderingKey()),
    ],
)
def test_each_kind(text, kind, options, key):
    read_item = read_one(text)
    if isinstance(key, ChoiceKey):
        key = ChoiceKey(frozenset(key.right), key.is_partial)
    assert (read_item.item.kind, [option.text for option in read_item.item.options]) == (kind, options)
    assert read_item.item.key == key
    assert read_item.problems == ()


def test_matching_rows_and_a_right_side_that_stands_twice():
    item = read_one("Ghép {\n=a -> 1\n=b -> 2\n=c -> 1\n}").item
    assert (item.rows, [o.text for o in item.options], item.key) == (
        ("a", "b", "c"),
        ["1", "2"],
        MatchingKey((0, 1, 0), is_partial=True),
    )


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("Grant nằm {~a =b} trong mộ.", "Grant nằm _____ trong mộ."),
        ("Một dòng\nhai dòng{T}", "Một dòng<br>hai dòng"),
        ("Một\\ndòng{T}", "Một<br>dòng"),
        ("a \\= b \\~ \\# \\{x\\} \\: \\\\{T}", "a = b ~ # {x} : \\"),
        ("Công thức \\alpha{T}", "Công thức \\alpha"),
        ("[html]<b>a</b><script>x</script> &lt;{T}", "<strong>a</strong> &lt;"),
        ("[plain]<b>a</b>{T}", "&lt;b&gt;a&lt;/b&gt;"),
        ("[markdown]**a** *b* `c`{T}", "<strong>a</strong> <em>b</em> <code>c</code>"),
        ("[markdown]x\\n\\n- a\\n- b{T}", "<p>x</p><ul><li>a</li><li>b</li></ul>"),
        ("[moodle]a <i>b</i>\\nc{T}", "a <em>b</em><br>c"),
        ("nếu x<y và y>z{T}", "nếu x&lt;y và y&gt;z"),
        ("[lạ] câu{T}", "[lạ] câu"),
    ],
)
def test_stems(text, stem):
    assert read_one(text).item.stem == stem


def test_the_format_of_the_stem_holds_for_what_has_none():
    item = read_one("[html]a{=<b>x</b> ~[plain]<b>y</b>}").item
    assert [option.text for option in item.options] == ["<strong>x</strong>", "&lt;b&gt;y&lt;/b&gt;"]


def test_feedback_goes_into_the_explanation_and_that_is_said():
    read_item = read_one("Màu gì? {\n=vàng # đúng rồi\n~đỏ # [html]<b>sai</b>\n~lam\n#### Chung}")
    assert read_item.item.explanation == "<p>Chung</p><p>A. đúng rồi</p><p>B. <strong>sai</strong></p>"
    assert list_messages(read_item.problems) == [
        "line 1, explanation: the feedback on single answers was put into the explanation"
    ]


def test_feedback_of_true_false_is_for_wrong_first_then_right():
    item = read_one("42?{FALSE#nhầm#giỏi####Chung}").item
    assert item.explanation == "<p>Chung</p><p>Đúng. nhầm</p><p>Sai. giỏi</p>"
    assert item.key == ChoiceKey(frozenset({1}))


def test_general_feedback_alone_is_the_explanation():
    read_item = read_one("a{T####Vì thế}")
    assert (read_item.item.explanation, read_item.problems) == ("Vì thế", ())


def test_categories_become_topics():
    report = read(
        "a{T}\n\n$CATEGORY: $course$/top/Thể chế\n\nb{T}\n\n$CATEGORY: A/B//C\nc{T}\n\n$CATEGORY: top\n\nd{T}"
    )
    assert [i.item.topic for i in report.items] == ["Chung", "Thể chế", "B/C", "Chung"]
    assert [i.place.number for i in report.items] == [1, 5, 8, 12]
    assert list_messages(report.problems) == [
        "line 7, topic: of the category “A/B//C” only the last part became the topic: “B/C”"
    ]


def test_ids_tags_and_notes_in_comments():
    read_item = read_one(
        "// [id:CC\\]-7] [tag:level:apply] [tag:pinned:A] [tag:valid_from:2021-07-15] [tag:lạ]\n"
        '// item.document = "Nghị quyết 76/NQ-CP"\n'
        '// item.article = "Điều 1"\n'
        'a{\n// item.url = "https://x"\n=x ~y}'
    )
    item = read_item.item
    assert (item.code, item.level, [o.is_pinned for o in item.options]) == ("CC]-7", Level.APPLY, [True, False])
    assert item.source == LegalSource("Nghị quyết 76/NQ-CP", "Điều 1", "https://x", date(2021, 7, 15))
    assert list_messages(read_item.problems) == ["line 4, tags: these tags were left out: lạ"]


@pytest.mark.parametrize(
    ("tag", "level"),
    [("Nhận biết", "recognise"), ("level:Thông hiểu", "understand"), ("VẬN DỤNG", "apply"), ("level:apply", "apply")],
)
def test_levels_by_their_vietnamese_names(tag, level):
    assert read_one(f"// [tag:{tag}]\na{{T}}").item.level == level


def test_a_comment_of_another_block_says_nothing():
    assert read_one("// [id:X]\n\na{T}").item.code == ""


def test_defaults_hold_where_the_file_says_nothing():
    item = read_one("a{T}").item
    assert (item.topic, item.level, item.code, item.source) == ("Chung", Level.RECOGNISE, "", LegalSource())


def test_options_that_speak_of_others_are_pinned():
    read_item = read_one("a{=x ~y ~Cả A và B}")
    assert [option.is_pinned for option in read_item.item.options] == [False, False, True]
    assert list_messages(read_item.problems) == ["line 1, options: option C keeps its place because of its wording"]


def test_a_title_is_left_out_with_a_word_unless_it_says_nothing_new():
    assert list_messages(read_one("::Tiêu đề:: a{T}").problems) == ["line 1, title: the title “Tiêu đề” was left out"]
    assert read_one("::a b...::a b c{T}").problems == ()
    assert read_one("// [id:Q1]\n::Q1::a{T}").problems == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding, line_end):
    text = "Hỏi một?{T}\n\nHỏi hai?{F}\n".replace("\n", line_end)
    report = read_gift(text.encode(encoding), "x.txt", DEFAULTS)
    assert [(i.item.stem, i.place.number) for i in report.items] == [("Hỏi một?", 1), ("Hỏi hai?", 3)]


def test_decomposed_letters_are_composed():
    assert read_one("Ca\u0309i ca\u0301ch{T}").item.stem == "Cải cách"


def test_pictures_inside_the_text():
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg\\=\\="
    report = read(f'[html]a <img src\\="data\\:image/png;base64,{dot}" alt\\="chấm">{{T}}')
    (digest,) = report.pictures
    assert report.items[0].item.stem == f'a <img src="picture:{digest}" alt="chấm">'
    assert report.pictures[digest].media_type == "image/png"


def test_item_kinds_are_all_covered_here():
    kinds = {read_one(text).item.kind for text in ("a{=x ~y}", "a{~%50%x ~%50%y}", "a{T}", "a{=x->y =z->w}", "a{=x}")}
    assert kinds | {ItemKind.NUMERICAL, ItemKind.ESSAY, ItemKind.ORDERING} == set(ItemKind)
