"""Certificates: one for a person and round, with a code that strangers can check it by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Select, UniqueConstraint, and_, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.attempts import AttemptState
from quiz_app.domain.contests import Round
from quiz_app.extensions import Model
from quiz_app.persistence.attempts.table import attempts_table
from quiz_app.persistence.columns import Identifier, Instant, find_from_ms, from_ms, to_ms
from quiz_app.persistence.contests import contests_table, round_columns, rounds_table, to_round
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.people import DbAccount, DbUnit
from quiz_app.persistence.results import results_table
from quiz_app.persistence.session import Row, Statement, Work


class DbCertificate(Model):
    """A certificate. ``attempt_id`` is the best attempt at the first issue; what holds now stands in the results."""

    __tablename__ = "certificates"
    id: Mapped[Identifier]
    code: Mapped[str] = mapped_column(unique=True)
    round_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("rounds.id"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    attempt_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("attempts.id"))
    issued_at: Mapped[Instant]
    __table_args__ = (
        UniqueConstraint("round_id", "account_id"),
        CheckConstraint("length(code) = 20", name="code"),
    )


@dataclass(frozen=True, slots=True)
class CertifiedResult:
    """The person's best result now, with the unit that was theirs when they sat it."""

    attempt_id: int
    unit_name: str | None
    score_hundredths: int
    finished_at: datetime
    is_passed: bool
    """False also where the attempt was voided since: it then counts for nothing."""


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """A person in a round: what a certificate says, and its code and first issue once there is one."""

    code: str | None
    issued_at: datetime | None
    round: Round
    contest_title: str
    organiser: str
    is_demonstration: bool
    person_name: str
    best: CertifiedResult | None


_certificates = DbCertificate.__table__
_accounts, _units = DbAccount.__table__, DbUnit.__table__


def _select_records() -> Select[tuple[object, ...]]:
    of_person = and_(results_table.c.round_id == rounds_table.c.id, results_table.c.account_id == _accounts.c.id)
    certified = and_(_certificates.c.round_id == rounds_table.c.id, _certificates.c.account_id == _accounts.c.id)
    return select(
        *round_columns,
        contests_table.c.title.label("contest_title"),
        contests_table.c.organiser,
        contests_table.c.is_demonstration,
        _accounts.c.name.label("person_name"),
        _certificates.c.code.label("certificate_code"),
        _certificates.c.issued_at,
        _units.c.name.label("unit_name"),
        attempts_table.c.state.label("attempt_state"),
        results_table.c.attempt_id,
        results_table.c.score_hundredths,
        results_table.c.finished_at,
        results_table.c.is_passed,
    ).select_from(
        rounds_table.join(contests_table, contests_table.c.id == rounds_table.c.contest_id)
        .join(_accounts, _accounts.c.id == bindparam("account_id"))
        .outerjoin(_certificates, certified)
        .outerjoin(results_table, of_person)
        .outerjoin(attempts_table, attempts_table.c.id == results_table.c.attempt_id)
        .outerjoin(_units, _units.c.id == results_table.c.unit_id)
    )


_FIND = Statement(_select_records().where(rounds_table.c.id == bindparam("round_id")))
_FIND_HOLDER = Statement(
    select(_certificates.c.round_id, _certificates.c.account_id).where(_certificates.c.code == bindparam("code"))
)
_ADD = Statement.from_sql(
    "INSERT INTO certificates (id, code, round_id, account_id, attempt_id, issued_at) "
    "VALUES (:id, :code, :round_id, :account_id, :attempt_id, :issued_at) "
    "ON CONFLICT (round_id, account_id) DO NOTHING"
)


def find_record(work: Work, *, round_id: int, account_id: int) -> CertificateRecord | None:
    """The person in the round, with or without a certificate; None when there is no such round."""
    row = work.find_one(_FIND, round_id=round_id, account_id=account_id)
    return None if row is None else _to_record(row)


def find_record_by_code(work: Work, code: str) -> CertificateRecord | None:
    """What the certificate with this code stands for now."""
    holder = work.find_one(_FIND_HOLDER, code=code)
    return None if holder is None else find_record(work, round_id=holder.round_id, account_id=holder.account_id)


def add_certificate(
    work: Work, *, code: str, round_id: int, account_id: int, attempt_id: int, now: datetime
) -> int | None:
    """Insert a certificate; its id, or None when the person has one for this round already."""
    certificate_id = make_id()
    values = {"round_id": round_id, "account_id": account_id, "attempt_id": attempt_id, "issued_at": to_ms(now)}
    return certificate_id if work.run(_ADD, id=certificate_id, code=code, **values) == 1 else None


def _to_record(row: Row) -> CertificateRecord:
    best = None
    if row.attempt_id is not None:
        best = CertifiedResult(
            attempt_id=row.attempt_id,
            unit_name=row.unit_name,
            score_hundredths=row.score_hundredths,
            finished_at=from_ms(row.finished_at),
            is_passed=bool(row.is_passed) and row.attempt_state == AttemptState.FINISHED,
        )
    return CertificateRecord(
        code=row.certificate_code,
        issued_at=find_from_ms(row.issued_at),
        round=to_round(row),
        contest_title=row.contest_title,
        organiser=row.organiser,
        is_demonstration=bool(row.is_demonstration),
        person_name=row.person_name,
        best=best,
    )
