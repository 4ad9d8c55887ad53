"""The key of a question with options, from everything that speaks of it; where two disagree, neither is taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from question_bank.formatted_text import fold_text
from question_bank.readers.report import Severity
from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.key_values import read_letters, read_truth
from question_bank.readers.word.lines import Note
from question_bank.readers.word.mark_words import LOOK_NOT_TAKEN, SIGN_SAYS, TAKEN_FROM_LOOK
from question_bank.readers.word.marks import Mark, Sign, find_looks
from question_bank.readers.word.question_parts import OptionPart, Question
from question_bank.readers.word.wording import LETTERS, Detail

TRUE_WORDS = frozenset({"đúng", "true", "đ"})
FALSE_WORDS = frozenset({"sai", "false", "s"})


@dataclass(frozen=True, slots=True)
class OutsideKeys:
    """What the table of keys and the solutions at the end say about a question; empty: nothing."""

    table: tuple[str, ...] = ()
    solution: str = ""


@dataclass(slots=True)
class Choice:
    """The right options, None if they are not known, and what is to be said about it."""

    right: frozenset[int] | None
    notes: list[Note] = dataclasses.field(default_factory=list)


def choose(question: Question, outside: OutsideKeys) -> Choice:
    """The right options. Written keys come first; the look of options counts where nothing is written."""
    notes: list[Note] = []
    written = list(_list_written(question, outside, notes))
    looks = find_looks(question.options)
    single = [mark for mark in looks if len(mark.positions) == 1]
    if written:
        for mark in looks:
            if mark.positions != written[0].positions and mark not in single:
                notes.append(Note("key", LOOK_NOT_TAKEN[mark.sign]))
        marks = written + single
    else:
        marks = single or looks
    if not marks:
        return Choice(None, notes)
    other = next((mark for mark in marks if mark.positions != marks[0].positions), None)
    if other is not None:
        notes += _disagree(question, marks[0], other)
        return Choice(None, notes)
    if not written:
        values = {"key": name_options(question, marks[0].positions)}
        notes.append(Note("key", TAKEN_FROM_LOOK[marks[0].sign], values))
    return Choice(marks[0].positions, notes)


def _list_written(question: Question, outside: OutsideKeys, notes: list[Note]) -> Iterator[Mark]:
    sources = [(Sign.LINE, detail.value) for detail in question.list_details(Detail.KEY)]
    sources += [(Sign.TABLE, value) for value in outside.table]
    sources += [(Sign.SOLUTIONS, outside.solution)] if outside.solution else []
    for sign, value in sources:
        positions = find_positions(question.options, value)
        if positions is None:
            notes.append(
                Note("key", N_("the key “%(key)s” names no option"), {"key": value[:80]}, Severity.ERROR),
            )
        else:
            yield Mark(sign, positions)
    starred = frozenset(position for position, option in enumerate(question.options) if option.is_starred)
    if starred:
        yield Mark(Sign.STAR, starred)


def find_positions(options: list[OptionPart], value: str) -> frozenset[int] | None:
    """The options that a key names by their labels, or by their whole text."""
    texts = [fold_text(" ".join(line.text for line in option.lines)).strip(" .;") for option in options]
    if fold_text(value).strip(" .;") in texts and len(fold_text(value)) > 1:
        return frozenset({texts.index(fold_text(value).strip(" .;"))})
    truth = read_truth(value)
    if truth is not None:
        found = [place for place, text in enumerate(texts) if text in (TRUE_WORDS if truth else FALSE_WORDS)]
        if len(found) == 1:
            return frozenset(found)
    letters = read_letters(value)
    if letters is None:
        return None
    labels = [option.letter for option in options]
    if any(labels.count(letter) != 1 for letter in letters):
        return None
    return frozenset(labels.index(letter) for letter in letters)


def _disagree(question: Question, first: Mark, second: Mark) -> list[Note]:
    notes = [Note("key", N_("the keys of the question disagree, and none was taken"), severity=Severity.ERROR)]
    for mark in (first, second):
        notes.append(Note("key", SIGN_SAYS[mark.sign], {"key": name_options(question, mark.positions)}))
    return notes


def name_options(question: Question, positions: frozenset[int]) -> str:
    """The labels of options, as they stand in the file."""
    return ", ".join(question.options[position].letter or LETTERS[position] for position in sorted(positions))
