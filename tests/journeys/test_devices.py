"""Sessions that end, clocks that are wrong, several devices, several people: nothing is lost, nothing is mixed up."""

from __future__ import annotations

import random

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD
from tests.journeys.sitting import (
    DESKTOP,
    KEPT,
    PHONE,
    OpenDevice,
    Stage,
    choose,
    count_kept,
    expect_right_time,
    expect_saved,
    look_at_again,
    sign_in,
    start_attempt,
    wait_for_script,
    wait_until,
)

REACH_MS = 500
"""A person takes longer to reach for another device. A page knows the server's time to half of what a save takes, and
by that time it is decided which of two devices was the later one.
"""


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_session_that_ended_is_renewed_in_place(
    open_device: OpenDevice, stage: Stage, login: str, viewport: dict[str, int]
) -> None:
    page = open_device(viewport)
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


@pytest.mark.parametrize("days", [1, -1])
def test_a_device_clock_that_is_a_day_off_changes_nothing(page: Page, stage: Stage, login: str, days: int) -> None:
    page.add_init_script(f"const now = Date.now; Date.now = () => now() + {days * 86_400_000};")
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    choose(page, 0, 1)
    expect_saved(page)
    expect_right_time(page, stage, attempt_id)
    # Set while the attempt runs: the page asks the server, and goes on.
    with page.expect_response("**/responses"):
        page.evaluate("Date.now = ((now) => () => now() - 7 * 86400000)(Date.now)")
    choose(page, 0, 2)
    stage.wait_for_saved(attempt_id, {"0": 2})
    expect_right_time(page, stage, attempt_id)


def test_a_timer_that_stood_still_is_put_right_when_the_page_is_looked_at(
    page: Page, stage: Stage, attempt_id: int
) -> None:
    stage.set_time_left(attempt_id, 100)  # as if the device had slept for most of the time
    look_at_again(page)
    expect_right_time(page, stage, attempt_id)


def test_two_devices_on_one_attempt_come_to_the_same(open_device: OpenDevice, stage: Stage, login: str) -> None:
    pages = [open_device(), open_device()]
    for page in pages:
        sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(pages[0], stage)
    assert start_attempt(pages[1], stage) == attempt_id
    chance = random.Random(20221015)  # noqa: S311 - the same journey each time
    expected = {}
    page = pages[0]
    for _ in range(24):
        last, page, slot, position = page, chance.choice(pages), chance.randrange(4), chance.randrange(4)
        if page is not last:
            page.wait_for_timeout(REACH_MS)
        if page.locator(f'input[name="choice-{slot}"]').nth(position).is_checked():
            continue  # pressing it again is no change
        choose(page, slot, position)
        expected[str(slot)] = position
        stage.wait_for_saved(attempt_id, expected)
        page.wait_for_timeout(chance.choice([0, 30]))
    for page in pages:
        # Looking at a device again is enough for it to show what the other one chose last.
        look_at_again(page)
        for slot, position in expected.items():
            expect(page.locator(f'input[name="choice-{slot}"]').nth(position)).to_be_checked()


def test_the_older_device_is_told_that_a_newer_choice_counts(open_device: OpenDevice, stage: Stage, login: str) -> None:
    first, second = open_device(), open_device()
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


def test_two_windows_of_one_browser_share_what_is_kept(page: Page, stage: Stage, attempt_id: int) -> None:
    second = page.context.new_page()
    second.goto(page.url)
    wait_for_script(second)
    page.context.set_offline(True)
    choose(page, 0, 0)
    choose(second, 1, 1)
    expect(second.locator('input[name="choice-0"]').nth(0)).to_be_checked()
    choose(second, 0, 3)
    page.context.set_offline(False)
    stage.wait_for_saved(attempt_id, {"0": 3, "1": 1})
    expect(page.locator('input[name="choice-0"]').nth(3)).to_be_checked()


def test_another_account_on_the_same_browser_sees_and_sends_nothing(
    page: Page, stage: Stage, login: str, attempt_id: int
) -> None:
    context = page.context
    context.set_offline(True)
    choose(page, 0, 1)
    expect(page.locator("#save-state")).to_contain_text(KEPT)
    page.close(run_before_unload=False)
    context.clear_cookies()
    context.set_offline(False)

    page = context.new_page()
    sign_in(page, stage.base_url, "p39")
    other_attempt = start_attempt(page, stage)
    assert page.locator("input[type=radio]:checked").count() == 0
    choose(page, 5, 0)
    stage.wait_for_saved(other_attempt, {"5": 0})
    assert stage.read_saved(attempt_id) == {}
    assert wait_until(lambda: count_kept(page) == 1), "the first person's stays, and theirs alone"

    # The first person comes back: what was kept for them is sent from their first page.
    context.clear_cookies()
    sign_in(page, stage.base_url, login)
    stage.wait_for_saved(attempt_id, {"0": 1})


def test_signing_out_first_sends_what_is_left_and_leaves_nothing(page: Page, stage: Stage, attempt_id: int) -> None:
    account_id = page.locator("#paper").get_attribute("data-account-id")
    page.goto(f"{stage.base_url}/my")
    key = f"journal:{account_id}:{attempt_id}:7"
    page.evaluate("(key) => localStorage.setItem(key, JSON.stringify([Date.now(), 2]))", key)
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="Đăng xuất", exact=True).click()
    expect(page).to_have_url(f"{stage.base_url}/")
    assert stage.read_saved(attempt_id) == {"7": 2}
    assert page.evaluate("localStorage.length") == 0
