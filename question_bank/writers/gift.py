"""Writes GIFT.

Pictures stand in the text itself (``data:`` addresses), for the format has no files. Ordering is written as Moodle's
ordering plug-in writes it. Tags and notes in comments carry what the format has no sign for: see
``readers.moodle.tags``. Reading the file gives the same items.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping

from question_bank.formatted_text import FormattedText
from question_bank.items import Item, ItemKind
from question_bank.keys import ChoiceKey, EssayKey, NumberKey, OrderingKey, TextKey
from question_bank.pictures import Picture
from question_bank.readers.moodle.categories import make_category
from question_bank.writers.moodle_terms import (
    get_key,
    list_pairs,
    list_percents,
    list_tags,
    make_notes,
    name_item,
    replace_pictures,
    to_one_line,
)

_SIGN = re.compile(r"([~=#{}:\\])")
_FORMAT = re.compile(r"\[(?:html|moodle|plain|markdown)\]")


def write_gift(items: Iterable[Item], pictures: Mapping[str, Picture]) -> bytes:
    """A GIFT file with the items, by topic as they come. Raises CannotWrite for a draft or a missing picture."""
    blocks = []
    topic = ""
    for item in items:
        if item.topic != topic:
            topic = item.topic
            blocks.append(f"$CATEGORY: {make_category(topic)}")
        blocks.append(_write_item(item, pictures))
    return ("\n\n".join(blocks) + "\n").encode()


def _write_item(item: Item, pictures: Mapping[str, Picture]) -> str:
    def write_html(text: FormattedText) -> str:
        return to_one_line(replace_pictures(text, item, pictures, _make_address))

    get_key(item)
    explanation = f"####[html]{_escape(write_html(item.explanation))}" if item.explanation else ""
    if item.kind is ItemKind.ORDERING:
        # The plug-in takes every line for an option, so the explanation is among the notes.
        explanation = ""
    lines = _write_comments(item, write_html)
    lines.append(f"::{_escape(name_item(item))}::[html]{_escape(write_html(item.stem))}{{")
    lines[-1] += _write_body(item, write_html) + explanation + "}"
    return "\n".join(lines)


def _write_comments(item: Item, write_html: Callable[[FormattedText], str]) -> list[str]:
    key = item.key
    more = []
    if isinstance(key, TextKey) and key.minds_case:
        more.append("case:exact")
    # Without a wrong option or with an arrow in it, the braces would be read as another kind.
    is_all_right = isinstance(key, ChoiceKey) and len(key.right) == len(item.options)
    has_arrow = isinstance(key, TextKey) and any("->" in answer.text for answer in key.answers)
    if has_arrow or (is_all_right and item.kind is ItemKind.SINGLE_CHOICE):
        more.append(f"kind:{item.kind}")
    notes = make_notes(item, write_html)
    if isinstance(key, EssayKey) and key.guidance:
        notes["guidance"] = key.guidance
    if item.kind is ItemKind.ORDERING and item.explanation:
        notes["explanation"] = write_html(item.explanation)
    named = f"[id:{item.code}] " if item.code and "code" not in notes else ""
    tags = " ".join(f"[tag:{tag}]" for tag in list_tags(item, *more))
    written = [f"// item.{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in notes.items()]
    return [f"// {named}{tags}", *written]


def _write_body(item: Item, write_html: Callable[[FormattedText], str]) -> str:
    key = get_key(item)
    lines: list[str] = []
    if item.kind is ItemKind.TRUE_FALSE:
        return "TRUE" if list_percents(item)[0] == "100" else "FALSE"
    if isinstance(key, ChoiceKey):
        for option, percent in zip(item.options, list_percents(item), strict=True):
            mark = "=" if percent == "100" else "~"
            if item.kind is ItemKind.MULTIPLE_CHOICE:
                mark = f"~%{percent}%"
            lines.append(f"{mark}[html]{_escape(write_html(option.text))}")
    elif isinstance(key, TextKey):
        for answer in key.answers:
            text = answer.text.replace("*", "\\*")
            prefix = "[plain]" if _FORMAT.match(text.strip()) else ""
            lines.append(f"=%{answer.percent}%{prefix}{_escape(text)}")
    elif isinstance(key, NumberKey):
        lines = [f"=%{number.percent}%{number.value}:{number.tolerance}" for number in key.numbers]
    elif isinstance(key, OrderingKey):
        grading = "ABSOLUTE_POSITION" if key.is_partial else "ALL_OR_NOTHING"
        lines = [_write_ordered(write_html(option.text)) for option in item.options]
        return f">{len(lines)} ALL VERTICAL {grading}\n" + "\n".join(lines) + "\n"
    elif item.kind is ItemKind.MATCHING:
        lines = [f"={_write_row(row, write_html)} -> {_escape(name)}" for row, name in list_pairs(item)]
    opening = "#" if isinstance(key, NumberKey) else ""
    return opening + "".join(f"\n\t{line}" for line in lines) + ("\n" if lines else "")


def _write_row(row: FormattedText, write_html: Callable[[FormattedText], str]) -> str:
    return f"[html]{_escape(write_html(row))}" if row else ""


def _write_ordered(line: str) -> str:
    """A line of an ordering question, where the plug-in knows no escapes: HTML's references stand for them."""
    for sign in "\\{}":
        line = line.replace(sign, f"&#{ord(sign)};")
    line = line.replace("##", "#&#35;")
    return f"&#{ord(line[0])};{line[1:]}" if line.startswith("//") or _FORMAT.match(line) else line


def _escape(text: str) -> str:
    return _SIGN.sub(r"\\\1", text).replace("\n", "\\n")


def _make_address(picture: Picture) -> str:
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.content).decode()}"
