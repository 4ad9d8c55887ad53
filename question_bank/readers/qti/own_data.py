"""What our own writer adds to an item for what QTI cannot say: ``data-`` attributes on the body of the item.

``data-bank-item="1"`` says that the item is ours and its texts are exact. The others: ``data-code``, ``data-kind`` (an
item kind), ``data-topic``, ``data-level``, ``data-partial`` (ordering, matching: each place counts for itself),
``data-accents`` (``ignored``), ``data-case`` (``exact``), ``data-numbers`` and ``data-answers`` (JSON: value,
tolerance, percent; text, percent), ``data-guidance``, and the legal source: ``data-document``, ``data-article``,
``data-url``, ``data-valid-from``, ``data-valid-until``. Other systems keep or pass over them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree

from question_bank.items import ItemKind, LegalSource, Level
from question_bank.readers.qti.names import list_attributes

VERSION = "1"


@dataclass(frozen=True, slots=True)
class OwnData:
    """The attributes, read leniently: a person may have edited the file."""

    values: Mapping[str, str]

    @property
    def is_ours(self) -> bool:
        """Whether our writer made the item."""
        return self.values.get("bank-item") == VERSION

    @property
    def kind(self) -> ItemKind | None:
        """The kind that the item had."""
        text = self.values.get("kind", "")
        return ItemKind(text) if text in list(ItemKind) else None

    @property
    def level(self) -> Level | None:
        """The level that the item had."""
        text = self.values.get("level", "")
        return Level(text) if text in list(Level) else None

    @property
    def is_partial(self) -> bool:
        """Whether each place counts for itself."""
        return self.values.get("partial") == "true"

    def find(self, name: str) -> str | None:
        """A text, or None."""
        return self.values.get(name)

    def list_rows(self, name: str) -> list[list[Any]] | None:
        """A list of lists from JSON, or None."""
        try:
            rows: Any = json.loads(self.values.get(name, "null"))
        except (ValueError, RecursionError):
            return None
        return rows if isinstance(rows, list) and all(isinstance(row, list) for row in rows) else None

    def make_source(self) -> LegalSource:
        """The legal source."""
        return LegalSource(
            document=self.values.get("document", ""),
            article=self.values.get("article"),
            url=self.values.get("url"),
            valid_from=_read_date(self.values.get("valid-from", "")),
            valid_until=_read_date(self.values.get("valid-until", "")),
        )


def read_own_data(body: etree._Element) -> OwnData:
    """The attributes of an item's body."""
    found = {name.removeprefix("data-"): value for name, value in list_attributes(body) if name.startswith("data-")}
    return OwnData(found if found.get("bank-item") == VERSION else {})


def _read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
