"""Group ``people``: pages and lists of a province, and the import of a staff list.

The database has 30,000 people in 300 units below one, and 150,000 finished attempts (``people_seed``). The engine runs
inside this program, so that its processor time and memory are this process's; PostgreSQL's are added. "Cold" means that
every cached figure is thrown away before each view.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import ClassVar

from flask import Flask
from flask.testing import FlaskClient

from load_tests.bench.cpu import read_cpu_nanoseconds
from load_tests.bench.filling import find_round
from load_tests.bench.operations import PASSWORD
from load_tests.bench.people_seed import (
    ORGANISER,
    PEOPLE,
    PROVINCE_LEAD,
    SEEN_UNIT,
    UNIT_LEAD,
    UNITS,
    make_staff_list,
    seed_people,
)
from load_tests.bench.rows import Options
from load_tests.bench.servers import ENVIRONMENT, TEMPLATE, prepare_template
from quiz_app import create_app
from quiz_app.cache import ProcessCache
from quiz_app.clock import read_now
from quiz_app.config import read_settings
from quiz_app.domain.jobs import Job, JobState
from quiz_app.extensions import db
from quiz_app.persistence import jobs as jobs_store
from quiz_app.persistence.session import reading
from quiz_app.services.job_running import run_next_job
from quiz_app.storage import make_storage
from quiz_app.web.identity import get_cache
from tests.integration.visitor import find_token
from tests.servers.postgresql import PostgresqlServer, start_postgresql

VIEWS, QUICK_VIEWS = 15, 3
IMPORTED, QUICK_IMPORTED = 50_000, 5_000
DATABASE = "people"


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """One thing that was done, the median where it was done several times. ``memory_mb`` is by how much the peak of the
    process lay above what it held before.

    Targets are compared with processor time: each thing is done by one process after the other, so that it is the time
    that passes on a machine with nothing else to do. What passed by the clock stands beside it.
    """

    HEADINGS: ClassVar = (
        "what", "CPU-ms", "Python", "database", "wall ms", "memory MB", "to reach", "met",
    )  # fmt: skip
    WORDS: ClassVar = 1

    operation: str
    python_ms: float
    database_ms: float
    wall_ms: float
    memory_mb: float
    most_cpu_ms: float | None = None
    most_memory_mb: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether every target is met; None without one."""
        pairs = (
            (self.python_ms + self.database_ms, self.most_cpu_ms),
            (self.memory_mb, self.most_memory_mb),
        )
        asked = [reached <= most for reached, most in pairs if most is not None]
        return all(asked) if asked else None

    def cells(self) -> tuple[str, ...]:
        """The columns of HEADINGS."""
        targets = (
            (self.most_cpu_ms, "{:g} ms"), (self.most_memory_mb, "{:g} MB"),
        )  # fmt: skip
        return (
            self.operation,
            f"{self.python_ms + self.database_ms:.0f}",
            f"{self.python_ms:.0f}",
            f"{self.database_ms:.0f}",
            f"{self.wall_ms:.0f}",
            f"{self.memory_mb:.0f}",
            ", ".join(text.format(most) for most, text in targets if most is not None) or "–",
            {True: "yes", False: "NO", None: "–"}[self.is_met],
        )


