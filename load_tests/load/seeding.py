"""A province in a run's database, and thousands of attempts that are under way when the run begins."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from flask_migrate import upgrade
from itsdangerous import URLSafeTimedSerializer

from load_tests.bench.operations import PASSWORD, QUESTIONS
from load_tests.bench.people_seed import (
    FIRST_ACCOUNT,
    FIRST_UNIT,
    ORGANISER,
    PEOPLE,
    PROVINCE_LEAD,
    UNIT_LEAD,
    UNITS,
    add_people,
    add_units,
)
from question_bank.assembly import assemble_paper
from quiz_app import create_app
from quiz_app.cli import load_contest_file
from quiz_app.clock import read_now
from quiz_app.config import read_settings
from quiz_app.domain.attempts import make_shape
from quiz_app.domain.contests import Round
from quiz_app.extensions import db
from quiz_app.passwords import hash_password
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence.attempts.table import paper_to_json
from quiz_app.persistence.columns import to_json
from quiz_app.persistence.ids import make_lowest_id
from quiz_app.persistence.people import NewAccount, add_accounts
from quiz_app.persistence.session import Statement, reading, transaction
from quiz_app.preparing import DEMONSTRATION
from quiz_app.services.bank_cache import hold_bank

SECRET = "of-a-server-that-lives-as-long-as-a-run"  # noqa: S105 - of throw-away servers
PAPERS = 300
SECONDS_PER_ANSWER, OLDEST_SECONDS = 18.0, 180.0
MOST_ANSWERED = 9
_COLUMNS = (
    "id", "round_id", "account_id", "unit_id", "ordinal", "state", "started_at", "deadline_at", "accepts_until_at",
    "paper", "shape", "responses",
)  # fmt: skip
_ADD = Statement.from_sql(
    f"INSERT INTO attempts ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + name for name in _COLUMNS)})"  # noqa: S608
)
_TOWN = Statement.from_sql("SELECT id, login, unit_id FROM accounts WHERE login LIKE :pattern ORDER BY login")
_SET_CLOSE = Statement.from_sql("UPDATE rounds SET closes_at = :closes_at WHERE id = :round_id")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody of the run."""

    account_id: int
    login: str
    unit_id: int | None


def make_seeding_app(database_url: str, files: Path) -> Flask:
    """The engine in this process, to prepare its database; nothing runs in the background."""
    return create_app(
        read_settings({
            "DATABASE_URL": database_url, "SECRET_KEY": SECRET, "FILES_FOLDER": str(files), "SWEEP_SECONDS": "0",
            "JOB_WORKERS": "0",
        })
    )  # fmt: skip


def add_province(database_url: str, files: Path) -> list[Account]:
    """The demonstration with its bank, and 30,000 people in 300 units, on PostgreSQL."""
    app = make_seeding_app(database_url, files)
    with app.app_context():
        upgrade()
        load_contest_file(DEMONSTRATION)
        db.engine.dispose()
    with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
        add_units(cursor)
        add_people(cursor, random.Random(1))  # noqa: S311 - the same people at every run
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return [
        Account(FIRST_ACCOUNT + number, f"canbo-{number:05d}", FIRST_UNIT + number % UNITS) for number in range(PEOPLE)
    ]


def add_small_town(database_url: str, files: Path, people: int) -> list[Account]:
    """The demonstration and so many people without a unit: on any database."""
    app = make_seeding_app(database_url, files)
    with app.app_context():
        upgrade()
        load_contest_file(DEMONSTRATION)
        password_hash = hash_password(PASSWORD)
        new = [
            NewAccount(f"canbo-{number:05d}", f"Người {number}", password_hash, must_change_password=False)
            for number in range(people)
        ]
        with transaction() as work:
            add_accounts(work, new, read_now())
        with reading() as work:
            rows = work.list_all(_TOWN, pattern="canbo-_%")
        db.engine.dispose()
    return [Account(row.id, row.login, row.unit_id) for row in rows]


