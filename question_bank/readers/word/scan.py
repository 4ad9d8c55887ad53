"""What each line is by itself, and what comes after it: the ground on which lines are brought to questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from question_bank.readers.word import noise
from question_bank.readers.word.key_tables import KeyEntry, KeyTable
from question_bank.readers.word.lines import Line
from question_bank.readers.word.tables import flatten_table
from question_bank.readers.word.wording import (
    Start,
    find_detail,
    find_option,
    find_start,
    list_inline_options,
    prepare,
)

_FARTHEST = 40
"""Lines within which the options of a question are looked for."""


@dataclass(slots=True)
class Seen:
    """What can be told from one line alone."""

    line: Line
    text: str
    start: Start | None
    has_option: bool


@dataclass(slots=True)
class SeenTable(Seen):
    """A table of keys."""

    entries: list[KeyEntry]


class Scan:
    """All lines of a document with what can be told of each; ``is_by_word``: its questions begin with "Câu"."""

    def __init__(self, elements: Sequence[Line | KeyTable]) -> None:
        """The elements of a document in their order."""
        self.seen = self._look(elements)
        starts = [seen.start for seen in self.seen if seen.start and seen.start.is_by_word and seen.start.sign]
        self.is_by_word = bool(starts) or any(seen.line.label is not None for seen in self.seen)
        self.topics_are_details = self._find_topic_habit()

    def _look(self, elements: Sequence[Line | KeyTable]) -> list[Seen]:
        last_start = -1
        for place, element in enumerate(elements):
            if isinstance(element, Line) and find_start(prepare(element.text)):
                last_start = place
        lines: list[Line | KeyTable] = []
        for place, element in enumerate(elements):
            if isinstance(element, KeyTable) and not (
                element.has_words or place > last_start or self._is_announced(lines)
            ):
                lines += flatten_table(element.table)
            else:
                lines.append(element)
        return [self._look_at(element) for element in lines]

    @staticmethod
    def _is_announced(before: list[Line | KeyTable]) -> bool:
        near = before[-3:]
        return any(isinstance(e, KeyTable) or noise.is_key_heading(prepare(e.text)) for e in near)

    def _look_at(self, element: Line | KeyTable) -> Seen:
        if isinstance(element, KeyTable):
            line = Line((), element.table.paragraph)
            return SeenTable(line, "", None, False, element.entries)
        text = prepare(element.text)
        if element.label is not None or element.role or element.table:
            return Seen(element, text, None, False)
        option = find_option(text)
        has_option = bool(option and option[0] in "Aa") or len(list_inline_options(text)) > 1
        return Seen(element, text, find_start(text), has_option)

    def _find_topic_habit(self) -> bool:
        """Whether "Chuyên đề: …" stands below each question, rather than over several: the first one tells."""
        for seen in self.seen:
            if seen.start is not None and (seen.start.is_by_word or not self.is_by_word):
                return True
            found = noise.find_section(seen.text, stands_out=False)
            if found and found.is_explicit:
                return False
        return True

    def has_options_ahead(self, place: int) -> bool:
        """Whether an option A comes before the next number of a question."""
        if len(list_inline_options(self.seen[place].text)) > 1:
            return True
        for seen in self.seen[place + 1 : place + _FARTHEST]:
            if seen.has_option or seen.line.label is not None:
                return True
            if seen.start is not None and _ends_look_ahead(seen.start, self.seen[place].start):
                return False
        return False

    def has_key_ahead(self, place: int) -> bool:
        """Whether a key or another detail comes before the next number."""
        for seen in self.seen[place + 1 : place + _FARTHEST]:
            if seen.start is not None:
                return False
            if find_detail(seen.text) is not None:
                return True
        return False


def _ends_look_ahead(start: Start, begun: Start | None) -> bool:
    """Statements within a stem are numbered too, by another sign than the questions or again from 1."""
    return start.is_by_word or (start.number != 1 and (begun is None or begun.is_by_word or start.sign == begun.sign))
