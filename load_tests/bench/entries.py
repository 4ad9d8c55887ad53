"""Group ``entries``: files of 20 MB handed in while people sit attempts, and the zip of all files.

Uploads go as the page's script sends them, in parts of 2 MB, each person on a connection of their own, all beginning at
the same moment; who is told to come back does so as the script does. A save is counted from the moment when it was due.
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
import secrets
import shutil
import struct
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from urllib.parse import urlencode

from load_tests.bench.client import Visitor, WrongAnswer, open_connection
from load_tests.bench.cpu import read_cpu_nanoseconds
from load_tests.bench.operations import Participant, open_sign_in_page, sign_in
from load_tests.bench.rows import Options, Row, Target
from load_tests.bench.savers import SAVERS, Savers
from load_tests.bench.servers import ENVIRONMENT, make_logins, prepare_template
from quiz_app import create_app
from quiz_app.clock import read_now
from quiz_app.config import read_settings
from quiz_app.domain.initiatives.entries import EntryFile, ScanState
from quiz_app.extensions import db
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.initiatives.files import RoundFile
from quiz_app.persistence.people import role_holders
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import Statement, reading, transaction
from quiz_app.services.entry_files.packing import PackedFile, stream_zip
from quiz_app.storage import FolderStorage
from tests.servers.postgresql import PostgresqlServer, start_postgresql
from tests.servers.web import WebServer, start_web

MEGABYTE = 1024 * 1024
SIZE, QUICK_SIZE = 20 * 1000 * 1000, 5 * 1000 * 1000
ALONE, QUICK_ALONE = 10, 3
AT_ONCE, QUICK_AT_ONCE = 500, 10
PEOPLE = 20
PART = 2 * MEGABYTE
REFERENCE_SECONDS = 10
BESIDE_SAVES = Target(p99_ms=200)
ZIPPED = 1024 * MEGABYTE
DATABASE = "entries"
_ROUNDS = Statement.from_sql("SELECT id FROM initiative_rounds ORDER BY closes_at DESC")


def run(options: Options) -> list[Row]:
    """Uploads alone, saves alone, uploads beside saves, and the zip."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    folder.chmod(0o711)  # the account of the database server has to reach its own folder inside
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgresql = start_postgresql(folder / "postgresql", durable=True)
        stack.callback(postgresql.stop)
        logins = make_logins(SAVERS + PEOPLE)
        prepare_template(postgresql, logins)
        url = postgresql.create_database(DATABASE, template="bench_template")
        at_once, alone = (QUICK_AT_ONCE, QUICK_ALONE) if options.quick else (AT_ONCE, ALONE)
        field_code, entry_ids = _add_entries(url, logins[SAVERS:], at_once + alone)
        environment = ENVIRONMENT | {"DATABASE_URL": url, "FILES_FOLDER": str(folder / "files")}
        engine = start_web(environment, server="granian", log_directory=folder)
        stack.callback(engine.stop)
        bench = _Bench(postgresql, engine, field_code, QUICK_SIZE if options.quick else SIZE)
        bench.sign_in(logins[SAVERS:])
        rows = [bench.upload_alone(entry_ids[:alone])]
        savers = Savers(engine.port, logins[:SAVERS])
        savers.sign_in()
        savers.start()
        rows += bench.upload_beside(entry_ids[alone:], savers)
        rows.append(_zip(folder))
        return rows


