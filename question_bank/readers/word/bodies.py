"""What of an item depends on its kind: options, rows and key."""

from __future__ import annotations

from dataclasses import dataclass

from question_bank.formatted_text import FormattedText, fold_text, to_plain
from question_bank.items import TRUE_FALSE_OPTIONS, ItemKind, Option
from question_bank.keys import ChoiceKey, EssayKey, Key, MatchingKey, OrderingKey
from question_bank.readers.pinning import find_pinned
from question_bank.readers.report import Severity
from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.choosing import OutsideKeys, choose, find_positions, name_options
from question_bank.readers.word.key_values import read_letters, read_pairs, read_truth
from question_bank.readers.word.kinds import (
    find_statement_marks,
    is_partial,
    is_true_false,
    read_numbers,
    read_texts,
)
from question_bank.readers.word.lines import Note
from question_bank.readers.word.outline import Block
from question_bank.readers.word.question_parts import OptionPart, Question
from question_bank.readers.word.texts import make_text
from question_bank.readers.word.wording import Detail

_ONE_ASKED = N_("several options are marked as right: the item was read as multiple choice")


@dataclass(slots=True)
class Body:
    """What depends on the kind."""

    kind: ItemKind
    options: tuple[Option, ...] = ()
    rows: tuple[FormattedText, ...] = ()
    key: Key | None = None


