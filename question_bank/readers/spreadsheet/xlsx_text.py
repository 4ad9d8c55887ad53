"""Texts in an xlsx file: the parts of one string, with their formatting, gathered from a stream of events."""

from __future__ import annotations

import re
from dataclasses import dataclass

from question_bank.readers.opening import Package
from question_bank.readers.spreadsheet.rich_text import Run, to_markup
from question_bank.readers.spreadsheet.xml_events import parse_events

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ON = {"b": "strong", "i": "em", "u": "u"}
_RAISED = {"superscript": "sup", "subscript": "sub"}


@dataclass(frozen=True, slots=True)
class CellText:
    """A text, as HTML too where it has formatting, and the font that its runs name."""

    plain: str
    markup: str = ""
    font: str = ""


def unescape(text: str) -> str:
    """``_x000D_`` stands for a character that XML or Excel cannot hold as it is (ECMA-376 part 1, 22.4.2.4)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class TextBuilder:
    """Gathers one string; fed with the events inside of ``si`` or ``is``."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._tags: set[str] = set()
        self._pieces: list[str] | None = None
        self._phonetic = 0
        self._font = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name == "t":
            self._pieces = []
        elif name == "r":
            self._tags = set()
        elif name == "rPh":
            self._phonetic += 1
        elif name in _ON:
            if attributes.get("val", "1") not in ("0", "false", "none"):
                self._tags.add(_ON[name])
        elif name == "vertAlign":
            self._tags.update(filter(None, [_RAISED.get(attributes.get("val", ""))]))
        elif name == "rFont":
            self._font = self._font or attributes.get("val", "")

    def text(self, text: str) -> None:
        """Characters."""
        if self._pieces is not None:
            self._pieces.append(text)

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "t" and self._pieces is not None:
            if not self._phonetic:
                self._runs.append(Run(unescape("".join(self._pieces)), frozenset(self._tags)))
            self._pieces = None
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "r":
            self._tags = set()

    def build(self) -> CellText:
        """The string; the builder is empty again."""
        runs, font = self._runs, self._font
        self.__init__()  # type: ignore[misc]
        plain = runs[0].text if len(runs) == 1 else "".join(run.text for run in runs)
        has_tags = any(run.tags and run.text.strip() for run in runs)
        return CellText(plain, to_markup(runs) if has_tags else "", font)


def read_shared_strings(package: Package, name: str) -> list[CellText]:
    """The table of strings that cells name by number. Raises WrongFile for damaged XML."""
    strings: list[CellText] = []
    if name not in package.names:
        return strings
    builder = TextBuilder()

    def end(local: str) -> None:
        if local == "si":
            strings.append(builder.build())
        else:
            builder.end(local)

    parse_events(package.read(name), builder.start, end, builder.text)
    return strings
