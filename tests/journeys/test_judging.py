"""A judge's sheet on a phone: saved while it is filled in, also after a while offline; and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from quiz_app.clock import read_now
from quiz_app.extensions import db
from quiz_app.persistence.columns import to_ms
from tests.factories import make_app, run_sql
from tests.integration.test_judging import Court
from tests.journeys.sitting import DESKTOP, PATIENCE_SECONDS, PHONE, OpenDevice, fill_sign_in
from tests.servers.databases import SqliteCopies
from tests.servers.web import WebServer, start_web

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@dataclass
class Bench:
    """A server, and the ids that its pages are addressed by."""

    server: WebServer
    round_id: int
    entry_ids: list[int]

    def enter(self, page: Page, login: str) -> None:
        """Sign in; judges and organisers have homes of their own."""
        self.open(page, "/sign-in")
        fill_sign_in(page, login)
        expect(page.locator(".account-menu")).to_be_visible()

    def open(self, page: Page, path: str) -> None:
        page.goto(f"{self.server.base_url}{path}")


@pytest.fixture(scope="module")
def bench(sqlite_copies: SqliteCopies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A round with a panel; two of its judges have both initiatives."""
    url = sqlite_copies.make_copy(tmp_path_factory.mktemp("judging"))
    app = make_app(url)
    with app.app_context():
        court = Court()
        for entry_id in court.entries:
            court.give(entry_id, *court.judges[:2])
        end = to_ms(read_now() + timedelta(days=3))
        run_sql(
            "UPDATE initiative_rounds SET judging_closes_at = :end WHERE judging_closes_at > 0 RETURNING id", end=end
        )
        db.engine.dispose()
    server = start_web({"DATABASE_URL": url, "DEMONSTRATION": "no"})
    yield Bench(server, court.round.id, court.entries)
    server.stop()


class Looker:
    """Collects what axe finds, and refuses pages that are wider than the screen."""

    def __init__(self, page: Page, width: int) -> None:
        self.page = page
        self.width = width
        self.found: list[str] = []

    def look(self, state: str) -> None:
        response: Any = Axe().run(self.page, options=RULES).response
        self.found += [
            f"{state}: {rule['id']} {node['target']}" for rule in response["violations"] for node in rule["nodes"]
        ]
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, f"{state} is {wide} pixels wide"


def expect_state(page: Page, state: str) -> None:
    """Until the line of the sheet says so: saved, waiting, refused."""
    expect(page.locator("[data-save-line]")).to_have_attribute("data-state", state)


@pytest.mark.timeout(240)
def test_a_judge_on_a_phone(open_device: OpenDevice, bench: Bench) -> None:
    page = open_device(PHONE, reduced_motion="reduce")
    looker = Looker(page, PHONE["width"])
    bench.enter(page, "giam-khao-0")
    bench.open(page, "/judge/")
    looker.look("list")
    page.locator("a.btn-primary").click()
    looker.look("sheet")
    first = page.url

    page.locator("[data-code=novelty] [data-turn='1']").click()
    assert page.locator("#mark-novelty").input_value() == "30"
    page.locator("[data-code=novelty] [data-turn='-1']").click()
    page.locator("#mark-effect").fill("41")
    expect_state(page, "partial")
    expect(page.locator("#problem-effect")).to_be_visible()
    expect(page.locator("[data-total]")).to_have_text("29,5")
    looker.look("sheet with a problem")

    page.context.set_offline(True)
    page.locator("#mark-effect").fill("20,5")
    expect_state(page, "waiting")
    looker.look("offline")
    page.context.set_offline(False)
    expect_state(page, "saved")
    expect(page.locator("#problem-effect")).to_be_hidden()
    page.reload()
    assert page.locator("#mark-effect").input_value() == "20,5"
    expect(page.locator("[data-total]")).to_have_text("50")

    page.locator("[data-confirm] summary").click()
    expect(page.locator("#confirm-dialog")).to_be_visible()
    looker.look("dialog")
    page.locator("[data-dialog-close]").click()
    expect(page.locator("#confirm-dialog")).to_be_hidden()
    page.locator("[data-confirm] summary").click()
    page.locator("[data-dialog-confirm]").click()
    page.wait_for_url(lambda url: url != first)
    assert page.locator("#sheet-form").count() == 1, "the next sheet"
    bench.open(page, first.removeprefix(bench.server.base_url))
    assert page.locator("#sheet-form").count() == 0
    looker.look("confirmed")
    bench.open(page, "/judge/conflicts")
    looker.look("conflicts")
    assert not looker.found, "\n".join(looker.found)


def test_two_tabs_do_not_overwrite_each_other(open_device: OpenDevice, bench: Bench) -> None:
    page = open_device()
    bench.enter(page, "giam-khao-1")
    bench.open(page, "/judge/")
    page.locator("a.btn-primary").click()
    other = page.context.new_page()
    other.goto(page.url)
    page.locator("#mark-novelty").fill("40")
    expect_state(page, "saved")
    other.locator("#mark-novelty").fill("10")
    expect_state(other, "refused")
    page.reload()
    assert page.locator("#mark-novelty").input_value() == "40"


def test_a_judge_without_scripts(open_device: OpenDevice, bench: Bench) -> None:
    page = open_device(PHONE, java_script_enabled=False)
    bench.enter(page, "giam-khao-1")
    bench.open(page, "/judge/")
    page.locator(".sheet-list a").last.click()
    address = page.url
    page.locator("#mark-novelty").fill("45")
    page.locator("[data-plain-save]").click()
    page.wait_for_load_state()
    assert page.locator("#mark-novelty").input_value() == "45"
    page.locator("#mark-effect").fill("41")
    page.locator("[data-confirm] summary").click()
    page.locator(".confirm-body button").click()
    expect(page.locator("#problem-effect")).to_be_visible()
    page.locator("#mark-effect").fill("30")
    page.locator("[data-confirm] summary").click()
    page.locator(".confirm-body button").click()
    page.goto(address)
    assert page.locator("#sheet-form").count() == 0


@pytest.mark.timeout(240)
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_organisers_pages(open_device: OpenDevice, bench: Bench, viewport: dict[str, int]) -> None:
    page = open_device(viewport, reduced_motion="reduce")
    looker = Looker(page, viewport["width"])
    bench.enter(page, "ban-to-chuc")
    base = f"/organiser/initiatives/{bench.round_id}/judging"
    for path in (base, *(f"{base}/{name}" for name in ("panels", "entries", "ranking", "conflicts", "table"))):
        bench.open(page, path)
        for summary in page.locator("main details > summary").all():
            summary.click()
        looker.look(path)
    bench.open(page, f"/organiser/judging/entries/{bench.entry_ids[0]}")
    looker.look("entry")
    assert not looker.found, "\n".join(looker.found)
