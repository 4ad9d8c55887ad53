"""The order of presenting, its clock, and the sheets of those who present."""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from quiz_app.domain.initiatives.states import EntryState
from quiz_app.domain.judging.judgements import JudgementState, Marks
from quiz_app.domain.judging.presenting import Draw, Turn
from quiz_app.persistence.columns import find_from_ms, from_json, from_ms, to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.initiatives.tables import IN_CONTEST
from quiz_app.persistence.judging.tables import DbPresentationDraw
from quiz_app.persistence.session import Statement, Work

_ADD_DRAW = Statement(insert(DbPresentationDraw.__table__))
_DRAWS = Statement.from_sql(
    "SELECT presentation_draws.seed, presentation_draws.entry_ids, presentation_draws.reason, "
    "presentation_draws.made_at, accounts.name AS made_by FROM presentation_draws "
    "JOIN accounts ON accounts.id = presentation_draws.made_by_id "
    "WHERE presentation_draws.round_id = :round_id ORDER BY presentation_draws.id"
)
_CLEAR = Statement.from_sql("DELETE FROM presentations WHERE round_id = :round_id")
_ADD_TURN = Statement.from_sql(
    "INSERT INTO presentations (entry_id, round_id, place, drawn_at, talk_started_at, questions_started_at, ended_at) "
    "VALUES (:entry_id, :round_id, :place, :drawn_at, NULL, NULL, NULL)"
)
_TURNS = Statement.from_sql(
    "SELECT entry_id, place, talk_started_at, questions_started_at, ended_at FROM presentations "
    "WHERE round_id = :round_id ORDER BY place"
)
_SET_TURN = Statement.from_sql(
    "UPDATE presentations SET talk_started_at = :talk, questions_started_at = :questions, ended_at = :ended "
    "WHERE entry_id = :entry_id"
)
_FINALISTS = Statement.from_sql(
    "SELECT entries.id, entries.number, entries.blind_code, entries.title, entries.category, entries.state, "
    "entries.unit_id, units.name AS unit_name, entries.created_by_id, entries.version, entries.submitted_at "
    "FROM entries JOIN units ON units.id = entries.unit_id "
    "WHERE entries.round_id = :round_id AND entries.state IN ('shortlisted', 'presented') ORDER BY entries.number"
)
_SHEETS = Statement.from_sql(
    "SELECT judgements.id, judgements.entry_id, judgements.judge_id, accounts.name AS judge_name, judgements.stage, "
    "judgements.state, judgements.total_hundredths, judgements.marks FROM judgements "
    "JOIN entries ON entries.id = judgements.entry_id JOIN accounts ON accounts.id = judgements.judge_id "
    "WHERE entries.round_id = :round_id AND entries.state IN ('shortlisted', 'presented') "
    "AND judgements.state <> 'withdrawn' ORDER BY accounts.name_key, judgements.id"
)
# A sheet of somebody who was taken off the shortlist, or of a judge in whose hands it lies without reason.
_WITHDRAW_LEFT = Statement.from_sql(
    "UPDATE judgements SET state = 'withdrawn', sequence = sequence + 1 WHERE stage = 2 AND state = 'given' "
    "AND entry_id IN (SELECT id FROM entries WHERE round_id = :round_id AND state NOT IN ('shortlisted', 'presented'))"
)
_COUNT_CONFIRMED = Statement.from_sql(
    "SELECT COUNT(*) AS number FROM judgements JOIN entries ON entries.id = judgements.entry_id "
    f"WHERE entries.round_id = :round_id AND entries.state IN {IN_CONTEST} "
    "AND judgements.state = 'confirmed'"
)


@dataclass(frozen=True, slots=True)
class FinalistLine:
    """An entry on the shortlist, or one that has presented."""

    id: int
    number: int
    blind_code: str
    title: str
    category: str
    state: EntryState
    unit_id: int
    unit_name: str
    created_by_id: int
    version: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class StageSheet:
    """A sheet of such an entry, of either stage."""

    id: int
    entry_id: int
    judge_id: int
    judge_name: str
    stage: int
    state: JudgementState
    total: int | None
    marks: Marks


