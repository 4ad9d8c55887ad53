"""One server for the journeys of a file, and people who each have an account of their own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from quiz_app.domain.contests import Reveal
from tests.journeys.sitting import (
    DESKTOP,
    PATIENCE_SECONDS,
    OpenDevice,
    Stage,
    open_context,
    sign_in,
    start_attempt,
    start_stage,
)
from tests.servers.databases import PostgresqlCopies, SqliteCopies

LOGINS = tuple(f"p{number:02d}" for number in range(1, 40))

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def sqlite_stage(sqlite_copies: SqliteCopies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    url = sqlite_copies.make_copy(tmp_path_factory.mktemp("stage"))
    running = start_stage(url, logins=LOGINS, reveal_after_attempt=Reveal.TOPICS)
    yield running
    running.server.stop()


@pytest.fixture(scope="module")
def postgresql_stage(postgresql_copies: PostgresqlCopies) -> Iterator[Stage]:
    with postgresql_copies.copy() as url:
        running = start_stage(url, logins=LOGINS, reveal_after_attempt=Reveal.TOPICS)
        yield running
        running.server.stop()


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Stage:
    """A running server on SQLite, or ON_EACH_DATABASE; tests of one file share it, each with its own person."""
    running: Stage = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_stage")
    return running


@pytest.fixture(scope="module")
def _logins() -> Iterator[str]:
    return itertools.chain(LOGINS)


@pytest.fixture
def login(_logins: Iterator[str]) -> str:
    """A person whom no other test of the file knows."""
    return next(_logins)


@pytest.fixture
def open_device(chromium_browser: Browser) -> Iterator[OpenDevice]:
    """Opens pages, each in a browser of its own that is closed at the end."""
    contexts: list[BrowserContext] = []

    def open_one(viewport: dict[str, int] = DESKTOP, **options: Any) -> Page:
        contexts.append(open_context(chromium_browser, viewport, **options))
        return contexts[-1].new_page()

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_device: OpenDevice) -> Page:
    """A page on a desktop, in a browser of its own."""
    return open_device()


@pytest.fixture
def page_clock(page: Page) -> None:
    """The page's clock can be run ahead. Ask for this with ``usefixtures``: it comes before the page is loaded."""
    page.clock.install()


@pytest.fixture
def attempt_id(page: Page, stage: Stage, login: str) -> int:
    """The person is signed in, and the page is that of an attempt that has just been started."""
    sign_in(page, stage.base_url, login)
    return start_attempt(page, stage)
