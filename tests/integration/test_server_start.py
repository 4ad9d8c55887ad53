"""The start: what is wrong is said with what to do about it, and the server does not start half."""

from __future__ import annotations

import os
import socketserver
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from quiz_app import preparing, run
from quiz_app.clock import read_now
from quiz_app.extensions import db
from quiz_app.services import starting
from quiz_app.services.starting import CannotStart, ensure_can_start, ensure_migrated
from tests.factories import OPENING, add_unit, make_app, run_sql
from tests.servers.ports import find_free_port
from tests.servers.redis import RedisServer
from tests.servers.web import NOT_INHERITED, REPOSITORY

KEY = "k3y-" * 10


class Started(BaseException):
    """The server would take the process's place now."""


def start(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """Run the start up to where the web server takes over: its last words, or "started"."""
    for name in NOT_INHERITED:
        # Set first, so that what the start sets itself is taken back too.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name, value in {"SECRET_KEY": KEY, "DEMONSTRATION": "no", **environment}.items():
        monkeypatch.setenv(name, value)

    def take_over(*_: object) -> None:
        raise Started

    monkeypatch.setattr(run, "become", take_over)
    monkeypatch.setattr(run.os, "chdir", lambda _: None)
    with pytest.raises((Started, SystemExit)) as end:
        run.main()
    if isinstance(end.value, Started):
        return "started"
    assert end.value.code not in (0, None)
    return str(end.value.code)


def set_migration(database_url: str, revision: str) -> None:
    with make_app(database_url).app_context():
        run_sql("UPDATE alembic_version SET version_num = :revision RETURNING version_num", revision=revision)
        db.engine.dispose()


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("DATABASE_URL", "hello", "DATABASE_URL is not a database address"),
        ("DATABASE_URL", "mysql://root@localhost/x", "names mysql"),
        ("DATABASE_URL", "postgresql://u@localhost:port/x", "DATABASE_URL is not a database address"),
        ("DATABASE_URL", "postgresql+asyncpg://u@localhost/x", "without the name of a driver"),
        ("DATABASE_URL", "sqlite://", "needs a file after sqlite:///"),
        ("REDIS_URL", "127.0.0.1:6379", "REDIS_URL is an address such as redis://"),
        ("REDIS_URL", "redis://localhost:99999/0", "REDIS_URL is an address"),
        ("REDIS_URL", "http://localhost/", "REDIS_URL is an address"),
        ("SECRET_KEY", "short", "SECRET_KEY needs at least 32"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT is text or json"),
        ("METRICS_TOKEN", "short", "METRICS_TOKEN needs 16"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str) -> None:
    assert says in start(monkeypatch, **{variable: value})


def test_an_unreachable_postgresql_ends_the_process_with_one_sentence() -> None:
    port = find_free_port()
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    environment |= {"DATABASE_URL": f"postgresql://contest:s3cret-word@127.0.0.1:{port}/contest", "SECRET_KEY": KEY}
    done = subprocess.run(
        [sys.executable, "-m", "quiz_app.run"],
        cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "The database cannot be reached at postgresql+psycopg://contest:***@127.0.0.1" in done.stderr
    assert "Check that it runs, and DATABASE_URL." in done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cret-word" not in done.stdout + done.stderr


AT_THE_FORK = """
import os
from quiz_app import run

def tell(command):
    from prometheus_client import values
    paths = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
    links = [os.readlink(path) for path in paths if os.path.islink(path)]
    held = [link for link in links if link.startswith("socket") or ("contest-metrics" not in link and ".db" in link)]
    print(command[2], len(os.listdir("/proc/self/task")), held, values.ValueClass.__name__)

run.become = tell
run.main()
"""


def test_workers_are_forked_from_a_process_with_nothing_open(database_url: str, redis_server: RedisServer) -> None:
    # A connection or a thread's lock that a fork copies is used by two processes at once.
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    environment |= {"DATABASE_URL": database_url, "REDIS_URL": redis_server.url, "SECRET_KEY": KEY}
    done = subprocess.run(
        [sys.executable, "-c", AT_THE_FORK],
        cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "granian 1 [] MmapedValue", done.stdout


def test_a_database_that_is_not_there_or_is_none_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = start(monkeypatch, DATABASE_URL=f"sqlite:///{tmp_path}/no/such/folder/contest.db")
    assert "cannot be reached" in missing
    (tmp_path / "letter.db").write_bytes(b"Dear colleagues, " * 1000)
    assert "not a database" in start(monkeypatch, DATABASE_URL=f"sqlite:///{tmp_path}/letter.db")


def test_a_newer_database_is_refused_and_left_alone(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    set_migration(database_url, "9999")
    said = start(monkeypatch, DATABASE_URL=database_url)
    assert "of a newer release (migration 9999" in said
    with make_app(database_url).app_context():
        assert run_sql("SELECT version_num FROM alembic_version") == [("9999",)]
        ensure_migrated()  # Processes of before the upgrade go on.
        db.engine.dispose()


def test_a_database_one_migration_behind_is_brought_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    newest, before = starting.list_known_migrations()[:2]
    url = f"sqlite:///{tmp_path}/contest.db"
    from flask_migrate import upgrade

    app = make_app(url)
    with app.app_context():
        upgrade(revision=before)
        with pytest.raises(CannotStart, match=f"of migration {before}, this release needs {newest}"):
            ensure_migrated()
        db.engine.dispose()
    assert start(monkeypatch, DATABASE_URL=url) == "started"
    with closing(sqlite3.connect(tmp_path / "contest.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(newest,)]


@pytest.mark.parametrize("server", ["granian", "gunicorn"])
def test_a_bare_web_server_does_not_serve_a_database_that_is_behind(tmp_path: Path, server: str) -> None:
    """Someone starts the web server by hand, past the migrations."""
    port = str(find_free_port())
    commands = {
        "granian": ["granian", "wsgi:app", "--interface", "wsgi", "--port", port],
        "gunicorn": ["gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}"],
    }
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    environment |= {"DATABASE_URL": f"sqlite:///{tmp_path}/contest.db", "SECRET_KEY": KEY}
    done = subprocess.run(
        [sys.executable, "-m", *commands[server]],
        cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "The database is empty, this release needs" in done.stdout + done.stderr


def test_a_clock_that_is_off_stops_the_start(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ensure_can_start(now=read_now()) == []
    for wrong, says in ((timedelta(minutes=7), "420 s ahead of"), (timedelta(minutes=-7), "420 s behind")):
        with pytest.raises(CannotStart, match=says):
            ensure_can_start(now=read_now() + wrong)
    monkeypatch.setattr(preparing, "read_now", lambda: read_now() + timedelta(minutes=7))
    assert "timedatectl" in start(monkeypatch, DATABASE_URL=db.engine.url.render_as_string(hide_password=False))


def test_a_clock_that_jumped_back_is_said_and_does_not_stop(app: Flask) -> None:
    add_unit()
    late = int((read_now() + timedelta(hours=1) - OPENING).total_seconds() * 1000) + int(OPENING.timestamp() * 1000)
    run_sql(
        "INSERT INTO audit_entries (id, happened_at, action, subject_type, details)"
        " VALUES (1, :late, 'round_extended', 'round', '{}') RETURNING id",
        late=late,
    )
    (warning,) = ensure_can_start(now=read_now())
    assert "has not reached" in warning


def test_a_silent_redis_is_said_and_does_not_stop(
    monkeypatch: pytest.MonkeyPatch, sqlite_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"redis://127.0.0.1:{find_free_port()}/0"
    assert start(monkeypatch, DATABASE_URL=sqlite_database_url, REDIS_URL=url) == "started"
    assert "WARNING: Redis does not answer at REDIS_URL" in capsys.readouterr().err


def test_a_redis_that_refuses_the_password_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, sqlite_database_url: str
) -> None:
    class Refusing(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline():
                self.wfile.write(b"-WRONGPASS invalid username-password pair or user is disabled.\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"redis://:wrong@127.0.0.1:{server.server_address[1]}/0"
        said = start(monkeypatch, DATABASE_URL=sqlite_database_url, REDIS_URL=url)
        server.shutdown()
    assert "Redis refuses the password" in said
