"""Items and imports for tests of the bank's pages."""

from __future__ import annotations

from dataclasses import replace

from question_bank.formatted_text import FormattedText, from_plain
from question_bank.items import TRUE_FALSE_OPTIONS, Item, ItemKind, LegalSource, Level, Option
from question_bank.keys import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    MatchingKey,
    NumberKey,
    OrderingKey,
    TextKey,
)
from question_bank.numbers import parse_number
from quiz_app.clock import read_now
from quiz_app.domain.people import Person
from quiz_app.services import item_imports
from tests.factories import run_sql


def find_item_id(bank_id: int) -> int:
    """The first item of a bank."""
    return int(run_sql("SELECT id FROM items WHERE bank_id = :bank_id ORDER BY code LIMIT 1", bank_id=bank_id)[0].id)


def add_item_import(person: Person, bank_id: int, text: str = "Q1 {=A ~A ~B}", name: str = "cau-hoi.gift") -> int:
    """Upload a file in GIFT; by default one of a single question that has an error."""
    topic = str(run_sql("SELECT topic FROM items WHERE bank_id = :bank_id LIMIT 1", bank_id=bank_id)[0].topic)
    outcome = item_imports.preview_import(
        organiser=person,
        bank_id=bank_id,
        content=text.encode(),
        file_name=name,
        default_topic=topic,
        default_level=Level.UNDERSTAND,
        now=read_now(),
    )
    assert outcome.import_id is not None, outcome.problems
    return outcome.import_id


def make_items(mark: str = "") -> list[Item]:
    """A valid item of every kind; ``mark`` stands in every text and field that can hold one."""

    def text(words: str) -> FormattedText:
        return from_plain(f"{words} {mark}".strip())

    options = (Option(text("Một")), Option(text("Hai")), Option(text("Cả hai"), is_pinned=True))
    number = parse_number("1,5")
    assert number is not None
    plain = f" {mark}" if mark else ""
    base = Item(
        code="",
        kind=ItemKind.SINGLE_CHOICE,
        topic="",
        level=Level.APPLY,
        stem=text("Chọn phương án đúng"),
        options=options,
        key=ChoiceKey(frozenset({1})),
        explanation=text("Vì thế"),
        source=LegalSource(document=f"Nghị định 1{plain}", article=f"Điều 2{plain}"),
    )
    kinds = [
        base,
        replace(base, kind=ItemKind.MULTIPLE_CHOICE, key=ChoiceKey(frozenset({0, 1}), is_partial=True)),
        replace(base, kind=ItemKind.TRUE_FALSE, options=TRUE_FALSE_OPTIONS, key=ChoiceKey(frozenset({0}))),
        replace(base, kind=ItemKind.MATCHING, rows=(text("Trái"), text("Phải")), key=MatchingKey((1, 0))),
        replace(base, kind=ItemKind.ORDERING, key=OrderingKey(is_partial=True)),
        replace(base, kind=ItemKind.SHORT_ANSWER, options=(), key=TextKey((AcceptedText(f"đúng{plain}"),))),
        replace(base, kind=ItemKind.NUMERICAL, options=(), key=NumberKey((AcceptedNumber(number),))),
        replace(base, kind=ItemKind.ESSAY, options=(), key=EssayKey(f"Hướng dẫn{plain}")),
    ]
    return [replace(item, stem=text(f"{item.kind}: câu số {place}")) for place, item in enumerate(kinds)]
