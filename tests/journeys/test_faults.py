"""No answer is lost when network, browser, server, session or clock fails. Each test asks the database."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories import PASSWORD
from tests.journeys.browsers import OwnBrowser
from tests.journeys.proxy import SwallowingProxy
from tests.journeys.sitting import (
    DESKTOP,
    PHONE,
    Stage,
    choose,
    expect_saved,
    open_context,
    sign_in,
    start_attempt,
    wait_for_script,
    wait_until,
)

BANNER_SECONDS = 5
RETURN_SECONDS = 10
KEPT = "đang giữ trên máy này"


def test_answers_given_offline_arrive_on_return(page: Page, stage: Stage, login: str) -> None:
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    choose(page, 0, 2)
    expect_saved(page)

    page.context.set_offline(True)
    expect(page.locator("#banner")).to_be_visible(timeout=BANNER_SECONDS * 1000)
    expect(page.locator("#banner")).to_contain_text("Thời gian vẫn tính")
    for slot in range(1, 10):
        choose(page, slot, slot % 4)
    page.locator('input[name="flag-3"]').click()
    expect(page.locator("#save-state")).to_contain_text(f"9 câu trả lời {KEPT}")
    expect(page.locator("#palette-counts .is-unsent")).to_contain_text("9 chưa gửi")
    page.wait_for_timeout(12_000)  # long enough for several vain tries, whose pauses grow
    assert stage.read_saved(attempt_id) == {"0": 2}

    page.context.set_offline(False)
    expected = {"0": 2, "f3": 1} | {str(slot): slot % 4 for slot in range(1, 10)}
    stage.wait_for_saved(attempt_id, expected, seconds=RETURN_SECONDS)
    expect(page.locator("#banner")).to_contain_text("tất cả câu trả lời đã được gửi")
    expect_saved(page)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('journal')).length") == 0


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
    page.wait_for_timeout(1000)
    own.kill()  # the browser had no time to write localStorage to the disk
    assert stage.read_saved(attempt_id) == {"0": 1}

    page = own.open_page()
    page.goto(f"{stage.base_url}/attempts/{attempt_id}")
    if page.url.partition("?")[0].endswith("/sign-in"):
        # A killed browser may have forgotten its cookies; the journal waits for the same person.
        page.get_by_label("Tài khoản").fill(login)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
    wait_for_script(page)
    stage.wait_for_saved(attempt_id, {"0": 1, "1": 3, "2": 3, "3": 3}, seconds=RETURN_SECONDS)
    expect(page.locator('input[name="choice-2"]').nth(3)).to_be_checked()


def test_a_page_opened_again_shows_and_sends_what_was_kept(page: Page, stage: Stage, login: str) -> None:
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    account_id = page.locator("#paper").get_attribute("data-account-id")
    address = page.url
    page.goto(f"{stage.base_url}/healthz")  # a place without scripts, of the same origin
    page.evaluate(
        """([prefix, now]) => {
          localStorage.setItem(`${prefix}:0`, JSON.stringify([now, 1]));
          localStorage.setItem(`${prefix}:6`, JSON.stringify([now, 2]));
        }""",
        [f"journal:{account_id}:{attempt_id}", int(time.time() * 1000)],
    )
    page.route("**/responses", lambda route: route.abort())
    page.goto(address)
    wait_for_script(page)
    expect(page.locator('input[name="choice-6"]').nth(2)).to_be_checked()
    expect(page.locator("#save-state")).to_contain_text(f"2 câu trả lời {KEPT}")
    assert stage.read_saved(attempt_id) == {}
    page.unroute("**/responses")
    stage.wait_for_saved(attempt_id, {"0": 1, "6": 2})
    expect_saved(page)


@pytest.mark.timeout(180)
def test_a_server_that_is_away_for_twenty_seconds_loses_nothing(page: Page, stage: Stage, login: str) -> None:
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    stage.server.kill_all()
    try:
        choose(page, 0, 0)
        choose(page, 1, 1)
        expect(page.locator("#banner")).to_be_visible(timeout=BANNER_SECONDS * 1000)
        time.sleep(20)
    finally:
        stage.server.restart()
    stage.wait_for_saved(attempt_id, {"0": 0, "1": 1}, seconds=RETURN_SECONDS)
    expect_saved(page)
    expect(page.locator("#banner")).to_contain_text("tất cả câu trả lời đã được gửi")


def test_swallowed_answers_make_harmless_duplicates(page: Page, stage: Stage, login: str) -> None:
    proxy = SwallowingProxy(stage.server.port)
    sign_in(page, proxy.base_url, login)
    page.goto(f"{proxy.base_url}/rounds/{stage.round_id}/start")
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    wait_for_script(page)
    attempt_id = int(page.url.rpartition("/")[2])
    proxy.swallows = True
    choose(page, 0, 1)
    choose(page, 1, 2)
    choose(page, 0, 3)
    assert wait_until(lambda: proxy.swallowed >= 3, seconds=15)
    stage.wait_for_saved(attempt_id, {"0": 3, "1": 2})
    expect(page.locator("#save-state")).to_contain_text(KEPT)  # never "saved" without an acknowledgement
    proxy.swallows = False
    expect_saved(page)
    assert stage.read_saved(attempt_id) == {"0": 3, "1": 2}
    proxy.close()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_session_that_ended_is_renewed_in_place(
    chromium_browser: Browser, stage: Stage, login: str, viewport: dict[str, int]
) -> None:
    context = open_context(chromium_browser, viewport)
    page = context.new_page()
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    stage.run_sql("UPDATE accounts SET auth_version = auth_version + 1 WHERE login = ?", login)
    choose(page, 0, 1)
    dialog = page.get_by_role("dialog", name="Đăng nhập lại")
    expect(dialog).to_be_visible()
    assert stage.read_saved(attempt_id) == {}

    dialog.get_by_label("Mật khẩu").fill("sai-mat-khau")
    dialog.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator("#sign-in-problem")).to_contain_text("không đúng")
    dialog.get_by_label("Mật khẩu").fill(PASSWORD)
    dialog.get_by_role("button", name="Đăng nhập").click()
    expect(dialog).to_be_hidden()
    stage.wait_for_saved(attempt_id, {"0": 1})
    expect_saved(page)
    # The page goes on under the new session, without having been loaded again.
    choose(page, 0, 2)
    stage.wait_for_saved(attempt_id, {"0": 2})
    context.close()


@pytest.mark.parametrize("days", [1, -1])
def test_a_device_clock_that_is_a_day_off_changes_nothing(
    chromium_browser: Browser, stage: Stage, login: str, days: int
) -> None:
    context = open_context(chromium_browser)
    context.add_init_script(f"const now = Date.now; Date.now = () => now() + {days * 86_400_000};")
    page = context.new_page()
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    choose(page, 0, 1)
    expect_saved(page)
    expected = 300 - (time.time() - read_start(stage, attempt_id))
    assert abs(read_shown_seconds(page) - expected) <= 1.5
    # Set while the attempt runs: the page asks the server, and goes on.
    page.evaluate("Date.now = ((now) => () => now() - 7 * 86400000)(Date.now)")
    choose(page, 0, 2)
    stage.wait_for_saved(attempt_id, {"0": 2})
    page.wait_for_timeout(2500)
    expected = 300 - (time.time() - read_start(stage, attempt_id))
    assert abs(read_shown_seconds(page) - expected) <= 1.5
    context.close()


def test_a_timer_that_stood_still_is_put_right_when_the_page_is_looked_at(page: Page, stage: Stage, login: str) -> None:
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    stage.set_time_left(attempt_id, 100)  # as if the device had slept for most of the time
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert wait_until(lambda: abs(read_shown_seconds(page) - 100) <= 2, seconds=3)


def test_two_devices_on_one_attempt_come_to_the_same(chromium_browser: Browser, stage: Stage, login: str) -> None:
    contexts = [open_context(chromium_browser), open_context(chromium_browser)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(pages[0], stage)
    assert start_attempt(pages[1], stage) == attempt_id
    chance = random.Random(20221015)  # noqa: S311 - the same journey each time
    expected = {}
    for _ in range(24):
        page, slot, position = chance.choice(pages), chance.randrange(4), chance.randrange(4)
        if page.locator(f'input[name="choice-{slot}"]').nth(position).is_checked():
            continue  # pressing it again is no change
        choose(page, slot, position)
        expected[str(slot)] = position
        stage.wait_for_saved(attempt_id, expected)
        page.wait_for_timeout(chance.choice([0, 30]))
    for page in pages:
        # Looking at a device again is enough for it to show what the other one chose last.
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        for slot, position in expected.items():
            expect(page.locator(f'input[name="choice-{slot}"]').nth(position)).to_be_checked()
    for context in contexts:
        context.close()


def test_the_older_device_is_told_that_a_newer_choice_counts(
    chromium_browser: Browser, stage: Stage, login: str
) -> None:
    first, second = open_context(chromium_browser).new_page(), open_context(chromium_browser).new_page()
    for page in (first, second):
        sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(first, stage)
    start_attempt(second, stage)
    choose(first, 0, 0)
    expect_saved(first)
    choose(second, 0, 2)
    expect_saved(second)
    choose(first, 1, 1)
    note = first.locator("#question-1 .overtaken")
    expect(note).to_contain_text("vừa được trả lời trên thiết bị hoặc cửa sổ khác: C")
    expect(first.locator('input[name="choice-0"]').nth(2)).to_be_checked()
    stage.wait_for_saved(attempt_id, {"0": 2, "1": 1})
    for page in (first, second):
        page.context.close()


def test_two_windows_of_one_browser_share_what_is_kept(chromium_browser: Browser, stage: Stage, login: str) -> None:
    context = open_context(chromium_browser)
    first, second = context.new_page(), context.new_page()
    sign_in(first, stage.base_url, login)
    attempt_id = start_attempt(first, stage)
    second.goto(first.url)
    wait_for_script(second)
    context.set_offline(True)
    choose(first, 0, 0)
    choose(second, 1, 1)
    expect(second.locator('input[name="choice-0"]').nth(0)).to_be_checked()
    choose(second, 0, 3)
    context.set_offline(False)
    stage.wait_for_saved(attempt_id, {"0": 3, "1": 1})
    expect(first.locator('input[name="choice-0"]').nth(3)).to_be_checked()
    context.close()


def test_another_account_on_the_same_browser_sees_and_sends_nothing(
    chromium_browser: Browser, stage: Stage, login: str
) -> None:
    context = open_context(chromium_browser)
    page = context.new_page()
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    context.set_offline(True)
    choose(page, 0, 1)
    expect(page.locator("#save-state")).to_contain_text(KEPT)
    page.on("dialog", lambda dialog: dialog.accept())
    page.close(run_before_unload=False)
    context.clear_cookies()
    context.set_offline(False)

    page = context.new_page()
    other = "p39"
    sign_in(page, stage.base_url, other)
    other_attempt = start_attempt(page, stage)
    assert page.locator("input[type=radio]:checked").count() == 0
    choose(page, 5, 0)
    stage.wait_for_saved(other_attempt, {"5": 0})
    assert stage.read_saved(attempt_id) == {}
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('journal')).length") == 1

    # The first person comes back: what was kept for them is sent from their first page.
    context.clear_cookies()
    sign_in(page, stage.base_url, login)
    stage.wait_for_saved(attempt_id, {"0": 1})
    context.close()


def test_signing_out_first_sends_what_is_left_and_leaves_nothing(page: Page, stage: Stage, login: str) -> None:
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    account_id = page.locator("#paper").get_attribute("data-account-id")
    page.goto(f"{stage.base_url}/my")
    key = f"journal:{account_id}:{attempt_id}:7"
    page.evaluate("(key) => localStorage.setItem(key, JSON.stringify([Date.now(), 2]))", key)
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    expect(page).to_have_url(f"{stage.base_url}/")
    assert stage.read_saved(attempt_id) == {"7": 2}
    assert page.evaluate("localStorage.length") == 0


def test_an_answer_after_the_end_is_not_counted_but_kept_on_record(page: Page, stage: Stage, login: str) -> None:
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    choose(page, 0, 1)
    expect_saved(page)
    page.context.set_offline(True)
    choose(page, 1, 1)
    stage.set_time_left(attempt_id, 0)
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    dialog = page.locator("#over-dialog")
    expect(dialog).to_contain_text("Máy chủ đã nhận 1 câu trả lời đúng hạn")
    expect(dialog).to_contain_text("1 câu trả lời đến sau khi kết thúc")
    expect(page).to_have_url(f"{stage.base_url}/attempts/{attempt_id}/result", timeout=15_000)
    assert stage.read_saved(attempt_id) == {"0": 1}
    rows = stage.run_sql("SELECT slot, choice FROM late_responses WHERE attempt_id = ?", attempt_id)
    assert rows == [(1, 1)]
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('journal')).length") == 0


def test_a_journal_that_makes_no_sense_harms_nothing(page: Page, stage: Stage, login: str) -> None:
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    account_id = page.locator("#paper").get_attribute("data-account-id")
    page.evaluate(
        """([prefix, now]) => {
          localStorage.setItem(`${prefix}:99`, JSON.stringify([now, 1]));
          localStorage.setItem(`${prefix}:1`, JSON.stringify([now, 77]));
          localStorage.setItem(`${prefix}:2`, "{broken");
          localStorage.setItem(`${prefix}:3`, JSON.stringify([now, 3]));
        }""",
        [f"journal:{account_id}:{attempt_id}", int(time.time() * 1000)],
    )
    page.reload()
    wait_for_script(page)
    stage.wait_for_saved(attempt_id, {"3": 3})
    choose(page, 1, 0)
    stage.wait_for_saved(attempt_id, {"1": 0, "3": 3})
    expect_saved(page)
    assert page.evaluate("localStorage.length") == 0


def read_start(stage: Stage, attempt_id: int) -> float:
    """When the attempt started, in seconds since 1970."""
    ((started_ms,),) = stage.run_sql("SELECT started_at FROM attempts WHERE id = ?", attempt_id)
    return started_ms / 1000


def read_shown_seconds(page: Page) -> int:
    """The time left that the page shows."""
    minutes, _, seconds = page.locator(".timer [data-time-face]").inner_text().partition(":")
    return int(minutes) * 60 + int(seconds)
