"""Group ``entries``, second part: finding near-duplicates among thousands of initiatives, and the lists of those who
check them.

A province of 1,000 units has handed in five initiatives each, whose texts of 3,000 words are made of 200 syllables. The
new one shares half of its text with one of them. The engine runs inside this program: its processor time is this
process's, PostgreSQL's is added.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from flask import Flask
from flask_migrate import upgrade

from load_tests.bench.cpu import read_cpu_nanoseconds
from load_tests.bench.rows import Options, Row, Target
from load_tests.bench.servers import ENVIRONMENT
from quiz_app import create_app
from quiz_app.clock import read_now
from quiz_app.config import read_settings
from quiz_app.domain.initiatives.likeness import make_runs, split_words
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.people import Role
from quiz_app.domain.units import Quota
from quiz_app.extensions import db
from quiz_app.persistence import quotas as quotas_store
from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.initiatives import texts as texts_store
from quiz_app.persistence.session import Statement, single_write, transaction
from quiz_app.services.initiatives.signatures import make_signature
from quiz_app.services.initiatives.similarity import find_similar
from tests.entry_factories import add_initiative_round
from tests.factories import add_person, add_unit
from tests.integration.visitor import Visitor
from tests.servers.postgresql import PostgresqlServer, start_postgresql

UNITS, QUICK_UNITS = 1000, 100
EACH = 5
WORDS = 3000
REPEATS = 5
SIMILARITY = Target(seconds=2)
LISTS = Target(seconds=0.1)
_SYLLABLES = [f"{first}{last}" for first in "bcdghklmnpqrstvx" for last in ("a", "i", "o", "u", "an", "en", "in", "ong",
              "anh", "inh", "iec", "oan")]  # fmt: skip
_ADD_ENTRY = Statement.from_sql(
    "INSERT INTO entries (id, round_id, number, blind_code, unit_id, department_id, created_by_id, changed_by_id, "
    "title, category, state, draft, sequence, version, search_text, created_at, changed_at, submitted_at) VALUES "
    "(:id, :round_id, :number, :code, :unit_id, :department_id, :by, :by, :title, 'cchc', :state, '{}', 1, 1, :search, "
    ":now, :now, :now)"
)
_ANALYSE = Statement.from_sql("ANALYZE")
_ADD_VERSION = Statement.from_sql(
    "INSERT INTO entry_versions (entry_id, number, title, category, content, receipt_code, digest, submitted_at, "
    "submitted_by_id) VALUES (:id, 1, :title, 'cchc', '{}', :code, '', :now, :by)"
)


def run(options: Options) -> list[Row]:
    """The comparison of a new initiative with all others, and the pages of lists and boards."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    folder.chmod(0o711)  # the account of the database server has to reach its own folder inside
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgresql = start_postgresql(folder / "postgresql", durable=False)
        stack.callback(postgresql.stop)
        url = postgresql.create_database("entry_checks")
        app = create_app(read_settings(ENVIRONMENT | {"DATABASE_URL": url, "FILES_FOLDER": str(folder / "files")}))
        with app.app_context():
            stack.callback(db.engine.dispose)
            upgrade()
            print("filling", file=sys.stderr, flush=True)
            province = _fill(QUICK_UNITS if options.quick else UNITS)
            with single_write() as work:
                # As the database does by itself some minutes after so many rows.
                work.run(_ANALYSE)
            return _measure_all(app, postgresql, province)


@dataclass(frozen=True, slots=True)
class _Province:
    round: InitiativeRound
    last_id: int
    text: str
    count: int
    now: datetime


