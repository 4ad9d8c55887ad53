"""What stands in the cells of an item's row, by field; the words are those that the reader knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from question_bank.formatted_text import FormattedText
from question_bank.items import OPTION_LABELS, Item, ItemKind
from question_bank.keys import ChoiceKey, EssayKey, MatchingKey, NumberKey, OrderingKey, TextKey
from question_bank.numbers import LONGEST_NUMBER
from question_bank.readers.pinning import find_pinned
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet import columns
from question_bank.readers.spreadsheet.words import (
    HTML_FORMAT,
    KIND_WORDS,
    LEVEL_WORDS,
    NO,
    PARTIAL,
    TEXT_FORMAT,
    YES,
)
from question_bank.writers import CannotWrite
from question_bank.writers.excel_text import CellContent, find_plain_content, make_html_content


def make_cells(item: Item, picture_names: Mapping[str, str]) -> dict[str, CellContent]:
    """The cells of the row; empty ones are not among them. Raises CannotWrite."""
    texts = _list_texts(item)
    plain = {name: find_plain_content(text) for name, text in texts.items()}
    cells: dict[str, CellContent] = {}
    is_html = None in plain.values()
    for name, text in texts.items():
        content = make_html_content(text, picture_names) if is_html else plain[name]
        if content is not None:
            cells[name] = content
    words = {
        columns.CODE: item.code,
        columns.KIND: KIND_WORDS[item.kind],
        columns.TOPIC: item.topic,
        columns.LEVEL: LEVEL_WORDS[item.level],
        columns.KEY: _write_key(item),
        columns.SOURCE: item.source.document,
        columns.ARTICLE: item.source.article or "",
        columns.URL: item.source.url or "",
        columns.VALID_FROM: _write_date(item.source.valid_from),
        columns.VALID_UNTIL: _write_date(item.source.valid_until),
        columns.PINNED: _write_pinned(item),
        columns.SCORING: PARTIAL if getattr(item.key, "is_partial", False) else "",
        columns.FORMAT: HTML_FORMAT if is_html else TEXT_FORMAT,
    }
    if isinstance(item.key, TextKey):
        words[columns.MINDS_CASE] = YES if item.key.minds_case else NO
        words[columns.MINDS_ACCENTS] = YES if item.key.minds_accents else NO
    return cells | {name: CellContent(word) for name, word in words.items() if word}


def name_item(item: Item) -> str:
    """How a message names an item: by its code, or by the beginning of its stem."""
    return item.code or item.stem[:60]


def _list_texts(item: Item) -> dict[str, FormattedText]:
    texts = {columns.STEM: item.stem}
    if item.kind is not ItemKind.TRUE_FALSE:
        texts |= {columns.name_option(number): option.text for number, option in enumerate(item.options)}
    texts |= {columns.name_row(number): text for number, text in enumerate(item.rows)}
    texts[columns.EXPLANATION] = item.explanation
    return {name: text for name, text in texts.items() if text}


def _write_pinned(item: Item) -> str:
    if item.kind is ItemKind.TRUE_FALSE:
        return ""
    pinned = frozenset(number for number, option in enumerate(item.options) if option.is_pinned)
    if pinned:
        return ", ".join(OPTION_LABELS[number] for number in sorted(pinned))
    # Nothing pinned is said only where the reader would take an option for one that speaks of others.
    return NO if find_pinned([option.text for option in item.options]) else ""


def _write_date(day: date | None) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}" if day else ""


def _write_key(item: Item) -> str:
    key = item.key
    if isinstance(key, ChoiceKey):
        if item.kind is ItemKind.TRUE_FALSE:
            return ", ".join("Đúng" if position == 0 else "Sai" for position in sorted(key.right))
        return ", ".join(OPTION_LABELS[position] for position in sorted(key.right))
    if isinstance(key, MatchingKey):
        return "; ".join(f"{row}-{OPTION_LABELS[option]}" for row, option in enumerate(key.options, start=1))
    if isinstance(key, TextKey):
        return "; ".join(_write_percent(answer.percent) + _escape(answer.text) for answer in key.answers)
    if isinstance(key, NumberKey):
        return "; ".join(
            _write_percent(number.percent)
            + _write_number(number.value, item)
            + (f" ± {_write_number(number.tolerance, item)}" if number.tolerance else "")
            for number in key.numbers
        )
    if isinstance(key, EssayKey):
        return key.guidance
    if isinstance(key, OrderingKey) or key is None:
        return ""
    raise AssertionError(f"a kind of key that is not known: {key!r}")


def _write_percent(percent: int) -> str:
    return "" if percent == 100 else f"%{percent}%"


def _escape(text: str) -> str:
    """An accepted text; signs that mean something in the cell, and space at its ends, get a backslash before them."""
    escaped = "".join(f"\\{sign}" if sign in "\\;|\n" else sign for sign in text)
    if escaped.startswith(("%", " ", "\t")):
        escaped = "\\" + escaped
    return f"{escaped[:-1]}\\{escaped[-1]}" if escaped.endswith((" ", "\t")) else escaped


def _write_number(value: Decimal, item: Item) -> str:
    text = format(value, "f").replace(".", ",")
    if len(text) > LONGEST_NUMBER:
        text = format(value.normalize(), "E").replace(".", ",")
    if len(text) > LONGEST_NUMBER:
        raise CannotWrite(N_("a number has more than 40 digits"), item, name_item(item))
    return text
