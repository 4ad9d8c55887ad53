"""Items written as an xlsx file come back the same; text stays text; the template can be filled in and read."""

from __future__ import annotations

import dataclasses
import zipfile
from io import BytesIO

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from question_bank.formatted_text import FormattedText, from_html, from_plain, make_picture_tag
from question_bank.items import Item, ItemKind, LegalSource, Level, Option
from question_bank.keys import AcceptedText, ChoiceKey, EssayKey, TextKey
from question_bank.pictures import Picture, read_picture
from question_bank.readers.report import ItemDefaults, Severity
from question_bank.readers.spreadsheet import read_spreadsheet
from question_bank.readers.spreadsheet.columns import HEADINGS
from question_bank.writers import CannotWrite
from question_bank.writers.excel import write_excel, write_excel_template
from question_bank.writers.excel_guide import EXAMPLES
from tests.unit.writers.moodle_items import PICTURES, items

PLAIN = Item(
    "M1",
    ItemKind.SINGLE_CHOICE,
    "Chung",
    Level.APPLY,
    from_plain("=1+1 bằng mấy?"),
    (Option(from_plain("-5")), Option(from_plain("+2")), Option(from_plain("@3"))),
    ChoiceKey(frozenset({1})),
)


def read_back(*written: Item, pictures: dict[str, Picture] | None = None) -> list[Item]:
    report = read_spreadsheet(write_excel(written, pictures or PICTURES), "a.xlsx", ItemDefaults())
    assert not [problem.describe() for problem in report.list_problems() if problem.severity is Severity.ERROR]
    return [read.item for read in report.items]


def fit(item: Item) -> Item:
    """What a sheet keeps: no space around names, no empty article, and addresses of web pages only."""
    source = LegalSource(
        item.source.document.strip(),
        (item.source.article or "").strip() or None,
        "https://vbpl.vn/?q=a%20b" if item.source.url else None,
        item.source.valid_from,
        item.source.valid_until,
    )
    key = item.key
    if isinstance(key, EssayKey):
        key = EssayKey(key.guidance.strip())
    return dataclasses.replace(item, code=item.code.strip(), topic=item.topic.strip(), source=source, key=key)


@settings(max_examples=15, deadline=None)
@given(st.lists(items().map(fit), min_size=1, max_size=4, unique_by=lambda item: item.code or id(item)))
@example([PLAIN])
@example(list(EXAMPLES))
def test_items_come_back_the_same(written: list[Item]) -> None:
    assert read_back(*written) == written


@pytest.mark.parametrize(
    "markup",
    [
        "Nước là H<sub>2</sub>O",
        "<strong>Cả hai</strong>",
        "x <em>y</em><br><u>z</u> 10<sup>2</sup>",
        "<strong>a<em>b</em></strong>c",
        "<em>a<strong>b</strong></em>c",
        "<ul><li>một</li><li>hai</li></ul>",
        "<table><tbody><tr><td>1</td></tr></tbody></table>",
        "  hai dấu cách  ",
        "a &lt;b&gt; &amp;amp; _x0041_ &quot;",
        "Câu 1: A. b",
    ],
)
def test_formatting_comes_back(markup: str) -> None:
    text = from_html(markup)
    item = dataclasses.replace(PLAIN, stem=text, explanation=text, options=(Option(text), Option(from_plain("khác"))))
    assert read_back(item) == [item]


def test_simple_formatting_is_shown_by_excel() -> None:
    """Not as HTML, which a person could not read."""
    item = dataclasses.replace(PLAIN, stem=from_html("Nước là H<sub>2</sub>O"))
    sheet = openpyxl.load_workbook(BytesIO(write_excel([item], {})), rich_text=True).worksheets[0]
    assert str(sheet["E2"].value) == "Nước là H2O"
    runs = [(run.text, run.font.vertAlign) for run in sheet["E2"].value if not isinstance(run, str)]
    assert ("2", "subscript") in runs


