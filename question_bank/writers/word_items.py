"""One item as the paragraphs of an exam paper, by the conventions that ``readers.word.kinds`` documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from question_bank.formatted_text import fold_text, is_blank, to_plain
from question_bank.items import OPTION_LABELS, Item, ItemKind, LegalSource, Level
from question_bank.keys import ChoiceKey, EssayKey, MatchingKey, NumberKey, OrderingKey, TextKey
from question_bank.numbers import parse_number
from question_bank.readers.pinning import find_pinned
from question_bank.readers.report import mark_message as N_
from question_bank.writers import CannotWrite
from question_bank.writers.word_text import (
    WritePicture,
    write_labelled,
    write_paragraph,
    write_plain_lines,
    write_run,
)

_TAGS = {
    ItemKind.MULTIPLE_CHOICE: "Chọn nhiều phương án",
    ItemKind.TRUE_FALSE: "Đúng/Sai",
    ItemKind.MATCHING: "Ghép đôi",
    ItemKind.ORDERING: "Sắp xếp",
    ItemKind.SHORT_ANSWER: "Trả lời ngắn",
    ItemKind.NUMERICAL: "Trả lời số",
    ItemKind.ESSAY: "Tự luận",
}
_ONE = "Chọn một phương án"
_LEVELS = {Level.RECOGNISE: "Nhận biết", Level.UNDERSTAND: "Thông hiểu", Level.APPLY: "Vận dụng"}
_DOTS = "." * 110
_ESSAY_LINES = 6


@dataclass(frozen=True, slots=True)
class _Layout:
    """The order in which the paper shows the options: ``shown[place]`` is the position in the item."""

    shown: tuple[int, ...]

    def name(self, position: int) -> str:
        return OPTION_LABELS[self.shown.index(position)]


def write_item(item: Item, number: int, write_picture: WritePicture, *, with_key: bool) -> str:
    """The paragraphs of an item. Raises CannotWrite."""
    if len(item.options) > len(OPTION_LABELS):
        raise CannotWrite(N_("an item has two to eight options"), item, _name(item))
    layout = _Layout(_order_options(item))
    tag = _TAGS.get(item.kind, "")
    if item.kind is ItemKind.SINGLE_CHOICE and _needs_tag(item):
        tag = _ONE
    label = f"Câu {number}{f' [{tag}]' if tag else ''}."
    parts = [write_labelled(label, item.stem, "ItemStem", write_picture)]
    parts += [write_labelled(f"({n})", row, "ItemOption", write_picture) for n, row in enumerate(item.rows, 1)]
    for place, position in enumerate(layout.shown):
        text = item.options[position].text
        parts.append(write_labelled(f"{OPTION_LABELS[place]}.", text, "ItemOption", write_picture))
    if with_key:
        parts += _write_details(item, layout, write_picture)
    else:
        parts += _write_room(item)
    return "".join(parts)


def _needs_tag(item: Item) -> bool:
    """Whether the reader would take this single choice for another kind."""
    words = {fold_text(to_plain(option.text)).strip(" .;") for option in item.options}
    is_like_true_false = len(words) == 2 and words <= {"đúng", "sai", "true", "false", "đ", "s"}
    return is_like_true_false or (isinstance(item.key, ChoiceKey) and len(item.key.right) > 1)


def _order_options(item: Item) -> tuple[int, ...]:
    """Matching and ordering items are kept in the right order, which no paper must show. Same item, same order."""
    positions = range(len(item.options))
    if item.kind not in (ItemKind.MATCHING, ItemKind.ORDERING):
        return tuple(positions)
    seed = item.stem.encode()
    digests = {position: hashlib.sha256(seed + item.options[position].text.encode()).digest() for position in positions}
    return tuple(sorted(positions, key=lambda position: (digests[position], position)))


def _write_room(item: Item) -> Iterator[str]:
    """Where a participant writes."""
    if item.kind in (ItemKind.SHORT_ANSWER, ItemKind.NUMERICAL):
        yield write_paragraph(write_run(f"Trả lời: {_DOTS[:60]}"), "ItemFront")
    elif item.kind is ItemKind.ESSAY:
        yield write_paragraph(write_run(_DOTS), "ItemFront") * _ESSAY_LINES


def _write_details(item: Item, layout: _Layout, write_picture: WritePicture) -> Iterator[str]:
    """Everything that a participant must not see, or need not."""
    for label, value in (*_list_keys(item, layout), *_list_facts(item)):
        yield write_plain_lines(f"{label}:", value, "ItemDetail")
    if not is_blank(item.explanation):
        yield write_labelled("Giải thích:", item.explanation, "ItemDetail", write_picture)


def _list_keys(item: Item, layout: _Layout) -> Iterator[tuple[str, str]]:
    key = item.key
    if isinstance(key, ChoiceKey):
        yield "Đáp án", ", ".join(sorted(layout.name(position) for position in key.right))
    elif isinstance(key, MatchingKey):
        yield "Đáp án", ", ".join(f"{row}-{layout.name(position)}" for row, position in enumerate(key.options, 1))
    elif isinstance(key, OrderingKey):
        yield "Đáp án", ", ".join(layout.name(position) for position in range(len(item.options)))
    elif isinstance(key, TextKey):
        for answer in key.answers:
            yield _name_key(answer.percent), answer.text
        words = ["phân biệt chữ hoa"] * key.minds_case + ["không phân biệt dấu"] * (not key.minds_accents)
        if words:
            yield "So sánh", ", ".join(words)
    elif isinstance(key, NumberKey):
        for number in key.numbers:
            tolerance = f" ± {_write_number(item, number.tolerance)}" if number.tolerance else ""
            yield _name_key(number.percent), _write_number(item, number.value) + tolerance
    elif isinstance(key, EssayKey) and key.guidance:
        yield "Hướng dẫn chấm", key.guidance
    if getattr(key, "is_partial", False):
        yield "Cách chấm", "từng phần"
    is_reordered = item.kind is ItemKind.MATCHING or (item.kind is ItemKind.ORDERING and key is None)
    if is_reordered and item.options:
        yield "Thứ tự trong ngân hàng", ", ".join(layout.name(position) for position in range(len(item.options)))
    yield from _list_pins(item, layout)


def _list_pins(item: Item, layout: _Layout) -> Iterator[tuple[str, str]]:
    pinned = frozenset(position for position, option in enumerate(item.options) if option.is_pinned)
    if item.kind is not ItemKind.TRUE_FALSE and pinned != find_pinned([option.text for option in item.options]):
        yield "Giữ vị trí", ", ".join(sorted(layout.name(position) for position in pinned)) or "không"


def _list_facts(item: Item) -> Iterator[tuple[str, str]]:
    if item.code:
        yield "Mã câu hỏi", item.code
    if item.topic:
        yield "Chuyên đề", item.topic
    yield "Mức độ", _LEVELS[item.level]
    source = item.source
    for label, value in (("Căn cứ", source.document), ("Điều khoản", source.article), ("Đường dẫn", source.url)):
        if value:
            yield label, value
    validity = _write_validity(source)
    if validity:
        yield "Hiệu lực", validity


def _write_validity(source: LegalSource) -> str:
    parts = [("từ", source.valid_from), ("đến", source.valid_until)]
    return " ".join(f"{word} {_write_date(day)}" for word, day in parts if day)


def _write_date(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def _write_number(item: Item, number: Decimal) -> str:
    text = format(number, "f").replace(".", ",")
    if parse_number(text) != number:
        raise CannotWrite(N_("a number of the key is too long to be written"), item, _name(item))
    return text


def _name_key(percent: int) -> str:
    return "Đáp án" if percent == 100 else f"Đáp án ({percent}%)"


def _name(item: Item) -> str:
    return item.code or to_plain(item.stem)[:60]
