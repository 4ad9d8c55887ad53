"""Formatted text in a cell: as plain text, as a text of which parts are bold and so on, or as HTML.

Whichever is simplest of those from which the reader makes exactly the same text again.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from question_bank.formatted_text import FormattedText, from_html, from_plain, to_plain
from question_bank.readers.spreadsheet.rich_text import TAGS, Run, to_markup

_TOKEN = re.compile(r"<(/?)([a-z]+)>|([^<]+)")
_PICTURE = re.compile(r'<img src="picture:([0-9a-f]{64})"')
_SPACE = "&#32;"


@dataclass(frozen=True, slots=True)
class CellContent:
    """What a cell gets: a text, or runs of it under different tags."""

    text: str
    runs: tuple[Run, ...] = ()


def find_plain_content(text: FormattedText) -> CellContent | None:
    """The text without HTML, or None where that would not be the same text."""
    plain = to_plain(text)
    if from_plain(plain) == text:
        return CellContent(plain)
    runs = _split_runs(text)
    if runs is not None and len(runs) > 1 and from_html(to_markup(runs)) == text:
        return CellContent("".join(run.text for run in runs), runs)
    return None


def make_html_content(text: FormattedText, picture_names: Mapping[str, str]) -> CellContent:
    """The HTML itself, pictures by their names in the file. Space at the ends, which cells lose, is written out."""
    markup = _PICTURE.sub(lambda found: f'<img src="{picture_names[found[1]]}"', text)
    inner = markup.strip(" ")
    if not inner:
        return CellContent(_SPACE * len(markup))
    before = len(markup) - len(markup.lstrip(" "))
    after = len(markup) - len(markup.rstrip(" "))
    return CellContent(_SPACE * before + inner + _SPACE * after)


def _split_runs(text: str) -> tuple[Run, ...] | None:
    """The text as runs; None when it has more than emphasis and line ends."""
    runs: list[Run] = []
    tags: list[str] = []
    position = 0
    for found in _TOKEN.finditer(text):
        if found.start() != position:
            return None
        position = found.end()
        closing, tag, words = found.groups()
        if words is not None:
            runs.append(Run(html.unescape(words), frozenset(tags)))
        elif tag == "br" and not closing:
            runs.append(Run("\n", frozenset(tags)))
        elif tag not in TAGS:
            return None
        elif closing:
            tags.remove(tag)
        else:
            tags.append(tag)
    return _merge(runs) if position == len(text) else None


def _merge(runs: list[Run]) -> tuple[Run, ...]:
    merged: list[Run] = []
    for run in runs:
        if merged and merged[-1].tags == run.tags:
            merged[-1] = Run(merged[-1].text + run.text, run.tags)
        else:
            merged.append(run)
    return tuple(merged)
