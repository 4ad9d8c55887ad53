"""Items from questions: the parts put together, judged, and every doubt said."""

from __future__ import annotations

import re

from question_bank.formatted_text import FormattedText, fold_text, from_plain, to_plain
from question_bank.item_rules import find_item_problems
from question_bank.items import Item, Level
from question_bank.readers.report import ImportProblem, ItemDefaults, Place, PlaceKind, ReadItem, Severity
from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.bodies import BodyMaker
from question_bank.readers.word.choosing import OutsideKeys
from question_bank.readers.word.kinds import (
    find_item_kind,
)
from question_bank.readers.word.lines import Line, Note
from question_bank.readers.word.outline import Block
from question_bank.readers.word.question_parts import Question
from question_bank.readers.word.questions import QuestionParser
from question_bank.readers.word.sources import read_source
from question_bank.readers.word.terms import find_level
from question_bank.readers.word.texts import make_text
from question_bank.readers.word.wording import Detail


class ItemBuilder:
    """Makes one item of one block."""

    def __init__(self, block: Block, outside: OutsideKeys, solution: list[Line], defaults: ItemDefaults) -> None:
        """``solution`` are the lines that the list of solutions has for it."""
        self._block, self._outside, self._solution, self._defaults = block, outside, solution, defaults
        self._question: Question = QuestionParser(block).parse()
        self._notes: list[Note] = list(self._question.notes)

    def build(self, extra: list[Note]) -> ReadItem:
        """The item with its problems; a draft where something is missing."""
        block = self._block
        if block.passage:
            self._note("stem", N_("a text that several questions share was put before the stem"))
        if block.has_points:
            self._note("stem", N_("the marks that the question is worth were left out; the round sets them"))
        kind, notes = find_item_kind(block, self._question, self._outside)
        self._notes += notes
        maker = BodyMaker(block, self._question, self._outside)
        body = maker.make(kind)
        self._notes += maker.notes
        item = Item(
            code=self._read_line(Detail.CODE),
            kind=body.kind,
            topic=self._find_topic(),
            level=self._find_level(),
            stem=make_text([*block.passage, *self._question.stem]),
            options=body.options,
            key=body.key,
            explanation=self._make_explanation(),
            source=read_source(self._question),
            rows=body.rows,
        )
        place = Place(PlaceKind.QUESTION, block.number, block.section.name if block.section else "")
        problems = [ImportProblem(place, n.field, n.message, n.values, n.severity) for n in [*self._notes, *extra]]
        problems += [ImportProblem(place, found.field, found.message) for found in find_item_problems(item)]
        return ReadItem(item, place, tuple(problems))

    def _make_explanation(self) -> FormattedText:
        lines = [line for detail in self._question.list_details(Detail.EXPLANATION) for line in detail.lines]
        return make_text([*lines, *self._solution])

    def _find_topic(self) -> str:
        own = self._read_line(Detail.TOPIC)
        if own:
            return own
        section = self._block.topic
        if section is None:
            return self._defaults.topic
        if not section.is_explicit:
            self._note("topic", N_("the topic “%(topic)s” was taken from the heading above"), topic=section.title[:80])
        return to_plain(from_plain(section.title))

    def _find_level(self) -> Level:
        given = self._read_line(Detail.LEVEL)
        found = find_level(fold_text(given), is_named=True) if given else None
        if given and found is None:
            self._note("level", N_("the level “%(level)s” is not known"), level=given[:80])
        if found is None and self._block.level is not None:
            found = self._block.level, self._block.is_level_guessed
        if found is None and self._block.section is not None:
            level = find_level(fold_text(self._block.section.title), is_named=False)
            found = (level[0], level[1]) if level else None
        if found is None:
            return self._defaults.level
        if found[1]:
            self._note("level", N_("the level was brought to one of ours; check it"))
        return found[0]

    def _read_line(self, kind: Detail) -> str:
        found = self._question.list_details(kind)
        text = re.sub(r"\s+", " ", found[0].value) if found else ""
        return to_plain(from_plain(text))

    def _note(self, field: str, message: str, severity: Severity = Severity.WARNING, **values: str) -> None:
        self._notes.append(Note(field, message, values, severity))
