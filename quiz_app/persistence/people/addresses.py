"""The e-mail address of an account, which its person keeps, and whoever manages the account."""

from __future__ import annotations

from quiz_app.persistence.session import Statement, Work

_FIND = Statement.from_sql("SELECT email FROM accounts WHERE id = :account_id")
_SET = Statement.from_sql("UPDATE accounts SET email = :email WHERE id = :account_id")


def find_email(work: Work, account_id: int) -> str | None:
    """The address, if there is one."""
    row = work.find_one(_FIND, account_id=account_id)
    return None if row is None else row.email


def set_email(work: Work, *, account_id: int, email: str | None) -> None:
    """Keep another address, or none."""
    work.run(_SET, account_id=account_id, email=email)
