"""``python -m load_tests.bench.rescoring``: a key put right when 300,000 attempts have the question, while saves go on.

What is measured is what the issue asks for: seconds until every attempt is scored anew, and how long a save takes
meanwhile, beside the same saves before it. Everything runs on this machine, this program included; processor seconds
say what the work itself costs on a machine that has nothing else to do.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import psycopg
from flask import Flask

from load_tests.bench.client import Visitor, open_connection
from load_tests.bench.cpu import read_cpu_nanoseconds
from load_tests.bench.operations import QUESTIONS, Participant, open_home, open_sign_in_page, save, sign_in, start
from load_tests.bench.servers import ENVIRONMENT, TEMPLATE, make_logins, prepare_template, start_engine
from load_tests.bench.table import describe_machine
from question_bank.keys import ChoiceKey
from quiz_app import create_app
from quiz_app.clock import read_now
from quiz_app.config import read_settings
from quiz_app.domain.contests import Round
from quiz_app.domain.jobs import Job, JobState
from quiz_app.domain.people import Person
from quiz_app.domain.results import RankedValues, make_rank_key
from quiz_app.extensions import db
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence import jobs as jobs_store
from quiz_app.persistence import people as people_store
from quiz_app.persistence.columns import from_ms, to_ms
from quiz_app.persistence.people import role_holders
from quiz_app.persistence.session import reading
from quiz_app.services import key_corrections
from tests.servers.postgresql import PostgresqlServer, start_postgresql
from tests.servers.web import REPOSITORY, WebServer

ATTEMPTS, ATTEMPTS_EACH = 300_000, 10
SAVES_A_SECOND, SAVERS = 50, 25
PAPERS = 5_000
"""Different papers with different answers; each is sat many times."""
FIRST_ACCOUNT, FIRST_ATTEMPT = 10_000_000, 20_000_000
REFERENCE_SECONDS = 20
DATABASE = "engine_granian"


@dataclass(frozen=True, slots=True)
class Latency:
    """Of saves, in milliseconds."""

    count: int
    median_ms: float
    p99_ms: float
    largest_ms: float


@dataclass(frozen=True, slots=True)
class Phase:
    """What took how long, and what it cost."""

    name: str
    seconds: float
    web_cpu_seconds: float
    database_cpu_seconds: float
    saves: Latency | None
    told: dict[str, int]


class Savers:
    """People in an attempt each, who save in turn, so many a second in all."""

    def __init__(self, port: int, logins: list[str]) -> None:
        self._people = [Participant(login, Visitor(open_connection(port))) for login in logins]
        self._taken: list[tuple[float, float]] = []
        self._lock = threading.Lock()

    def sign_in(self) -> None:
        """Each for themselves."""
        for person in self._people:
            open_sign_in_page(person)
            sign_in(person)
            open_home(person)

    def start(self) -> None:
        """A new attempt each: one lasts five minutes."""
        for person in self._people:
            # The server has closed a connection that waited; it opens again by itself.
            person.visitor.connection.close()
            start(person)

    def run(self, stop: threading.Event) -> list[threading.Thread]:
        """Save until the event is set."""
        threads = [
            threading.Thread(target=self._save, args=(person, number, stop))
            for number, person in enumerate(self._people)
        ]
        for thread in threads:
            thread.start()
        return threads

    def measure(self, since: float) -> Latency:
        """Saves begun after this moment (of ``perf_counter``)."""
        with self._lock:
            taken = sorted(ms for begun, ms in self._taken if begun >= since)
        p99 = taken[int(len(taken) * 0.99)]
        return Latency(len(taken), round(median(taken), 1), round(p99, 1), round(taken[-1], 1))

    def _save(self, person: Participant, number: int, stop: threading.Event) -> None:
        pause = len(self._people) / SAVES_A_SECOND
        due = time.perf_counter() + pause * number / len(self._people)
        while not stop.wait(max(0.0, due - time.perf_counter())):
            # From when it was due: a save that waits for the one before it has waited too.
            save(person)
            person.slots_saved %= QUESTIONS
            with self._lock:
                self._taken.append((due, (time.perf_counter() - due) * 1000))
            due += pause


def main() -> None:
    """Measure, print, and write ``build/rescoring.json``."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.bench.rescoring", description=__doc__)
    parser.add_argument("--attempts", type=int, default=ATTEMPTS)
    parser.add_argument("--json", type=Path, default=REPOSITORY / "build" / "rescoring.json")
    arguments = parser.parse_args()
    load_before = os.getloadavg()
    phases = measure(arguments.attempts)
    for phase in phases:
        print(
            f"{phase.name}: {phase.seconds:.1f} s; CPU web {phase.web_cpu_seconds:.1f} s, database "
            f"{phase.database_cpu_seconds:.1f} s; {phase.saves or 'no saves'}; {phase.told}"
        )
    print(f"{describe_machine()}; load average before {load_before[0]:.1f}")
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps([asdict(phase) for phase in phases], indent=1) + "\n", encoding="utf-8")


