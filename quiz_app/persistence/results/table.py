"""The best result of each person and round, kept in the transaction of every finish and recomputable from attempts."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.extensions import Model
from quiz_app.persistence.columns import Instant


class DbResult(Model):
    """A person's best attempt in a round. ``rank_key`` sorts the results of a round, the best first."""

    __tablename__ = "results"
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rounds.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"), primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    attempt_count: Mapped[int]
    attempt_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("attempts.id"))
    score_hundredths: Mapped[int]
    correct_count: Mapped[int]
    elapsed_ms: Mapped[int]
    finished_at: Mapped[Instant]
    is_passed: Mapped[bool]
    rank_key: Mapped[str]
    last_finished_at: Mapped[Instant]
    __table_args__ = (
        Index("ix_results_ranking", "round_id", "rank_key"),
        Index("ix_results_unit", "round_id", "unit_id"),
        CheckConstraint("attempt_count >= 1", name="attempt_count"),
    )


results_table = DbResult.__table__