class BodyMaker:
    """Makes the body of one item; ``notes`` gathers what is to be said about it."""

    def __init__(self, block: Block, question: Question, outside: OutsideKeys) -> None:
        """Nothing is judged yet."""
        self._block, self._question, self._outside = block, question, outside
        self.notes: list[Note] = []

    def make(self, kind: ItemKind) -> Body:
        """Options, rows and key; the kind may turn out to be another."""
        marks = find_statement_marks(self._question, self._outside)
        if (
            marks is not None
            and kind in (ItemKind.SINGLE_CHOICE, ItemKind.TRUE_FALSE)
            and not is_true_false(self._question)
        ):
            return self._make_statements(marks)
        if kind is ItemKind.TRUE_FALSE:
            return self._make_true_false()
        if kind in (ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE):
            return self._make_choice(kind)
        if kind is ItemKind.MATCHING:
            return self._make_matching()
        if kind is ItemKind.ORDERING:
            return self._make_ordering()
        return Body(kind, self._make_options() if self._question.options else (), key=self._make_written_key(kind))

    def _make_written_key(self, kind: ItemKind) -> Key | None:
        if kind is ItemKind.SHORT_ANSWER:
            return read_texts(self._question)
        if kind is ItemKind.NUMERICAL:
            key = read_numbers(self._question)
            if key is None and self._question.list_details(Detail.KEY):
                self._note("key", N_("the key is not a number"), Severity.ERROR)
            return key
        lines = [line for detail in self._question.list_details(Detail.GUIDANCE) for line in detail.lines]
        if not lines:
            lines = [line for detail in self._question.list_details(Detail.KEY) for line in detail.lines]
        return EssayKey(to_plain(make_text(lines)))

    def _make_choice(self, kind: ItemKind) -> Body:
        options = self._make_options()
        choice = choose(self._question, self._outside)
        self.notes += choice.notes
        if choice.right is None:
            return Body(kind, options)
        is_named = bool(self._question.list_details(Detail.KIND)) or self._block.kind is not None
        if len(choice.right) > 1 and not is_named:
            kind = ItemKind.MULTIPLE_CHOICE
            self._note("kind", _ONE_ASKED)
        partial = kind is ItemKind.MULTIPLE_CHOICE and is_partial(self._question)
        return Body(kind, options, key=ChoiceKey(choice.right, partial))

    def _make_true_false(self) -> Body:
        if not is_true_false(self._question):
            values = [detail.value for detail in self._question.list_details(Detail.KEY)]
            values += [*self._outside.table, self._outside.solution]
            truths = {truth for value in values if (truth := read_truth(value)) is not None}
            if self._question.options:
                self._note("options", N_("the options of a true/false item are always the same"), Severity.ERROR)
            if len(truths) > 1:
                self._note("key", N_("the key is given twice, and differently"), Severity.ERROR)
            right = frozenset({0 if truths == {True} else 1}) if len(truths) == 1 else None
            return Body(ItemKind.TRUE_FALSE, TRUE_FALSE_OPTIONS, key=None if right is None else ChoiceKey(right))
        choice = choose(self._question, self._outside)
        self.notes += choice.notes
        first = fold_text(self._question.options[0].lines[0].text)
        is_turned = first.startswith(("s", "f"))
        if is_turned:
            self._note("options", N_("the options of a true/false item were put in their usual order"))
        if choice.right is None:
            return Body(ItemKind.TRUE_FALSE, TRUE_FALSE_OPTIONS)
        right = frozenset((1 - position) if is_turned else position for position in choice.right)
        return Body(ItemKind.TRUE_FALSE, TRUE_FALSE_OPTIONS, key=ChoiceKey(right))

    def _make_statements(self, marks: dict[str, bool]) -> Body:
        self._note("kind", N_("statements that are each true or false were read as a matching item"))
        rows = tuple(make_text(option.lines) for option in self._question.options)
        key = tuple(0 if marks[option.letter] else 1 for option in self._question.options)
        return Body(ItemKind.MATCHING, TRUE_FALSE_OPTIONS, rows, MatchingKey(key, is_partial(self._question)))

    def _make_matching(self) -> Body:
        rows = tuple(make_text(row) for row in self._question.rows)
        order = self._find_order(Detail.ORDER)
        pairs = next((p for d in self._question.list_details(Detail.KEY) if (p := read_pairs(d.value))), None)
        pairs = pairs or next((p for value in self._outside.table if (p := read_pairs(value))), None)
        labels = [option.letter for option in self._question.options]
        options = self._make_options(order)
        if pairs is None or set(pairs) != set(range(1, len(rows) + 1)) or any(p not in labels for p in pairs.values()):
            return Body(ItemKind.MATCHING, options, rows)
        shown = [labels.index(pairs[number]) for number in range(1, len(rows) + 1)]
        places = shown if order is None else [order.index(position) for position in shown]
        return Body(ItemKind.MATCHING, options, rows, MatchingKey(tuple(places), is_partial(self._question)))

    def _make_ordering(self) -> Body:
        order = self._find_order(Detail.KEY)
        key = None if order is None else OrderingKey(is_partial(self._question))
        order = self._find_order(Detail.ORDER) if order is None else order
        return Body(ItemKind.ORDERING, self._make_options(order), key=key)

    def _find_order(self, kind: Detail) -> list[int] | None:
        """All options in another order than the file shows them, by their labels."""
        values = [detail.value for detail in self._question.list_details(kind)]
        if kind is Detail.KEY:
            values += self._outside.table
        labels = [option.letter for option in self._question.options]
        for value in values:
            letters = read_letters(value.replace(">", " ").replace("→", " "))
            if letters is not None and sorted(letters) == sorted(labels):
                return [labels.index(letter) for letter in letters]
        if values:
            self._note("key", N_("the order of the key does not name every option once"), Severity.ERROR)
        return None

    def _make_options(self, order: list[int] | None = None) -> tuple[Option, ...]:
        parts = self._question.options
        parts = parts if order is None else [parts[position] for position in order]
        texts = [make_text(part.lines) for part in parts]
        pinned = self._find_pinned(parts, texts)
        return tuple(Option(text, position in pinned) for position, text in enumerate(texts))

    def _find_pinned(self, parts: list[OptionPart], texts: list[FormattedText]) -> frozenset[int]:
        given = [detail.value for detail in self._question.list_details(Detail.PINNED)]
        if given:
            return frozenset() if fold_text(given[0]) == "không" else find_positions(parts, given[0]) or frozenset()
        pinned = find_pinned(texts)
        if pinned:
            self._note(
                "options",
                N_("option %(label)s speaks of other options and keeps its place when they are shuffled"),
                label=name_options(Question(options=parts), pinned),
            )
        return pinned

    def _note(self, field: str, message: str, severity: Severity = Severity.WARNING, **values: str) -> None:
        self.notes.append(Note(field, message, values, severity))
