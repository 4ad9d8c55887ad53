"""What the journeys share: a server with one round, people at their devices, and the database."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from quiz_app.clock import read_now
from quiz_app.extensions import db
from tests.factories import PASSWORD, add_person, add_round, add_unit, make_app
from tests.servers.web import WebServer, start_web

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
PATIENCE_SECONDS = 30
"""How long anything may take for which no requirement sets a limit: the machine may have much else to do."""
KEPT = "đang giữ trên máy này"
"""Part of what the page says of answers that the server does not have yet."""
CLOCK_SECONDS = 1.5
"""How far the time left that a page shows may be from that of the server; a begun second counts."""
ON_EACH_DATABASE = pytest.mark.parametrize(
    "stage", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)

OpenDevice = Callable[..., Page]
"""Opens a page on a device of its own: ``open_device(PHONE)``, with the options of a browser context."""


@dataclass
class Stage:
    """A running server and the database behind it."""

    server: WebServer
    database_url: str
    round_id: int

    @property
    def base_url(self) -> str:
        return self.server.base_url

    def run_sql(self, sql: str, *values: Any) -> list[Any]:
        """Rows of a statement on the database itself, committed; ``?`` stands for a value."""
        if not self.database_url.startswith("sqlite"):
            with psycopg.connect(self.database_url) as connection:
                cursor = connection.execute(sql.replace("?", "%s"), values)  # type: ignore[arg-type]
                return cursor.fetchall() if cursor.description else []
        path = self.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS)) as connection, connection:
            return connection.execute(sql, values).fetchall()

    def read_saved(self, attempt_id: int) -> dict[str, Any]:
        """What is saved, by name ("0" a choice, "f0" a flag), without what was cleared or is not flagged."""
        ((stored,),) = self.run_sql("SELECT responses FROM attempts WHERE id = ?", attempt_id)
        entries = json.loads(stored) if isinstance(stored, str) else stored
        return {name: entry[1] for name, entry in entries.items() if is_set(name, entry[1])}

    def wait_for_saved(self, attempt_id: int, expected: dict[str, Any], *, seconds: float = PATIENCE_SECONDS) -> None:
        """Until the database holds exactly this; fails after so many seconds."""
        wait_until(lambda: self.read_saved(attempt_id) == expected, seconds=seconds)
        saved = self.read_saved(attempt_id)
        assert saved == expected, f"after {seconds} s the database holds {saved}, not {expected}"

    def read_seconds_left(self, attempt_id: int) -> float:
        """What the clock of this machine, which is the server's, has left until the deadline."""
        ((deadline_ms,),) = self.run_sql("SELECT deadline_at FROM attempts WHERE id = ?", attempt_id)
        return deadline_ms / 1000 - time.time()

    def set_time_left(self, attempt_id: int, seconds: float) -> None:
        """Move the deadline of a running attempt."""
        now_ms = int(time.time() * 1000)
        self.run_sql(
            "UPDATE attempts SET deadline_at = ?, accepts_until_at = ? WHERE id = ?",
            *[now_ms + int(seconds * 1000)] * 2,
            attempt_id,
        )


def is_set(name: str, value: int | None) -> bool:
    """Whether something is chosen, or flagged."""
    return value == 1 if name.startswith("f") else value is not None


def wait_until(is_true: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> bool:
    """Look again and again, for so long; whether it came true."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if is_true():
            return True
        time.sleep(0.1)
    return is_true()


def start_stage(database_url: str, *, logins: tuple[str, ...] = ("an",), **changes: Any) -> Stage:
    """The production server with a round that is open now, ten questions in five minutes."""
    app = make_app(database_url)
    with app.app_context():
        now = read_now()
        round_ = add_round(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1), now=now, **changes)
        unit_id = add_unit()
        for login in logins:
            add_person(login, unit_id=unit_id)
        db.engine.dispose()
    server = start_web({"DATABASE_URL": database_url, "DEMONSTRATION": "no"})
    return Stage(server, database_url, round_.id)


def open_context(browser: Browser, viewport: dict[str, int] = DESKTOP, **options: Any) -> BrowserContext:
    """A browser of its own, as a person's device, in Vietnamese."""
    return browser.new_context(viewport=viewport, locale="vi-VN", **options)  # type: ignore[arg-type]


def fill_sign_in(page: Page, login: str) -> None:
    """By the form, as everybody does."""
    page.get_by_label("Tài khoản").fill(login)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


def sign_in(page: Page, base_url: str, login: str = "an") -> None:
    """Until the person's home is there."""
    page.goto(f"{base_url}/sign-in")
    fill_sign_in(page, login)
    expect(page).to_have_url(f"{base_url}/my")


def start_attempt(page: Page, stage: Stage, *, base_url: str = "") -> int:
    """Start, or go on with the open attempt; its id. Returns when the page's script is at work."""
    page.goto(f"{base_url or stage.base_url}/rounds/{stage.round_id}/start")
    page.get_by_role("button", name="Bắt đầu làm bài").or_(page.get_by_role("link", name="Tiếp tục")).click()
    wait_for_script(page)
    found = re.search(r"/attempts/(\d+)", page.url)
    assert found
    return int(found[1])


def wait_for_script(page: Page) -> None:
    """The palette is drawn by the script, near its end."""
    expect(page.locator("#palette li")).to_have_count(10)


def choose(page: Page, slot: int, position: int) -> None:
    """Press a row. On a phone the question must be the one in front."""
    page.locator(f'input[name="choice-{slot}"]').nth(position).click()


def look_at_again(page: Page) -> None:
    """As if the person came back to the page: it asks the server."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def count_kept(page: Page) -> int:
    """How many answers and flags wait in this browser, of whatever account."""
    count: int = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('journal')).length")
    return count


def expect_saved(page: Page) -> None:
    """The line at the top says that all is saved, and says so of the last choice too: nothing waits any more."""
    assert wait_until(lambda: count_kept(page) == 0), f"{count_kept(page)} still wait"
    expect(page.locator("#save-state")).to_contain_text("Đã lưu")


def let_time_pass(page: Page, seconds: int) -> None:
    """Run the page's installed clock, in steps: what its timers send can fail or succeed before later ones are due."""
    for _ in range(seconds):
        page.clock.run_for(1000)


def read_shown_seconds(page: Page) -> int:
    """The time left that the page shows."""
    minutes, _, seconds = page.locator(".timer [data-time-face]").inner_text().partition(":")
    return int(minutes) * 60 + int(seconds)


def expect_right_time(page: Page, stage: Stage, attempt_id: int) -> None:
    """The page comes to show the time that is left by the server's clock."""
    shown: list[float] = []

    def is_right() -> bool:
        # Looking takes time, too: what is shown was right at a moment between the two.
        latest = stage.read_seconds_left(attempt_id)
        shown[:] = [read_shown_seconds(page), latest]
        return stage.read_seconds_left(attempt_id) - CLOCK_SECONDS <= shown[0] <= latest + CLOCK_SECONDS

    assert wait_until(is_right), f"shown and left at last, in seconds: {shown}"


@contextmanager
def holding_back(page: Page, pattern: str) -> Iterator[None]:
    """Requests to such addresses wait until the end of the block: what the page shows meanwhile stays in front."""
    waiting: list[Route] = []
    is_over = False

    def hold(route: Route) -> None:
        if is_over:
            route.continue_()
        else:
            waiting.append(route)

    page.route(pattern, hold)
    yield
    is_over = True
    for route in waiting:
        route.continue_()
