"""Masking people whose time is over: what tells who somebody is goes, the row and all figures that hang on it stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from question_bank.responses import FORM_LENGTH
from quiz_app.domain.letters import make_facts
from quiz_app.domain.names import make_name_key, make_search_text
from quiz_app.persistence.columns import from_json, to_json, to_ms
from quiz_app.persistence.retention_texts import count_texts, mask_texts
from quiz_app.persistence.session import Statement, Work

MASKED_NAME = "Người dự thi đã ẩn danh"
"""Stands in lists and boards in place of the name."""
MASKED_TEXT = "…"
"""Stands in place of an essay."""
ESSAY_FORM = "e00"
LOGIN_MARK = "masked-"
"""Begins the login of a masked account; the rest is its id, since logins differ."""

# A round ends for everybody when its own close, its extension and every exception are over.
_LATEST_CLOSE = Statement.from_sql("""
  SELECT MAX(at) AS at FROM (
    SELECT MAX(closes_at) AS at FROM rounds UNION ALL SELECT MAX(extended_until) FROM rounds
    UNION ALL SELECT MAX(closes_at) FROM window_extensions
    UNION ALL SELECT MAX(closes_at) FROM initiative_rounds
    UNION ALL SELECT MAX(judging_closes_at) FROM initiative_rounds
    UNION ALL SELECT MAX(accepts_until_at) FROM attempts WHERE state = 'in_progress'
  ) AS closes
""")
_DUE = Statement.from_sql("""
  SELECT id, login FROM accounts
  WHERE created_at < :before AND COALESCE(last_signed_in_at, 0) < :before AND substr(login, 1, 7) <> 'masked-'
    AND NOT EXISTS (SELECT 1 FROM role_grants WHERE role_grants.account_id = accounts.id
                    AND role IN ('organiser', 'judge', 'administrator'))
  ORDER BY id LIMIT :most
""")
_COUNT_DUE = Statement.from_sql("""
  SELECT COUNT(*) AS number FROM accounts
  WHERE created_at < :before AND COALESCE(last_signed_in_at, 0) < :before AND substr(login, 1, 7) <> 'masked-'
    AND NOT EXISTS (SELECT 1 FROM role_grants WHERE role_grants.account_id = accounts.id
                    AND role IN ('organiser', 'judge', 'administrator'))
""")
_MASK_ACCOUNT = Statement.from_sql("""
  UPDATE accounts SET login = :mask, name = :name, name_key = :name_key, search_text = :search_text, job_title = NULL,
    password_hash = '', is_active = FALSE, auth_version = auth_version + 1, last_address = NULL, birth = NULL,
    phone = NULL, email = NULL, citizen_hash = NULL, citizen_tail = NULL
  WHERE id = :id
""")
_REMOVE_CODE = Statement.from_sql("DELETE FROM activation_codes WHERE account_id = :id")
_MASK_EXCLUSION = Statement.from_sql("UPDATE exclusions SET login = :mask, reason = 'masked' WHERE login = :login")
# Why somebody was given time or taken out of the count may be an illness; notices of it say why.
_MASK_REASONS = [
    Statement.from_sql("DELETE FROM notices WHERE account_id = :id"),
    Statement.from_sql("UPDATE extra_times SET reason = 'masked' WHERE account_id = :id"),
    Statement.from_sql(
        "UPDATE window_extensions SET reason = 'masked', withdrawal_reason = CASE WHEN withdrawal_reason IS NULL "
        "THEN NULL ELSE 'masked' END WHERE account_id = :id"
    ),
    Statement.from_sql(
        "UPDATE essay_marks SET remark = 'masked' WHERE remark <> '' AND attempt_id IN "
        "(SELECT id FROM attempts WHERE account_id = :id)"
    ),
    Statement.from_sql(
        "UPDATE voided_attempts SET reason = 'masked' WHERE attempt_id IN "
        "(SELECT id FROM attempts WHERE account_id = :id)"
    ),
]
_CANCEL_LETTERS = Statement.from_sql("""
  UPDATE letters SET state = 'cancelled', next_at = NULL, ended_at = :now WHERE account_id = :id AND state = 'queued'
""")
_ESSAYS = Statement.from_sql("""
  SELECT id, shape, responses FROM attempts WHERE account_id = :id AND shape LIKE :essays AND state <> 'in_progress'
""")
_SET_RESPONSES = Statement.from_sqls(
    postgresql="UPDATE attempts SET responses = CAST(:responses AS jsonb) WHERE id = :id",
    sqlite="UPDATE attempts SET responses = :responses WHERE id = :id",
)
_MASK_LATE = Statement.from_sql(
    "UPDATE late_responses SET choice = :choice WHERE attempt_id = :id AND slot = :slot AND substr(choice, 1, 1) = '\"'"
)
_MASK_LETTERS = Statement.from_sql("""
  UPDATE letters SET address = CASE WHEN address IS NULL THEN NULL ELSE 'masked' END,
    subject = CASE WHEN subject IS NULL THEN NULL ELSE 'masked' END,
    body = CASE WHEN body IS NULL THEN NULL ELSE 'masked' END, reply = NULL, facts = :facts
  WHERE account_id = :id AND state <> 'sending'
