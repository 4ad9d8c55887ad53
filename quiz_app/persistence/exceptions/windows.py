"""Extended windows: a later close of a round, for all, for a unit or for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, insert
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, OptionalInstant, find_from_ms, from_ms, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Statement, Work


class DbWindowExtension(Model):
    """A later close of a round: for a unit, for a person, or (neither) for all, which then is the round's own.

    An extension for a unit has one row for it and one for each sub-unit of that moment; they share ``grant_id``, which
    is the id of the first. One that was taken back stays on record and holds no longer. ``closes_before`` is the close
    of the round when one for all was made.
    """

    __tablename__ = "window_extensions"
    id: Mapped[Identifier]
    grant_id: Mapped[int] = mapped_column(BigInteger)
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rounds.id"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    closes_at: Mapped[Instant]
    reason: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    closes_before: Mapped[OptionalInstant]
    withdrawn_at: Mapped[OptionalInstant]
    withdrawn_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    withdrawal_reason: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("unit_id IS NULL OR account_id IS NULL", name="whom"),
        CheckConstraint("length(reason) BETWEEN 1 AND 500", name="reason"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL) AND (withdrawn_at IS NULL) = "
            "(withdrawal_reason IS NULL)",
            name="withdrawal",
        ),
        Index("ix_window_extensions_round_id", "round_id", "account_id", "unit_id"),
    )


window_extensions_table = DbWindowExtension.__table__


@dataclass(frozen=True, slots=True)
class ExtensionLine:
    """An extension in the list; without unit and person it was for all. With ``withdrawn_at`` it was taken back."""

    grant_id: int
    closes_at: datetime
    reason: str
    unit_name: str | None
    unit_count: int
    person_name: str | None
    login: str | None
    made_by: str
    made_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawal_reason: str | None


@dataclass(frozen=True, slots=True)
class Grant:
    """An extension as it is decided on. ``closes_before`` is set where it was for all."""

    closes_at: datetime
    closes_before: datetime | None
    is_for_all: bool
    is_withdrawn: bool


_ADD_EXTENSION = Statement(insert(window_extensions_table))
_EXTEND_ROUND = Statement.from_sql(
    "UPDATE rounds SET closes_at = CASE WHEN :is_for_all THEN :closes_at ELSE closes_at END, "
    "extended_until = CASE WHEN :is_for_all OR COALESCE(extended_until, 0) >= :closes_at THEN extended_until "
    "ELSE :closes_at END, finalised_at = NULL, prediction_actual = NULL, version = version + 1 WHERE id = :round_id"
)
_GRANTS = Statement.from_sql(
    "SELECT grant_id, closes_at, closes_before, unit_id IS NULL AND account_id IS NULL AS is_for_all, "
    "withdrawn_at IS NOT NULL AS is_withdrawn FROM window_extensions WHERE round_id = :round_id AND id = grant_id"
)
_WITHDRAW = Statement.from_sql(
    "UPDATE window_extensions SET withdrawn_at = :now, withdrawn_by_id = :made_by_id, withdrawal_reason = :reason "
    "WHERE round_id = :round_id AND grant_id = :grant_id AND withdrawn_at IS NULL"
)
# Later than the close only where somebody may still start, or sits: until then no key is shown and nothing is final.
_NARROW_ROUND = Statement.from_sql(
    "UPDATE rounds SET closes_at = :closes_at, extended_until = (SELECT MAX(late.ends_at) FROM ("
    "SELECT closes_at AS ends_at FROM window_extensions WHERE round_id = :round_id AND withdrawn_at IS NULL "
    "UNION ALL SELECT deadline_at FROM attempts WHERE round_id = :round_id AND state = 'in_progress') late "
    "WHERE late.ends_at > :closes_at), version = version + 1 WHERE id = :round_id"
)
_EXTENSIONS = Statement.from_sql(
    """
    SELECT firsts.closes_at, firsts.reason, units.name AS unit_name, people.name AS person_name, people.login,
           makers.name AS made_by, firsts.made_at, firsts.grant_id, firsts.withdrawn_at,
           firsts.withdrawal_reason, takers.name AS withdrawn_by,
           (SELECT COUNT(*) FROM window_extensions others WHERE others.grant_id = firsts.id) AS unit_count
    FROM window_extensions firsts LEFT JOIN units ON units.id = firsts.unit_id
    LEFT JOIN accounts people ON people.id = firsts.account_id JOIN accounts makers ON makers.id = firsts.made_by_id
    LEFT JOIN accounts takers ON takers.id = firsts.withdrawn_by_id
    WHERE firsts.round_id = :round_id AND firsts.id = firsts.grant_id ORDER BY firsts.id DESC
    """
)


def add_extension(
    work: Work,
    *,
    round_id: int,
    unit_ids: Sequence[int],
    account_id: int | None,
    closes_at: datetime,
    closes_before: datetime | None,
    reason: str,
    made_by_id: int,
    now: datetime,
) -> None:
    """Keep a later close for these units (the first is the one that was named), for this person, or for all."""
    targets: list[int | None] = list(unit_ids) or [None]
    ids = [make_id() for _ in targets]
    work.run_many(
        _ADD_EXTENSION,
        [
            {"id": row_id, "grant_id": ids[0], "round_id": round_id, "unit_id": unit_id, "account_id": account_id,
             "closes_at": to_ms(closes_at), "reason": reason, "made_by_id": made_by_id, "made_at": to_ms(now),
             "closes_before": None if closes_before is None else to_ms(closes_before), "withdrawn_at": None,
             "withdrawn_by_id": None, "withdrawal_reason": None}
            for row_id, unit_id in zip(ids, targets, strict=True)
        ],
    )  # fmt: skip


def extend_round(work: Work, *, round_id: int, closes_at: datetime, is_for_all: bool) -> None:
    """Move the close of the round, or note that somebody's is later; what was final is final no longer."""
    work.run(_EXTEND_ROUND, round_id=round_id, closes_at=to_ms(closes_at), is_for_all=is_for_all)


def map_grants(work: Work, round_id: int) -> dict[int, Grant]:
    """Every extension of a round by its id, those taken back too."""
    return {
        row.grant_id: Grant(
            from_ms(row.closes_at), find_from_ms(row.closes_before), bool(row.is_for_all), bool(row.is_withdrawn)
        )
        for row in work.list_all(_GRANTS, round_id=round_id)
    }


def withdraw_extension(
    work: Work, *, round_id: int, grant_id: int, reason: str, made_by_id: int, now: datetime
) -> None:
    """Let an extension hold no longer, for all of its units."""
    work.run(_WITHDRAW, round_id=round_id, grant_id=grant_id, reason=reason, made_by_id=made_by_id, now=to_ms(now))


def narrow_round(work: Work, *, round_id: int, closes_at: datetime) -> None:
    """Set the close of the round after an extension was taken back, and how long somebody may still sit."""
    work.run(_NARROW_ROUND, round_id=round_id, closes_at=to_ms(closes_at))


def list_extensions(work: Work, round_id: int) -> list[ExtensionLine]:
    """Extensions of a round, the newest first."""
    return [
        ExtensionLine(
            row.grant_id, from_ms(row.closes_at), row.reason, row.unit_name, row.unit_count, row.person_name, row.login,
            row.made_by, from_ms(row.made_at), find_from_ms(row.withdrawn_at), row.withdrawn_by, row.withdrawal_reason,
        )
        for row in work.list_all(_EXTENSIONS, round_id=round_id)
    ]  # fmt: skip
