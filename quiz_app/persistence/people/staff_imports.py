"""Staff lists that were read and wait to be confirmed, and the changes of an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.names import make_name_key, make_search_text
from quiz_app.domain.staff_lists.rows import KnownAccount
from quiz_app.extensions import Model, db
from quiz_app.persistence.columns import (
    Identifier,
    Instant,
    JsonText,
    OptionalInstant,
    find_from_ms,
    from_json,
    from_ms,
    to_json,
    to_ms,
)
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.people.accounts import DbAccount
from quiz_app.persistence.session import Row, Statement, Work

MOST_AT_ONCE = 2_000
"""Accounts that one statement holds."""
ENDED = "state IN ('applied', 'discarded')"


class DbStaffImport(Model):
    """A staff list that was read. ``content`` is what it says, in our own form and without citizens' numbers; it goes
    when the list has been applied or discarded. ``summary`` holds counts only.
    """

    __tablename__ = "staff_imports"
    id: Mapped[Identifier]
    file_name: Mapped[str]
    state: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    made_at: Mapped[Instant]
    summary: Mapped[JsonText]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    closes_missing: Mapped[bool]
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[OptionalInstant]
    __table_args__ = (
        CheckConstraint("state IN ('previewed', 'confirmed', 'applied', 'discarded')", name="state"),
        CheckConstraint(f"({ENDED}) = (content IS NULL)", name="content"),
        CheckConstraint(f"({ENDED}) = (ended_at IS NOT NULL)", name="ended_at"),
    )


@dataclass(frozen=True, slots=True)
class StaffImport:
    """A staff list as it stands, without its content."""

    id: int
    file_name: str
    state: str
    made_by_id: int
    made_by_name: str
    made_at: datetime
    summary: Mapping[str, Any]
    closes_missing: bool
    job_id: int | None
    ended_at: datetime | None


_imports, _accounts = DbStaffImport.__table__, DbAccount.__table__
_ADD = Statement(insert(_imports))
_WITHOUT_CONTENT = select(
    *[column for column in _imports.c if column.name != "content"], _accounts.c.name.label("made_by_name")
).join(_accounts, _accounts.c.id == _imports.c.made_by_id)
_FIND = Statement(_WITHOUT_CONTENT.where(_imports.c.id == bindparam("import_id")))
_LATEST = Statement(_WITHOUT_CONTENT.order_by(_imports.c.id.desc()).limit(bindparam("most")))
_LOCK_SQL = "SELECT state, content, closes_missing FROM staff_imports WHERE id = :import_id"
_LOCK = Statement.from_sqls(postgresql=f"{_LOCK_SQL} FOR UPDATE", sqlite=_LOCK_SQL)
_CONTENT = Statement.from_sql(_LOCK_SQL)
# A list whose job has failed or was cancelled changed nothing, and may be confirmed again or dropped.  To be asked only
# of a row that a statement before has locked: a statement that had to wait for the row sees the row anew, and not the
# job that was added meanwhile.
_WAITS = (
    "(state = 'previewed' OR (state = 'confirmed' AND NOT EXISTS "
    "(SELECT 1 FROM jobs WHERE jobs.id = staff_imports.job_id AND jobs.state IN ('queued', 'running'))))"
)
_CONFIRM = Statement.from_sql(
    "UPDATE staff_imports SET state = 'confirmed', closes_missing = :closes_missing, job_id = :job_id "  # noqa: S608
    f"WHERE id = :import_id AND {_WAITS}"
)
_APPLY = Statement.from_sql(
    "UPDATE staff_imports SET state = 'applied', content = NULL, ended_at = :moment "
    "WHERE id = :import_id AND state = 'confirmed'"
)
_DISCARD = Statement.from_sql(
    "UPDATE staff_imports SET state = 'discarded', content = NULL, ended_at = :moment "  # noqa: S608
    f"WHERE id = :import_id AND {_WAITS}"
)
_OLD_SQL = f"SELECT id FROM staff_imports WHERE NOT ({ENDED}) AND made_at < :before ORDER BY id"  # noqa: S608
_LOCK_OLD = Statement.from_sqls(postgresql=f"{_OLD_SQL} FOR UPDATE", sqlite=_OLD_SQL)
# One import at a time: two would otherwise each plan against what the other is about to change.
_QUEUE = Statement.from_sqls(postgresql="SELECT pg_advisory_xact_lock(7700107) AS locked", sqlite="SELECT 1 AS locked")
_KNOWN = Statement.from_sql(
    "SELECT id, login, name, unit_id, job_title, birth, phone, email, citizen_hash, citizen_tail, is_active, "
    "EXISTS (SELECT 1 FROM role_grants WHERE account_id = accounts.id "
    "AND role IN ('organiser', 'judge', 'administrator')) AS has_duty FROM accounts"
)
_HOLD_SQL = (
    "SELECT id FROM accounts WHERE id = ANY(CAST(string_to_array(:account_ids, ',') AS bigint[])) ORDER BY id FOR {}"
)
# As much as an UPDATE holds, and no more: people whose account is held start attempts meanwhile.
_HOLD = Statement.from_sqls(postgresql=_HOLD_SQL.format("NO KEY UPDATE"), sqlite="SELECT 1")
# More, where a role that is being given has to be waited for, or where the UPDATE will hold as much itself because it
# changes what is unique: to ask for that later could make two wait for each other.
_HOLD_WHOLE = Statement.from_sqls(postgresql=_HOLD_SQL.format("UPDATE"), sqlite="SELECT 1")
_UPDATE = Statement.from_sql(
    "UPDATE accounts SET name = :name, unit_id = :unit_id, job_title = :job_title, birth = :birth, phone = :phone, "
    "email = :email, citizen_hash = :citizen_hash, citizen_tail = :citizen_tail, name_key = :name_key, "
    "search_text = :search_text WHERE id = :account_id"
)
_CLOSE = Statement.from_sql(
    "UPDATE accounts SET is_active = :inactive, auth_version = auth_version + 1 WHERE id = :account_id"
)
_DROP_CODE = Statement.from_sql("DELETE FROM activation_codes WHERE account_id = :account_id")
_REOPEN = Statement.from_sql("UPDATE accounts SET is_active = :active WHERE id = :account_id")


def has_single_writer() -> bool:
    """Whether one transaction that writes keeps every other one waiting, as on SQLite."""
    return db.engine.dialect.name == "sqlite"


def add_import(
    work: Work, *, file_name: str, made_by_id: int, summary: Mapping[str, Any], content: bytes, now: datetime
) -> int:
    """Keep a list that was read; its id."""
    import_id = make_id()
    work.run(
        _ADD,
        id=import_id,
        file_name=file_name,
        state="previewed",
        made_by_id=made_by_id,
        made_at=to_ms(now),
        summary=to_json(dict(summary)),
        content=content,
        closes_missing=False,
        job_id=None,
        ended_at=None,
    )
    return import_id


def find_import(work: Work, import_id: int) -> StaffImport | None:
    """The list with this id."""
    row = work.find_one(_FIND, import_id=import_id)
    return None if row is None else _to_import(row)


def list_imports(work: Work, most: int) -> list[StaffImport]:
    """The latest lists, newest first."""
    return [_to_import(row) for row in work.list_all(_LATEST, most=most)]


def _to_import(row: Row) -> StaffImport:
    return StaffImport(
        id=row.id,
        file_name=row.file_name,
        state=row.state,
        made_by_id=row.made_by_id,
        made_by_name=row.made_by_name,
        made_at=from_ms(row.made_at),
        summary=from_json(row.summary),
        closes_missing=bool(row.closes_missing),
        job_id=row.job_id,
        ended_at=find_from_ms(row.ended_at),
    )


def find_content(work: Work, import_id: int) -> bytes | None:
    """What the list says; None when it was applied or discarded."""
    row = work.find_one(_CONTENT, import_id=import_id)
    return None if row is None or row.content is None else bytes(row.content)


def lock_confirmed(work: Work, import_id: int) -> tuple[bytes, bool] | None:
    """The content of a list that was confirmed and is not applied yet, and whether it closes the accounts of those it
    does not name; nobody else applies any list until the end of the transaction.
    """
    work.list_all(_QUEUE)
    row = work.find_one(_LOCK, import_id=import_id)
    if row is None or row.state != "confirmed":
        return None
    return bytes(row.content), bool(row.closes_missing)


def confirm_import(work: Work, *, import_id: int, closes_missing: bool, job_id: int) -> bool:
    """Hand the list to its job; False where it is no longer waiting for that."""
    work.list_all(_LOCK, import_id=import_id)
    return work.run(_CONFIRM, import_id=import_id, closes_missing=closes_missing, job_id=job_id) == 1


def end_import(work: Work, *, import_id: int, now: datetime) -> None:
    """The list has been applied; what it said is dropped."""
    work.run(_APPLY, import_id=import_id, moment=to_ms(now))


def discard_import(work: Work, *, import_id: int, now: datetime) -> bool:
    """Drop a list that was not applied; whether there was one."""
    work.list_all(_LOCK, import_id=import_id)
    return work.run(_DISCARD, import_id=import_id, moment=to_ms(now)) == 1


def discard_old_imports(work: Work, *, before: datetime, now: datetime) -> int:
    """Drop lists that nobody confirmed since that moment; how many."""
    old = work.list_all(_LOCK_OLD, before=to_ms(before))
    return sum(discard_import(work, import_id=row.id, now=now) for row in old)


def list_known(work: Work) -> list[KnownAccount]:
    """Every account, as a list is compared with it: about half a second for 50,000."""
    return [
        KnownAccount(
            row.id, row.login, row.name, row.unit_id, row.job_title, row.birth, row.phone, row.email,
            row.citizen_hash, row.citizen_tail, bool(row.is_active), bool(row.has_duty),
        )
        for row in work.list_all(_KNOWN)
    ]  # fmt: skip


def hold_accounts(work: Work, account_ids: AbstractSet[int], whole_ids: AbstractSet[int]) -> None:
    """Hold these accounts against other changes until the transaction ends, and ``whole_ids`` among them also against
    roles, attempts and whatever else names them. For PostgreSQL: on SQLite a transaction is the only writer anyway.
    """
    for statement, ids in ((_HOLD_WHOLE, sorted(whole_ids)), (_HOLD, sorted(account_ids - whole_ids))):
        for start in range(0, len(ids), MOST_AT_ONCE):
            work.list_all(statement, account_ids=",".join(map(str, ids[start : start + MOST_AT_ONCE])))


def update_accounts(work: Work, accounts: Sequence[KnownAccount]) -> None:
    """Write these accounts as they are now."""
    work.run_many(
        _UPDATE,
        [
            {
                "account_id": account.id,
                "name": account.name,
                "unit_id": account.unit_id,
                "job_title": account.job_title,
                "birth": account.birth,
                "phone": account.phone,
                "email": account.email,
                "citizen_hash": account.citizen_hash,
                "citizen_tail": account.citizen_tail,
                "name_key": make_name_key(account.name),
                "search_text": make_search_text(account.name, account.login, account.phone),
            }
            for account in accounts
        ],
    )


def close_accounts(work: Work, account_ids: Sequence[int]) -> None:
    """Close accounts: their sessions end and their one-time codes no longer hold."""
    work.run_many(_CLOSE, [{"account_id": account_id, "inactive": False} for account_id in account_ids])
    work.run_many(_DROP_CODE, [{"account_id": account_id} for account_id in account_ids])


def reopen_accounts(work: Work, account_ids: Sequence[int]) -> None:
    """Open closed accounts again."""
    work.run_many(_REOPEN, [{"account_id": account_id, "active": True} for account_id in account_ids])