@dataclass
class _Bench:
    """The servers, and what is uploaded to which field."""

    postgresql: PostgresqlServer
    engine: WebServer
    field_code: str
    size: int
    people: list[Participant] = field(default_factory=list)
    told_to_wait: int = 0

    def sign_in(self, logins: list[str]) -> None:
        for login in logins:
            person = Participant(login, Visitor(open_connection(self.engine.port)))
            open_sign_in_page(person)
            sign_in(person)
            person.visitor.get("/my")
            self.people.append(person)

    def upload_alone(self, entries: list[tuple[int, int]]) -> Row:
        _say("uploads, one after the other")
        before = self._read()
        for entry in entries:
            upload_one(self._make_upload(entry))
        seconds, web, database = (now - then for now, then in zip(self._read(), before, strict=True))
        count = len(entries)
        told = f"{1000 * web / count:.0f} CPU-ms of Python a file, {1000 * database / count:.1f} of the database"
        return Row(f"{count} uploads of {self.size / 1e6:.0f} MB, one after the other", seconds, web, database,
                   _read_memory(self.engine.pids()), None, Target(), told)  # fmt: skip

    def upload_beside(self, entries: list[tuple[int, int]], savers: Savers) -> list[Row]:
        stop = threading.Event()
        threads = savers.run(stop)
        try:
            time.sleep(2)
            _say("saves alone")
            rows = [self._measure("saves alone", savers, lambda: time.sleep(REFERENCE_SECONDS), Target())]
            _say(f"{len(entries)} uploads at once")
            name = f"{len(entries)} uploads of {self.size / 1e6:.0f} MB at once, beside saves"
            rows.append(self._measure(name, savers, lambda: self._upload_all(entries), BESIDE_SAVES))
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        return rows

    def _measure(self, name: str, savers: Savers, act, target: Target) -> Row:
        before = self._read()
        act()
        seconds, web, database = (now - then for now, then in zip(self._read(), before, strict=True))
        saves = savers.measure(before[0])
        told = f"{saves.count} saves, median {saves.median_ms} ms, longest {saves.largest_ms} ms"
        if self.told_to_wait:
            told += f"; {self.told_to_wait} parts were told to come back"
        return Row(name, seconds, web, database, _read_memory(self.engine.pids()), saves.p99_ms, target, told)

    def _upload_all(self, entries: list[tuple[int, int]]) -> None:
        # In a process of its own: what is measured of a save must not be waiting for the other half of this program.
        uploads = [self._make_upload(entry) for entry in entries]
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            self.told_to_wait = pool.submit(upload_all, uploads).result()

    def _make_upload(self, entry: tuple[int, int]) -> Upload:
        visitor = self.people[entry[1]].visitor
        cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        return Upload(self.engine.port, entry[0], self.field_code, self.size, cookie, visitor.token)

    def _read(self) -> tuple[float, float, float]:
        return (
            time.perf_counter(),
            read_cpu_nanoseconds(self.engine.pids()) / 1e9,
            read_cpu_nanoseconds(self.postgresql.pids()) / 1e9,
        )


@dataclass(frozen=True)
class Upload:
    """A file for an entry, and whose session sends it; picklable."""

    port: int
    entry_id: int
    field_code: str
    size: int
    cookie: str
    token: str


def upload_all(uploads: list[Upload]) -> int:
    """All at once; how often a part was told to come back. Raises what the first that failed met."""
    with ThreadPoolExecutor(len(uploads)) as pool:
        return sum(pool.map(upload_one, uploads))


def upload_one(upload: Upload) -> int:
    """As the page's script does it; how often a part was told to come back."""
    head = _make_head(upload.size)
    token, offset, failures, told = secrets.token_hex(16), 0, 0, 0
    connection = open_connection(upload.port)
    headers = {
        "Cookie": upload.cookie, "X-CSRFToken": upload.token, "Accept": "application/json",
        "Content-Type": "application/octet-stream",
    }  # fmt: skip
    while offset < upload.size:
        query = urlencode({"field": upload.field_code, "name": "Phim.mp4", "token": token, "offset": offset,
                           "total": upload.size})  # fmt: skip
        path = f"/my/initiatives/{upload.entry_id}/files?{query}"
        try:
            length = min(PART, upload.size - offset)
            part = head + _BODY[len(head) : length] if offset == 0 else _BODY[:length]
            connection.request("POST", path, part, headers)
            response = connection.getresponse()
            answer, status = response.read(), response.status
        except (http.client.HTTPException, OSError):
            connection.close()
            answer, status = b"", 0
        if status == 200:
            offset, failures = min(upload.size, offset + PART), 0
        elif status in (0, 503):
            failures, told = failures + 1, told + 1
            time.sleep(min(4 if status else 20, 1.5 * 2 ** (failures - 1)) * (0.5 + secrets.randbelow(500) / 1000))
        else:
            raise WrongAnswer(f"{path}: {status}: {answer[:300]!r}")
    connection.close()
    return told


