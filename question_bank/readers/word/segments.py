"""From lines to questions: where each begins, which lines are its own, and what belongs to the paper instead."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from question_bank.formatted_text import fold_text
from question_bank.readers.word import noise
from question_bank.readers.word.back_matter import BackMatter, Mode
from question_bank.readers.word.key_tables import KeyTable
from question_bank.readers.word.key_values import read_entries, read_letters
from question_bank.readers.word.lines import PICTURE_SIGN, Line
from question_bank.readers.word.outline import Block, Outline, read_tags, stands_out_from
from question_bank.readers.word.scan import Scan, Seen, SeenTable
from question_bank.readers.word.wording import Start, find_detail, find_start, list_inline_options, prepare


class Segmenter:
    """Goes through the lines once, with a look ahead where a number alone does not say what it counts."""

    def __init__(self, elements: Sequence[Line | KeyTable]) -> None:
        """The elements of a document in their order."""
        self.outline = Outline()
        self._scan = Scan(elements)
        self._back_matter = BackMatter(self.outline, self._scan)
        self._mode = Mode.QUESTIONS
        self._block: Block | None = None
        self._section: noise.Section | None = None
        self._topic: noise.Section | None = None
        self._passage: tuple[int, int, list[Line]] | None = None
        self._is_in_passage = False
        self._list_number = 0
        self._sign = ""

    def run(self) -> Outline:
        """The outline."""
        for place, seen in enumerate(self._scan.seen):
            if isinstance(seen, SeenTable):
                self._back_matter.add_keys(seen.entries)
                self._mode = Mode.KEYS
            elif seen.line.label is not None:
                self._take_labelled(seen.line)
            elif seen.line.role == "front":
                continue
            elif seen.line.role:
                self._append(seen.line)
            elif self._mode == Mode.KEYS:
                self._mode = self._back_matter.take_in_keys(place, seen)
                if self._mode == Mode.QUESTIONS:
                    self._close()
                    self._take(place, seen)
            elif self._mode == Mode.SOLUTIONS:
                self._back_matter.take_in_solutions(seen)
            else:
                self._take(place, seen)
        self._drop_passage()
        return self.outline

    def _take_labelled(self, line: Line) -> None:
        start = find_start(prepare(line.label or "") + " ")
        if start is None or not start.is_by_word:
            if self._block is not None:
                self._block.is_complete = True
            self._append(line)
            return
        self._mode = Mode.QUESTIONS
        is_own = line.role == "stem"
        block = self._open(start.number, dataclasses.replace(line, label=None, notes=line.notes), is_exact=is_own)
        read_tags(block, prepare(line.label or ""), start.end)
        if not is_own:
            self._cut_tags(block)

    def _take(self, place: int, seen: Seen) -> None:
        text, block = seen.text, self._block
        code = noise.find_paper_code(text)
        if code and code not in self.outline.paper_codes:
            self.outline.paper_codes.append(code)
        is_between = block is None or block.is_complete
        if self.outline.blocks and noise.is_key_heading(text) and not self._is_key_of_one(place, text):
            self._mode = Mode.KEYS
            self.outline.keys.append([])
        elif self.outline.blocks and noise.is_solution_heading(text):
            self._mode = Mode.SOLUTIONS
        elif noise.is_noise(text, is_between=is_between) and not seen.line.notes and PICTURE_SIGN not in text:
            return
        elif seen.start is not None and self._begins(place, seen, seen.start):
            self._open_at(seen.line, seen.start)
        elif not self._take_heading(seen, is_between=is_between):
            self._append(seen.line)
            if (seen.has_option or find_detail(text) is not None) and self._block is not None:
                self._block.is_complete = True

    def _is_key_of_one(self, place: int, text: str) -> bool:
        """ "Đáp án" on a line of its own, with the letter on the next one, speaks of one question."""
        following = self._scan.seen[place + 1].text if place + 1 < len(self._scan.seen) else ""
        return "bảng" not in fold_text(text) and read_letters(following) is not None and not read_entries(following)

    def _take_heading(self, seen: Seen, *, is_between: bool) -> bool:
        stands_out = stands_out_from(seen.line)
        section = noise.find_section(seen.text, stands_out=stands_out)
        if section is not None and section.is_explicit and self._scan.topics_are_details and self._block is not None:
            section = None if ":" in seen.text and not section.name[-1:].isdigit() else section
        if section is not None and (is_between or stands_out):
            if seen.has_option and not seen.text.strip().isupper() and not stands_out:
                return False
            if section.is_topic:
                self._topic = section
            if section.name.lower() not in ("chuyên đề", "chủ đề", "lĩnh vực", "topic"):
                self._section = section
            self._close()
            return True
        passage = noise.find_passage(seen.text)
        if passage is not None and is_between:
            self._drop_passage()
            self._passage = (*passage, [seen.line])
            self._is_in_passage = True
            self._close()
            return True
        if seen.line.is_heading and is_between and not seen.has_option:
            self._close()
            title = " ".join(seen.line.text.split())
            if self.outline.blocks or self._section is not None:
                self._topic = noise.Section("", title, True, False)
            else:
                self.outline.passed_over.append(seen.line)
            return True
        return False

    def _close(self) -> None:
        self._block = None

    def _drop_passage(self) -> None:
        """A shared text whose questions never came is at least not lost from sight."""
        if self._passage is not None and all(block.passage is not self._passage[2] for block in self.outline.blocks):
            self.outline.passed_over += self._passage[2]

    def _append(self, line: Line) -> None:
        if self._block is not None:
            self._block.lines.append(line)
        elif self._is_in_passage and self._passage is not None:
            self._passage[2].append(line)
        else:
            self.outline.passed_over.append(line)

    def _open_at(self, line: Line, start: Start) -> None:
        block = self._open(start.number, line.cut(start.end), is_exact=False)
        block.lines[0].notes = line.notes
        if not start.is_by_word:
            self._sign = start.sign
        self._cut_tags(block)

    def _open(self, number: int, line: Line, *, is_exact: bool) -> Block:
        block = Block(number, [line], self._section, self._topic, is_exact=is_exact)
        if self._passage is not None and self._passage[0] <= number <= self._passage[1]:
            block.passage = self._passage[2]
        self._is_in_passage = False
        self._list_number = 0
        self._block = block
        self.outline.blocks.append(block)
        return block

    def _cut_tags(self, block: Block) -> None:
        """Cut "(NB)", "[0,25 điểm]" and what else is known in brackets from before the text."""
        line = block.lines[0]
        end = read_tags(block, prepare(line.text), 0)
        if end:
            block.lines[0] = dataclasses.replace(line.cut(end), notes=line.notes)
        options = list_inline_options(prepare(block.lines[0].text))
        block.is_complete = len(options) > 1 and options[0][0] in "Aa"

    def _begins(self, place: int, seen: Seen, start: Start) -> bool:
        block = self._block
        last = self.outline.blocks[-1].number if self.outline.blocks else 0
        if start.is_by_word:
            rest = seen.text[start.end :].strip()
            return bool(start.sign) or start.number == last + 1 or not rest or rest[0] in "(["
        if self._scan.is_by_word:
            return (
                block is not None
                and block.is_complete
                and start.number == last + 1
                and self._scan.has_options_ahead(place)
            )
        if block is None:
            return (
                self._scan.has_options_ahead(place)
                or self._scan.has_key_ahead(place)
                or (bool(last) and start.number == last + 1)
            )
        if block.is_complete:
            return start.number == last + 1 or self._scan.has_options_ahead(place)
        is_listed = self._list_number and start.number == self._list_number + 1
        self._list_number = start.number
        return not is_listed and start.number == last + 1 and start.sign == self._sign
