"""What an item version is made of, as columns: keys, options and sources as JSON, and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from question_bank.formatted_text import FormattedText
from question_bank.items import Item, ItemKind, LegalSource, Level, Option
from question_bank.keys import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    Key,
    MatchingKey,
    NumberKey,
    OrderingKey,
    TextKey,
    VoidKey,
)
from quiz_app.persistence.columns import from_json, to_json
from quiz_app.persistence.session import Row


def to_item(row: Row) -> Item:
    """The item of a row with item and version columns."""
    kind = ItemKind(row.kind)
    return Item(
        code=row.code,
        kind=kind,
        topic=row.topic,
        level=Level(row.level),
        stem=FormattedText(row.stem),
        options=tuple(Option(FormattedText(text), is_pinned) for text, is_pinned in from_json(row.options)),
        key=to_key(kind, from_json(row.key)),
        explanation=FormattedText(row.explanation),
        source=to_source(from_json(row.source)),
        rows=tuple(FormattedText(text) for text in from_json(row.row_texts)),
    )


def to_version_values(item: Item) -> dict[str, Any]:
    """The columns of a version that say what the item is."""
    return {
        "kind": str(item.kind),
        "stem": item.stem,
        "options": to_json([[option.text, option.is_pinned] for option in item.options]),
        "row_texts": to_json(item.rows),
        "key": to_json(key_to_json(item.key)),
        "explanation": item.explanation,
        "source": to_json(source_to_json(item.source)),
    }


def key_to_json(key: Key | None) -> Any:
    """The key in plain values; the item's kind says which kind of key it is."""
    if key is None:
        return None
    if isinstance(key, VoidKey):
        return {"is_void": True}
    if isinstance(key, ChoiceKey):
        return {"right": sorted(key.right), "is_partial": key.is_partial}
    if isinstance(key, MatchingKey):
        return {"options": key.options, "is_partial": key.is_partial}
    if isinstance(key, OrderingKey):
        return {"is_partial": key.is_partial}
    if isinstance(key, TextKey):
        return {
            "answers": [[answer.text, answer.percent] for answer in key.answers],
            "minds_case": key.minds_case,
            "minds_accents": key.minds_accents,
        }
    if isinstance(key, NumberKey):
        return {"numbers": [[str(number.value), str(number.tolerance), number.percent] for number in key.numbers]}
    return {"guidance": key.guidance}


def to_key(kind: ItemKind, stored: Any) -> Key | None:
    """The key from its plain values."""
    if stored is None:
        return None
    if stored.get("is_void"):
        return VoidKey()
    if kind is ItemKind.MATCHING:
        return MatchingKey(tuple(stored["options"]), stored["is_partial"])
    if kind is ItemKind.ORDERING:
        return OrderingKey(stored["is_partial"])
    if kind is ItemKind.SHORT_ANSWER:
        answers = tuple(AcceptedText(text, percent) for text, percent in stored["answers"])
        return TextKey(answers, stored["minds_case"], stored["minds_accents"])
    if kind is ItemKind.NUMERICAL:
        return NumberKey(
            tuple(
                AcceptedNumber(Decimal(value), Decimal(tolerance), percent)
                for value, tolerance, percent in stored["numbers"]
            )
        )
    if kind is ItemKind.ESSAY:
        return EssayKey(stored["guidance"])
    return ChoiceKey(frozenset(stored["right"]), stored["is_partial"])


def source_to_json(source: LegalSource) -> dict[str, Any]:
    """The source in plain values."""
    return {
        "document": source.document,
        "article": source.article,
        "url": source.url,
        "valid_from": source.valid_from.isoformat() if source.valid_from else None,
        "valid_until": source.valid_until.isoformat() if source.valid_until else None,
    }


def to_source(stored: dict[str, Any]) -> LegalSource:
    """The source from its plain values."""
    return LegalSource(
        document=stored["document"],
        article=stored["article"],
        url=stored["url"],
        valid_from=_find_date(stored["valid_from"]),
        valid_until=_find_date(stored["valid_until"]),
    )


def _find_date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
