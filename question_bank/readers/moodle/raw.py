"""A question in Moodle's terms, as it stands in a file: nothing converted, nothing judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from question_bank.readers.report import Place

NO_FILES: Mapping[str, str] = MappingProxyType({})
_NO_NOTES: Mapping[str, Any] = MappingProxyType({})


class TextFormat(StrEnum):
    """How a text is written. Auto: HTML where it has tags, and line ends are line ends (Moodle's own default)."""

    HTML = "html"
    AUTO = "moodle"
    PLAIN = "plain"
    MARKDOWN = "markdown"


class RawKind(StrEnum):
    """Moodle's question types that can be read, by Moodle's names."""

    CHOICE = "multichoice"
    TRUE_FALSE = "truefalse"
    SHORT_ANSWER = "shortanswer"
    MATCHING = "matching"
    NUMERICAL = "numerical"
    ESSAY = "essay"
    ORDERING = "ordering"


@dataclass(frozen=True, slots=True)
class RawText:
    """A text, its format, and the files that it names: content in base 64 by file name."""

    text: str = ""
    format: TextFormat = TextFormat.HTML
    files: Mapping[str, str] = field(default_factory=lambda: NO_FILES)


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer and what it is worth in percent. ``tolerance`` only in a numerical question, as it is written there."""

    text: RawText
    percent: Decimal = Decimal(0)
    feedback: RawText = RawText()
    tolerance: str = "0"


@dataclass(slots=True)
class RawQuestion:
    """A question. The answers of a true/false question are true and false, in this order.

    ``pairs`` (matching): the left side and the text that belongs to it. ``notes``: what our own writers added, see
    ``tags``. ``left_out``: names of settings in the file that items have nothing for.
    """

    place: Place
    kind: RawKind
    stem: RawText
    name: str = ""
    code: str = ""
    topic: str = ""
    explanation: RawText = RawText()
    answers: list[RawAnswer] = field(default_factory=list)
    pairs: list[tuple[RawText, str]] = field(default_factory=list)
    is_single: bool = True
    is_all_or_nothing: bool = False
    shuffles: bool = True
    minds_case: bool = False
    guidance: RawText = RawText()
    tags: tuple[str, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=lambda: _NO_NOTES)
    left_out: list[str] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    """Field and message of what the reader of the format has to say itself."""
