"""One-time codes, one a person at most: a new one takes the place of the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.extensions import Model
from quiz_app.persistence.columns import Instant, to_ms
from quiz_app.persistence.session import Statement, Work


class DbActivationCode(Model):
    """The keyed hash of a person's one-time code; the row goes when the code is used, replaced or taken back."""

    __tablename__ = "activation_codes"
    account_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    )
    code_hash: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    __table_args__ = (CheckConstraint("made_at < expires_at", name="expires_at"),)


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code to be stored, as its hash."""

    account_id: int
    code_hash: str


_codes = DbActivationCode.__table__
_PUT = Statement.from_sql(
    "INSERT INTO activation_codes (account_id, code_hash, made_by_id, made_at, expires_at) "
    "VALUES (:account_id, :code_hash, :made_by_id, :made_at, :expires_at) "
    "ON CONFLICT (account_id) DO UPDATE SET code_hash = excluded.code_hash, made_by_id = excluded.made_by_id, "
    "made_at = excluded.made_at, expires_at = excluded.expires_at"
)
# The code is in the condition: of two who use it at once, one deletes it.
_TAKE = Statement.from_sql(
    "DELETE FROM activation_codes WHERE account_id = :account_id AND code_hash = :code_hash AND expires_at > :moment"
)


def put_codes(
    work: Work, codes: Sequence[NewCode], *, made_by_id: int, made_at: datetime, expires_at: datetime
) -> None:
    """Give each of these people their code; earlier ones no longer hold."""
    shared = {"made_by_id": made_by_id, "made_at": to_ms(made_at), "expires_at": to_ms(expires_at)}
    work.run_many(_PUT, [{"account_id": code.account_id, "code_hash": code.code_hash, **shared} for code in codes])


def take_code(work: Work, *, account_id: int, code_hash: str, now: datetime) -> bool:
    """Use up the code, if it is the person's and has not run out; whether it was."""
    return work.run(_TAKE, account_id=account_id, code_hash=code_hash, moment=to_ms(now)) == 1
