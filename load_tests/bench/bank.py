"""Group ``bank``: the analysis of a round's items, and a key put right while people save.

The database has 300,000 finished attempts of ten questions (30,000 people); no two papers are alike, and all have the
question whose key is corrected. Analysis, preview and re-scoring run as jobs inside the production server that takes
the saves, 50 a second. A save is counted from the moment when it was due.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from load_tests.bench.cpu import read_cpu_nanoseconds
from load_tests.bench.filling import fill, find_round
from load_tests.bench.rows import Options, Row, Target
from load_tests.bench.savers import SAVERS, Savers
from load_tests.bench.servers import ENVIRONMENT, make_logins, prepare_template, start_engine
from question_bank.keys import ChoiceKey
from quiz_app import create_app
from quiz_app.clock import read_now
from quiz_app.config import read_settings
from quiz_app.domain.jobs import Job, JobState
from quiz_app.domain.people import Person
from quiz_app.extensions import db
from quiz_app.persistence import items as items_store
from quiz_app.persistence import jobs as jobs_store
from quiz_app.persistence import people as people_store
from quiz_app.persistence.people import role_holders
from quiz_app.persistence.session import reading
from quiz_app.services import key_corrections
from quiz_app.services.item_analysis import request_analysis, view_analysis
from tests.servers.postgresql import PostgresqlServer, start_postgresql
from tests.servers.web import WebServer

ATTEMPTS, QUICK_ATTEMPTS = 300_000, 15_000
REFERENCE_SECONDS, QUICK_REFERENCE_SECONDS = 20, 5
ANALYSIS = Target(seconds=10)
RESCORING = Target(seconds=120, p99_ms=200)
BESIDE_SAVES = Target(p99_ms=200)
NONE = Target()
DATABASE = "engine_granian"


def run(options: Options) -> list[Row]:
    """Analysis, preview, saves alone, re-scoring and analysis beside saves."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    folder.chmod(0o711)  # the account of the database server has to reach its own folder inside
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgresql = start_postgresql(folder / "postgresql", durable=True)
        stack.callback(postgresql.stop)
        logins = make_logins(SAVERS)
        prepare_template(postgresql, logins)
        _say("filling")
        fill(postgresql, QUICK_ATTEMPTS if options.quick else ATTEMPTS)
        engine = start_engine(postgresql, "granian", folder)
        stack.callback(engine.stop)
        app = create_app(read_settings(ENVIRONMENT | {"DATABASE_URL": postgresql.database_url(DATABASE)}))
        with app.app_context():
            stack.callback(db.engine.dispose)
            savers = Savers(engine.port, logins)
            savers.sign_in()
            bench = _Bench(postgresql, engine, savers, *_find_what_to_correct())
            return bench.measure(QUICK_REFERENCE_SECONDS if options.quick else REFERENCE_SECONDS)


@dataclass
class _Bench:
    """The servers, and what is corrected."""

    postgresql: PostgresqlServer
    engine: WebServer
    savers: Savers
    organiser: Person
    round_id: int
    version_id: int
    other_key: ChoiceKey
    _preview_id: int = field(default=0, init=False)

    def measure(self, reference_seconds: int) -> list[Row]:
        """Every phase in turn; the later ones while people save."""
        rows = [self._measure("item analysis", self._analyse, ANALYSIS)]
        rows.append(self._measure("preview of another key", self._preview))
        self.savers.start()
        stop = threading.Event()
        threads = self.savers.run(stop)
        try:
            time.sleep(2)
            rows.append(self._measure("saves alone", lambda: _rest(reference_seconds), has_saves=True))
            rows.append(self._measure("re-scoring beside saves", self._rescore, RESCORING, has_saves=True))
            rows.append(self._measure("item analysis beside saves", self._analyse, BESIDE_SAVES, has_saves=True))
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        return rows

    def _measure(self, name: str, act: Callable[[], str], target: Target = NONE, *, has_saves: bool = False) -> Row:
        _say(name)
        before = self._read()
        told = act()
        seconds, web, database = (now - then for now, then in zip(self._read(), before, strict=True))
        p99_ms = None
        if has_saves:
            saves = self.savers.measure(before[0])
            p99_ms = saves.p99_ms
            told = ", ".join(
                filter(None, (told, f"{saves.count} saves, median {saves.median_ms} ms, longest {saves.largest_ms} ms"))
            )
        return Row(name, seconds, web, database, None, p99_ms, target, told)

    def _read(self) -> tuple[float, float, float]:
        return (
            time.perf_counter(),
            read_cpu_nanoseconds(self.engine.pids()) / 1e9,
            read_cpu_nanoseconds(self.postgresql.pids()) / 1e9,
        )

    def _analyse(self) -> str:
        _wait_for(request_analysis(organiser=self.organiser, round_id=self.round_id, now=read_now()))
        of_all = view_analysis(organiser=self.organiser, round_id=self.round_id, of_first=False)
        return f"{of_all.set.count if of_all.set else 0} attempts"

    def _preview(self) -> str:
        self._preview_id = key_corrections.propose_key(
            organiser=self.organiser, version_id=self.version_id, key=self.other_key, now=read_now()
        )
        return f"{_wait_for(self._preview_id).message_values['attempts']} attempts"

    def _rescore(self) -> str:
        job_id = key_corrections.confirm_correction(
            organiser=self.organiser,
            version_id=self.version_id,
            preview_id=self._preview_id,
            reason="Đo tải.",
            now=read_now(),
        )
        values = _wait_for(job_id).message_values
        return f"{values['attempts_changed']} of {values['attempts']} attempts got another score"


def _find_what_to_correct() -> tuple[Person, int, int, ChoiceKey]:
    with reading() as work:
        account = role_holders.find_active_account(work, "quantri")
        person = people_store.find_person(work, account[0]) if account else None
        round_, version_ids = find_round()
        item = items_store.find_version(work, version_ids[0])
    if person is None or item is None or not isinstance(item.key, ChoiceKey):
        raise RuntimeError("the demonstration has no administrator or no such question")
    return person, round_.id, version_ids[0], ChoiceKey(frozenset({(min(item.key.right) + 1) % 4}))


def _rest(seconds: int) -> str:
    time.sleep(seconds)
    return ""


def _wait_for(job_id: int) -> Job:
    give_up = time.monotonic() + 1800
    while time.monotonic() < give_up:
        time.sleep(0.1)
        with reading() as work:
            job = jobs_store.find_job(work, job_id)
        if job is not None and job.is_over:
            if job.state is not JobState.DONE:
                raise RuntimeError(f"the job ended as {job.state}: {job.message} {job.message_values}")
            return job
    raise RuntimeError("the job does not end")


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