def _add_entries(url: str, logins: list[str], count: int) -> tuple[str, list[tuple[int, int]]]:
    """Drafts of the demonstration's round, and the field that takes films; each with the place of its person."""
    app = create_app(read_settings(ENVIRONMENT | {"DATABASE_URL": url}))
    now = read_now()
    found: list[tuple[int, int]] = []
    with app.app_context():
        with reading() as work:
            ids = [row.id for row in work.list_all(_ROUNDS)]
            rounds = [rounds_store.find_round(work, round_id) for round_id in ids]
            unit_id = unit_store.list_units(work)[0].id
            accounts = [role_holders.find_active_account(work, login) for login in logins]
        round_ = next(each for each in rounds if each is not None and each.opens_at <= now < each.closes_at)
        code = next(each.code for each in round_.settings.form.iterate_fields() if each.kind == "file")
        category = round_.settings.categories[0].code if round_.settings.categories else ""
        with transaction() as work:
            for number in range(count):
                person = number % len(logins)
                account = accounts[person]
                assert account is not None
                entry_id = entries_store.add_entry(
                    work, round_id=round_.id, unit_id=unit_id, created_by_id=account[0],
                    blind_code=secrets.token_hex(4).upper(), title=f"Sáng kiến {number}", category=category, values={},
                    search_text="", now=now,
                )  # fmt: skip
                found.append((entry_id, person))
        db.engine.dispose()
    return code, found


_BODY = os.urandom(PART)
"""What every part of every film is made of: hundreds of films of their own would not fit into the client's memory."""


def _make_head(size: int) -> bytes:
    """The beginning of a film of this size, like no other, so that each is a file of its own for the storage."""
    head = struct.pack(">I", 16) + b"ftypisom\0\0\2\0" + struct.pack(">I", 8) + b"moov"
    return head + struct.pack(">I", size - len(head)) + b"mdat" + secrets.token_bytes(32)


def _zip(folder: Path) -> Row:
    """Files of 1 GB in all, of nothing: what is measured is this program's memory and processor time."""
    _say("the zip")
    sparse = folder / "sparse"
    with sparse.open("wb") as stream:
        stream.truncate(20 * MEGABYTE)

    class Sparse(FolderStorage):
        def open_file(self, key: str) -> BufferedReader:
            return sparse.open("rb")

    now = datetime.now(UTC)
    count = ZIPPED // (20 * MEGABYTE)
    files = [
        PackedFile(
            f"{number}/Phim.mp4",
            RoundFile(
                EntryFile(number, number, "f", "Phim.mp4", "mp4", 20 * MEGABYTE, "0" * 64, ScanState.CLEAN, now),
                number, "Sáng kiến", "", "Đơn vị", 1, now,
            ),
        )
        for number in range(1, count + 1)
    ]  # fmt: skip
    held = _read_memory([os.getpid()])
    begun, cpu = time.perf_counter(), time.process_time()
    size, peak = 0, held
    for number, piece in enumerate(stream_zip(index=("index", b""), files=files, storage=Sparse(folder))):
        size += len(piece)
        if number % 100 == 0:
            peak = max(peak, _read_memory([os.getpid()]))
    seconds, used, grown = time.perf_counter() - begun, time.process_time() - cpu, peak - held
    told = f"{size / 1e9:.2f} GB; memory is what it took more"
    return Row("zip of all files, 1 GB", seconds, used, None, grown, None, Target(memory_mb=20), told)


def _read_memory(pids: list[int]) -> float:
    """Resident memory of these processes now, in MB."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
