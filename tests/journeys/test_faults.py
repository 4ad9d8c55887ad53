"""No answer is lost when network, browser or server fails. Each test asks the database."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browsers import OwnBrowser
from tests.journeys.proxy import SwallowingProxy
from tests.journeys.sitting import (
    KEPT,
    ON_EACH_DATABASE,
    Stage,
    choose,
    count_kept,
    expect_right_time,
    expect_saved,
    fill_sign_in,
    holding_back,
    let_time_pass,
    read_shown_seconds,
    sign_in,
    start_attempt,
    wait_for_script,
    wait_until,
)

BANNER_SECONDS = 5
RETURN_SECONDS = 10
OFFLINE_SECONDS = 120
AWAY_SECONDS = 20
LONGEST_PAUSE_SECONDS = 8
"""Between two tries of the page to send."""
READ_COPIES = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("answers", 1);
  opening.onerror = () => reject(opening.error);
  opening.onupgradeneeded = () => opening.result.createObjectStore("journal");
  opening.onsuccess = () => {
    const reading = opening.result.transaction("journal").objectStore("journal").getAllKeys();
    reading.onsuccess = () => resolve(reading.result.map((key) => key.split(":").at(-1)));
  };
})"""
WRITE_BOTH = """([prefix, kept, copied]) => new Promise((resolve, reject) => {
  const toText = (entry) => (typeof entry === "string" ? entry : JSON.stringify(entry));
  for (const [name, entry] of Object.entries(kept)) localStorage.setItem(`${prefix}:${name}`, toText(entry));
  const opening = indexedDB.open("answers", 1);
  opening.onsuccess = () => {
    const writing = opening.result.transaction("journal", "readwrite");
    for (const [name, entry] of Object.entries(copied)) {
      writing.objectStore("journal").put(toText(entry), `${prefix}:${name}`);
    }
    writing.oncomplete = resolve;
    writing.onabort = reject;
  };
})"""


