"""Requests of people who want to join a contest: waiting, approved, refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.registrations import Registration, RegistrationState
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, OptionalInstant, find_from_ms, from_ms, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.people.directory import LED_UNITS
from quiz_app.persistence.session import Row, Statement, Work

WAITING = "state = 'waiting'"


class DbRegistration(Model):
    """A request. ``login`` becomes the account, ``password_hash`` is of the password that the applicant chose, and
    ``code_hash`` of the reference under which they look at the request.
    """

    __tablename__ = "registrations"
    id: Mapped[Identifier]
    contest_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("contests.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("units.id"))
    login: Mapped[str]
    name: Mapped[str]
    job_title: Mapped[str | None]
    birth: Mapped[str | None]
    email: Mapped[str | None]
    password_hash: Mapped[str]
    code_hash: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    made_at: Mapped[Instant]
    decided_at: Mapped[OptionalInstant]
    decided_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    reason: Mapped[str | None]
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'approved', 'refused')", name="state"),
        CheckConstraint(
            f"({WAITING}) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)", name="decided"
        ),
        CheckConstraint("(state = 'approved') = (account_id IS NOT NULL)", name="account_id"),
        CheckConstraint("state <> 'refused' OR reason IS NOT NULL", name="reason"),
        Index(
            "uq_registrations_waiting",
            "login",
            unique=True,
            postgresql_where=text(WAITING),
            sqlite_where=text(WAITING),
        ),
        Index(
            "ix_registrations_unit_id",
            "unit_id",
            "id",
            postgresql_where=text(WAITING),
            sqlite_where=text(WAITING),
        ),
    )


@dataclass(frozen=True, slots=True)
class NewRegistration:
    """A request to be added."""

    contest_id: int
    unit_id: int
    login: str
    name: str
    job_title: str | None
    birth: str | None
    email: str | None
    password_hash: str
    code_hash: str


_ADD = Statement(insert(DbRegistration.__table__))
_COLUMNS = (
    "SELECT registrations.*, units.name AS unit_name, contests.title AS contest_title FROM registrations "
    "JOIN units ON units.id = registrations.unit_id JOIN contests ON contests.id = registrations.contest_id"
)
_BY_CODE = Statement.from_sql(f"{_COLUMNS} WHERE registrations.code_hash = :code_hash")
_IN_SCOPE = {
    False: "",
    True: f" AND registrations.unit_id IN {LED_UNITS}",
}
_WAITING = {
    is_led: Statement.from_sql(f"{_COLUMNS} WHERE {WAITING}{scope} ORDER BY registrations.id LIMIT :most")
    for is_led, scope in _IN_SCOPE.items()
}
_COUNT = {
    is_led: Statement.from_sql(f"SELECT COUNT(*) AS number FROM registrations WHERE {WAITING}{scope}")  # noqa: S608
    for is_led, scope in _IN_SCOPE.items()
}
_LOCK = {
    is_led: Statement.from_sqls(
        postgresql=f"{_COLUMNS} WHERE registrations.id = :registration_id{scope} FOR UPDATE OF registrations",
        sqlite=f"{_COLUMNS} WHERE registrations.id = :registration_id{scope}",
    )
    for is_led, scope in _IN_SCOPE.items()
}
_DECIDE = Statement.from_sql(
    "UPDATE registrations SET state = :state, decided_at = :moment, decided_by_id = :decided_by_id, "  # noqa: S608
    f"reason = :reason, account_id = :account_id WHERE id = :registration_id AND {WAITING}"
)
_IS_TAKEN = Statement.from_sql(
    "SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM accounts WHERE login = :login OR phone = :login) "  # noqa: S608
    f"OR EXISTS (SELECT 1 FROM registrations WHERE login = :login AND {WAITING})"
)


def add_registration(work: Work, new: NewRegistration, now: datetime) -> int:
    """Add a request; its id. A login that waits already violates a unique index."""
    registration_id = make_id()
    work.run(
        _ADD,
        id=registration_id,
        contest_id=new.contest_id,
        unit_id=new.unit_id,
        login=new.login,
        name=new.name,
        job_title=new.job_title,
        birth=new.birth,
        email=new.email,
        password_hash=new.password_hash,
        code_hash=new.code_hash,
        state=str(RegistrationState.WAITING),
        made_at=to_ms(now),
        decided_at=None,
        decided_by_id=None,
        reason=None,
        account_id=None,
    )
    return registration_id


def is_login_taken(work: Work, login: str) -> bool:
    """Whether somebody has this account or telephone, or asks for it."""
    return work.find_one(_IS_TAKEN, login=login) is not None


def find_registration_by_code(work: Work, code_hash: str) -> Registration | None:
    """The request with this reference."""
    row = work.find_one(_BY_CODE, code_hash=code_hash)
    return None if row is None else _to_registration(row)


def list_waiting(work: Work, scope: PeopleScope, *, most: int) -> list[Registration]:
    """Requests that wait, the oldest first."""
    values = {} if scope.lead_id is None else {"lead_id": scope.lead_id}
    return [_to_registration(row) for row in work.list_all(_WAITING[bool(values)], most=most, **values)]


def count_waiting(work: Work, scope: PeopleScope) -> int:
    """How many requests wait."""
    values = {} if scope.lead_id is None else {"lead_id": scope.lead_id}
    row = work.find_one(_COUNT[bool(values)], **values)
    return 0 if row is None else int(row.number)


def lock_registration(work: Work, scope: PeopleScope, registration_id: int) -> tuple[Registration, str] | None:
    """A request of the scope and the hash of its password; nobody else decides on it until the transaction ends."""
    values = {} if scope.lead_id is None else {"lead_id": scope.lead_id}
    row = work.find_one(_LOCK[bool(values)], registration_id=registration_id, **values)
    return None if row is None else (_to_registration(row), row.password_hash)


def decide_registration(
    work: Work,
    *,
    registration_id: int,
    state: RegistrationState,
    decided_by_id: int,
    reason: str | None,
    account_id: int | None,
    now: datetime,
) -> bool:
    """Write the decision; False where there was one already."""
    return (
        work.run(
            _DECIDE,
            registration_id=registration_id,
            state=str(state),
            moment=to_ms(now),
            decided_by_id=decided_by_id,
            reason=reason,
            account_id=account_id,
        )
        == 1
    )


def _to_registration(row: Row) -> Registration:
    return Registration(
        id=row.id,
        contest_id=row.contest_id,
        contest_title=row.contest_title,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        login=row.login,
        name=row.name,
        job_title=row.job_title,
        birth=row.birth,
        email=row.email,
        state=RegistrationState(row.state),
        made_at=from_ms(row.made_at),
        decided_at=find_from_ms(row.decided_at),
        reason=row.reason,
    )
