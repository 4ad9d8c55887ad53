"""What a reader found: the items, and every problem with its place."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from question_bank.items import Item, Level
from question_bank.pictures import Picture


def _make_empty() -> Mapping[str, Any]:
    return MappingProxyType({})


def mark_message(message: str) -> str:
    """Mark an English message id for the translation catalogue; the text is translated where it is shown."""
    return message


class PlaceKind(StrEnum):
    """What the number of a place counts, from 1."""

    FILE = "file"
    LINE = "line"
    PARAGRAPH = "paragraph"
    ROW = "row"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands. ``part`` names the sheet or the file inside a package; a number of 0 means all
    of it. ``column`` is a letter, for rows.
    """

    kind: PlaceKind = PlaceKind.FILE
    number: int = 0
    part: str = ""
    column: str = ""

    def describe(self) -> str:
        """In English, for logs and tests; pages have their own words."""
        column = f" column {self.column}" if self.column else ""
        words = (self.part, f"{self.kind} {self.number}{column}" if self.number else "")
        return ", ".join(word for word in words if word) or "file"


def make_line(number: int) -> Place:
    """The place of a line."""
    return Place(PlaceKind.LINE, number)


class Severity(StrEnum):
    """An error keeps its item out until it is mended; a warning says what was guessed, changed or left out."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One thing wrong with a file: its place, its field, and a message id with the values that fill it."""

    place: Place
    field: str
    message: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=_make_empty)
    severity: Severity = Severity.ERROR

    def describe(self) -> str:
        """The message in English, for logs and tests; pages translate ``message`` and fill in ``values``."""
        return f"{self.place.describe()}, {self.field}: " + self.message % dict(self.values)


@dataclass(frozen=True, slots=True)
class ReadItem:
    """An item as it was read, where it stands, and what is wrong or doubtful about it.

    With an error among the problems the item is a draft (its key may be missing, say) that a person can mend before it
    is stored; it is shown and never stored as it is.
    """

    item: Item
    place: Place
    problems: tuple[ImportProblem, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether it can be stored as it is."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)


@dataclass(frozen=True, slots=True)
class ItemDefaults:
    """What an item gets whose file does not say it."""

    topic: str = ""
    level: Level = Level.UNDERSTAND


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Everything that a reader found, in file order. ``problems`` are those of no item: what was refused or left.

    ``pictures`` holds by digest the pictures that the items' texts name.
    """

    items: tuple[ReadItem, ...] = ()
    problems: tuple[ImportProblem, ...] = ()
    pictures: Mapping[str, Picture] = dataclasses.field(default_factory=_make_empty)

    def list_problems(self) -> tuple[ImportProblem, ...]:
        """Those of the file, then those of each item."""
        return (*self.problems, *(problem for read in self.items for problem in read.problems))
