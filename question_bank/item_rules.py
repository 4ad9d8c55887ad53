"""When an item is fit to be sat: every rule that one item alone can break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from question_bank.formatted_text import fold_text, is_blank, is_clean, to_plain
from question_bank.items import (
    CHOICE_KINDS,
    MAXIMUM_OPTIONS,
    MINIMUM_OPTIONS,
    OPTION_KINDS,
    TRUE_FALSE_OPTIONS,
    Item,
    ItemKind,
)
from question_bank.keys import ChoiceKey, EssayKey, MatchingKey, NumberKey, OrderingKey, TextKey

LONGEST_CODE = 60
LONGEST_TEXT = 20_000
"""Characters of one formatted text, markup included."""
LONGEST_SHORT_ANSWER = 200
MOST_ACCEPTED = 50
"""Accepted texts or numbers of one item."""


@dataclass(frozen=True, slots=True)
class ItemProblem:
    """One thing wrong with an item: the field, and the rule that it breaks (an English message id)."""

    field: str
    message: str


def find_item_problems(item: Item) -> tuple[ItemProblem, ...]:
    """Everything that makes the item unfit to be sat; empty for a valid item."""
    return (*_check_texts(item), *_check_options(item), *_check_rows(item), *_check_key(item), *_check_source(item))


def _check_texts(item: Item) -> Iterator[ItemProblem]:
    if len(item.code) > LONGEST_CODE:
        yield ItemProblem("code", "the code is longer than 60 characters")
    if is_blank(item.stem):
        yield ItemProblem("stem", "the stem is empty")
    if any(len(text) > LONGEST_TEXT for text in item.list_texts()):
        yield ItemProblem("stem", "a text is longer than 20,000 characters")
    elif not all(is_clean(text) for text in item.list_texts()):
        yield ItemProblem("stem", "a text holds markup that is not allowed")


def _check_options(item: Item) -> Iterator[ItemProblem]:
    if item.kind not in OPTION_KINDS:
        if item.options:
            yield ItemProblem("options", "an item of this kind has no options")
        return
    if item.kind is ItemKind.TRUE_FALSE:
        if item.options != TRUE_FALSE_OPTIONS:
            yield ItemProblem("options", "the options of a true/false item are always the same")
        return
    if not MINIMUM_OPTIONS <= len(item.options) <= MAXIMUM_OPTIONS:
        yield ItemProblem("options", "an item has two to eight options")
    if any(is_blank(option.text) for option in item.options):
        yield ItemProblem("options", "an option is empty")
    if len({_compare(option.text) for option in item.options}) < len(item.options):
        yield ItemProblem("options", "two options are the same")


def _check_rows(item: Item) -> Iterator[ItemProblem]:
    if item.kind is not ItemKind.MATCHING:
        if item.rows:
            yield ItemProblem("rows", "only a matching item has rows")
        return
    if not MINIMUM_OPTIONS <= len(item.rows) <= MAXIMUM_OPTIONS:
        yield ItemProblem("rows", "a matching item has two to eight rows")
    if any(is_blank(row) for row in item.rows):
        yield ItemProblem("rows", "a row is empty")
    if len({_compare(row) for row in item.rows}) < len(item.rows):
        yield ItemProblem("rows", "two rows are the same")


def _check_key(item: Item) -> Iterator[ItemProblem]:
    key = item.key
    if key is None:
        yield ItemProblem("key", "the key is missing")
    elif item.kind in CHOICE_KINDS:
        yield from _check_choice_key(item, key)
    elif item.kind is ItemKind.MATCHING:
        if not isinstance(key, MatchingKey) or len(key.options) != len(item.rows):
            yield ItemProblem("key", "each row needs the option that belongs to it")
        elif not all(0 <= position < len(item.options) for position in key.options):
            yield ItemProblem("key", "the key is not one of the options")
    elif item.kind is ItemKind.ORDERING:
        if not isinstance(key, OrderingKey):
            yield ItemProblem("key", "the key does not belong to this kind of item")
    elif item.kind is ItemKind.SHORT_ANSWER:
        yield from _check_text_key(key)
    elif item.kind is ItemKind.NUMERICAL:
        yield from _check_number_key(key)
    elif not isinstance(key, EssayKey):
        yield ItemProblem("key", "the key does not belong to this kind of item")


def _check_choice_key(item: Item, key: object) -> Iterator[ItemProblem]:
    if not isinstance(key, ChoiceKey):
        yield ItemProblem("key", "the key does not belong to this kind of item")
    elif not key.right:
        yield ItemProblem("key", "the key is missing")
    elif not all(0 <= position < len(item.options) for position in key.right):
        yield ItemProblem("key", "the key is not one of the options")
    elif item.kind is not ItemKind.MULTIPLE_CHOICE and (len(key.right) > 1 or key.is_partial):
        yield ItemProblem("key", "an item of this kind has one right option")


def _check_text_key(key: object) -> Iterator[ItemProblem]:
    if not isinstance(key, TextKey):
        yield ItemProblem("key", "the key does not belong to this kind of item")
        return
    if not 1 <= len(key.answers) <= MOST_ACCEPTED:
        yield ItemProblem("key", "an item has one to fifty accepted answers")
    elif any(not 0 < len(answer.text.strip()) <= LONGEST_SHORT_ANSWER for answer in key.answers):
        yield ItemProblem("key", "an accepted answer has 1 to 200 characters")
    elif max(answer.percent for answer in key.answers) != 100 or min(answer.percent for answer in key.answers) < 1:
        yield ItemProblem("key", "accepted answers are worth 1 to 100 percent, and the best one 100")


def _check_number_key(key: object) -> Iterator[ItemProblem]:
    if not isinstance(key, NumberKey):
        yield ItemProblem("key", "the key does not belong to this kind of item")
        return
    if not 1 <= len(key.numbers) <= MOST_ACCEPTED:
        yield ItemProblem("key", "an item has one to fifty accepted answers")
    elif any(not number.value.is_finite() or not number.tolerance.is_finite() for number in key.numbers):
        yield ItemProblem("key", "an accepted number is not a number")
    elif any(number.tolerance < 0 for number in key.numbers):
        yield ItemProblem("key", "a tolerance is not below 0")
    elif max(number.percent for number in key.numbers) != 100 or min(number.percent for number in key.numbers) < 1:
        yield ItemProblem("key", "accepted answers are worth 1 to 100 percent, and the best one 100")


def _check_source(item: Item) -> Iterator[ItemProblem]:
    source = item.source
    if source.valid_from and source.valid_until and source.valid_until < source.valid_from:
        yield ItemProblem("valid_until", "the period of validity ends before it begins")


def _compare(text: str) -> str:
    # Pictures and formulas tell options apart too, so the markup is compared as well.
    return fold_text(to_plain(text)) if "<img" not in text and "<su" not in text else text
