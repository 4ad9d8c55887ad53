"""Group ``judging``: 3,000 initiatives with three sheets each: giving them out, and the pages that follow from marks.

Called as the views call them, in this process; nothing is kept from an earlier call unless the row says so.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from load_tests.bench.cpu import read_cpu_nanoseconds
from load_tests.bench.rows import Options, Row, Target
from load_tests.bench.servers import ENVIRONMENT, prepare_template
from quiz_app import create_app
from quiz_app.clock import read_now
from quiz_app.config import read_settings
from quiz_app.domain.initiatives.prizes import Prize, PrizeFor
from quiz_app.domain.judging.rubrics import Criterion, JudgingRules, Rubric
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.persistence.columns import to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Statement, reading, transaction
from quiz_app.services.judging import assigning, overview, panels, prizes, shortlisting, standings, unit_ranking
from tests.entry_factories import COMPLETE_VALUES, add_initiative_round
from tests.factories import add_person, add_unit
from tests.servers.postgresql import PostgresqlServer, start_postgresql

ENTRIES, QUICK_ENTRIES = 3000, 300
UNITS, JUDGES, SHEETS = 1000, 30, 3
PAGE = Target(seconds=0.1)
"""Of a list; on a quiet machine the clock shows what the processors did."""
_ENTRY = Statement.from_sql(
    "INSERT INTO entries (id, round_id, number, blind_code, unit_id, department_id, created_by_id, changed_by_id, "
    "title, category, state, draft, sequence, version, search_text, created_at, changed_at, submitted_at, is_late, "
    "is_public) "
    "VALUES (:id, :round_id, :number, :code, :unit_id, NULL, :writer_id, :writer_id, :title, 'cchc', 'admitted', '{}', "
    "2, 1, '', :now, :now, :now, false, false)"
)
_VERSION = Statement.from_sql(
    "INSERT INTO entry_versions (entry_id, number, title, category, content, receipt_code, digest, submitted_at, "
    "submitted_by_id) VALUES (:id, 1, :title, 'cchc', :content, :code, '', :now, :writer_id)"
)
_ANALYSE = Statement.from_sql("ANALYZE")
_SHEET_IDS = Statement.from_sql("SELECT id FROM judgements ORDER BY id")
_MARK = Statement.from_sql(
    "UPDATE judgements SET state = 'confirmed', marks = :marks, total_hundredths = :total, confirmed_at = :now "
    "WHERE id = :id"
)

_CHANGE = Statement.from_sql(
    "UPDATE judgements SET sequence = sequence + 1, total_hundredths = total_hundredths - 50 "
    "WHERE id = (SELECT MIN(id) FROM judgements WHERE state = 'confirmed')"
)


def run(options: Options) -> list[Row]:
    """Giving out, the state of all judges, a page of the matrix, the ranking, the prizes, the order of units."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    folder.chmod(0o711)  # the account of the database server has to reach its own folder inside
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgresql = start_postgresql(folder / "postgresql", durable=True)
        stack.callback(postgresql.stop)
        prepare_template(postgresql, [])
        url = postgresql.create_database("judging", template="bench_template")
        app = create_app(read_settings(ENVIRONMENT | {"DATABASE_URL": url}))
        with app.app_context():
            scene = _Scene(postgresql, *_add_entries(QUICK_ENTRIES if options.quick else ENTRIES))
            rows = [scene.assign()]
            _confirm_all()
            now = read_now()
            who = {"organiser": scene.organiser, "round_id": scene.round_id}
            rows += scene.measure_page("state of all judges", lambda: overview.view_judging(**who, now=now))
            rows += scene.measure_page(
                "50 entries with their sheets", lambda: overview.view_matrix(**who, flag=None, number=1)
            )
            rows += scene.measure_page("ranking and proposal", lambda: shortlisting.view_ranking(**who))
            rows += scene.measure_page("prizes and the order", lambda: prizes.view_prizes(**who))
            rows += scene.measure_page("order of units", lambda: unit_ranking.view_unit_ranking(**who))
            db.engine.dispose()
        return rows


