"""What the checks of contents raise; ``checking`` says it with the file's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class WrongContent(Exception):  # noqa: N818 - named for what it says
    """The content is not taken; ``reason`` is an English message id."""

    def __init__(self, reason: str, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = dict(values or {})
