"""The end of a paper: keys and solutions of all questions, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from question_bank.readers.word import noise
from question_bank.readers.word.key_tables import KeyEntry
from question_bank.readers.word.key_values import read_entries, read_letters
from question_bank.readers.word.outline import Outline, Solution, stands_out_from
from question_bank.readers.word.scan import Scan, Seen
from question_bank.readers.word.wording import Start, find_detail


class Mode(Enum):
    """Which part of a paper is being read."""

    QUESTIONS = auto()
    KEYS = auto()
    SOLUTIONS = auto()


class BackMatter:
    """Takes lines into the keys and solutions of an outline, and says where the paper goes on."""

    def __init__(self, outline: Outline, scan: Scan) -> None:
        """Both belong to the segmenter."""
        self.outline, self._scan = outline, scan

    def add_keys(self, entries: Sequence[KeyEntry]) -> None:
        """Numbers that come again belong to the next part of the paper."""
        keys = self.outline.keys
        known = {(entry.number, entry.code) for entry in keys[-1]} if keys else set()
        if not keys or any((entry.number, entry.code) in known for entry in entries):
            keys.append([])
        keys[-1] += entries

    def take_in_keys(self, place: int, seen: Seen) -> Mode:
        """A line below the heading of the keys; QUESTIONS: it begins a question and was not taken."""
        text = seen.text
        entries = read_entries(text)
        if entries:
            self.add_keys([KeyEntry(number, value) for number, value in entries])
        elif noise.is_solution_heading(text):
            return Mode.SOLUTIONS
        elif noise.is_key_heading(text) or noise.is_noise(text, is_between=True):
            return Mode.KEYS
        elif noise.find_section(text, stands_out=True) is not None:
            self.outline.keys.append([])
        elif seen.start is not None and self._is_solution(seen, seen.start):
            self.take_in_solutions(seen)
            return Mode.SOLUTIONS
        elif seen.start is not None and self._scan.has_options_ahead(place):
            return Mode.QUESTIONS
        else:
            self.outline.passed_over.append(seen.line)
        return Mode.KEYS

    def _is_solution(self, seen: Seen, start: Start) -> bool:
        rest = seen.text[start.end :]
        is_known = any(block.number == start.number for block in self.outline.blocks)
        return is_known and (find_detail(rest) is not None or read_letters(rest) is not None or not rest.strip())

    def take_in_solutions(self, seen: Seen) -> None:
        """A line below the heading of the solutions."""
        start, solutions = seen.start, self.outline.solutions
        if start is not None and (start.is_by_word or not solutions or start.number == solutions[-1].number + 1):
            line = seen.line.cut(start.end)
            line.notes = seen.line.notes
            solutions.append(Solution(start.number, [line]))
        elif (
            noise.is_noise(seen.text, is_between=True)
            or noise.is_key_heading(seen.text)
            or noise.find_section(seen.text, stands_out=stands_out_from(seen.line)) is not None
        ):
            return
        elif solutions:
            solutions[-1].lines.append(seen.line)
        else:
            self.outline.passed_over.append(seen.line)