def list_leads(number: int) -> list[Account]:
    """So many sessions of the two unit leads of the province."""
    return [Account(0, (UNIT_LEAD, PROVINCE_LEAD)[place % 2], None) for place in range(number)]


def list_organisers(number: int) -> list[Account]:
    """So many sessions of the organiser."""
    return [Account(0, ORGANISER, None) for _ in range(number)]


def find_round() -> Round:
    """The ranked round of the demonstration."""
    with reading() as work:
        return next(each for each in contests_store.list_rounds(work) if each.settings.is_ranked)


def make_session(app: Flask, account_id: int) -> tuple[str, str]:
    """The cookie of somebody who signed in earlier the same day, and the token of the page that is open there."""
    raw = secrets.token_hex(20)
    content = {"_permanent": True, "_user_id": f"{account_id}:1", "_fresh": True, "csrf_token": raw}
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(serializer.dumps(content)), str(URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(raw))


@dataclass(frozen=True, slots=True)
class Flight:
    """Attempts under way: people as the plan lists them, and the cells that are stored already."""

    people: list[list[Any]]
    cells: list[list[int]]


def set_off(app: Flask, round_: Round, accounts: list[Account], *, begins_at: float, closes_at: float | None) -> Flight:
    """Set the close of the round, and put these people into attempts begun within the last three minutes.

    ``begins_at`` and ``closes_at`` in seconds since 1970.
    """
    people, cells = [], []
    close_ms = None if closes_at is None else int(closes_at * 1000)
    with app.app_context(), transaction() as work:
        if close_ms is not None:
            work.run(_SET_CLOSE, closes_at=close_ms, round_id=round_.id)
        rows = []
        for account, row in zip(accounts, _make_rows(round_, accounts, int(begins_at * 1000), close_ms), strict=True):
            rows.append(row | {"responses": to_json(row["responses"])})
            cookie, token = make_session(app, account.account_id)
            people.append([account.login, cookie, row["id"], len(row["responses"]), row["deadline_at"] / 1000, token])
            cells += [[row["id"], int(slot), parts[0], parts[1]] for slot, parts in row["responses"].items()]
        work.run_many(_ADD, rows)
    return Flight(people, cells)


def _make_rows(round_: Round, accounts: list[Account], begin_ms: int, close_ms: int | None) -> Iterator[dict[str, Any]]:
    generator = random.Random(5)  # noqa: S311 - the same attempts at every run
    with reading() as work:
        bank_row = items_store.get_bank_row(work, round_.bank_id)
        bank = hold_bank(work, round_.bank_id, bank_row.version if bank_row else 0)
    pool = bank.get_pool(round_)
    papers = [assemble_paper(pool, round_.settings.blueprint, seed=seed) for seed in range(min(PAPERS, len(accounts)))]
    stored = [(paper_to_json(paper), make_shape(paper)) for paper in papers]
    limit_ms, grace_ms = round_.settings.time_limit_seconds * 1000, round_.settings.transport_grace_seconds * 1000
    for number, account in enumerate(accounts):
        paper, shape = stored[number % len(stored)]
        age = OLDEST_SECONDS * number / max(1, len(accounts))
        started = begin_ms - int(age * 1000)
        deadline = started + limit_ms if close_ms is None else min(started + limit_ms, close_ms)
        answered = min(MOST_ANSWERED, QUESTIONS, int(age / SECONDS_PER_ANSWER))
        gap = int(SECONDS_PER_ANSWER * 1000)
        yield {
            "id": make_lowest_id(started) + number, "round_id": round_.id, "account_id": account.account_id,
            "unit_id": account.unit_id, "ordinal": 1, "state": "in_progress", "started_at": started,
            "deadline_at": deadline, "accepts_until_at": deadline + grace_ms, "paper": paper, "shape": shape,
            "responses": {
                str(slot): [started + gap * slot, generator.randrange(2), gap * slot] for slot in range(answered)
            },
        }  # fmt: skip


def wait_for(moment: float) -> None:
    """Until this moment, in seconds since 1970."""
    time.sleep(max(0.0, moment - time.time()))