""")
_OLD_REGISTRATION = "made_at < :before AND state <> 'waiting' AND substr(login, 1, 7) <> 'masked-'"
_UNDECIDED = "made_at < :before AND state = 'waiting'"
_COUNT_REGISTRATIONS = Statement.from_sql(
    f"SELECT COUNT(*) AS number FROM registrations WHERE ({_OLD_REGISTRATION}) OR ({_UNDECIDED})"  # noqa: S608
)
_REMOVE_UNDECIDED = Statement.from_sql(f"DELETE FROM registrations WHERE {_UNDECIDED}")  # noqa: S608 - our own words
_MASK_REGISTRATIONS = Statement.from_sql(f"""
  UPDATE registrations SET login = 'masked-' || CAST(id AS text), code_hash = 'masked-' || CAST(id AS text),
    name = :name, job_title = NULL, birth = NULL, email = NULL, password_hash = '',
    reason = CASE WHEN reason IS NULL THEN NULL ELSE 'masked' END
  WHERE {_OLD_REGISTRATION}
""")  # noqa: S608 - our own words
_OLD_LISTS = "made_at < :before AND content IS NOT NULL"
_COUNT_LISTS = Statement.from_sql(f"SELECT COUNT(*) AS number FROM staff_imports WHERE {_OLD_LISTS}")  # noqa: S608
_CLEAR_LISTS = Statement.from_sql(
    f"UPDATE staff_imports SET state = 'discarded', content = NULL, ended_at = :now WHERE {_OLD_LISTS}"  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class Due:
    """How much is to be masked: accounts, requests to join, staff lists that were read and never confirmed, and
    initiatives; ``entry_files`` are contents of files that these hold, ``texts`` letters and reasons of no one account.
    """

    people: int
    registrations: int
    staff_lists: int
    entries: int = 0
    entry_files: int = 0
    texts: int = 0


def find_latest_close(work: Work) -> int | None:
    """When the last round of all ends or ended, extensions included, in ms; None without a round."""
    row = work.find_one(_LATEST_CLOSE)
    return None if row is None else row.at


def count_due(work: Work, before: datetime) -> Due:
    """What was there before this moment, and was not used since."""
    at = to_ms(before)
    counts = [work.find_one(statement, before=at) for statement in (_COUNT_DUE, _COUNT_REGISTRATIONS, _COUNT_LISTS)]
    people, registrations, lists = (0 if row is None else int(row.number) for row in counts)
    return Due(people, registrations, lists, texts=count_texts(work, before))


def list_due(work: Work, before: datetime, most: int) -> list[tuple[int, str]]:
    """Id and login of accounts to be masked: of people who took part or lead a unit, not of those who run contests."""
    return [(row.id, row.login) for row in work.list_all(_DUE, before=to_ms(before), most=most)]


def mask_people(work: Work, people: Sequence[tuple[int, str]], now: datetime) -> None:
    """Mask these accounts with their codes, letters, exclusions, essays, and why exceptions were made for them. A
    letter that still waits for a mail server is not sent any more.
    """
    keys = {"name": MASKED_NAME, "name_key": make_name_key(MASKED_NAME)}
    rows = [{"id": id_, "login": login, "mask": f"{LOGIN_MARK}{id_}"} for id_, login in people]
    masks = [{**row, **keys, "search_text": make_search_text(MASKED_NAME, str(row["mask"]), None)} for row in rows]
    _run_each(work, _MASK_EXCLUSION, rows)
    _run_each(work, _REMOVE_CODE, rows)
    facts = to_json(make_facts(MASKED_NAME, None, None))
    for statement in _MASK_REASONS:
        _run_each(work, statement, rows)
    for row in rows:
        _mask_essays(work, row)
    _run_each(work, _CANCEL_LETTERS, [{**row, "now": to_ms(now)} for row in rows])
    _run_each(work, _MASK_LETTERS, [{**row, "facts": facts} for row in rows])
    _run_each(work, _MASK_ACCOUNT, masks)


def mask_rest(work: Work, before: datetime, now: datetime) -> None:
    """Mask decided requests, remove those that nobody decided, clear lists that nobody confirmed, and mask
    texts that may name somebody.
    """
    work.run(_REMOVE_UNDECIDED, before=to_ms(before))
    work.run(_MASK_REGISTRATIONS, before=to_ms(before), name=MASKED_NAME)
    work.run(_CLEAR_LISTS, before=to_ms(before), now=to_ms(now))
    mask_texts(work, before, now)


def _mask_essays(work: Work, account: Mapping[str, object]) -> None:
    """Essays stand in attempts of practice rounds; that something was written, and when, stays."""
    for attempt in work.list_all(_ESSAYS, essays=f"%{ESSAY_FORM}%", **account):
        responses = from_json(attempt.responses)
        for start in range(0, len(attempt.shape), FORM_LENGTH):
            if attempt.shape[start : start + FORM_LENGTH] != ESSAY_FORM:
                continue
            slot = start // FORM_LENGTH
            response = responses.get(str(slot))
            if response is not None and isinstance(response[1], str):
                response[1] = MASKED_TEXT
            work.run(_MASK_LATE, id=attempt.id, slot=slot, choice=to_json(MASKED_TEXT))
        work.run(_SET_RESPONSES, id=attempt.id, responses=to_json(responses))


def _run_each(work: Work, statement: Statement, rows: Iterable[dict[str, object]]) -> None:
    for row in rows:
        work.run(statement, **row)
