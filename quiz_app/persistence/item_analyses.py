"""The last analysis of each round's items, as it was computed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.extensions import Model
from quiz_app.persistence.columns import Instant, JsonText, from_json, from_ms, to_json, to_ms
from quiz_app.persistence.session import Statement, Work


class DbItemAnalysis(Model):
    """The figures of a round's items; computing them again replaces them."""

    __tablename__ = "item_analyses"
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rounds.id"), primary_key=True, autoincrement=False)
    computed_at: Mapped[Instant]
    figures: Mapped[JsonText]


_KEEP = Statement.from_sql(
    "INSERT INTO item_analyses (round_id, computed_at, figures) VALUES (:round_id, :computed_at, :figures)"
    " ON CONFLICT (round_id) DO UPDATE SET computed_at = excluded.computed_at, figures = excluded.figures"
)
_FIND = Statement.from_sql("SELECT computed_at, figures FROM item_analyses WHERE round_id = :round_id")


def keep_analysis(work: Work, *, round_id: int, figures: Any, now: datetime) -> None:
    """Store the figures (what JSON can hold) in place of the last ones."""
    work.run(_KEEP, round_id=round_id, computed_at=to_ms(now), figures=to_json(figures))


def find_analysis(work: Work, round_id: int) -> tuple[datetime, Any] | None:
    """When the last analysis was computed, and its figures."""
    row = work.find_one(_FIND, round_id=round_id)
    return None if row is None else (from_ms(row.computed_at), from_json(row.figures))
