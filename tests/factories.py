"""Builders for tests: each with defaults, every field open to change. ``add_…`` stores, ``make_…`` does not."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_migrate import upgrade

from question_bank.blueprint import BlueprintCell, ExamBlueprint
from question_bank.formatted_text import from_plain
from question_bank.items import TRUE_FALSE_OPTIONS, Item, ItemKind, LegalSource, Level, Option
from question_bank.keys import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    MatchingKey,
    NumberKey,
    OrderingKey,
    TextKey,
)
from question_bank.readers.bank_folder import Bank, Topic
from quiz_app import create_app
from quiz_app.config import Settings, read_settings
from quiz_app.domain.attempts import LARGEST_SEQUENCE, ResponseChange
from quiz_app.domain.contests import (
    AttemptRegime,
    Contest,
    RankCriterion,
    RegimeKind,
    Reveal,
    Round,
    RoundSettings,
)
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.passwords import hash_password
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence import people as people_store
from quiz_app.persistence.attempts.table import paper_from_json
from quiz_app.persistence.people import NewAccount, NewUnit
from quiz_app.persistence.session import Statement, reading, transaction
from quiz_app.services.attempts import Acknowledgement, finish_attempt, save_responses, start_attempt
from quiz_app.services.attempts.key_views import make_key_view
from quiz_app.services.definitions import load_bank
from tests.kept_compilations import keep_builders, kept_templates

keep_builders()

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
OPENING = datetime(2022, 9, 15, 7, 0, tzinfo=VIETNAM).astimezone(UTC)
CLOSING = datetime(2022, 10, 15, 22, 0, tzinfo=VIETNAM).astimezone(UTC)
MIDDLE = datetime(2022, 10, 1, 9, 0, tzinfo=VIETNAM).astimezone(UTC)
MS = timedelta(milliseconds=1)
PASSWORD = "mat-khau-thu-nghiem"  # noqa: S105 - of accounts that live as long as a test
_password_hash = ""


# Removed when the process ends; nothing is written there unless a test keeps a file.
_files = tempfile.TemporaryDirectory(prefix="contest-files-", ignore_cleanup_errors=True)


def make_files_folder(database_url: str) -> str:
    """The files folder that belongs to one database: applications on the same database share it, no others."""
    return str(Path(_files.name) / sha256(database_url.encode()).hexdigest()[:16])


def make_test_settings(database_url: str, **changes: Any) -> Settings:
    """Settings for an application on this database, without a sweeper."""
    files = make_files_folder(database_url)
    settings = read_settings(
        {"DATABASE_URL": database_url, "SECRET_KEY": "x" * 32, "SWEEP_SECONDS": "0", "FILES_FOLDER": files}
    )
    return replace(settings, **changes)


def make_app(database_url: str, **changes: Any) -> Flask:
    """An application on this database."""
    app = create_app(make_test_settings(database_url, **changes))
    app.jinja_env.bytecode_cache = kept_templates
    return app


def migrate_database(database_url: str) -> None:
    """Bring an empty database to the newest migration, and let go of it."""
    app = make_app(database_url)
    with app.app_context():
        upgrade()
        db.engine.dispose()


def make_item(code: str = "T-001", **changes: Any) -> Item:
    """A single-choice item with four options and key A."""
    item = Item(
        code=code,
        kind=ItemKind.SINGLE_CHOICE,
        topic="chung",
        level=Level.RECOGNISE,
        stem=from_plain(f"Nội dung câu hỏi {code}?"),
        options=tuple(Option(from_plain(f"Phương án {label} của {code}")) for label in ("một", "hai", "ba", "bốn")),
        key=ChoiceKey(frozenset({0})),
        explanation=from_plain(f"Giải thích của {code}."),
        source=LegalSource("Nghị quyết số 76/NQ-CP", valid_from=date(2021, 7, 15)),
    )
    return replace(item, **changes)


def make_item_of(kind: ItemKind, code: str = "T-001", **changes: Any) -> Item:
    """A valid item of this kind. Options, where it has some, are those of ``make_item``."""
    options = make_item().options
    rows = tuple(from_plain(f"Vế {number}") for number in ("một", "hai", "ba"))
    parts: dict[ItemKind, dict[str, Any]] = {
        ItemKind.SINGLE_CHOICE: {"options": options, "key": ChoiceKey(frozenset({0}))},
        ItemKind.MULTIPLE_CHOICE: {"options": options, "key": ChoiceKey(frozenset({0, 2}))},
        ItemKind.TRUE_FALSE: {"options": TRUE_FALSE_OPTIONS, "key": ChoiceKey(frozenset({1}))},
        ItemKind.MATCHING: {"options": options, "rows": rows, "key": MatchingKey((1, 0, 2))},
        ItemKind.ORDERING: {"options": options, "key": OrderingKey()},
        ItemKind.SHORT_ANSWER: {"options": (), "key": TextKey((AcceptedText("Cải cách"),))},
        ItemKind.NUMERICAL: {"options": (), "key": NumberKey((AcceptedNumber(Decimal("8.5"), Decimal("0.1")),))},
        ItemKind.ESSAY: {"options": (), "key": EssayKey("Nêu ba ý.")},
    }
    return make_item(code, **{"kind": kind, **parts[kind], **changes})


def make_bank(size: int = 20, *, code: str = "bank", items: Sequence[Item] | None = None) -> Bank:
    """A bank of one topic with so many items."""
    chosen = tuple(items) if items is not None else tuple(make_item(f"T-{n:03d}") for n in range(1, size + 1))
    topics = tuple(Topic(topic, topic.title()) for topic in dict.fromkeys(item.topic for item in chosen))
    return Bank(code, "Ngân hàng thử nghiệm", topics, chosen)


def make_round_settings(**changes: Any) -> RoundSettings:
    """The rules of source document 1: 10 questions, 5 minutes, unlimited, best kept, cut score 6 of 10; no grace."""
    settings = RoundSettings(
        blueprint=ExamBlueprint((BlueprintCell(None, None, 10),)),
        time_limit_seconds=300,
        regime=AttemptRegime(RegimeKind.UNLIMITED),
        pause_seconds=0,
        scale_hundredths=1000,
        cut_score_hundredths=600,
        rank_order=(RankCriterion.SCORE, RankCriterion.ELAPSED, RankCriterion.FINISHED_AT),
        reveal_after_attempt=Reveal.SCORE,
        reveal_after_close=Reveal.KEY_AND_EXPLANATION,
        transport_grace_seconds=0,
    )
    return replace(settings, **changes)


def make_round(**changes: Any) -> Round:
    """A round open from 07:00 on 15/9/2022 to 22:00 on 15/10/2022. Names of settings may be given among the changes."""
    own = {name: changes.pop(name) for name in list(changes) if name in Round.__slots__}
    round_ = Round(
        0,
        0,
        "kien-thuc",
        "Phần thi kiến thức",
        OPENING,
        CLOSING,
        0,
        VIETNAM,
        make_round_settings(**changes),
        1,
    )
    return replace(round_, **own)


def make_contest(code: str = "hoi-thi", **changes: Any) -> Contest:
    """A contest in Vietnam's zone."""
    return replace(Contest(0, code, "Hội thi thử nghiệm", "Ban Tổ chức", "", (), VIETNAM, False), **changes)


