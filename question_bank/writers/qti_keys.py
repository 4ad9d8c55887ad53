"""Keys of items in the words of QTI, and beside them what QTI has no words for."""

from __future__ import annotations

import json

from question_bank.items import Item, ItemKind
from question_bank.keys import ChoiceKey, EssayKey, MatchingKey, NumberKey, OrderingKey, TextKey
from question_bank.readers.qti.own_data import VERSION


def list_right(item: Item) -> list[str]:
    """The values of the correct response."""
    key = item.key
    if isinstance(key, ChoiceKey):
        return [f"option-{position + 1}" for position in sorted(key.right)]
    if isinstance(key, MatchingKey):
        return [f"row-{row} option-{position + 1}" for row, position in enumerate(key.options, start=1)]
    if isinstance(key, OrderingKey):
        return [f"option-{number}" for number in range(1, len(item.options) + 1)]
    if isinstance(key, TextKey):
        return [answer.text for answer in sorted(key.answers, key=lambda one: -one.percent)]
    if isinstance(key, NumberKey):
        return [f"{number.value:f}" for number in sorted(key.numbers, key=lambda one: -one.percent)]
    return []


def counts_by_parts(item: Item) -> bool:
    """Whether a part of the right response is worth something (of a single choice: any of several right options)."""
    if isinstance(item.key, ChoiceKey) and item.kind is not ItemKind.MULTIPLE_CHOICE:
        return len(item.key.right) > 1
    return isinstance(item.key, ChoiceKey | MatchingKey) and item.key.is_partial


def list_mapped(item: Item, values: list[str]) -> list[tuple[str, str]]:
    """Values and their worth, where some are worth a part of the mark."""
    if isinstance(item.key, TextKey):
        return [(answer.text, f"{answer.percent / 100:g}") for answer in item.key.answers]
    return [(value, "1") for value in values] if counts_by_parts(item) else []


def default_worth(item: Item) -> str:
    """What an option is worth that is not mapped: a wrong one of a multiple choice takes a share away."""
    return "-1" if item.kind is ItemKind.MULTIPLE_CHOICE else "0"


def list_own_data(item: Item) -> list[tuple[str, str]]:
    """Names and values of the ``data-`` attributes."""
    key, source = item.key, item.source
    data: list[tuple[str, str | None]] = [
        ("bank-item", VERSION),
        ("code", item.code),
        ("kind", item.kind.value),
        ("topic", item.topic),
        ("level", item.level.value),
        ("document", source.document or None),
        ("article", source.article),
        ("url", source.url),
        ("valid-from", source.valid_from.isoformat() if source.valid_from else None),
        ("valid-until", source.valid_until.isoformat() if source.valid_until else None),
    ]
    if isinstance(key, MatchingKey | OrderingKey):
        data.append(("partial", "true" if key.is_partial else "false"))
    if isinstance(key, TextKey):
        data.append(("accents", None if key.minds_accents else "ignored"))
        data.append(("answers", _to_json([[answer.text, answer.percent] for answer in key.answers])))
    if isinstance(key, NumberKey):
        rows = [[str(number.value), str(number.tolerance), number.percent] for number in key.numbers]
        data.append(("numbers", _to_json(rows)))
    if isinstance(key, EssayKey):
        data.append(("guidance", key.guidance))
    return [(name, value) for name, value in data if value is not None]


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