def measure(attempts: int) -> list[Phase]:
    """Saves alone, the preview, and the re-scoring while saves go on."""
    folder = Path(tempfile.mkdtemp(prefix="rescoring-"))
    folder.chmod(0o711)  # the account of the database server has to reach its own folder inside
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgresql = start_postgresql(folder / "postgresql", durable=True)
        stack.callback(postgresql.stop)
        logins = make_logins(SAVERS)
        prepare_template(postgresql, logins)
        _say("filling")
        fill(postgresql, attempts)
        engine = start_engine(postgresql, "granian", folder)
        stack.callback(engine.stop)
        url = postgresql.url.rsplit("/", 1)[0] + f"/{DATABASE}"
        app = create_app(read_settings(ENVIRONMENT | {"DATABASE_URL": url}))
        with app.app_context():
            try:
                return _measure(app, postgresql, engine, logins)
            finally:
                db.engine.dispose()


def _measure(app: Flask, postgresql: PostgresqlServer, engine: WebServer, logins: list[str]) -> list[Phase]:
    organiser, version_id, other_key = _find_what_to_correct()
    savers = Savers(engine.port, logins)
    savers.sign_in()

    def read() -> tuple[float, float, float]:
        return (
            time.perf_counter(),
            read_cpu_nanoseconds(engine.pids()) / 1e9,
            read_cpu_nanoseconds(postgresql.pids()) / 1e9,
        )

    def end(name: str, before: tuple[float, float, float], *, has_saves: bool, told: dict[str, int]) -> Phase:
        seconds, web, database = (now - then for now, then in zip(read(), before, strict=True))
        return Phase(name, seconds, web, database, savers.measure(before[0]) if has_saves else None, told)

    _say("preview")
    begun = read()
    preview_id = key_corrections.propose_key(organiser=organiser, version_id=version_id, key=other_key, now=read_now())
    job = _wait_for(preview_id)
    phases = [end("preview", begun, has_saves=False, told={"attempts": job.message_values["attempts"]})]
    savers.start()
    stop = threading.Event()
    threads = savers.run(stop)
    try:
        _say("saves alone")
        time.sleep(2)
        begun = read()
        time.sleep(REFERENCE_SECONDS)
        phases.append(end("saves alone", begun, has_saves=True, told={}))
        _say("re-scoring")
        begun = read()
        job_id = key_corrections.confirm_correction(
            organiser=organiser, version_id=version_id, preview_id=preview_id, reason="Đo tải.", now=read_now()
        )
        told = dict(_wait_for(job_id).message_values)
        phases.append(end("re-scoring", begun, has_saves=True, told=told))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return phases


