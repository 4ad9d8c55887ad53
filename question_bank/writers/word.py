"""Items as an exam paper in Word, with or without the key.

The paper looks as such papers do in Vietnam; with the key it is also a file to read back: what a question is and what
it has stands in styles of its own ("Câu hỏi", "Phương án", "Đáp án và ghi chú"), so that nothing has to be guessed. The
conventions are those of ``question_bank.readers.word.kinds``.

Options of matching and ordering items are shown out of their order, the same way in both forms of a paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from question_bank.formatted_text import to_plain
from question_bank.items import Item
from question_bank.pictures import Picture
from question_bank.readers.report import mark_message as N_
from question_bank.writers import CannotWrite
from question_bank.writers.word_items import write_item
from question_bank.writers.word_package import PictureStore, write_package
from question_bank.writers.word_text import write_paragraph, write_run

_FRONT = "ItemFront"


def write_word(items: Iterable[Item], pictures: Mapping[str, Picture], *, title: str, with_key: bool) -> bytes:
    """A .docx with the items as questions 1, 2, 3 … Raises CannotWrite for an item that lacks a picture."""
    store = PictureStore(pictures)
    parts = []
    for number, item in enumerate(items, 1):
        try:
            parts.append(write_item(item, number, store.write, with_key=with_key))
        except KeyError as error:
            raise CannotWrite(
                N_("a picture of the item is missing"), item, item.code or to_plain(item.stem)[:60]
            ) from error
    body = _write_front(title, len(parts), with_key=with_key) + "".join(parts) + _write_end(with_key=with_key)
    return write_package(body, title, store)


def _write_front(title: str, count: int, *, with_key: bool) -> str:
    left = [("ĐƠN VỊ TỔ CHỨC", True), ("…………………………", False), (f"(Đề gồm {count} câu)", False)]
    right = [(title, True), ("ĐÁP ÁN VÀ HƯỚNG DẪN CHẤM" if with_key else "Thời gian làm bài: …… phút", with_key)]
    table = (
        '<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/></w:tblPr>'
        '<w:tblGrid><w:gridCol w:w="3700"/><w:gridCol w:w="5600"/></w:tblGrid>'
        f"<w:tr>{_write_cell(left, 3700)}{_write_cell(right, 5600)}</w:tr></w:tbl>"
    )
    if with_key:
        return table + _write_line("")
    return table + _write_line("") + _write_line("Họ và tên: ……………………………………… Số báo danh: ……………………")


def _write_cell(lines: list[tuple[str, bool]], width: int) -> str:
    inner = "".join(_write_line(text, is_bold=is_bold, is_centred=True) for text, is_bold in lines)
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{inner}</w:tc>'


def _write_end(*, with_key: bool) -> str:
    lines = ["---------- HẾT ----------"]
    if not with_key:
        lines.append("Thí sinh không được sử dụng tài liệu. Người coi thi không giải thích gì thêm.")
    return "".join(_write_line(line, is_centred=True) for line in lines)


def _write_line(text: str, *, is_bold: bool = False, is_centred: bool = False) -> str:
    paragraph = write_paragraph(write_run(text), _FRONT)
    if is_bold:
        paragraph = paragraph.replace("<w:r><w:t", "<w:r><w:rPr><w:b/></w:rPr><w:t")
    if is_centred:
        paragraph = paragraph.replace("</w:pPr>", '<w:jc w:val="center"/></w:pPr>')
    return paragraph
