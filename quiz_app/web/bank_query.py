"""What a list of items is asked for in its address: words, topic, level, kind, state, source, page."""

from __future__ import annotations

from collections.abc import Mapping

from question_bank.items import ItemKind, Level
from quiz_app.domain.items import ItemFilter, ItemState

_LONGEST = 200
_NAMES = {"q": "words", "topic": "topic", "level": "level", "kind": "kind", "state": "state", "source": "source"}


def read_item_filter(given: Mapping[str, str]) -> ItemFilter:
    """The filters of an address. What cannot be read is as if it were not there."""
    level, kind, state = given.get("level", ""), given.get("kind", ""), given.get("state", "")
    return ItemFilter(
        words=_read_text(given.get("q", "")),
        topic=_read_text(given.get("topic", "")),
        level=level if level in set(Level) else "",
        kind=kind if kind in set(ItemKind) else "",
        state=state if state in set(ItemState) else "",
        source=_read_text(given.get("source", "")),
    )


def to_arguments(chosen: ItemFilter) -> dict[str, str]:
    """The same filters, for the address of another page."""
    return {name: getattr(chosen, field) for name, field in _NAMES.items() if getattr(chosen, field)}


def read_page(text: str) -> int:
    """The number of a page, from 1."""
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 8 else 1


def _read_text(text: str) -> str:
    return text.replace("\0", "").strip()[:_LONGEST]