def fill(postgresql: PostgresqlServer, attempts: int) -> None:
    """Add people with ten finished attempts each to the template, all with the same ten questions."""
    url = postgresql.url.rsplit("/", 1)[0] + f"/{TEMPLATE}"
    app = create_app(read_settings(ENVIRONMENT | {"DATABASE_URL": url}))
    with app.app_context():
        round_, version_ids = _find_round()
        db.engine.dispose()
    generator = random.Random(1)  # noqa: S311 - the same attempts at every run
    keys = _read_keys(url, version_ids)
    papers = [_make_paper(version_ids, keys, generator) for _ in range(PAPERS)]
    people = attempts // ATTEMPTS_EACH
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO accounts (id, login, name, password_hash, must_change_password, is_active, auth_version, "
            "created_at, name_key, search_text) SELECT %(first)s + n, 'nguoi-' || n, 'Người ' || n, '', false, true, "
            "1, 0, '', '' FROM generate_series(0, %(people)s - 1) AS n",
            {"first": FIRST_ACCOUNT, "people": people},
        )
        with connection.cursor().copy(
            "COPY attempts (id, round_id, account_id, ordinal, state, started_at, deadline_at, accepts_until_at, "
            "paper, shape, responses, finished_at, closed_by, elapsed_ms, correct_count, score_hundredths, rank_key) "
            "FROM STDIN"
        ) as copy:
            for number in range(people * ATTEMPTS_EACH):
                copy.write_row(_make_row(number, round_, generator, *generator.choice(papers)))
        connection.execute(
            "INSERT INTO results (round_id, account_id, attempt_count, attempt_id, score_hundredths, correct_count, "
            "elapsed_ms, finished_at, is_passed, rank_key, last_finished_at) "
            "SELECT DISTINCT ON (account_id) round_id, account_id, %(each)s, id, score_hundredths, correct_count, "
            "elapsed_ms, finished_at, score_hundredths >= %(cut)s, rank_key, finished_at FROM attempts "
            "WHERE state = 'finished' ORDER BY account_id, rank_key",
            {"each": ATTEMPTS_EACH, "cut": round_.settings.cut_score_hundredths},
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _read_keys(url: str, version_ids: list[int]) -> dict[int, int]:
    """The right position of each item version."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT id, key FROM item_versions WHERE id = ANY(%s)", [version_ids]).fetchall()
    return {version_id: json.loads(key)["right"][0] for version_id, key in rows}


def _find_round() -> tuple[Round, list[int]]:
    """The ranked round, and ten of its bank's single choices with four options."""
    with reading() as work:
        round_ = next(each for each in contests_store.list_rounds(work) if each.settings.is_ranked)
        items = items_store.map_current_items(work, round_.bank_id)
    plain = sorted(id_ for id_, item in items.items() if item.kind == "single_choice" and len(item.options) == 4)
    return round_, plain[:QUESTIONS]


def _find_what_to_correct() -> tuple[Person, int, ChoiceKey]:
    with reading() as work:
        account = role_holders.find_active_account(work, "quantri")
        person = people_store.find_person(work, account[0]) if account else None
        _, version_ids = _find_round()
        item = items_store.find_version(work, version_ids[0])
    if person is None or item is None or not isinstance(item.key, ChoiceKey):
        raise RuntimeError("the demonstration has no administrator or no such question")
    return person, version_ids[0], ChoiceKey(frozenset({(min(item.key.right) + 1) % 4}))


def _make_paper(version_ids: list[int], keys: dict[int, int], generator: random.Random) -> tuple[str, str, str, int]:
    """Paper, shape and responses as stored, and how many are right."""
    slots, responses, right = [], {}, 0
    for number, version_id in enumerate(generator.sample(version_ids, len(version_ids))):
        order = generator.sample("0123", 4)
        slots.append([version_id, "".join(order)])
        choice = order.index(str(keys[version_id])) if generator.random() < 0.5 else generator.randrange(4)
        if generator.random() < 0.97:
            responses[str(number)] = [1_700_000_000_000 + number, choice, 1000 * (number + 1)]
            right += order[choice] == str(keys[version_id])
    compact = {"separators": (",", ":")}
    return json.dumps(slots, **compact), "c04" * len(slots), json.dumps(responses, **compact), right  # type: ignore[arg-type]


def _make_row(
    number: int, round_: Round, generator: random.Random, paper: str, shape: str, responses: str, right: int
) -> tuple[object, ...]:
    started_at = to_ms(round_.opens_at) + number
    elapsed = generator.randrange(60_000, 299_000)
    score = right * round_.settings.scale_hundredths // QUESTIONS
    values = RankedValues(score, elapsed, from_ms(started_at + elapsed))
    return (
        FIRST_ATTEMPT + number, round_.id, FIRST_ACCOUNT + number // ATTEMPTS_EACH, number % ATTEMPTS_EACH + 1,
        "finished", started_at, started_at + 300_000, started_at + 305_000, paper, shape, responses,
        started_at + elapsed, "participant", elapsed, right, score,
        make_rank_key(values, round_.settings.rank_order),
    )  # fmt: skip


def _wait_for(job_id: int) -> Job:
    give_up = time.monotonic() + 1800
    while time.monotonic() < give_up:
        time.sleep(0.5)
        with reading() as work:
            job = jobs_store.find_job(work, job_id)
        if job is not None and job.is_over:
            if job.state is not JobState.DONE:
                raise RuntimeError(f"the job ended as {job.state}: {job.message} {job.message_values}")
            return job
    raise RuntimeError("the job does not end")


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
