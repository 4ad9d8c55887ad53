"""Reads questions from Word documents as offices write them.

Paragraphs become lines that keep their look; lines become questions; questions become items. Conventions for kinds
other than choice are in ``kinds``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from question_bank.readers.opening import WrongFile
from question_bank.readers.report import (
    ImportProblem,
    ImportReport,
    ItemDefaults,
    Place,
    PlaceKind,
    Severity,
)
from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.body import BodyReader
from question_bank.readers.word.building import ItemBuilder
from question_bank.readers.word.endings import assign_keys, assign_solutions
from question_bank.readers.word.lines import Line, Note
from question_bank.readers.word.outline import Block, Outline
from question_bank.readers.word.parts import WordFile
from question_bank.readers.word.segments import Segmenter
from question_bank.readers.word.tables import flatten

_MOST_QUESTIONS = 2000
_EXCERPT = 60


def read_word(content: bytes, name: str, defaults: ItemDefaults) -> ImportReport:
    """Every question of a .docx. A file that cannot be read at all gives a report with one problem."""
    try:
        body = BodyReader(WordFile(content, name))
        outline = Segmenter(list(flatten(body.read()))).run()
        if len(outline.blocks) > _MOST_QUESTIONS:
            raise WrongFile(N_("the file has more than 2,000 questions; split it into several files"))
    except WrongFile as error:
        return ImportReport(problems=(ImportProblem(Place(), "file", str(error)),))
    problems = _report_passed_over(outline.passed_over)
    keys = assign_keys(outline, problems)
    solutions = assign_solutions(outline, problems)
    doubts = _doubt_numbers(outline)
    items = []
    for position, block in enumerate(outline.blocks):
        lines, solution_key = solutions.get(position, ([], ""))
        builder = ItemBuilder(block, keys.take(position, solution_key), lines, defaults)
        items.append(builder.build(doubts.get(position, []) + keys.notes.get(position, [])))
    if not items:
        problems.insert(
            0, ImportProblem(Place(), "file", N_("no question was found: begin each with “Câu 1.” or “1.”"))
        )
    return ImportReport(tuple(items), tuple(problems), dict(body.pictures.taken))


def _report_passed_over(lines: list[Line]) -> list[ImportProblem]:
    """Lines of no question: neighbours together, with the first words; errors in them stay errors."""
    problems: list[ImportProblem] = []
    begun: Line | None = None
    count, last = 0, -10
    for line in [*lines, None]:
        if line is not None and begun is not None and line.paragraph <= last + 2:
            count, last = count + 1, line.paragraph
            continue
        if begun is not None:
            text = " ".join(begun.text.replace("\ufffc", " ").split())[:_EXCERPT]
            problems.append(
                ImportProblem(
                    Place(PlaceKind.PARAGRAPH, begun.paragraph),
                    "file",
                    N_("%(count)s lines belong to no question and were passed over: “%(text)s…”"),
                    {"count": count, "text": text},
                    Severity.WARNING,
                )
            )
        if line is not None:
            begun, count, last = line, 1, line.paragraph
    for line in lines:
        place = Place(PlaceKind.PARAGRAPH, line.paragraph)
        problems += [ImportProblem(place, n.field, n.message, n.values, Severity.WARNING) for n in line.notes]
    return problems


def _doubt_numbers(outline: Outline) -> Mapping[int, list[Note]]:
    """Numbers that stand twice in one part, or leave a gap: a question may have been lost or taken for another."""
    doubts: dict[int, list[Note]] = {}
    counted = Counter((_name_part(block), block.number) for block in outline.blocks)
    last: Block | None = None
    for position, block in enumerate(outline.blocks):
        notes = []
        if counted[_name_part(block), block.number] > 1:
            notes.append(Note("number", N_("the number %(number)s stands more than once"), {"number": block.number}))
        if last is not None and block.number > last.number + 1:
            values = {"last": last.number, "number": block.number}
            notes.append(
                Note("number", N_("after question %(last)s comes question %(number)s: is one missing?"), values)
            )
        doubts[position] = notes
        last = block
    return doubts


def _name_part(block: Block) -> str:
    return block.section.name if block.section else ""
