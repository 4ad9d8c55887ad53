"""Reads Aiken: single choice questions in plain text.

A question, options under capital letters (``A.`` or ``A)``), each on a line, and ``ANSWER: B``. Written from Moodle's
documentation of the format; ``ĐÁP ÁN: B`` is taken as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from question_bank.formatted_text import from_plain
from question_bank.item_rules import find_item_problems
from question_bank.items import OPTION_LABELS, Item, ItemKind, Option
from question_bank.keys import ChoiceKey
from question_bank.readers.moodle.build import make_failed_report
from question_bank.readers.moodle.decoding import decode_text
from question_bank.readers.opening import MOST_QUESTIONS, TOO_MANY_QUESTIONS, WrongFile
from question_bank.readers.pinning import find_pinned
from question_bank.readers.report import (
    ImportProblem,
    ImportReport,
    ItemDefaults,
    ReadItem,
    Severity,
    make_line,
)
from question_bank.readers.report import mark_message as N_

_OPTION = re.compile(r"([A-Z])[.)]\s+(\S.*)|([A-Z])[.)]")
_ANSWER = re.compile(r"(?:ANSWER|ĐÁP\s+ÁN)\s*:\s*(.*)", re.IGNORECASE)
_MOST_OPTIONS = 26
_MOST_LINES = 500
"""Of one question; more come together only where the lines with answers are missing."""


@dataclass(slots=True)
class _Question:
    line: int
    stem: list[str] = field(default_factory=list)
    options: list[tuple[str, list[str]]] = field(default_factory=list)
    answer: str | None = None
    answer_line: int = 0
    joined_line: int = 0
    """The first line that continues an option; 0 for none."""
    length: int = 0
    """Lines, the line of the answer left out."""


def read_aiken(content: bytes, name: str, defaults: ItemDefaults) -> ImportReport:
    """The items of an Aiken file, and every problem by line."""
    try:
        lines = decode_text(content).split("\n")
        questions = list(islice(_walk(lines), MOST_QUESTIONS + 1))
        if len(questions) > MOST_QUESTIONS:
            raise WrongFile(TOO_MANY_QUESTIONS)
    except WrongFile as error:
        return make_failed_report(str(error))
    if not questions:
        return make_failed_report(N_("there is no question in the file"))
    return _make_report(questions, defaults)


def _walk(lines: list[str]) -> Iterator[_Question]:
    question: _Question | None = None
    was_empty = False
    for number, raw_line in enumerate(lines, 1):
        line = raw_line.strip()
        if not line:
            was_empty = True
            continue
        found, answer = _OPTION.fullmatch(line), _ANSWER.fullmatch(line)
        # A new text after options and an empty line: the question before has no answer line.
        if question and question.options and was_empty and not found and not answer:
            yield question
            question = None
        was_empty = False
        question = question or _Question(number)
        if answer:
            question.answer, question.answer_line = answer[1].strip(), number
            yield question
            question = None
            continue
        question.length += 1
        if question.length > _MOST_LINES:
            continue
        if found and len(question.options) < _MOST_OPTIONS:
            question.options.append((found[1] or found[3], [found[2] or ""]))
        elif question.options:
            question.options[-1][1].append(line)
            question.joined_line = question.joined_line or number
        else:
            question.stem.append(line)
    if question:
        yield question


def _make_report(questions: list[_Question], defaults: ItemDefaults) -> ImportReport:
    items, problems = [], []
    for question in questions:
        if question.length > _MOST_LINES:
            message = N_("“%(name)s” is left out: it has more than 500 lines; is a line with its answer missing?")
            problems.append(_leave_out(question, message))
        elif not question.options and question.answer is None:
            message = N_("“%(name)s” is left out: it has neither options nor an answer")
            problems.append(_leave_out(question, message))
        else:
            items.append(_make_item(question, defaults))
    return ImportReport(tuple(items), tuple(problems))


def _leave_out(question: _Question, message: str) -> ImportProblem:
    name = " ".join(" ".join(question.stem[:3]).split())[:60]
    return ImportProblem(make_line(question.line), "question", message, {"name": name})


def _make_item(question: _Question, defaults: ItemDefaults) -> ReadItem:
    place = make_line(question.line)
    problems = []
    if question.joined_line:
        message = N_("a line without a label was added to the option above it")
        problems.append(_warn(question.joined_line, "options", message))
    texts = [from_plain("\n".join(lines)) for _, lines in question.options]
    labels = [label for label, _ in question.options]
    if labels != sorted(set(labels)):
        problems.append(ImportProblem(place, "options", N_("the labels of the options are not in order, each once")))
    elif "".join(labels) != OPTION_LABELS[: len(labels)] and len(labels) <= len(OPTION_LABELS):
        problems.append(_warn(question.line, "options", N_("the labels of the options have gaps and were given anew")))
    pinned = find_pinned(texts)
    for position in sorted(pinned):
        message = N_("option %(label)s keeps its place because of its wording")
        problems.append(_warn(question.line, "options", message, label=labels[position]))
    item = Item(
        code="",
        kind=ItemKind.SINGLE_CHOICE,
        topic=defaults.topic,
        level=defaults.level,
        stem=from_plain("\n".join(question.stem)),
        options=tuple(Option(text, position in pinned) for position, text in enumerate(texts)),
        key=_find_key(question, labels, problems),
    )
    problems += [ImportProblem(place, problem.field, problem.message) for problem in find_item_problems(item)]
    return ReadItem(item, place, tuple(problems))


def _find_key(question: _Question, labels: list[str], problems: list[ImportProblem]) -> ChoiceKey | None:
    if question.answer is None:
        return None
    answer = question.answer.rstrip(".) ").upper()
    if labels.count(answer) == 1:
        return ChoiceKey(frozenset({labels.index(answer)}))
    message = N_("the answer “%(answer)s” is not the label of one option")
    values = {"answer": question.answer[:40]}
    problems.append(ImportProblem(make_line(question.answer_line), "key", message, values))
    return None


def _warn(line: int, column: str, message: str, **values: str) -> ImportProblem:
    return ImportProblem(make_line(line), column, message, values, Severity.WARNING)
