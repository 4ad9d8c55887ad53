"""The servers of a run: a durable PostgreSQL of our own, and production web servers on it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import psycopg
from flask_migrate import upgrade

from load_tests.bench.floors import CREATE
from load_tests.bench.operations import PASSWORD
from quiz_app import create_app
from quiz_app.cli import load_contest_file
from quiz_app.clock import read_now
from quiz_app.config import read_settings
from quiz_app.extensions import db
from quiz_app.passwords import hash_password
from quiz_app.persistence.people import NewAccount, add_accounts
from quiz_app.persistence.session import transaction
from quiz_app.preparing import DEMONSTRATION
from quiz_app.run import make_command
from tests.servers.ports import find_free_port
from tests.servers.postgresql import PostgresqlServer
from tests.servers.web import WebServer, start_web

WEB_SERVERS = ("granian", "gunicorn")
TEMPLATE = "bench_template"
# The sweeper runs by the clock and not by attempt; its work would fall on whatever is being measured.
ENVIRONMENT = {"SECRET_KEY": "of-a-server-that-lives-as-long-as-a-run", "SWEEP_SECONDS": "0"}


def make_logins(count: int) -> list[str]:
    """The accounts of a run."""
    return [f"do-tai-{number:03d}" for number in range(count)]


def prepare_template(postgresql: PostgresqlServer, logins: list[str]) -> None:
    """A database with the demonstration contest, its real bank, and these participants: copied for each server."""
    fill_database(postgresql.create_database(TEMPLATE), logins)


def fill_database(url: str, logins: list[str]) -> None:
    """The same in this empty database."""
    app = create_app(read_settings(ENVIRONMENT | {"DATABASE_URL": url}))
    with app.app_context():
        upgrade()
        load_contest_file(DEMONSTRATION)
        password_hash = hash_password(PASSWORD)
        people = [
            NewAccount(login, f"Người dự thi {login}", password_hash, must_change_password=False) for login in logins
        ]
        with transaction() as work:
            add_accounts(work, people, read_now())
        db.engine.dispose()


def start_engine(postgresql: PostgresqlServer, server: str, folder: Path) -> WebServer:
    """The engine under this web server, on a copy of the template of its own."""
    url = postgresql.create_database(f"engine_{server}", template=TEMPLATE)
    return start_web(ENVIRONMENT | {"DATABASE_URL": url}, server=server, log_directory=folder)


def start_floors(postgresql: PostgresqlServer, server: str, folder: Path) -> WebServer:
    """The floors, on the command line that the engine is started with."""
    url = postgresql.create_database(f"floors_{server}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(CREATE)
    port = find_free_port()
    settings = replace(read_settings(ENVIRONMENT | {"DATABASE_URL": url}), server=server, port=port)
    command = [part.replace("wsgi:app", "load_tests.bench.floors:app") for part in make_command(settings)]
    if command[0] != sys.executable or "load_tests.bench.floors:app" not in command:
        raise RuntimeError("the engine's command line no longer names wsgi:app")
    return start_web({"DATABASE_URL": url}, port=port, command=command, log_directory=folder)


def start_logged_engine(postgresql: PostgresqlServer, folder: Path) -> WebServer:
    """One more engine, on a database whose sessions write every statement into the server's log; never for timing."""
    name = "engine_logged"
    url = postgresql.create_database(name, template=TEMPLATE)
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET log_statement = 'all'")
    return start_web(ENVIRONMENT | {"DATABASE_URL": url}, log_directory=folder)