def _fill(unit_count: int) -> _Province:
    now, chance = read_now(), random.Random(22)  # noqa: S311 - a text is no secret
    day = timedelta(days=1)
    departments = [add_unit(f"SO-{number}", kind="department") for number in range(unit_count // 50)]
    schools = [
        (add_unit(f"TR-{number}", parent_id=departments[number % len(departments)]), number % len(departments))
        for number in range(unit_count - len(departments))
    ]
    add_person("ban-to-chuc", roles=[Role.ORGANISER])
    add_person("so", unit_id=departments[0], roles=[Role.UNIT_LEAD], led_unit_id=departments[0])
    author = add_person("tac-gia", unit_id=schools[0][0])
    round_ = add_initiative_round(opens_at=now - day, closes_at=now + day)
    copied, entry_id = "", 0
    with transaction() as work:
        quotas_store.put_quota(
            work, Quota(initiative_number=1), contest_id=round_.contest_id, unit_kind="school", unit_id=None
        )
        for number in range(unit_count * EACH):
            entry_id = make_id()
            unit_id, place = schools[number % len(schools)]
            title = f"Số hóa hồ sơ {number}"
            shared = {"id": entry_id, "title": title, "by": author.id, "now": to_ms(now) - number}
            work.run(
                _ADD_ENTRY,
                **shared,
                round_id=round_.id,
                number=number + 1,
                code=f"{number:06d}",
                unit_id=unit_id,
                department_id=departments[place],
                state="submitted" if number % 2 else "forwarded",
                search=f" so hoa ho {number}",
            )
            work.run(_ADD_VERSION, **shared, code=f"{number:012d}")
            text = _make_text(chance, WORDS)
            copied = copied or text
            signature = make_signature(make_runs(split_words(text).folded))
            texts_store.put_text(
                work, entry_id=entry_id, version=1, content=text, signature=signature, unread_files=(), now=now
            )
    half = " ".join(copied.split()[: WORDS // 2])
    return _Province(round_, entry_id, f"{half} {_make_text(chance, WORDS // 2)}", unit_count * EACH, now)


def _measure_all(app: Flask, postgresql: PostgresqlServer, province: _Province) -> list[Row]:
    round_id = province.round.id
    organiser, lead = Visitor(app, "ban-to-chuc"), Visitor(app, "so")

    def compare() -> str:
        runs = make_runs(split_words(province.text).folded)
        pairs = find_similar(
            entry_id=province.last_id, version=1, submitted_at=province.now, runs=runs, round_=province.round
        )
        return f"{province.count} texts of {WORDS} words; {len(pairs)} found"

    def show(visitor: Visitor, path: str) -> Callable[[], str]:
        def ask() -> str:
            answer = visitor.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")
            return f"{len(answer.data) // 1000} kB"

        return ask

    base = f"/organiser/initiatives/{round_id}"
    return [
        _measure(postgresql, "a new initiative against all others", compare, SIMILARITY),
        _measure(postgresql, "list of initiatives, organiser", show(organiser, f"{base}/entries"), LISTS),
        _measure(postgresql, "the same, searched", show(organiser, f"{base}/entries?q=ho+99"), LISTS),
        _measure(postgresql, "list of a department", show(lead, f"/unit/initiatives/rounds/{round_id}"), LISTS),
        _measure(postgresql, "board of all units", show(organiser, f"{base}/board"), LISTS),
    ]


def _measure(postgresql: PostgresqlServer, name: str, act: Callable[[], str], target: Target) -> Row:
    """The median of five, after one that is not counted."""
    told = act()
    found: list[tuple[float, float, float]] = []
    for _ in range(REPEATS):
        before = _read(postgresql)
        act()
        found.append(tuple(now - then for now, then in zip(_read(postgresql), before, strict=True)))  # type: ignore[arg-type]
    seconds, web, database = (median(figures) for figures in zip(*found, strict=True))
    return Row(name, seconds, web, database, None, None, target, told)


def _read(postgresql: PostgresqlServer) -> tuple[float, float, float]:
    return time.perf_counter(), time.process_time(), read_cpu_nanoseconds(postgresql.pids()) / 1e9


def _make_text(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(_SYLLABLES, k=count))
