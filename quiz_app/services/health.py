"""Whether the engine can do its work."""

from __future__ import annotations

from quiz_app.persistence.session import Statement, reading

_ANYTHING = Statement.from_sql("SELECT COUNT(*) AS contest_count FROM contests")


def check_database() -> None:
    """Read something. Raises StorageUnavailable."""
    with reading() as work:
        work.find_one(_ANYTHING)
