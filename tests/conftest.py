"""Servers, browser and databases that tests share.

Nothing here skips: a server that is missing fails the test and says which package it needs.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.servers.databases import Migrate, PostgresqlCopies, SqliteCopies
from tests.servers.postgresql import PostgresqlMissing, PostgresqlServer, start_postgresql
from tests.servers.redis import RedisMissing, RedisServer, start_redis

CHROMIUM = "/usr/bin/chromium"
# Without a sandbox (the tests may run as root) and without traffic of the browser's own.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--headless=new",
]
# Fixtures that need more than Python, and the marker that names it: `-m "not browser"` leaves those out.
MARKER_OF_FIXTURE = {
    "chromium_browser": "browser",
    "postgresql_server": "postgresql",
    "postgresql_database_url": "postgresql",
}


# Folders whose tests start servers of their own or a browser, and go by the clock.
HEAVY = ("cluster", "faults", "load", "journeys")


def is_heavy(path: Path) -> bool:
    """Whether a test of this file keeps the machine busy by itself."""
    return any(folder in path.parts for folder in HEAVY)


class GroupedScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """With several processes: one works on all that is heavy, one after another; the others take file after file, so
    that what the tests of a file share is started once.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "heavy" if is_heavy(Path(file)) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupedScheduling:
    """In place of the one named by ``--dist``."""
    return GroupedScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the servers it asks for, so that no test has to say it; what takes longest comes first."""
    items.sort(key=lambda item: not is_heavy(item.path))
    for item in items:
        for fixture, marker in MARKER_OF_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


@pytest.fixture(scope="session")
def server_directory() -> Iterator[Path]:
    """A short, reachable folder: pytest's own are closed to the account PostgreSQL runs as."""
    directory = Path(tempfile.mkdtemp(prefix="contest-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_server(server_directory: Path) -> Iterator[PostgresqlServer]:
    """A fast PostgreSQL server for the whole run; do not kill it, start one of your own for that."""
    try:
        server = start_postgresql(server_directory / "postgresql", durable=False)
    except PostgresqlMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server(server_directory: Path) -> Iterator[RedisServer]:
    """A Redis server for the whole run; pause it only if the same test resumes it."""
    try:
        server = start_redis(server_directory / "redis")
    except RedisMissing as missing:
        pytest.fail(str(missing), pytrace=False)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Browser]:
    """Debian's Chromium without a window; open a context of your own in it."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.fail("Chromium is missing: apt-get install chromium, or run `make test`", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def migrate() -> Migrate:
    """What brings an empty database to the newest migration."""
    # Imported late: tests of the servers and of the item bank must run without the engine.
    from tests.factories import migrate_database

    return migrate_database


@pytest.fixture(scope="session")
def sqlite_copies(tmp_path_factory: pytest.TempPathFactory, migrate: Migrate) -> SqliteCopies:
    """The migrated SQLite file that tests get copies of."""
    return SqliteCopies(tmp_path_factory.mktemp("template"), migrate)


@pytest.fixture(scope="session")
def postgresql_copies(postgresql_server: PostgresqlServer, migrate: Migrate) -> PostgresqlCopies:
    """The migrated PostgreSQL database that tests get copies of."""
    return PostgresqlCopies(postgresql_server, migrate)


@pytest.fixture
def sqlite_database_url(sqlite_copies: SqliteCopies, tmp_path: Path) -> str:
    """An empty, migrated SQLite database of this test alone."""
    return sqlite_copies.make_copy(tmp_path)


@pytest.fixture
def postgresql_database_url(postgresql_copies: PostgresqlCopies) -> Iterator[str]:
    """An empty, migrated PostgreSQL database of this test alone."""
    with postgresql_copies.copy() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated database of this test alone: the test runs once on each kind of database."""
    url: str = request.getfixturevalue(f"{request.param}_database_url")
    return url


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application on an empty database of each kind, its context pushed."""
    from tests.factories import make_app

    application = make_app(database_url)
    with application.app_context():
        yield application
        from quiz_app.clock import follow
        from quiz_app.extensions import db

        # A test that started what runs in the background made this process follow a database's clock.
        follow(None)
        # PostgreSQL drops a test's database only when nobody is connected to it.
        db.engine.dispose()
