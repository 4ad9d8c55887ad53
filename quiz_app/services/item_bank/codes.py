"""Codes and topics that are given by rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from question_bank.readers.bank_folder import Topic
from quiz_app.domain.names import fold_text

PREFIX = "CH-"
"""For câu hỏi."""
_GIVEN = re.compile(rf"{PREFIX}(\d{{1,9}})")
LONGEST_TOPIC_CODE = 60


def make_codes(taken: Iterable[str]) -> Iterator[str]:
    """Codes that no item has yet, one after the other: CH-0001, CH-0002, …"""
    numbers = [int(found[1]) for code in taken if (found := _GIVEN.fullmatch(code))]
    number = max(numbers, default=0)
    while True:
        number += 1
        yield f"{PREFIX}{number:04d}"


def find_topic(text: str, topics: Iterable[Topic]) -> Topic | None:
    """The topic that a file means by this text: by code or by name, whatever its accents and capitals."""
    folded = fold_text(text)
    if not folded:
        return None
    return next((topic for topic in topics if folded in (fold_text(topic.code), fold_text(topic.name))), None)


def make_topic(name: str, topics: Iterable[Topic]) -> Topic:
    """A topic that the bank does not have yet, with a code of its own."""
    taken = {topic.code for topic in topics}
    base = fold_text(name).replace(" ", "-")[:LONGEST_TOPIC_CODE].strip("-") or "linh-vuc"
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return Topic(code, name)