def add_draw(
    work: Work, *, round_id: int, seed: str, entry_ids: Sequence[int], reason: str, made_by_id: int, now: datetime
) -> None:
    """Keep a drawing, and let its order hold. The clocks of an earlier order are gone with it."""
    work.run(
        _ADD_DRAW,
        id=make_id(),
        round_id=round_id,
        seed=seed,
        entry_ids=to_json(list(entry_ids)),
        reason=reason,
        made_by_id=made_by_id,
        made_at=to_ms(now),
    )
    work.run(_CLEAR, round_id=round_id)
    work.run_many(
        _ADD_TURN,
        [
            {"entry_id": entry_id, "round_id": round_id, "place": place, "drawn_at": to_ms(now)}
            for place, entry_id in enumerate(entry_ids, start=1)
        ],
    )


def append_turns(work: Work, *, round_id: int, entry_ids: Sequence[int], after: int, now: datetime) -> None:
    """Places after ``after`` for entries that have none."""
    work.run_many(
        _ADD_TURN,
        [
            {"entry_id": entry_id, "round_id": round_id, "place": place, "drawn_at": to_ms(now)}
            for place, entry_id in enumerate(entry_ids, start=after + 1)
        ],
    )


def list_draws(work: Work, round_id: int) -> list[Draw]:
    """All drawings of a round, the first first."""
    return [
        Draw(row.seed, tuple(from_json(row.entry_ids)), row.reason, row.made_by, from_ms(row.made_at))
        for row in work.list_all(_DRAWS, round_id=round_id)
    ]


def list_turns(work: Work, round_id: int) -> list[Turn]:
    """The order, with the clocks."""
    return [
        Turn(
            row.entry_id,
            row.place,
            find_from_ms(row.talk_started_at),
            find_from_ms(row.questions_started_at),
            find_from_ms(row.ended_at),
        )
        for row in work.list_all(_TURNS, round_id=round_id)
    ]


def set_turn(
    work: Work, entry_id: int, *, talk: datetime | None, questions: datetime | None, ended: datetime | None
) -> None:
    """The moments of a turn's clock."""
    work.run(
        _SET_TURN,
        entry_id=entry_id,
        talk=None if talk is None else to_ms(talk),
        questions=None if questions is None else to_ms(questions),
        ended=None if ended is None else to_ms(ended),
    )


def list_finalists(work: Work, round_id: int) -> list[FinalistLine]:
    """Entries that present or have presented, by number."""
    return [
        FinalistLine(
            row.id, row.number, row.blind_code, row.title, row.category, EntryState(row.state), row.unit_id,
            row.unit_name, row.created_by_id, row.version, from_ms(row.submitted_at),
        )
        for row in work.list_all(_FINALISTS, round_id=round_id)
    ]  # fmt: skip


def list_stage_sheets(work: Work, round_id: int) -> list[StageSheet]:
    """The sheets of those entries, of both stages, by the judge's name."""
    return [
        StageSheet(
            row.id, row.entry_id, row.judge_id, row.judge_name, row.stage, JudgementState(row.state),
            row.total_hundredths, {} if row.total_hundredths is None else from_json(row.marks),
        )
        for row in work.list_all(_SHEETS, round_id=round_id)
    ]  # fmt: skip


def withdraw_left_sheets(work: Work, round_id: int) -> None:
    """Take open sheets of round 2 back for entries that present no more."""
    work.run(_WITHDRAW_LEFT, round_id=round_id)


def count_confirmed(work: Work, round_id: int) -> int:
    """Confirmed sheets of a round, of both stages."""
    row = work.find_one(_COUNT_CONFIRMED, round_id=round_id)
    return 0 if row is None else int(row.number)
