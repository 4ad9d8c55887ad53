"""Before a round opens: pages that wait for the opening load themselves again, spread over some seconds."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.sitting import Stage, sign_in


@pytest.mark.usefixtures("page_clock")
def test_a_start_page_that_waits_opens_by_itself_after_the_opening(page: Page, stage: Stage, login: str) -> None:
    sign_in(page, stage.base_url, login)
    now_ms = int(time.time() * 1000)
    ((opens_at,),) = stage.run_sql("SELECT opens_at FROM rounds WHERE id = ?", stage.round_id)
    set_opening = "UPDATE rounds SET opens_at = ?, version = version + 1 WHERE id = ?"
    stage.run_sql(set_opening, now_ms + 300_000, stage.round_id)
    page.goto(f"{stage.base_url}/rounds/{stage.round_id}/start")
    expect(page.get_by_text("Trang này tự tải lại trong vòng 15 giây sau giờ mở")).to_be_visible()
    page.clock.run_for(60_000)
    expect(page.get_by_role("button", name="Bắt đầu làm bài")).to_have_count(0)
    stage.run_sql(set_opening, opens_at, stage.round_id)
    loads: list[str] = []
    page.on("load", lambda loaded: loads.append(loaded.url))
    page.clock.run_for(260_000)
    expect(page.get_by_role("button", name="Bắt đầu làm bài")).to_be_visible()
    assert len(loads) == 1
