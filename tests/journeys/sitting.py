"""What the journeys of the question page share: a server with one round, people at their devices, and the database."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from quiz_app.clock import read_now
from quiz_app.extensions import db
from tests.factories import PASSWORD, add_person, add_round, add_unit, make_app
from tests.servers.web import WebServer, start_web

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


@dataclass
class Stage:
    """A running server and the SQLite file behind it."""

    server: WebServer
    database_url: str
    round_id: int

    @property
    def base_url(self) -> str:
        return self.server.base_url

    def run_sql(self, sql: str, *values: Any) -> list[Any]:
        """Rows of a statement on the database itself, committed."""
        path = self.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
            return connection.execute(sql, values).fetchall()

    def read_saved(self, attempt_id: int) -> dict[str, Any]:
        """What is saved, by name ("0" a choice, "f0" a flag), without what was cleared or is not flagged."""
        ((stored,),) = self.run_sql("SELECT responses FROM attempts WHERE id = ?", attempt_id)
        return {name: entry[1] for name, entry in json.loads(stored).items() if is_set(name, entry[1])}

    def wait_for_saved(self, attempt_id: int, expected: dict[str, Any], *, seconds: float = 30) -> None:
        """Until the database holds exactly this; fails after so many seconds."""
        wait_until(lambda: self.read_saved(attempt_id) == expected, seconds=seconds)
        assert self.read_saved(attempt_id) == expected

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


def wait_until(is_true: Callable[[], bool], *, seconds: float) -> bool:
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


def sign_in(page: Page, base_url: str, login: str = "an") -> None:
    """By the form, as everybody does."""
    page.goto(f"{base_url}/sign-in")
    page.get_by_label("Tài khoản").fill(login)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page).to_have_url(f"{base_url}/my")


def start_attempt(page: Page, stage: Stage) -> int:
    """Start, or go on with the open attempt; its id. Returns when the page's script is at work."""
    page.goto(f"{stage.base_url}/rounds/{stage.round_id}/start")
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


def expect_saved(page: Page) -> None:
    """The line at the top says that all is saved."""
    expect(page.locator("#save-state")).to_contain_text("Đã lưu", timeout=10_000)
