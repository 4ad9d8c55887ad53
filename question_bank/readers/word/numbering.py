"""Automatic numbers: "Câu 1." or "A." that stands nowhere in the text, only in the numbering part.

Rules: ISO/IEC 29500-1, 17.9. All lists of one abstract definition count on together; a list may restart with its own
number; a deeper level restarts after a higher one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from question_bank.readers.word.names import VAL, W, get_value, read_number

_LEVELS = 9
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_ROMAN += ((9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # type: ignore[assignment]
BULLET = "•"


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    text: str
    restart: int | None
    properties: etree._Element | None


@dataclass(frozen=True, slots=True)
class AutoNumber:
    """A number as Word shows it before a paragraph, and the run properties that the list gives it."""

    text: str
    properties: etree._Element | None


class Numbering:
    """The lists of a document and how far each has counted. Ask for the paragraphs in their order."""

    def __init__(self, root: etree._Element | None) -> None:
        """``root`` is the numbering part; a document may have none."""
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, tuple[str, dict[int, _Level], dict[int, int]]] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()
        if root is None:
            return
        for abstract in root.iterfind(f"{W}abstractNum"):
            key = str(abstract.get(f"{W}abstractNumId", ""))
            self._abstract[key] = {_get_level(level): _read_level(level) for level in abstract.iterfind(f"{W}lvl")}
        for number in root.iterfind(f"{W}num"):
            self._add_list(number)

    def _add_list(self, number: etree._Element) -> None:
        levels: dict[int, _Level] = {}
        starts: dict[int, int] = {}
        for override in number.iterfind(f"{W}lvlOverride"):
            depth = _get_level(override)
            level = override.find(f"{W}lvl")
            if level is not None:
                levels[depth] = _read_level(level)
            start = get_value(override, f"{W}startOverride")
            if start is not None:
                starts[depth] = read_number(start, 1)
        abstract = get_value(number, f"{W}abstractNumId") or ""
        self._lists[str(number.get(f"{W}numId", ""))] = (abstract, levels, starts)

    def count(self, properties: etree._Element) -> AutoNumber | None:
        """The number of the next paragraph with this ``w:numPr``; None where it has none after all."""
        key = get_value(properties, f"{W}numId") or "0"
        depth = min(read_number(get_value(properties, f"{W}ilvl")), _LEVELS - 1)
        if key == "0" or key not in self._lists:
            return None
        abstract, levels, starts = self._lists[key]
        known = {**self._abstract.get(abstract, {}), **levels}
        level = known.get(depth)
        if level is None:
            return None
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        self._step(counts, key, depth, level, starts)
        for deeper in range(depth + 1, _LEVELS):
            restart = known[deeper].restart if deeper in known else None
            if restart is None or (restart and depth < restart):
                counts[deeper] = None
        return AutoNumber(_write(level, known, counts), level.properties)

    def _step(self, counts: list[int | None], key: str, depth: int, level: _Level, starts: dict[int, int]) -> None:
        current = counts[depth]
        if depth in starts and (key, depth) not in self._begun:
            counts[depth] = starts[depth]
        else:
            counts[depth] = level.start if current is None else current + 1
        self._begun.add((key, depth))


def _get_level(element: etree._Element) -> int:
    return read_number(element.get(f"{W}ilvl"))


def _read_level(level: etree._Element) -> _Level:
    restart = get_value(level, f"{W}lvlRestart")
    text = level.find(f"{W}lvlText")
    return _Level(
        start=read_number(get_value(level, f"{W}start"), 1),
        form=get_value(level, f"{W}numFmt") or "decimal",
        text="" if text is None else str(text.get(VAL, "")),
        restart=None if restart is None else read_number(restart),
        properties=level.find(f"{W}rPr"),
    )


def _write(level: _Level, known: dict[int, _Level], counts: list[int | None]) -> str:
    if level.form == "bullet":
        return BULLET
    if level.form == "none":
        return re.sub(r"%\d", "", level.text)

    def fill(found: re.Match[str]) -> str:
        depth = int(found[1]) - 1
        shown = known.get(depth)
        if not 0 <= depth < _LEVELS or shown is None:
            return ""
        count = counts[depth]
        return _write_count(shown.start if count is None else count, shown.form)

    return re.sub(r"%(\d)", fill, level.text)


def _write_count(count: int, form: str) -> str:
    if form in ("upperLetter", "lowerLetter") and 0 < count <= 26 * 5:
        letter = chr(ord("A") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman") and 0 < count < 4000:
        text = ""
        for value, sign in _ROMAN:
            text += sign * (count // value)
            count %= value
        return text.upper() if form == "upperRoman" else text
    return f"{count:02d}" if form == "decimalZero" else str(count)
