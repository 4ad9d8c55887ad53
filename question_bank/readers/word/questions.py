"""The inside of one question: stem, options, rows, and what stands below."""

from __future__ import annotations

import dataclasses
import re

from question_bank.items import ItemKind
from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.key_values import read_pairs
from question_bank.readers.word.lines import Line, Note, Piece
from question_bank.readers.word.outline import Block
from question_bank.readers.word.question_parts import DetailPart, OptionPart, Question
from question_bank.readers.word.terms import find_kind
from question_bank.readers.word.wording import (
    LETTERS,
    Detail,
    find_detail,
    find_key_at_end,
    find_option,
    find_row,
    list_inline_options,
    prepare,
)

_ONE_LINE = frozenset(Detail) - {Detail.EXPLANATION, Detail.GUIDANCE, Detail.SOURCE}


class QuestionParser:
    """Reads the lines of a block once."""

    def __init__(self, block: Block) -> None:
        """The block is only read."""
        self._block = block
        self._question = Question()
        self._target: list[Line] = self._question.stem
        self._closed = False
        self._is_lower = self._find_case()
        self._has_rows = self._expects_rows()
        self._begins_lines = self._find_lines_of_options()

    def _find_case(self) -> bool:
        """Whether the options have small letters: only where no capital ones are there."""
        found: set[str] = set()
        for line in self._block.lines:
            if line.label is None and not line.role:
                text = prepare(line.text)
                option = find_option(text)
                found |= {option[0]} if option else set()
                found |= {letter for letter, _ in list_inline_options(text)}
        return not {"A", "B"} <= found and {"a", "b"} <= found

    def _find_lines_of_options(self) -> bool:
        """Whether option A begins a line; then letters within the stem ("mục A. và B.") are only mentioned."""
        found = (find_option(prepare(line.text)) for line in self._block.lines[1:] if line.label is None)
        return any(option is not None and option[0] == ("a" if self._is_lower else "A") for option in found)

    def _expects_rows(self) -> bool:
        kind = self._block.kind
        for line in self._block.lines:
            text = prepare(f"{line.label}: {line.text}" if line.label else line.text)
            detail = find_detail(text)
            if detail and detail[0] is Detail.KIND:
                kind = find_kind(text[detail[1] :].strip().lower()) or kind
            if detail and detail[0] is Detail.KEY and kind is None and read_pairs(text[detail[1] :]):
                return True
        return kind is ItemKind.MATCHING

    def parse(self) -> Question:
        """The parts of the block."""
        question = self._question
        for number, line in enumerate(self._block.lines):
            question.notes += [note for note in line.notes if note not in question.notes]
            if line.label is not None:
                self._take_labelled(line)
            elif line.role or line.table or (number == 0 and self._block.is_exact):
                self._target.append(line)
            else:
                self._take(line, is_first=number == 0)
        self._warn_of_tail()
        return question

    def _take_labelled(self, line: Line) -> None:
        label = prepare(line.label or "")
        plain = dataclasses.replace(line, label=None)
        bare = re.fullmatch(r"\*?\s*\(?([A-La-l])\)?\s*[.):]?", label)
        row = find_row(label + " ")
        if bare:
            in_text = plain.text.lstrip().startswith("*") and line.role != "option"
            plain = plain.cut(plain.text.index("*") + 1) if in_text else plain
            self._add_option(bare[1].upper(), line.label_pieces, plain, is_starred=in_text or label.startswith("*"))
        elif row is not None and self._has_rows:
            self._add_row(plain)
        else:
            found = find_detail(f"{label}:" if not label.endswith(":") else label)
            if found is None:
                self._target.append(
                    dataclasses.replace(plain, pieces=(Piece(f"{line.label} "), *plain.pieces), text="")
                )
            else:
                self._add_detail(found[0], plain, found[2])

    def _take(self, line: Line, *, is_first: bool) -> None:
        text = prepare(line.text)
        if not is_first:
            detail = find_detail(text)
            if detail is not None:
                self._add_detail(detail[0], line.cut(detail[1]), detail[2])
                return
        ended = find_key_at_end(text)
        if ended is not None and ended[0] > 0:
            self._take_options(line.cut(0, ended[0]), is_first=is_first)
            value = Line((Piece(ended[1]),), line.paragraph)
            self._add_detail(Detail.KEY, value, 100)
            return
        self._take_options(line, is_first=is_first)

    def _take_options(self, line: Line, *, is_first: bool) -> None:
        """Cut the line at the labels in it that go on where the last option stopped."""
        text = prepare(line.text)
        row = find_row(text) if self._has_rows and not is_first else None
        if row is not None and row[0] == len(self._question.rows) + 1:
            self._add_row(line.cut(row[1]))
            return
        places = self._list_labels(text, is_first=is_first)
        if not places or places[0] > 0:
            before = line.cut(0, places[0] if places else None)
            if before.text.strip() or before.table:
                self._continue(before)
        for place, end in zip(places, [*places, len(text)][1:], strict=True):
            part = line.cut(place, end)
            found = find_option(prepare(part.text))
            if found is not None:
                label = part.cut(0, found[1]).pieces
                self._add_option(found[0].upper(), label, part.cut(found[1]), is_starred=found[2])

    def _list_labels(self, text: str, *, is_first: bool) -> list[int]:
        """Where options begin. At the beginning of a line any label counts; inside it, only the one that comes next."""
        options = self._question.options
        expected = len(options)
        places: list[int] = []
        opening = None if is_first and not self._block.lines[0].text else find_option(text)
        if opening and self._fits_case(opening[0]) and not (is_first and opening[0] not in "Aa"):
            index = LETTERS.index(opening[0].upper())
            if options or index == 0:
                if index != expected:
                    self._note(Note("options", N_("the labels of the options are not in order")))
                places.append(0)
                expected = index + 1
        inline = [(letter, place) for letter, place in list_inline_options(text) if self._fits_case(letter)]
        found = [place for letter, place in self._chain(inline, expected) if place > 0 or not places]
        if not places and not options and self._begins_lines:
            return []
        if not places and not options and len(found) < 2 and "\t" not in text[: found[0] if found else 0]:
            return []
        return sorted({*places, *found})

    def _chain(self, inline: list[tuple[str, int]], expected: int) -> list[tuple[str, int]]:
        chain = []
        for letter, place in inline:
            if LETTERS.index(letter.upper()) == expected and place > 0:
                chain.append((letter, place))
                expected += 1
        return chain

    def _fits_case(self, letter: str) -> bool:
        return letter.islower() == self._is_lower

    def _continue(self, line: Line) -> None:
        if self._closed:
            self._note(Note("explanation", N_("a line below the question was put into the explanation")))
            self._closed = False
            self._question.details.append(DetailPart(Detail.EXPLANATION, [line]))
            self._target = self._question.details[-1].lines
            return
        self._target.append(line)

    def _add_option(self, letter: str, label: tuple[Piece, ...], line: Line, *, is_starred: bool) -> None:
        part = OptionPart(letter, label, [line], is_starred)
        self._question.options.append(part)
        self._target, self._closed = part.lines, False

    def _add_row(self, line: Line) -> None:
        self._question.rows.append([line])
        self._target, self._closed = self._question.rows[-1], False

    def _add_detail(self, kind: Detail, line: Line, percent: int) -> None:
        part = DetailPart(kind, [line], percent)
        self._question.details.append(part)
        self._target = part.lines
        # A value on the next line ("Đáp án:" and below it "B") is still waited for.
        self._closed = kind in _ONE_LINE and bool(line.text.strip())

    def _warn_of_tail(self) -> None:
        options = self._question.options
        if options and not options[-1].lines[0].role and any(not line.role for line in options[-1].lines[1:]):
            self._note(Note("options", N_("a line below the last option was taken as part of it")))

    def _note(self, note: Note) -> None:
        if note not in self._question.notes:
            self._question.notes.append(note)
