"""One server for the journeys of a file, and people who each have an account of their own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from quiz_app.domain.contests import Reveal
from tests.journeys.sitting import DESKTOP, Stage, open_context, start_stage
from tests.servers.databases import SqliteCopies

LOGINS = tuple(f"p{number:02d}" for number in range(1, 40))


@pytest.fixture(scope="module")
def stage(sqlite_copies: SqliteCopies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A running server; tests of one file share it, each with its own person."""
    url = sqlite_copies.make_copy(tmp_path_factory.mktemp("stage"))
    running = start_stage(url, logins=LOGINS, reveal_after_attempt=Reveal.TOPICS)
    yield running
    running.server.stop()


@pytest.fixture(scope="module")
def _logins() -> Iterator[str]:
    return itertools.chain(LOGINS)


@pytest.fixture
def login(_logins: Iterator[str]) -> str:
    """A person whom no other test of the file knows."""
    return next(_logins)


@pytest.fixture
def page(chromium_browser: Browser) -> Iterator[Page]:
    """A page on a desktop, in a browser of its own."""
    context = open_context(chromium_browser, DESKTOP)
    yield context.new_page()
    context.close()
