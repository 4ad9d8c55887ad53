"""The parts of a question: stem, options, rows, and what stands below."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from question_bank.readers.word.lines import Line, Note, Piece
from question_bank.readers.word.wording import Detail


@dataclass(slots=True)
class OptionPart:
    """An option as it stands in the file; ``label`` are the pieces of its label, whose look may be the key."""

    letter: str
    label: tuple[Piece, ...]
    lines: list[Line]
    is_starred: bool = False


@dataclass(slots=True)
class DetailPart:
    """A line such as "Đáp án: B", with the lines that go on with it."""

    kind: Detail
    lines: list[Line]
    percent: int = 100

    @property
    def value(self) -> str:
        """The words."""
        return "\n".join(" ".join(line.text.split()) for line in self.lines).strip()

    @property
    def says_something(self) -> bool:
        """Dots are room to write in, except where our own writer says that they are a value."""
        is_own = any(line.role == "detail" for line in self.lines)
        return bool(self.value.strip("" if is_own else " .…_")) or any(line.table for line in self.lines)


@dataclass(slots=True)
class Question:
    """The parts of a question, nothing judged yet."""

    stem: list[Line] = dataclasses.field(default_factory=list)
    options: list[OptionPart] = dataclasses.field(default_factory=list)
    rows: list[list[Line]] = dataclasses.field(default_factory=list)
    details: list[DetailPart] = dataclasses.field(default_factory=list)
    notes: list[Note] = dataclasses.field(default_factory=list)

    def list_details(self, kind: Detail) -> list[DetailPart]:
        """Those of a kind that say something."""
        return [detail for detail in self.details if detail.kind is kind and detail.says_something]
