"""Sign-ins: the last good one of an account, and failed ones for as long as they count."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, and_, bindparam, delete, insert, or_, update
from sqlalchemy.orm import Mapped

from quiz_app.domain.people import FailureCounts, Failures
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, find_from_ms, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.people.accounts import DbAccount
from quiz_app.persistence.session import Statement, Work


class DbSignInFailure(Model):
    """A failed sign-in, kept for as long as it counts."""

    __tablename__ = "sign_in_failures"
    id: Mapped[Identifier]
    login: Mapped[str]
    address: Mapped[str]
    failed_at: Mapped[Instant]
    __table_args__ = (
        Index("ix_sign_in_failures_login", "login", "failed_at"),
        Index("ix_sign_in_failures_address", "address", "failed_at"),
    )


_accounts, _failures = DbAccount.__table__, DbSignInFailure.__table__

_NOTE = (
    update(_accounts)
    .where(_accounts.c.id == bindparam("account_id"))
    .values(last_signed_in_at=bindparam("moment"), last_address=bindparam("address"))
)
_NOTE_SIGN_IN = Statement(_NOTE)
_NOTE_CHECKED_SIGN_IN = Statement(_NOTE.where(_accounts.c.auth_version == bindparam("seen_version")))
_ADD_FAILURE = Statement(insert(_failures))
_FORGET_FAILURES = Statement(
    delete(_failures).where(
        or_(
            and_(_failures.c.login == bindparam("login_"), _failures.c.address == bindparam("address_")),
            _failures.c.failed_at < bindparam("before"),
        )
    )
)
_FAILURES = Statement.from_sql(
    "SELECT COUNT(CASE WHEN login = :login AND address = :address THEN 1 END) AS pair, "
    "MAX(CASE WHEN login = :login AND address = :address THEN failed_at END) AS pair_latest, "
    "COUNT(CASE WHEN login = :login THEN 1 END) AS account, "
    "MAX(CASE WHEN login = :login THEN failed_at END) AS account_latest, "
    "COUNT(CASE WHEN address = :address THEN 1 END) AS from_address, "
    "MAX(CASE WHEN address = :address THEN failed_at END) AS address_latest "
    "FROM sign_in_failures WHERE failed_at > :since AND (login = :login OR address = :address)"
)


def count_failures(work: Work, *, login: str, address: str, since: datetime, last_address: str | None) -> FailureCounts:
    """Failed sign-ins since that moment, by account and address."""
    row = work.find_one(_FAILURES, login=login, address=address, since=to_ms(since))
    assert row is not None  # noqa: S101 - an aggregate always has one row
    return FailureCounts(
        pair=Failures(row.pair, find_from_ms(row.pair_latest)),
        account=Failures(row.account, find_from_ms(row.account_latest)),
        address=Failures(row.from_address, find_from_ms(row.address_latest)),
        is_known_address=last_address is not None and last_address == address,
    )


def add_failure(work: Work, *, login: str, address: str, now: datetime) -> None:
    """Count a failed sign-in."""
    work.run(_ADD_FAILURE, id=make_id(), login=login, address=address, failed_at=to_ms(now))


def forget_failures(work: Work, *, login: str, address: str, before: datetime) -> None:
    """After a good sign-in: drop the failures of the same account and address, and all that are too old to count."""
    work.run(_FORGET_FAILURES, login_=login, address_=address, before=to_ms(before))


def note_sign_in(work: Work, *, account_id: int, address: str, now: datetime) -> None:
    """Remember when and from where the person signed in last."""
    work.run(_NOTE_SIGN_IN, account_id=account_id, moment=to_ms(now), address=address)


def note_checked_sign_in(work: Work, *, account_id: int, seen_version: int, address: str, now: datetime) -> bool:
    """The same after a password was checked under that version, and only if it is still the account's; whether it was.
    Until the end of the transaction it stays so.
    """
    values = {"account_id": account_id, "seen_version": seen_version, "moment": to_ms(now), "address": address}
    return work.run(_NOTE_CHECKED_SIGN_IN, **values) == 1