def test_nothing_becomes_a_formula_or_number() -> None:
    book = openpyxl.load_workbook(BytesIO(write_excel([PLAIN], {})))
    cells = [cell for row in book.worksheets[0].iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    with zipfile.ZipFile(BytesIO(write_excel([PLAIN], {}))) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")


def make_picture(kind: str) -> Picture:
    stream = BytesIO()
    Image.new("RGB", (4, 3), "green").save(stream, kind)
    return read_picture(stream.getvalue())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_pictures_come_back_byte_by_byte(kind: str) -> None:
    picture = make_picture(kind)
    tag = make_picture_tag(picture.digest, "sơ đồ")
    item = dataclasses.replace(PLAIN, stem=FormattedText(f"Hình {tag} nào?"), explanation=tag)
    report = read_spreadsheet(write_excel([item], {picture.digest: picture}), "a.xlsx", ItemDefaults())
    assert [read.item for read in report.items] == [item]
    assert dict(report.pictures) == {picture.digest: picture}


def test_picture_that_excel_does_not_take_is_refused_by_name() -> None:
    picture = make_picture("WEBP")
    item = dataclasses.replace(PLAIN, stem=make_picture_tag(picture.digest))
    with pytest.raises(CannotWrite, match="Excel does not take") as refusal:
        write_excel([item], {picture.digest: picture})
    assert refusal.value.name == "M1"
    with pytest.raises(CannotWrite, match="missing"):
        write_excel([item], {})


def test_text_longer_than_a_cell_is_refused() -> None:
    item = dataclasses.replace(PLAIN, kind=ItemKind.ESSAY, options=(), key=EssayKey("x" * 32_768))
    with pytest.raises(CannotWrite, match="longer than a cell"):
        write_excel([item], {})


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("a;|\\%50 \n\t±"), min_size=1, max_size=6).filter(str.strip), min_size=1, max_size=3
    )
)
def test_accepted_texts_keep_every_sign(texts: list[str]) -> None:
    key = TextKey(tuple(AcceptedText(text, 100 - place) for place, text in enumerate(texts)))
    item = dataclasses.replace(PLAIN, kind=ItemKind.SHORT_ANSWER, options=(), key=key)
    assert read_back(item) == [item]


def test_template_is_empty_and_offers_choices() -> None:
    content = write_excel_template()
    report = read_spreadsheet(content, "a.xlsx", ItemDefaults())
    assert not report.items
    assert [problem.message for problem in report.problems if problem.severity is Severity.ERROR] == [
        "the file holds no questions"
    ]
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames == ["Câu hỏi", "Ví dụ", "Hướng dẫn"]
    assert [cell.value for cell in book["Câu hỏi"][1]] == list(HEADINGS.values())
    offered = {str(rule.sqref): rule.formula1 for rule in book["Câu hỏi"].data_validations.dataValidation}
    assert "Ghép đôi" in offered["B2:B2001"]
    assert "Vận dụng" in offered["D2:D2001"]


def test_template_filled_in_by_hand_is_read() -> None:
    book = openpyxl.load_workbook(BytesIO(write_excel_template()))
    values = {
        "Câu hỏi": "Ở đâu?",
        "Phương án A": "Huế",
        "Phương án B": "Vinh",
        "Đáp án đúng": "B",
        "Mức độ": "Vận dụng",
    }
    for heading, value in values.items():
        book["Câu hỏi"].cell(2, 1 + list(HEADINGS.values()).index(heading), value)
    output = BytesIO()
    book.save(output)
    report = read_spreadsheet(output.getvalue(), "a.xlsx", ItemDefaults("Chung"))
    (read,) = report.items
    assert read.is_ready
    assert (read.item.stem, read.item.level, read.item.topic) == ("Ở đâu?", Level.APPLY, "Chung")
    assert read.item.key == ChoiceKey(frozenset({1}))


def test_every_example_is_valid_and_of_another_kind() -> None:
    assert sorted(item.kind for item in EXAMPLES) == sorted(ItemKind)
    assert read_back(*EXAMPLES) == list(EXAMPLES)
