"""What stands in the way of an item that was read: its rank, its topic, and what it repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from question_bank.duplicates import find_likes
from question_bank.item_rules import find_item_problems
from question_bank.items import Item
from question_bank.readers.bank_folder import Topic
from question_bank.readers.report import ImportProblem, ReadItem, Severity
from question_bank.readers.report import mark_message as N_
from quiz_app.persistence.item_bank.listing import BankItem
from quiz_app.services.item_bank.codes import find_topic

ERROR, DOUBT, CLEAN = 0, 1, 2
"""Ranks of lines: those that cannot be stored come first."""
TOPIC_MISSING = N_("the topic is missing")
TOPIC_NEW = N_("the topic “%(topic)s” is new to this bank and will be added to it")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What an item repeats: an item of the bank or an earlier one of the file, and how alike they are in percent."""

    item_id: int | None = None
    position: int | None = None
    percent: int = 0
    is_equal: bool = False
    """Whether nothing of it is new."""


def settle_topic(read: ReadItem, topics: Sequence[Topic]) -> ReadItem:
    """The item under the code of its topic, and what has to be said about that."""
    kept = tuple(problem for problem in read.problems if problem.message not in (TOPIC_MISSING, TOPIC_NEW))
    if not read.item.topic.strip():
        problem = ImportProblem(read.place, "topic", TOPIC_MISSING)
        return replace(read, problems=(*kept, problem))
    topic = find_topic(read.item.topic, topics)
    if topic is not None:
        return replace(read, item=replace(read.item, topic=topic.code), problems=kept)
    problem = ImportProblem(read.place, "topic", TOPIC_NEW, {"topic": read.item.topic}, Severity.WARNING)
    return replace(read, problems=(*kept, problem))


def judge_again(old: ReadItem, item: Item, *, settled: frozenset[str]) -> ReadItem:
    """The item in place of the old one: what was said of fields that a person has settled is over, and the rules of
    items are asked again.
    """
    said = {(problem.field, problem.message) for problem in find_item_problems(old.item)}
    kept = [
        problem
        for problem in old.problems
        if problem.field not in settled and (problem.field, problem.message) not in said
    ]
    found = [ImportProblem(old.place, problem.field, problem.message) for problem in find_item_problems(item)]
    return ReadItem(item, old.place, (*kept, *found))


def find_rank(read: ReadItem, *, is_like: bool) -> int:
    """Errors, doubts, or neither."""
    if not read.is_ready:
        return ERROR
    return DOUBT if read.problems or is_like else CLEAN


def find_likenesses(items: Sequence[Item], known: Sequence[BankItem]) -> dict[int, Likeness]:
    """By position what each item repeats most: of the bank before that of the file."""
    by_code = {each.item.code: each for each in known}
    found: dict[int, Likeness] = {}
    for position, item in enumerate(items):
        same = by_code.get(item.code) if item.code else None
        if same is not None:
            is_equal = is_same_question(item, same.item)
            found[position] = Likeness(item_id=same.item_id, percent=100 if is_equal else 0, is_equal=is_equal)
    within, across = find_likes(items, [each.item for each in known])
    for pair in across:
        other = known[pair.second]
        is_equal = is_same_question(items[pair.first], other.item)
        found.setdefault(pair.first, Likeness(other.item_id, None, pair.percent, is_equal))
    for pair in within:
        is_equal = is_same_question(items[pair.first], items[pair.second])
        found.setdefault(pair.second, Likeness(None, pair.first, pair.percent, is_equal))
    return found


def is_same_question(one: Item, other: Item) -> bool:
    """Whether two items are the same but for code, topic, level, explanation and source."""
    return (one.kind, one.stem, one.options, one.rows, one.key) == (
        other.kind,
        other.stem,
        other.options,
        other.rows,
        other.key,
    )
