"""An exam paper in Word: read back with its key it gives the same items; without it, it gives nothing away."""

import dataclasses
import re
import zipfile
from decimal import Decimal
from io import BytesIO

import docx as python_docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from question_bank.formatted_text import FormattedText, from_html, from_plain
from question_bank.item_rules import find_item_problems
from question_bank.items import TRUE_FALSE_OPTIONS, Item, ItemKind, LegalSource, Level, Option
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
from question_bank.readers.report import ItemDefaults
from question_bank.readers.word import read_word
from question_bank.writers import CannotWrite
from question_bank.writers.word import write_word
from tests.unit.writers.moodle_items import PICTURES, items

SLOW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


def options(*texts):
    return tuple(Option(from_plain(text)) for text in texts)


CHOICE = Item(
    "C1", ItemKind.SINGLE_CHOICE, "the-che", Level.RECOGNISE, from_plain("Ai chủ trì?"), options("Bộ A", "Bộ B"),
    ChoiceKey(frozenset({1})),
)  # fmt: skip


def tidy(text):
    """White space as a page shows it, which is what Word keeps of it."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?(<br>|</?(?:p|ul|ol|li|table|tbody|tr|td)>) ?", r"\1", text).strip()
    return FormattedText(from_html(text))


def tidy_item(item):
    """The item with all white space tidied, plain texts too."""

    def plain(text):
        return " ".join(text.split())

    key = item.key
    if isinstance(key, TextKey):
        key = dataclasses.replace(key, answers=tuple(AcceptedText(plain(a.text), a.percent) for a in key.answers))
    if isinstance(key, EssayKey):
        key = EssayKey("\n".join(plain(line) for line in key.guidance.strip().split("\n")))
    source = item.source
    return dataclasses.replace(
        item,
        code=plain(item.code), topic=plain(item.topic), key=key, stem=tidy(item.stem),
        explanation=tidy(item.explanation),
        rows=tuple(tidy(row) for row in item.rows),
        options=tuple(Option(tidy(option.text), option.is_pinned) for option in item.options),
        source=dataclasses.replace(
            source, document=plain(source.document), article=plain(source.article or "") or None,
            url=plain(source.url or "") or None,
        ),
    )  # fmt: skip


def is_awkward(item):
    """Line ends at the edge of a text and empty paragraphs, which people would take for accidents."""
    return any(
        re.search(
            r"^<br>|<br>$|<p></p>|<(p|li|td)><br>|<br></(p|li|td)>|<li></li>|<br><(p|ul|ol)>|<(em|strong|sub)>[^<]*<br>",
            text,
        )
        for text in item.list_texts()
    )


def read_back(written, **changes):
    return read_word(written, "x.docx", dataclasses.replace(ItemDefaults(), **changes))


@SLOW
@given(
    st.lists(
        items().map(tidy_item).filter(lambda i: not find_item_problems(i) and not is_awkward(i)), min_size=1, max_size=3
    )
)
def test_what_was_written_with_its_key_reads_back_the_same(drawn):
    report = read_back(write_word(drawn, PICTURES, title="Đề thi", with_key=True))
    assert [read.item for read in report.items] == drawn
    assert not report.problems
    assert all(read.is_ready for read in report.items)


HARD_TEXTS = [
    "Câu 2. Không phải câu mới", "A. Không phải phương án", "Đáp án: C", "(NB) [0,5 điểm]", "BẢNG ĐÁP ÁN", "HẾT",
    "Phần II. Tự luận", "x\nCâu 3: y\nA. z\nĐáp án: D", "1-A 2-B", "* sao", "<b>không phải thẻ</b> & {x} \"q\"",
    "Giải thích: không", "Trang 1/2", "Mã đề 101", "Chọn một đáp án đúng", "C©u hái", "a\n\nb", "Đúng", "…", "......",
]  # fmt: skip


@pytest.mark.parametrize("text", HARD_TEXTS)
def test_text_that_looks_like_something_else_stays_text(text):
    item = dataclasses.replace(
        CHOICE, stem=from_plain(text), options=options(text + " 1", text + " 2", text), explanation=from_plain(text)
    )
    essay = Item("E", ItemKind.ESSAY, "t", Level.APPLY, from_plain(text), key=EssayKey(text))
    drawn = [item, essay]
    assert [read.item for read in read_back(write_word(drawn, {}, title=text, with_key=True)).items] == drawn


@pytest.mark.parametrize(
    "markup",
    [
        "<strong>toàn bộ đậm</strong>", "<em>nghiêng</em> và <u>gạch</u>", "<strong><em><u>cả ba</u></em></strong>",
        "m<sup>2</sup> H<sub>2</sub>O <code>x = 1</code>", "<p>Một</p><p>Hai</p>",
        "<ul><li>Một<br>x</li><li>Hai</li></ul>", "a<p>b<br>c</p>d<br>e",
        "Dẫn<ol><li>Một</li><li>Hai</li></ol>sau", "<table><tbody><tr><td>A. Một</td><td>1-B</td></tr></tbody></table>",
        "Dẫn<table><tbody><tr><td>Câu 1.</td></tr></tbody></table>sau", "một<br>hai<br><br>ba", "<pre>x</pre>",
    ],
)  # fmt: skip
def test_formatting_is_kept(markup):
    text = from_html(markup)
    item = dataclasses.replace(CHOICE, stem=text, options=(Option(text), *CHOICE.options), explanation=text)
    assert [read.item for read in read_back(write_word([item], {}, title="x", with_key=True)).items] == [item]


def every_kind():
    stem = from_plain("Hỏi?")
    base = Item("", ItemKind.SINGLE_CHOICE, "t", Level.UNDERSTAND, stem)
    four = options("Một", "Hai", "Ba", "Bốn")
    changes = [
        {"options": four, "key": ChoiceKey(frozenset({0}))},
        {"options": four, "key": ChoiceKey(frozenset({0, 2}))},
        {"options": options("Đúng", "Sai"), "key": ChoiceKey(frozenset({0}))},
        {"options": four, "key": ChoiceKey(frozenset({1})), "kind": ItemKind.MULTIPLE_CHOICE},
        {"options": four, "key": ChoiceKey(frozenset({1, 2}), True), "kind": ItemKind.MULTIPLE_CHOICE},
        {"options": TRUE_FALSE_OPTIONS, "key": ChoiceKey(frozenset({1})), "kind": ItemKind.TRUE_FALSE},
        {
            "options": four,
            "rows": (from_plain("x"), from_plain("y")),
            "key": MatchingKey((3, 0)),
            "kind": ItemKind.MATCHING,
        },
        {"options": four, "key": OrderingKey(True), "kind": ItemKind.ORDERING},
        {"key": TextKey((AcceptedText("A"), AcceptedText("B; 50%", 50)), True, False), "kind": ItemKind.SHORT_ANSWER},
        {"key": NumberKey((AcceptedNumber(Decimal("-1234.5"), Decimal("0.25")),)), "kind": ItemKind.NUMERICAL},
        {"key": EssayKey("Hai ý\nmỗi ý 1"), "kind": ItemKind.ESSAY},
        {"options": four, "key": None},
        {"options": (Option(from_plain("Cả A và B")), *four), "key": ChoiceKey(frozenset({0}))},
        {"options": (Option(from_plain("x"), True), *four), "key": ChoiceKey(frozenset({0}))},
        {
            "source": LegalSource("Điều 5 Luật X", "Điều 5", "http://a.vn"),
            "options": four,
            "key": ChoiceKey(frozenset({0})),
        },
    ]
    return [dataclasses.replace(base, code=f"K{number}", **change) for number, change in enumerate(changes)]


def test_every_kind_reads_back():
    drawn = every_kind()
    assert [read.item for read in read_back(write_word(drawn, {}, title="x", with_key=True)).items] == drawn


def show(content):
    """All words of the file as Word would show them."""
    with zipfile.ZipFile(BytesIO(content)) as package:
        xml = package.read("word/document.xml").decode()
    return re.sub(r"<[^>]+>", "", re.sub(r"</w:p>", "\n", xml))


def test_a_paper_without_its_key_gives_nothing_away():
    drawn = [
        dataclasses.replace(item, explanation=from_plain("VÌ THẾ"), source=LegalSource("NGHỊ ĐỊNH"), topic="CHUYÊN")
        for item in every_kind()
    ]
    shown = show(write_word(drawn, {}, title="Đề thi số 1", with_key=False))
    for word in ("VÌ THẾ", "NGHỊ ĐỊNH", "CHUYÊN", "K1", "Đáp án", "Mức độ", "Hai ý", "1234", "Hướng dẫn"):
        assert word not in shown
    assert "Đề thi số 1" in shown
    assert "Câu 15." in shown
    assert "HẾT" in shown
    report = read_back(write_word(drawn, {}, title="x", with_key=False))
    assert [read.item.stem for read in report.items] == [item.stem for item in drawn]
    assert not any(isinstance(read.item.key, ChoiceKey | MatchingKey | OrderingKey) for read in report.items)
    assert not report.problems


def test_the_order_of_a_paper_is_no_key():
    """Of many ordering items, few are shown in their right order; with and without key the order is the same."""
    drawn = [
        Item(
            "",
            ItemKind.ORDERING,
            "",
            Level.APPLY,
            from_plain(f"Xếp {n}"),
            options("Một", "Hai", "Ba", "Bốn"),
            OrderingKey(),
        )
        for n in range(50)
    ]
    bare, keyed = (show(write_word(drawn, {}, title="x", with_key=with_key)) for with_key in (False, True))
    orders = [re.findall(r"[A-D]\. (Một|Hai|Ba|Bốn)", text) for text in (bare, keyed)]
    assert orders[0] == orders[1]
    assert sum(orders[0][n : n + 4] == ["Một", "Hai", "Ba", "Bốn"] for n in range(0, 200, 4)) < 10


def test_other_programs_open_the_file():
    picture = next(iter(PICTURES))
    item = dataclasses.replace(CHOICE, stem=from_html(f'Xem <img src="picture:{picture}" alt="sơ đồ">'))
    written = write_word([item], PICTURES, title='Đề "A" & <B>', with_key=True)
    document = python_docx.Document(BytesIO(written))
    assert document.core_properties.title == 'Đề "A" & <B>'
    assert [p.style.name for p in document.paragraphs if "Ai" in p.text or "Xem" in p.text] == ["Câu hỏi"]
    assert len(document.inline_shapes) == 1
    assert written == write_word([item], PICTURES, title='Đề "A" & <B>', with_key=True)


def test_what_cannot_be_written_is_refused_by_name():
    lost = dataclasses.replace(CHOICE, stem=FormattedText(f'<img src="picture:{"0" * 64}">'))
    long = dataclasses.replace(
        CHOICE, kind=ItemKind.NUMERICAL, options=(), key=NumberKey((AcceptedNumber(Decimal("1E+60")),))
    )
    for item in (lost, long):
        with pytest.raises(CannotWrite) as caught:
            write_word([item], {}, title="x", with_key=True)
        assert caught.value.name == "C1"
