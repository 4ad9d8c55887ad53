"""Essays of finished attempts, and the marks that people gave them. No score and no ranking reads this table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from question_bank.responses import FORM_LENGTH
from quiz_app.domain.essays import EssayMark
from quiz_app.extensions import Model
from quiz_app.persistence.attempts.table import paper_from_json, split_stored
from quiz_app.persistence.columns import Instant, from_json, from_ms, to_ms
from quiz_app.persistence.session import Row, Statement, Work

ESSAY_FORM = "e00"


class DbEssayMark(Model):
    """The mark of one essay: the attempt's slot says which."""

    __tablename__ = "essay_marks"
    attempt_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("attempts.id"), primary_key=True, autoincrement=False
    )
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hundredths: Mapped[int]
    scale_hundredths: Mapped[int]
    remark: Mapped[str]
    marked_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    marked_at: Mapped[Instant]
    version: Mapped[int]
    __table_args__ = (
        CheckConstraint("slot >= 0", name="slot"),
        CheckConstraint("hundredths BETWEEN 0 AND scale_hundredths", name="hundredths"),
        CheckConstraint("length(remark) <= 2000", name="remark"),
        CheckConstraint("version >= 1", name="version"),
    )


@dataclass(frozen=True, slots=True)
class StoredEssay:
    """An essay that was handed in, without its writer's name."""

    attempt_id: int
    slot: int
    version_id: int
    text: str
    finished_at: datetime
    account_id: int


_MARKS = Statement.from_sql("SELECT * FROM essay_marks WHERE attempt_id = :attempt_id")
_ATTEMPTS = Statement.from_sql(
    "SELECT id, account_id, paper, shape, responses, finished_at FROM attempts WHERE round_id = :round_id "
    "AND state = 'finished' AND shape LIKE :essays AND (finished_at > :after_at OR (finished_at = :after_at "
    "AND id > :after_id)) ORDER BY finished_at, id LIMIT :most"
)
_MARKED = Statement.from_sql(
    "SELECT essay_marks.attempt_id, slot FROM essay_marks JOIN attempts ON attempts.id = attempt_id "
    "WHERE round_id = :round_id AND finished_at BETWEEN :first_at AND :last_at"
)
_LATEST = Statement.from_sql(
    "SELECT essay_marks.* FROM essay_marks JOIN attempts ON attempts.id = attempt_id WHERE round_id = :round_id "
    "AND state = 'finished' ORDER BY marked_at DESC, attempt_id, slot LIMIT :most"
)
_ATTEMPT = Statement.from_sql(
    "SELECT id, account_id, paper, shape, responses, finished_at FROM attempts WHERE id = :attempt_id "
    "AND round_id = :round_id AND state = 'finished'"
)
_ADD = Statement.from_sql(
    "INSERT INTO essay_marks (attempt_id, slot, hundredths, scale_hundredths, remark, marked_by_id, marked_at, version)"
    " VALUES (:attempt_id, :slot, :hundredths, :scale_hundredths, :remark, :marked_by_id, :marked_at, 1) "
    "ON CONFLICT (attempt_id, slot) DO NOTHING"
)
_CHANGE = Statement.from_sql(
    "UPDATE essay_marks SET hundredths = :hundredths, scale_hundredths = :scale_hundredths, remark = :remark, "
    "marked_by_id = :marked_by_id, marked_at = :marked_at, version = version + 1 "
    "WHERE attempt_id = :attempt_id AND slot = :slot AND version = :seen"
)


def list_essays(
    work: Work, *, round_id: int, after: tuple[int, int], most: int
) -> tuple[list[StoredEssay], tuple[int, int] | None]:
    """The essays of so many attempts with any, the earliest hand-in first, which nobody has marked yet; and where the
    next ones begin (``(finished ms, attempt id)``), None where these were the last.
    """
    place = {"after_at": after[0], "after_id": after[1]}
    rows = work.list_all(_ATTEMPTS, round_id=round_id, essays=f"%{ESSAY_FORM}%", most=most, **place)
    if not rows:
        return [], None
    found = work.list_all(_MARKED, round_id=round_id, first_at=rows[0].finished_at, last_at=rows[-1].finished_at)
    marked = {(row.attempt_id, row.slot) for row in found}
    essays = [essay for row in rows for essay in _read_essays(row) if (essay.attempt_id, essay.slot) not in marked]
    return essays, (rows[-1].finished_at, rows[-1].id) if len(rows) == most else None


def find_essay(work: Work, *, round_id: int, attempt_id: int, slot: int) -> StoredEssay | None:
    """One essay of a finished attempt of the round."""
    row = work.find_one(_ATTEMPT, attempt_id=attempt_id, round_id=round_id)
    return None if row is None else next((essay for essay in _read_essays(row) if essay.slot == slot), None)


def list_latest_marks(work: Work, *, round_id: int, most: int) -> list[tuple[int, int, EssayMark]]:
    """The last marks of a round: attempt, slot, mark."""
    return [(row.attempt_id, row.slot, _to_mark(row)) for row in work.list_all(_LATEST, round_id=round_id, most=most)]


def map_marks(work: Work, attempt_id: int) -> dict[int, EssayMark]:
    """The marks of an attempt's essays, by slot."""
    return {row.slot: _to_mark(row) for row in work.list_all(_MARKS, attempt_id=attempt_id)}


def put_mark(work: Work, *, essay: StoredEssay, mark: EssayMark, marked_by_id: int, seen: int) -> bool:
    """Store a mark in place of the version ``seen`` (0: none yet); False where it is another one by now."""
    values = {
        "attempt_id": essay.attempt_id,
        "slot": essay.slot,
        "hundredths": mark.hundredths,
        "scale_hundredths": mark.scale_hundredths,
        "remark": mark.remark,
        "marked_by_id": marked_by_id,
        "marked_at": to_ms(mark.marked_at),
    }
    return (work.run(_CHANGE, **values, seen=seen) if seen else work.run(_ADD, **values)) == 1


def _read_essays(row: Row) -> list[StoredEssay]:
    responses, _ = split_stored(from_json(row.responses))
    essays = []
    for number, slot in enumerate(paper_from_json(row.paper)):
        text = responses.get(str(number), [0, None, 0])[1]
        is_essay = row.shape[number * FORM_LENGTH : (number + 1) * FORM_LENGTH] == ESSAY_FORM
        if is_essay and isinstance(text, str) and text.strip():
            at = from_ms(row.finished_at)
            essays.append(StoredEssay(row.id, number, slot.version_id, text, at, row.account_id))
    return essays


def _to_mark(row: Row) -> EssayMark:
    return EssayMark(row.hundredths, row.scale_hundredths, row.remark, from_ms(row.marked_at), row.version)
