"""Reads GIFT, Moodle's plain text format for questions.

Written from Moodle's documentation of the format and checked against the examples that come with it. Beyond the format:
``[id:…]`` and ``[tag:…]`` in comments (as Moodle since 3.9), ordering as the ordering plug-in writes it (``{>…}``), and
the comments of our own writer (see ``readers.moodle.tags``).
"""

from __future__ import annotations

from question_bank.readers.gift.blocks import Block, split_blocks
from question_bank.readers.gift.question import read_question
from question_bank.readers.moodle.build import Collector, make_failed_report
from question_bank.readers.moodle.categories import find_topic, split_category
from question_bank.readers.moodle.decoding import decode_text
from question_bank.readers.moodle.draft import Refused
from question_bank.readers.opening import MOST_QUESTIONS, WrongFile
from question_bank.readers.report import ImportProblem, ImportReport, ItemDefaults, Severity, make_line
from question_bank.readers.report import mark_message as N_


def read_gift(content: bytes, name: str, defaults: ItemDefaults) -> ImportReport:
    """The items of a GIFT file, and every problem by line."""
    try:
        return _read(split_blocks(decode_text(content), MOST_QUESTIONS), defaults)
    except WrongFile as error:
        return make_failed_report(str(error))


def _read(blocks: list[Block], defaults: ItemDefaults) -> ImportReport:
    collector = Collector(defaults)
    topic = ""
    for block in blocks:
        if block.category is not None:
            topic = find_topic(block.category)
            if len(split_category(block.category)) > 1:
                collector.note(_warn_of_category(block, topic))
            continue
        try:
            collector.add(read_question(block, topic))
        except Refused as refused:
            title, _, stem = block.text.removeprefix("::").partition("::")
            is_titled = block.text.startswith("::") and stem
            text = stem if is_titled else block.text
            collector.refuse(refused, make_line(block.line), title if is_titled else "", text.partition("{")[0])
    return collector.make_report()


def _warn_of_category(block: Block, topic: str) -> ImportProblem:
    values = {"category": (block.category or "")[:200], "topic": topic}
    message = N_("of the category “%(category)s” only the last part became the topic: “%(topic)s”")
    return ImportProblem(make_line(block.line), "topic", message, values, Severity.WARNING)


__all__ = ["read_gift"]
