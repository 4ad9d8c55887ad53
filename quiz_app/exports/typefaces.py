"""The typeface of printed pages, and text fitted into a width."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD, ITALIC = "Serif-Regular", "Serif-Bold", "Serif-Italic"
"""Liberation Serif: the metrics of Times New Roman, which official documents are set in (Nghị định 30/2020/NĐ-CP)."""
LEADING = 1.28
"""Line height over size: Vietnamese stacks two marks on a capital."""

_FOLDER = Path(__file__).parent / "fonts"
_drawing = threading.Lock()


@contextmanager
def drawing() -> Iterator[None]:
    """Draw one document at a time: the reader of a typeface keeps its place in the file, shared by all threads."""
    with _drawing:
        _load_typefaces()
        yield


@cache
def _load_typefaces() -> None:
    # Streams as bytes, not as text for mail of the nineties: a quarter smaller and quicker.
    rl_config.useA85 = 0
    for name in (REGULAR, BOLD, ITALIC):
        pdfmetrics.registerFont(TTFont(name, str(_FOLDER / f"Liberation{name}.ttf")))


def clean_text(text: str) -> str:
    """NFC (marks that stand apart would be drawn beside their letter), one space between words, nothing invisible."""
    words = unicodedata.normalize("NFC", text).split()
    return "".join(letter for letter in " ".join(words) if not unicodedata.category(letter).startswith("C"))


@dataclass(frozen=True, slots=True)
class FittedText:
    """Lines of a text and the size, in points, at which they fit."""

    lines: tuple[str, ...]
    typeface: str
    size: float

    @property
    def height(self) -> float:
        """From the top of the first line to the bottom of the last, in points."""
        return len(self.lines) * self.size * LEADING


@lru_cache(maxsize=4096)
def _measure_word(word: str, typeface: str) -> float:
    return float(pdfmetrics.stringWidth(word, typeface, 1))


def measure(text: str, typeface: str, size: float) -> float:
    """The width of a text, in points."""
    return _measure_word(text, typeface) * size


def fit_text(
    text: str, *, typeface: str, size: float, width: float, most_lines: int, shrinks_to: float = 0.9
) -> FittedText:
    """The text at the size, or smaller (``shrinks_to`` of it) where that saves a line; in lines of about equal length.

    A text that does not fit even at six tenths of the size is cut, which an ellipsis shows.
    """
    words = clean_text(text).split(" ")
    for allowed in range(1, most_lines + 1):
        smallest_share = 0.8 if allowed == most_lines else shrinks_to
        for tried in (size * (1 - (1 - smallest_share) * step / 4) for step in range(5)):
            lines = _split(words, typeface, width / tried)
            if len(lines) <= allowed:
                return FittedText(_balance(words, lines, typeface, width / tried), typeface, tried)
    smallest = 0.6 * size
    room = width / smallest
    lines = _split(words, typeface, room)
    if len(lines) > most_lines:
        lines = [*lines[: most_lines - 1], _cut(lines[most_lines - 1], typeface, room)]
    return FittedText(tuple(lines), typeface, smallest)


def _split(words: list[str], typeface: str, room: float) -> list[str]:
    """Lines filled from the first word on; ``room`` is the width over the size."""
    space = _measure_word(" ", typeface)
    lines: list[str] = []
    used = room + 1
    for word in words:
        length = _measure_word(word, typeface)
        if used + space + length <= room:
            lines[-1] += " " + word
            used += space + length
            continue
        # A word wider than the line is broken where it must be.
        while length > room and len(word) > 1:
            count = next((n for n in range(len(word) - 1, 1, -1) if _measure_word(word[:n], typeface) <= room), 1)
            lines.append(word[:count])
            word = word[count:]
            length = _measure_word(word, typeface)
        lines.append(word)
        used = length
    return lines


def _balance(words: list[str], lines: list[str], typeface: str, room: float) -> tuple[str, ...]:
    """The same number of lines in the narrowest width, so that no single word is left on the last one."""
    narrow, wide = room / len(lines), room
    for _ in range(6 if len(lines) > 1 else 0):
        middle = (narrow + wide) / 2
        tried = _split(words, typeface, middle)
        if len(tried) <= len(lines):
            lines, wide = tried, middle
        else:
            narrow = middle
    return tuple(lines)


def _cut(line: str, typeface: str, room: float) -> str:
    while line and _measure_word(line + "…", typeface) > room:
        line = line[:-1].rstrip()
    return line + "…"


def wrap_text(text: str, *, typeface: str, size: float, width: float) -> list[str]:
    """The text in as many lines as it takes at this size, filled from the first word on."""
    cleaned = clean_text(text)
    if " " not in cleaned and len(cleaned) * size * 0.45 < width and measure(cleaned, typeface, size) <= width:
        return [cleaned]
    return _split(cleaned.split(" "), typeface, width / size)