@dataclass
class _Scene:
    postgresql: PostgresqlServer
    organiser: Person
    round_id: int
    count: int

    def assign(self) -> Row:
        before = self._read()
        done = assigning.assign_automatically(organiser=self.organiser, round_id=self.round_id, seed=1, now=read_now())
        told = f"{done.given_count} sheets to {JUDGES} judges"
        return self._make_row(f"{self.count} entries given out automatically", before, Target(seconds=10), told)

    def measure_page(self, name: str, page: Callable[[], object]) -> list[Row]:
        """Best of five each: with nothing kept, right after a mark, and as the next visitor meets it."""
        found = []
        for when, prepare in (
            ("after a start", standings.forget_standings),
            ("after a mark", _change_mark),
            ("again", lambda: None),
        ):
            rows = [self._measure(f"{name}, {when}", page, prepare) for _ in range(5)]
            found.append(min(rows, key=_read_cpu))
        return found

    def _measure(self, name: str, page: Callable[[], object], prepare: Callable[[], None]) -> Row:
        prepare()
        before = self._read()
        page()
        row = self._make_row(name, before, PAGE, "")
        return replace(row, told=f"{1000 * row.cpu_seconds:.0f} CPU-ms of Python")

    def _make_row(self, name: str, before: tuple[float, float, float], target: Target, told: str) -> Row:
        seconds, python, database = (now - then for now, then in zip(self._read(), before, strict=True))
        return Row(name, seconds, python, database, None, None, target, told)

    def _read(self) -> tuple[float, float, float]:
        return (
            time.perf_counter(),
            read_cpu_nanoseconds([os.getpid()]) / 1e9,
            read_cpu_nanoseconds(self.postgresql.pids()) / 1e9,
        )


def _change_mark() -> None:
    """What a confirmation changes of an entry."""
    with transaction() as work:
        work.run(_CHANGE)


def _read_cpu(row: Row) -> float:
    return row.cpu_seconds


def _add_entries(count: int) -> tuple[Person, int, int]:
    """Admitted entries of a thousand units, and a panel of judges from elsewhere."""
    print(f"  {count} entries", file=sys.stderr, flush=True)
    units = [add_unit(f"B{number}") for number in range(UNITS)]
    home = add_unit("B-HOME")
    organiser = add_person("b-organiser", roles=[Role.ORGANISER])
    writer = add_person("b-writer", unit_id=units[0])
    judges = [add_person(f"b-judge-{number}", roles=[Role.JUDGE], unit_id=home) for number in range(JUDGES)]
    rubric = Rubric("Phiếu chấm", tuple(Criterion(code, code, 2500) for code in "abcd"))
    rules = JudgingRules(rubric, judges_per_entry=SHEETS, tie_breaks=("a", "b"), disagreement_hundredths=2000)
    now = read_now()
    round_ = add_initiative_round(
        "b-round", judging=rules, opens_at=now - timedelta(days=2), closes_at=now + timedelta(days=2),
        prizes=(Prize("first", "Giải Nhất", 3), Prize("unit", "Giải tập thể", 3, whom=PrizeFor.UNIT)),
        knowledge_weight=40, initiative_weight=60,
    )  # fmt: skip
    content = to_json(COMPLETE_VALUES)
    rows = [
        {
            "id": make_id(), "round_id": round_.id, "number": number, "code": f"B{number:05d}",
            "unit_id": units[number % UNITS], "writer_id": writer.id, "title": f"Sáng kiến {number}",
            "content": content, "now": to_ms(now),
        }
        for number in range(1, count + 1)
    ]  # fmt: skip
    with transaction() as work:
        work.run_many(_ENTRY, rows)
        work.run_many(_VERSION, rows)
    panels.add_panel(
        organiser=organiser, round_id=round_.id, name="Tổ 1", stage=1, category="",
        member_ids=[judge.id for judge in judges], head_id=None, now=now,
    )  # fmt: skip
    return organiser, round_.id, count


def _confirm_all() -> None:
    chance = random.Random(1)
    with reading() as work:
        ids = [row.id for row in work.list_all(_SHEET_IDS)]
    rows = []
    for sheet_id in ids:
        marks = {code: 50 * chance.randrange(15, 51) for code in "abcd"}
        total = sum(marks.values())
        rows.append({"id": sheet_id, "marks": to_json(marks), "total": total, "now": to_ms(read_now())})
    with transaction() as work:
        work.run_many(_MARK, rows)
    with reading() as work:
        # What the database does by itself a minute after so many changes.
        work.run(_ANALYSE)
