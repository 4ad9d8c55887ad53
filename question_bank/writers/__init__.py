"""Writers of item files: one module per format."""

from __future__ import annotations

from question_bank.items import Item


class CannotWrite(ValueError):
    """An item that a format has no way to say; the text is an English message id.

    ``name`` says which item: its code, or the beginning of its stem.
    """

    def __init__(self, message: str, item: Item, name: str) -> None:
        super().__init__(message)
        self.item = item
        self.name = name
