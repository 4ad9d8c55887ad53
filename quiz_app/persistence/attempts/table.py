"""The attempts table and the conversion of its rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from question_bank.assembly import Slot
from question_bank.responses import from_stored, make_choice_form
from quiz_app.domain.attempts import Attempt, AttemptState, ClosedBy, Flag, Response
from quiz_app.extensions import Model
from quiz_app.persistence.columns import (
    Identifier,
    Instant,
    JsonText,
    OptionalInstant,
    QueryableJson,
    find_from_ms,
    from_json,
    from_ms,
    to_json,
)
from quiz_app.persistence.session import Row


class DbAttempt(Model):
    """One sitting of one paper.

    ``paper`` is ``[[item version id, "2031"], …]``: the options of each slot in the order shown. ``shape`` has the form
    of each slot (see ``question_bank.responses``). ``responses`` is ``{"slot": [sequence, choice, ms after the
    start]}``; the flag of slot 3 stands in it under "f3", with 1 or 0 as its choice, so that the statement that saves a
    response saves it too. The prediction stands in its column, and under "p" with its sequence number.
    """

    __tablename__ = "attempts"
    id: Mapped[Identifier]
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rounds.id"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    ordinal: Mapped[int]
    state: Mapped[str]
    started_at: Mapped[Instant]
    deadline_at: Mapped[Instant]
    accepts_until_at: Mapped[Instant]
    paper: Mapped[JsonText]
    shape: Mapped[str]
    responses: Mapped[str] = mapped_column(QueryableJson)
    prediction: Mapped[int | None]
    finished_at: Mapped[OptionalInstant]
    closed_by: Mapped[str | None]
    elapsed_ms: Mapped[int | None]
    correct_count: Mapped[int | None]
    score_hundredths: Mapped[int | None]
    rank_key: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("round_id", "account_id", "ordinal"),
        # One open attempt per person and round, whatever the code above it does.
        Index(
            "uq_attempts_open",
            "round_id",
            "account_id",
            unique=True,
            postgresql_where=text("state = 'in_progress'"),
            sqlite_where=text("state = 'in_progress'"),
        ),
        # What the sweeper looks for; finished attempts are not in it, so it stays as small as what is in flight.
        Index(
            "ix_attempts_overdue",
            "accepts_until_at",
            postgresql_where=text("state = 'in_progress'"),
            sqlite_where=text("state = 'in_progress'"),
        ),
        # The chart of attempts by day, read from the index alone; only a finish writes to it, never a save.
        Index(
            "ix_attempts_finished",
            "round_id",
            "finished_at",
            postgresql_where=text("state = 'finished'"),
            sqlite_where=text("state = 'finished'"),
        ),
        # Few rows: how many tries a person got back.
        Index(
            "ix_attempts_voided",
            "round_id",
            "account_id",
            postgresql_where=text("state = 'voided'"),
            sqlite_where=text("state = 'voided'"),
        ),
        CheckConstraint("state IN ('in_progress', 'finished', 'voided')", name="state"),
        CheckConstraint("state <> 'finished' OR (finished_at IS NOT NULL AND rank_key IS NOT NULL)", name="finished"),
        CheckConstraint("state <> 'in_progress' OR finished_at IS NULL", name="in_progress"),
        CheckConstraint("finished_at BETWEEN started_at AND deadline_at", name="finished_at"),
        CheckConstraint("started_at < deadline_at AND deadline_at <= accepts_until_at", name="deadline"),
        CheckConstraint("score_hundredths >= 0 AND correct_count >= 0 AND elapsed_ms >= 0", name="result"),
    )


attempts_table = DbAttempt.__table__
FLAG_PREFIX = "f"
PREDICTION_NAME = "p"
is_in_progress = attempts_table.c.state == literal_column("'in_progress'")
"""As a literal: a value bound later would keep PostgreSQL from using the partial indexes."""

attempt_columns = [
    attempts_table.c.id.label("attempt_id"),
    *(column for column in attempts_table.c if column.name not in ("id", "shape", "rank_key")),
]


def to_attempt(row: Row) -> Attempt:
    """The attempt of a row with ``attempt_columns``."""
    stored = from_json(row.responses)
    responses, flags = split_stored(stored)
    return Attempt(
        id=row.attempt_id,
        round_id=row.round_id,
        account_id=row.account_id,
        unit_id=row.unit_id,
        ordinal=row.ordinal,
        state=AttemptState(row.state),
        started_at=from_ms(row.started_at),
        deadline_at=from_ms(row.deadline_at),
        accepts_until_at=from_ms(row.accepts_until_at),
        paper=paper_from_json(row.paper),
        responses={
            int(slot): Response(sequence, from_stored(choice), ms) for slot, (sequence, choice, ms) in responses.items()
        },
        flags={int(slot): Flag(sequence, choice == 1, ms) for slot, (sequence, choice, ms) in flags.items()},
        prediction=row.prediction,
        prediction_sequence=stored[PREDICTION_NAME][0] if PREDICTION_NAME in stored else 0,
        finished_at=find_from_ms(row.finished_at),
        closed_by=ClosedBy(row.closed_by) if row.closed_by else None,
        elapsed_ms=row.elapsed_ms,
        correct_count=row.correct_count,
        score_hundredths=row.score_hundredths,
    )


def paper_to_json(paper: tuple[Slot, ...]) -> str:
    """The paper as the table keeps it."""
    return to_json([_slot_to_json(slot) for slot in paper])


def paper_from_json(stored: str) -> tuple[Slot, ...]:
    """The paper from its stored form."""
    return tuple(Slot(version_id, tuple(map(int, order)), *form) for version_id, order, *form in from_json(stored))


def _slot_to_json(slot: Slot) -> list[Any]:
    """Version, order of the options, and the form where it is not a choice of one of them."""
    order = "".join(map(str, slot.option_order))
    is_plain = slot.form == make_choice_form(len(slot.option_order))
    return [slot.version_id, order] if is_plain else [slot.version_id, order, slot.form]


def split_stored(stored: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Responses and flags, each by slot as text: ``[sequence, choice, ms after the start]``."""
    responses, flags = {}, {}
    for name, parts in stored.items():
        if name.startswith(FLAG_PREFIX):
            flags[name.removeprefix(FLAG_PREFIX)] = parts
        elif name != PREDICTION_NAME:
            responses[name] = parts
    return responses, flags