def run(options: Options) -> list[PeopleRow]:
    """Seed, look at every page, take every list, import."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    folder.chmod(0o711)  # the account of the database server has to reach its own folder inside
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgresql = start_postgresql(folder / "postgresql", durable=True)
        stack.callback(postgresql.stop)
        prepare_template(postgresql, ["do-tai"])
        url = postgresql.create_database(DATABASE, template=TEMPLATE)
        settings = {"DATABASE_URL": url, "FILES_FOLDER": str(folder / "files"), "JOB_WORKERS": "0"}
        app = create_app(read_settings(ENVIRONMENT | settings))
        with app.app_context():
            stack.callback(db.engine.dispose)
            round_, version_ids = find_round()
        seed_people(url, round_, version_ids)
        # Outside of the context: each request gets one of its own, as on a server.
        bench = _Bench(app, postgresql, folder / "files", round_.id)
        return bench.measure(quick=options.quick)


class _Bench:
    """The engine in this process, with somebody of each kind signed in."""

    def __init__(self, app: Flask, postgresql: PostgresqlServer, files: Path, round_id: int) -> None:
        self._app, self._postgresql, self._files, self._round_id = app, postgresql, files, round_id
        self._clients = {login: _sign_in(app, login) for login in (ORGANISER, PROVINCE_LEAD, UNIT_LEAD)}

    def measure(self, *, quick: bool) -> list[PeopleRow]:
        """Every row of the table."""
        rounds, views = f"/organiser/rounds/{self._round_id}", QUICK_VIEWS if quick else VIEWS
        led = f"/unit/rounds/{self._round_id}"
        pages = (
            ("organiser's overview, cold", ORGANISER, f"{rounds}/overview", 150.0),
            ("organiser's list of people", ORGANISER, f"{rounds}/people", None),
            ("live board of the round", ORGANISER, rounds, None),
            ("lead of a unit: dashboard", UNIT_LEAD, "/unit/", 60.0),
            ("lead of a unit: list of people", UNIT_LEAD, f"{led}/people", 60.0),
            (f"lead of {UNITS + 1} units: dashboard", PROVINCE_LEAD, "/unit/", 60.0),
            (f"lead of {UNITS + 1} units: list of people", PROVINCE_LEAD, f"{led}/people", 60.0),
        )
        rows = [
            self._measure(name, lambda login=login, path=path: self._get(login, path), views, most_cpu_ms=most)  # type: ignore[misc]
            for name, login, path, most in pages
        ]
        rows += [
            self._measure("a unit's xlsx", lambda: self._take("xlsx", unit=SEEN_UNIT), views, most_cpu_ms=200.0),
            self._measure("a unit's pdf", lambda: self._take("pdf", unit=SEEN_UNIT), views, most_cpu_ms=1_000.0),
            self._measure(
                f"all {PEOPLE:,} people as xlsx",
                lambda: self._take("xlsx"), 1, most_cpu_ms=6_000.0, most_memory_mb=150.0,
            ),
            self._measure(
                f"job: zip of {UNITS} pdf", lambda: self._take("pdf", shape="zip"), 1, most_cpu_ms=180_000.0
            ),
        ]  # fmt: skip
        people = QUICK_IMPORTED if quick else IMPORTED
        content = make_staff_list(people)
        import_row = self._measure(
            f"staff list of {people:,} new people: read, confirmed, imported",
            lambda: self._import(content), 1, most_cpu_ms=60_000.0,
        )  # fmt: skip
        return [*rows, import_row]

    def _get(self, login: str, path: str) -> None:
        answer = self._clients[login].get(path)
        _expect(answer.status_code, 200, path)

    def _take(self, file_format: str, *, unit: int | None = None, shape: str = "one") -> None:
        client, path = self._clients[ORGANISER], f"/organiser/rounds/{self._round_id}/lists"
        fields = {"kind": "scores", "format": file_format, "shape": shape, "unit_id": unit or ""}
        answer = client.post(path, data=fields | {"csrf_token": self._token})
        if answer.status_code == 303:
            self._run_jobs(answer.location)
        else:
            _expect(answer.status_code, 200, path)

    def _import(self, content: bytes) -> None:
        client, path = self._clients[ORGANISER], "/organiser/staff-lists"
        fields = {"file": (BytesIO(content), "danh-sach.xlsx"), "csrf_token": self._token, "unit_id": ""}
        answer = client.post(path, data=fields)
        _expect(answer.status_code, 303, path)
        import_id = self._run_jobs(answer.location).message_values["import_id"]
        location = f"{path}/{import_id}"
        answer = client.post(f"{location}/confirm", data={"csrf_token": self._token})
        _expect(answer.status_code, 303, location)
        self._run_jobs(answer.location)

    def _run_jobs(self, location: str) -> Job:
        """Carry out what waits; the job of this address must then have ended well."""
        storage = make_storage(self._files)
        with self._app.app_context():
            while run_next_job(storage=storage, make_context=self._app.app_context, read_now=read_now):
                pass
            with reading() as work:
                job = jobs_store.find_job(work, int(location.rpartition("/")[2]))
        if job is None or job.state is not JobState.DONE:
            raise RuntimeError(f"the job did not end well: {job}")
        return job

    @property
    def _token(self) -> str:
        return find_token(self._clients[ORGANISER].get("/jobs/").text)

    def _measure(self, name: str, act: Callable[[], None], times: int, **most: float | None) -> PeopleRow:
        """The medians of so many times, after one more where it is done more than once."""
        taken = [self._measure_once(act) for _ in range(times + (times > 1))][-times:]
        python, database, wall, memory = (median(column) for column in zip(*taken, strict=True))
        return PeopleRow(name, python, database, wall, memory, **most)

    def _measure_once(self, act: Callable[[], None]) -> tuple[float, float, float, float]:
        with self._app.test_request_context():
            cache = get_cache()
        if isinstance(cache, ProcessCache):
            cache.__init__()  # type: ignore[misc]
        held, database = _forget_peak(), read_cpu_nanoseconds(self._postgresql.pids())
        wall, python = time.perf_counter(), time.process_time()
        act()
        wall_ms, python_ms = (time.perf_counter() - wall) * 1000, (time.process_time() - python) * 1000
        database_ms = (read_cpu_nanoseconds(self._postgresql.pids()) - database) / 1e6
        return python_ms, database_ms, wall_ms, (_read_status("VmHWM") - held) / 1024


def _sign_in(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    token = find_token(client.get("/sign-in").text)
    answer = client.post("/sign-in", data={"login": login, "password": PASSWORD, "csrf_token": token})
    _expect(answer.status_code, 302, "/sign-in")
    return client


def _expect(status: int, expected: int, path: str) -> None:
    if status != expected:
        raise RuntimeError(f"{path} answers {status} instead of {expected}")


def _forget_peak() -> int:
    """Let the peak of this process's memory begin anew (proc(5), clear_refs); the kilobytes that it holds now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _read_status("VmRSS")


def _read_status(name: str) -> int:
    """A number of kilobytes of ``/proc/self/status``."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise RuntimeError(f"the kernel does not tell {name}")
