"""How many statements an operation sends, counted by the database itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# log_statement = all writes one such entry for each statement that is executed, prepared ones too, before it answers.
_ENTRY = re.compile(r"^[^\t].*?LOG:  (?:statement|execute [^:]*): *(.*)$", re.MULTILINE)
_TRANSACTION = re.compile(r"(?:BEGIN|COMMIT|ROLLBACK|START TRANSACTION)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StatementCount:
    """Statements that read or write, and beside them those that open and close a transaction."""

    statements: int
    transaction_control: int


@dataclass
class StatementCounter:
    """Counts in the log of a server on whose sessions log_statement is ``all``."""

    log_path: Path

    def count(self, act: Callable[[], None]) -> StatementCount:
        """What was executed while ``act`` ran. Nobody else may use the logged database meanwhile."""
        start = self.log_path.stat().st_size
        act()
        with self.log_path.open("rb") as log:
            log.seek(start)
            return count_entries(log.read().decode(errors="replace"))


def count_entries(log: str) -> StatementCount:
    """Count the entries of a piece of log."""
    texts = _ENTRY.findall(log)
    control = sum(1 for text in texts if _TRANSACTION.match(text.lstrip()))
    return StatementCount(len(texts) - control, control)
