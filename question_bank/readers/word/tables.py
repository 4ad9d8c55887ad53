"""Tables as lines: those that lay out questions and options are taken apart, others stay whole in their question."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

from question_bank.formatted_text import fold_text
from question_bank.readers.word.blocks import Cell, Table, iterate_lines
from question_bank.readers.word.key_tables import KeyTable, find_key_table, get_cell_text
from question_bank.readers.word.lines import Line
from question_bank.readers.word.texts import make_text
from question_bank.readers.word.wording import (
    find_detail,
    find_option,
    find_row,
    find_start,
    list_inline_options,
    prepare,
)

_NUMBER_HEADS = frozenset({"stt", "tt", "số tt", "câu", "câu số", "số câu", "no", "no.", "số thứ tự"})
_STEM_HEADS = frozenset({"câu hỏi", "nội dung", "nội dung câu hỏi", "question", "phần dẫn", "câu dẫn", "nội dung hỏi"})
_KEY_HEADS = frozenset({"đáp án", "đáp án đúng", "đ/a", "đa", "key", "answer", "phương án đúng", "câu trả lời đúng"})
_OPTION_HEAD = re.compile(r"(?:phương án|đáp án|lựa chọn|pa|option|câu trả lời)?\s*\(?([a-h]|[1-8])\)?")
_OPTIONS_HEADS = frozenset({"phương án", "các phương án", "phương án trả lời", "phương án lựa chọn", "câu trả lời"})
_OTHER_HEADS = {
    "mức độ": "Mức độ", "cấp độ": "Mức độ", "level": "Mức độ", "mã câu hỏi": "Mã câu hỏi", "loại câu": "Loại câu",
    "chuyên đề": "Chuyên đề", "chủ đề": "Chuyên đề",
    "lĩnh vực": "Chuyên đề", "giải thích": "Giải thích", "lời giải": "Giải thích", "ghi chú": "Giải thích",
    "căn cứ": "Căn cứ", "căn cứ pháp lý": "Căn cứ", "nguồn": "Căn cứ",
}  # fmt: skip
_LABEL_ONLY = re.compile(
    r"(?:câu(?:\s+hỏi)?|bài|question)\s*\d{1,4}\s*[.:)]?|\*?\s*\(?[a-l]\s*[.):]?|\d{1,4}\s*[.)]?", re.IGNORECASE
)


def flatten(blocks: Sequence[Line | Table]) -> Iterator[Line | KeyTable]:
    """Lines in the order of reading. Tables of keys are handed on as such: where they stand decides what they are."""
    for block in blocks:
        if isinstance(block, Line):
            yield block
            continue
        if all(line.role == "front" for line in iterate_lines([block])):
            continue
        if block.is_content:
            yield _keep_whole(block)
            continue
        found = find_key_table(block)
        if found is not None:
            yield found
        else:
            yield from flatten_table(block)


def flatten_table(table: Table) -> Iterator[Line | KeyTable]:
    """The lines of a table that is no table of keys."""
    heads = [fold_text(get_cell_text(cell)).strip(" .:") for cell in table.rows[0]] if table.rows else []
    if _is_question_head(heads):
        yield from _read_question_rows(table, heads)
    elif len(table.rows) == 1 and len(table.rows[0]) == 1:
        yield from flatten(table.rows[0][0].blocks)
    elif _lays_out(table):
        for row in table.rows:
            yield from _flatten_row(row)
    else:
        yield _keep_whole(table)


def _is_question_head(heads: list[str]) -> bool:
    others = [head for head in heads if head in _NUMBER_HEADS or head in _KEY_HEADS or _OPTION_HEAD.fullmatch(head)]
    return any(head in _STEM_HEADS for head in heads) and bool(others)


def _read_question_rows(table: Table, heads: list[str]) -> Iterator[Line]:
    """One row for one question, under a row that names the columns."""
    has_options = any(_OPTION_HEAD.fullmatch(head) for head in heads)
    last = 0
    for row in table.rows[1:]:
        cells = dict(zip(heads, row, strict=False))
        stem = next((cell for head, cell in cells.items() if head in _STEM_HEADS), None)
        if stem is None or not any(get_cell_text(cell) for cell in row):
            continue
        given = next((get_cell_text(cell) for head, cell in cells.items() if head in _NUMBER_HEADS), "")
        digits = re.search(r"\d{1,4}", given)
        last = int(digits[0]) if digits else last + 1
        yield from _label(f"Câu {last}", stem, is_text=has_options)
        for head, cell in cells.items():
            option = _OPTION_HEAD.fullmatch(head)
            if option:
                letter = option[1].upper()
                yield from _label("ABCDEFGH"[int(letter) - 1] if letter.isdigit() else letter, cell, is_text=True)
            elif head in _OPTIONS_HEADS:
                yield from iterate_lines(cell.blocks)
        for head, cell in cells.items():
            name = "Đáp án" if head in _KEY_HEADS else _OTHER_HEADS.get(head)
            if name and get_cell_text(cell):
                yield from _label(name, cell, is_text=True)


def _label(label: str, cell: Cell, *, is_text: bool) -> Iterator[Line]:
    """The lines of a cell, the first under a label; ``is_text``: none of the others is looked at for labels."""
    lines = list(iterate_lines(cell.blocks))
    if not lines:
        if label.startswith("Câu "):
            yield Line((), 0, label=label)
        return
    for number, line in enumerate(lines):
        if number == 0:
            yield dataclasses.replace(_strip_label(line, label), label=label, notes=line.notes)
        else:
            yield dataclasses.replace(line, role=line.role or "br") if is_text else line


def _strip_label(line: Line, label: str) -> Line:
    """The line without a label that its cell repeats ("A. Chính phủ" in the column A)."""
    found = find_option(prepare(line.text)) if len(label) == 1 else None
    return line.cut(found[1]) if found and found[0].upper() == label else line


def _lays_out(table: Table) -> bool:
    """Whether the table is there for the sake of layout: its cells hold questions, labels of options, or keys."""
    labels = 0
    for row in table.rows:
        for cell in row:
            for line in iterate_lines(cell.blocks):
                text = prepare(line.text)
                start = find_start(text)
                if line.label is not None or (start and start.is_by_word and start.sign) or find_detail(text):
                    return True
                labels += bool(find_option(text)) or len(list_inline_options(text)) > 1
            labels += len(row) > 1 and re.fullmatch(r"\(?[A-L]\)?", get_cell_text(cell)) is not None
            labels += len(row) > 1 and find_row(get_cell_text(cell)) is not None and labels > 0
    return labels >= 2


def _flatten_row(row: Sequence[Cell]) -> Iterator[Line | KeyTable]:
    """Cell after cell; a cell that is only a label ("Câu 1", "A.", "Đáp án") labels the next."""
    place = 0
    while place < len(row):
        text = get_cell_text(row[place])
        following = row[place + 1] if place + 1 < len(row) else None
        if following is not None and get_cell_text(following) and _is_label_only(text):
            label = f"Câu {text.strip(' .)')}" if text.strip(" .)").isdigit() else text
            pieces = tuple(piece for line in iterate_lines(row[place].blocks) for piece in line.pieces)
            for line in _label(label, following, is_text=False):
                yield dataclasses.replace(line, label_pieces=pieces) if line.label is not None else line
            place += 2
        else:
            yield from flatten(row[place].blocks)
            place += 1


def _is_label_only(text: str) -> bool:
    if _LABEL_ONLY.fullmatch(text):
        return True
    found = find_detail(prepare(text)) if len(text) < 40 else None
    return found is not None and found[1] >= len(text)


def _keep_whole(table: Table) -> Line:
    """A table as part of a text."""
    rows = []
    notes = []
    pieces = []
    for row in table.rows:
        cells = []
        for cell in row:
            lines = list(iterate_lines(cell.blocks))
            notes += [note for line in lines for note in line.notes]
            pieces += [piece for line in lines for piece in line.pieces]
            cells.append(f"<td>{make_text(lines)}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    markup = f"<table><tbody>{''.join(rows)}</tbody></table>"
    return Line(tuple(pieces), table.paragraph, table=markup, notes=notes)