@ON_EACH_DATABASE
@pytest.mark.usefixtures("page_clock")
@pytest.mark.timeout(240)
def test_answers_given_in_two_minutes_offline_arrive_on_return(page: Page, stage: Stage, attempt_id: int) -> None:
    choose(page, 0, 2)
    expect_saved(page)
    tries: list[str] = []
    page.on("requestfailed", lambda request: tries.append(request.url))
    shown = read_shown_seconds(page)

    page.context.set_offline(True)
    expect(page.locator("#banner")).to_be_visible(timeout=BANNER_SECONDS * 1000)
    expect(page.locator("#banner")).to_contain_text("Thời gian vẫn tính")
    for slot in range(1, 10):
        choose(page, slot, slot % 4)
        let_time_pass(page, OFFLINE_SECONDS // 9)
    page.locator('input[name="flag-3"]').click()
    let_time_pass(page, OFFLINE_SECONDS % 9)
    assert shown - read_shown_seconds(page) >= OFFLINE_SECONDS
    # The page did not merely sit there: it tried again and again, with pauses that grow to a limit.
    assert len(tries) >= OFFLINE_SECONDS / LONGEST_PAUSE_SECONDS
    expect(page.locator("#save-state")).to_contain_text(f"9 câu trả lời {KEPT}")
    expect(page.locator("#palette-counts .is-unsent")).to_contain_text("9 chưa gửi")
    assert stage.read_saved(attempt_id) == {"0": 2}

    page.context.set_offline(False)
    expected = {"0": 2, "f3": 1} | {str(slot): slot % 4 for slot in range(1, 10)}
    stage.wait_for_saved(attempt_id, expected, seconds=RETURN_SECONDS)
    expect(page.locator("#banner")).to_contain_text("tất cả câu trả lời đã được gửi")
    expect_saved(page)
    expect_right_time(page, stage, attempt_id)  # two minutes of the page's clock were seconds to the server


@pytest.mark.timeout(240)
def test_a_browser_killed_while_offline_sends_after_reopening(
    chromium_browser: Browser, stage: Stage, login: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    own = OwnBrowser(chromium_browser, tmp_path / "profile")
    request.addfinalizer(own.kill)
    page = own.open_page()
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    choose(page, 0, 1)
    expect_saved(page)
    page.context.set_offline(True)
    for slot in (1, 2, 3):
        choose(page, slot, 3)
    expect(page.locator("#save-state")).to_contain_text(f"3 câu trả lời {KEPT}")
    # IndexedDB has them on the disk; localStorage the browser may still hold in memory alone.
    assert wait_until(lambda: page.evaluate(READ_COPIES) == ["1", "2", "3"])
    own.kill()
    assert stage.read_saved(attempt_id) == {"0": 1}

    page = own.open_page()
    page.goto(f"{stage.base_url}/attempts/{attempt_id}")
    if page.url.partition("?")[0].endswith("/sign-in"):
        # A killed browser may have forgotten its cookies; the journal waits for the same person.
        fill_sign_in(page, login)
    wait_for_script(page)
    stage.wait_for_saved(attempt_id, {"0": 1, "1": 3, "2": 3, "3": 3}, seconds=RETURN_SECONDS)
    expect(page.locator('input[name="choice-2"]').nth(3)).to_be_checked()


def test_what_a_killed_browser_wrote_last_counts_wherever_it_wrote_it(
    page: Page, stage: Stage, attempt_id: int
) -> None:
    choose(page, 4, 0)
    expect_saved(page)
    now = int(time.time() * 1000)
    leave_behind(
        page,
        stage,
        attempt_id,
        # A choice that was changed before the browser had written the change into localStorage, too; one of which it
        # had not yet removed what was long saved, and chosen anew since; and one newer than its copy.
        kept={"0": [now, 1], "4": [1, 0], "6": [now + 5, 2]},
        copied={"0": [now + 5, 3], "4": [now + 5, 2], "6": [now, 0]},
    )
    wait_for_script(page)
    expected = {"0": 3, "4": 2, "6": 2}
    stage.wait_for_saved(attempt_id, expected)
    for slot, position in expected.items():
        expect(page.locator(f'input[name="choice-{slot}"]').nth(position)).to_be_checked()
    expect_saved(page)
    assert wait_until(lambda: page.evaluate(READ_COPIES) == [])


def test_a_page_opened_again_shows_and_sends_what_was_kept(page: Page, stage: Stage, attempt_id: int) -> None:
    page.route("**/responses", lambda route: route.abort())
    now = int(time.time() * 1000)
    leave_behind(page, stage, attempt_id, kept={"0": [now, 1], "6": [now, 2]})
    wait_for_script(page)
    expect(page.locator('input[name="choice-6"]').nth(2)).to_be_checked()
    expect(page.locator("#save-state")).to_contain_text(f"2 câu trả lời {KEPT}")
    assert stage.read_saved(attempt_id) == {}
    page.unroute("**/responses")
    stage.wait_for_saved(attempt_id, {"0": 1, "6": 2})
    expect_saved(page)


@ON_EACH_DATABASE
@pytest.mark.timeout(240)
def test_a_server_that_is_away_for_twenty_seconds_loses_nothing(page: Page, stage: Stage, attempt_id: int) -> None:
    stage.server.kill_all()
    try:
        choose(page, 0, 0)
        choose(page, 1, 1)
        expect(page.locator("#banner")).to_be_visible(timeout=BANNER_SECONDS * 1000)
        page.wait_for_timeout(AWAY_SECONDS * 1000)
    finally:
        stage.server.restart()
    stage.wait_for_saved(attempt_id, {"0": 0, "1": 1}, seconds=RETURN_SECONDS)
    expect_saved(page)
    expect(page.locator("#banner")).to_contain_text("tất cả câu trả lời đã được gửi")


@ON_EACH_DATABASE
def test_swallowed_answers_make_harmless_duplicates(page: Page, stage: Stage, login: str) -> None:
    with closing(SwallowingProxy(stage.server.port)) as proxy:
        sign_in(page, proxy.base_url, login)
        attempt_id = start_attempt(page, stage, base_url=proxy.base_url)
        proxy.swallows = True
        choose(page, 0, 1)
        choose(page, 1, 2)
        choose(page, 0, 3)
        assert wait_until(lambda: proxy.swallowed >= 3)
        stage.wait_for_saved(attempt_id, {"0": 3, "1": 2})
        expect(page.locator("#save-state")).to_contain_text(KEPT)  # never "saved" without an acknowledgement
        proxy.swallows = False
        expect_saved(page)
        assert stage.read_saved(attempt_id) == {"0": 3, "1": 2}


def test_an_answer_after_the_end_is_not_counted_but_kept_on_record(page: Page, stage: Stage, attempt_id: int) -> None:
    choose(page, 0, 1)
    expect_saved(page)
    page.context.set_offline(True)
    choose(page, 1, 1)
    stage.set_time_left(attempt_id, 0)
    page.wait_for_timeout(300)
    with holding_back(page, "**/finish"):
        page.context.set_offline(False)
        dialog = page.locator("#over-dialog")
        expect(dialog).to_contain_text("Máy chủ đã nhận 1 câu trả lời đúng hạn")
        expect(dialog).to_contain_text("1 câu trả lời đến sau khi kết thúc")
    expect(page).to_have_url(f"{stage.base_url}/attempts/{attempt_id}/result")
    assert stage.read_saved(attempt_id) == {"0": 1}
    rows = stage.run_sql("SELECT slot, choice FROM late_responses WHERE attempt_id = ?", attempt_id)
    assert [(slot, json.loads(choice)) for slot, choice in rows] == [(1, 1)]
    assert count_kept(page) == 0


def test_a_journal_that_makes_no_sense_harms_nothing(page: Page, stage: Stage, attempt_id: int) -> None:
    now = int(time.time() * 1000)
    leave_behind(page, stage, attempt_id, kept={"99": [now, 1], "1": [now, 77], "2": "{broken", "3": [now, 3]})
    wait_for_script(page)
    stage.wait_for_saved(attempt_id, {"3": 3})
    choose(page, 1, 0)
    stage.wait_for_saved(attempt_id, {"1": 0, "3": 3})
    expect_saved(page)
    assert page.evaluate("localStorage.length") == 0


def leave_behind(
    page: Page, stage: Stage, attempt_id: int, *, kept: dict[str, object], copied: dict[str, object] | None = None
) -> None:
    """Load the page anew with this in the journal and in its copy, by name: sequence and value, or what the text is."""
    account_id = page.locator("#paper").get_attribute("data-account-id")
    address = page.url
    page.goto(f"{stage.base_url}/healthz")  # a place without scripts, of the same origin
    page.evaluate(WRITE_BOTH, [f"journal:{account_id}:{attempt_id}", kept, copied or {}])
    page.goto(address)
