"""The moments of judging, held while marks change and steps are taken.

Order of locks, the same everywhere: the round, then entries by id, then judgements. Only whoever hands a draft in for
the first time holds it before the round.
"""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from datetime import datetime

from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.initiatives.tables import IN_CONTEST
from quiz_app.persistence.session import Statement, Work

_HOLD = Statement.from_sqls(
    # Judges do not wait for each other; whoever locks the marks or gives out entries waits for them, and they for him.
    postgresql="SELECT id FROM initiative_rounds WHERE id = :round_id FOR SHARE",
    sqlite="SELECT id FROM initiative_rounds WHERE id = :round_id",
)
_LOCK_ENTRIES = Statement.from_sqls(
    postgresql=f"SELECT id FROM entries WHERE round_id = :round_id AND state IN {IN_CONTEST} ORDER BY id FOR UPDATE",
    sqlite=f"SELECT id FROM entries WHERE round_id = :round_id AND state IN {IN_CONTEST}",
)
_SET_CLOSE = Statement.from_sql(
    "UPDATE initiative_rounds SET judging_closes_at = :closes_at, version = version + 1 WHERE id = :round_id"
)


def hold_round(work: Work, round_id: int) -> None:
    """Keep others from locking the marks, giving out entries or publishing results until the transaction ends."""
    work.find_one(_HOLD, round_id=round_id)


def lock_judged_entries(work: Work, round_id: int) -> None:
    """Hold all entries that are judged, in the order of their ids."""
    work.list_all(_LOCK_ENTRIES, round_id=round_id)


def set_judging_close(work: Work, *, round_id: int, closes_at: datetime | None) -> None:
    """Until when marks are taken."""
    work.run(_SET_CLOSE, round_id=round_id, closes_at=None if closes_at is None else to_ms(closes_at))
