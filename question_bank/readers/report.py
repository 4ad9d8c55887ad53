"""What a reader found: the items it could read, and every problem with its place."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from question_bank.items import Item


def mark_message(message: str) -> str:
    """Mark an English message id for the translation catalogue; the text is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One thing wrong with a file: its place, its field, and a message id with the values that fill it."""

    line: int
    field: str
    message: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=lambda: MappingProxyType({}))

    def describe(self) -> str:
        """The message in English, for logs and tests; pages translate ``message`` and fill in ``values``."""
        return f"line {self.line}, {self.field}: " + self.message % dict(self.values)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Items in file order and problems in file order. A file with problems is not loaded, in whole or in part."""

    items: tuple[Item, ...]
    problems: tuple[ImportProblem, ...]