def add_round(
    *, bank: Bank | None = None, contest: Contest | None = None, now: datetime = OPENING, **changes: Any
) -> Round:
    """Store a bank, a contest and a round of it; the round as stored. ``changes`` are those of ``make_round``."""
    bank = bank or make_bank()
    contest = contest or make_contest()
    load_bank(bank, now=now)
    with transaction() as work:
        bank_row = items_store.find_bank(work, bank.code)
        assert bank_row is not None
        known = contests_store.find_contest(work, contest.code)
        contest_id = known.id if known else contests_store.add_contest(work, contest, now)
        round_id = contests_store.add_round(
            work, make_round(**changes), contest_id=contest_id, bank_id=bank_row.id, position=1
        )
        stored = contests_store.find_round(work, round_id)
    assert stored is not None
    return stored


def add_unit(code: str = "DV", **changes: Any) -> int:
    """Store a unit; its id."""
    with transaction() as work:
        return people_store.add_unit(
            work, replace(NewUnit(code, f"Đơn vị {code}", "school", staff_number=100), **changes)
        )


def add_person(login: str = "an", *, roles: Sequence[Role] = (Role.PARTICIPANT,), **changes: Any) -> Person:
    """Store a person whose password is PASSWORD; as the application sees them."""
    global _password_hash  # noqa: PLW0603 - hashed once for the whole run
    _password_hash = _password_hash or hash_password(PASSWORD)
    account = NewAccount(login, f"Người {login}", _password_hash, must_change_password=False, roles=frozenset(roles))
    with transaction() as work:
        (account_id,) = people_store.add_accounts(work, [replace(account, **changes)], OPENING)
        person = people_store.find_person(work, account_id)
    assert person is not None
    return person


def run_sql(sql: str, **values: Any) -> list[Any]:
    """Rows of a statement (``:name`` for values), committed."""
    with reading() as work:
        return work.list_all(Statement.from_sql(sql), **values)


def find_right_choices(attempt_id: int) -> list[int]:
    """For each slot of the attempt's paper, the position at which its right option is shown."""
    ((stored,),) = run_sql("SELECT paper FROM attempts WHERE id = :attempt_id", attempt_id=attempt_id)
    positions = []
    with reading() as work:
        for slot in paper_from_json(stored):
            item = items_store.find_version(work, slot.version_id)
            assert item is not None
            positions.append(min(make_key_view(item, slot).right))
    return positions


def save_choices(
    person: Person, attempt_id: int, choices: Mapping[int, int | None], *, now: datetime, sequence: int = 1
) -> Acknowledgement:
    """Save these choices, by slot, all with one sequence number."""
    return save_responses(
        account_id=person.id,
        auth_version=person.auth_version,
        attempt_id=attempt_id,
        changes=[ResponseChange(slot, choice, sequence) for slot, choice in choices.items()],
        now=now,
    )


def answer_attempt(person: Person, attempt_id: int, *, right: int, now: datetime) -> None:
    """Answer every slot: the first so many right, the others wrong."""
    keys = find_right_choices(attempt_id)
    choices = {slot: key if slot < right else (key + 1) % 2 for slot, key in enumerate(keys)}
    save_choices(person, attempt_id, choices, now=now, sequence=LARGEST_SEQUENCE)


def sit_attempt(
    person: Person, round_: Round, *, right: int, started_at: datetime = MIDDLE, seconds: float = 60
) -> int:
    """Start, answer and finish an attempt, so many right, in so many seconds; its id."""
    attempt_id = start_attempt(person=person, round_id=round_.id, now=started_at)
    finished_at = started_at + timedelta(seconds=seconds)
    answer_attempt(person, attempt_id, right=right, now=finished_at)
    finish_attempt(person=person, attempt_id=attempt_id, now=finished_at)
    return attempt_id
