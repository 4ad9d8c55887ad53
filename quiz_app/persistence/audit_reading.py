"""The audit trail as its screen reads it: newest first, narrowed by person, action, subject and period."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

from quiz_app.domain.audit import TrailFilter, TrailLine
from quiz_app.persistence.audit import RARE
from quiz_app.persistence.columns import from_json, from_ms, to_ms
from quiz_app.persistence.ids import make_lowest_id
from quiz_app.persistence.session import Row, Statement, Work

LONGEST_ACT = timedelta(days=2)
"""An entry's id is made when it is written, its moment is that of the request or the job's step that led to it."""
_ABOVE_ALL_IDS = 2**63 - 1
_COLUMNS = """
  SELECT audit_entries.id, number, happened_at, actor_id, actors.name AS actor_name, actors.login AS actor_login,
         action, subject_type, subject_id, subjects.name AS subject_name, subjects.login AS subject_login, details,
         address, request_id
  FROM audit_entries LEFT JOIN accounts AS actors ON actors.id = actor_id
  LEFT JOIN accounts AS subjects ON subject_type = 'account' AND subjects.id = subject_id
"""
_CONDITIONS = {
    "person": "(actor_id = :person_id OR (subject_type = 'account' AND subject_id = :person_id))",
    "action": f"action = :action AND {RARE}",
    "common_action": "action = :action",
    "subject_type": "subject_type = :subject_type",
    "subject_id": "subject_id = :subject_id",
    "since": "happened_at >= :since AND audit_entries.id >= :lowest_id",
    "until": "happened_at < :until AND audit_entries.id < :highest_id",
}
_ACTIONS = Statement.from_sql(
    # The next action after each, by its index: as many steps as there are kinds of action, however long the trail is.
    f"WITH RECURSIVE found(action) AS (SELECT MIN(action) FROM audit_entries WHERE {RARE} "  # noqa: S608
    f"UNION ALL SELECT (SELECT MIN(audit_entries.action) FROM audit_entries WHERE {RARE} "
    "AND audit_entries.action > found.action) FROM found WHERE found.action IS NOT NULL) "
    "SELECT action FROM found WHERE action IS NOT NULL"
)
_ACCOUNT = Statement.from_sql("SELECT id FROM accounts WHERE login = :login")


def list_entries(work: Work, chosen: TrailFilter, *, before: int | None, most: int) -> list[TrailLine]:
    """Entries that the filter leaves with ids below ``before``, newest first."""
    names, values = _read_filter(chosen)
    rows = work.list_all(_make_list(names), before=before or _ABOVE_ALL_IDS, most=most, **values)
    return [_to_line(row) for row in rows]


def list_actions(work: Work) -> list[str]:
    """The actions that the trail holds, but for finished attempts."""
    return [row.action for row in work.list_all(_ACTIONS)]


def find_account_id(work: Work, login: str) -> int | None:
    """The account with this login, open or closed."""
    row = work.find_one(_ACCOUNT, login=login)
    return None if row is None else int(row.id)


def _read_filter(chosen: TrailFilter) -> tuple[tuple[str, ...], dict[str, Any]]:
    values: dict[str, Any] = {}
    names = []
    if chosen.person_id is not None:
        names.append("person")
        values["person_id"] = chosen.person_id
    if chosen.action is not None:
        names.append("common_action" if chosen.action == "attempt_finished" else "action")
        values["action"] = chosen.action
    if chosen.subject_type is not None:
        names.append("subject_type")
        values["subject_type"] = chosen.subject_type
    if chosen.subject_id is not None:
        names.append("subject_id")
        values["subject_id"] = chosen.subject_id
    if chosen.since is not None:
        names.append("since")
        values |= {"since": to_ms(chosen.since), "lowest_id": min(make_lowest_id(to_ms(chosen.since)), _ABOVE_ALL_IDS)}
    if chosen.until is not None:
        names.append("until")
        highest_id = min(make_lowest_id(to_ms(chosen.until + LONGEST_ACT)), _ABOVE_ALL_IDS)
        values |= {"until": to_ms(chosen.until), "highest_id": highest_id}
    return tuple(names), values


@lru_cache(maxsize=128)
def _make_list(names: tuple[str, ...]) -> Statement:
    conditions = " AND ".join(["audit_entries.id < :before", *(_CONDITIONS[name] for name in names)])
    return Statement.from_sql(f"{_COLUMNS} WHERE {conditions} ORDER BY audit_entries.id DESC LIMIT :most")


def _to_line(row: Row) -> TrailLine:
    return TrailLine(
        id=row.id,
        number=row.number,
        happened_at=from_ms(row.happened_at),
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        actor_login=row.actor_login,
        action=row.action,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        subject_name=row.subject_name,
        subject_login=row.subject_login,
        details=from_json(row.details),
        address=row.address,
        request_id=row.request_id,
    )
