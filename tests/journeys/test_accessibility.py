"""WCAG 2.2 A and AA on every state of a participant's way; by keyboard alone, enlarged, and with little speech."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD
from tests.journeys.sitting import (
    DESKTOP,
    PHONE,
    OpenDevice,
    Stage,
    choose,
    expect_saved,
    holding_back,
    let_time_pass,
    look_at_again,
    read_shown_seconds,
    sign_in,
    start_attempt,
    wait_for_script,
)

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALLEST = {"width": 320, "height": 256}
"""1280 by 1024 pixels enlarged to 400 %."""
CHANGES_A_MINUTE = 4


def find_violations(page: Page, state: str) -> list[str]:
    """What axe-core finds against the page as it stands: state, rule and place of each."""
    found: Any = Axe().run(page, options=RULES).response
    return [
        f"{state}: {rule['id']} {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.timeout(480)
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_state_is_free_of_violations(
    open_device: OpenDevice, stage: Stage, login: str, viewport: dict[str, int]
) -> None:
    page = open_device(viewport, reduced_motion="reduce")  # without fades, each state is there at once
    found: list[str] = []

    def look(state: str) -> None:
        found.extend(find_violations(page, state))

    def next_question() -> None:
        if page.locator("#next").is_visible():
            page.locator("#next").click()

    page.goto(f"{stage.base_url}/sign-in")
    look("sign in")
    sign_in(page, stage.base_url, login)
    look("home")
    page.goto(f"{stage.base_url}/rounds/{stage.round_id}/start")
    look("start")
    attempt_id = start_attempt(page, stage)
    look("unanswered")
    choose(page, 0, 1)
    expect_saved(page)
    page.keyboard.press("f")
    look("answered and flagged")
    if page.locator("#open-drawer").is_visible():
        page.locator("#open-drawer").click()
        look("drawer")
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    look("help")
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    next_question()
    choose(page, 1, 0)
    expect(page.locator("#banner")).to_be_visible()
    look("offline")
    page.evaluate("document.querySelector('[data-check]').click()")
    look("check dialog")
    page.locator("#hand-in").click()
    expect(page.locator("#check-trouble")).to_contain_text("Chưa nộp được")
    look("error in the dialog")
    page.keyboard.press("Escape")
    page.context.set_offline(False)
    expect(page.locator("#banner")).to_contain_text("Đã kết nối lại")
    look("back")
    stage.run_sql("UPDATE accounts SET auth_version = auth_version + 1 WHERE login = ?", login)
    choose(page, 1, 2)
    expect(page.locator("#sign-in-dialog")).to_be_visible()
    look("signed out")
    page.keyboard.press("Escape")
    look("signed out, dialog put aside")
    page.locator("#sign-in-again").click()
    page.locator("#again-password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in-dialog")).to_be_hidden()
    expect_saved(page)
    stage.set_time_left(attempt_id, 2)
    with holding_back(page, "**/finish"):  # or it would go on to the result by itself, in the middle of the look
        look_at_again(page)
        expect(page.locator("#over-result")).to_be_visible()
        look("time over")
        page.evaluate("document.querySelector('#over-result').click()")
    expect(page.locator(".score-large")).to_be_visible()
    look("result, to be taken again")
    page.goto(f"{stage.base_url}/rounds/{stage.round_id}/attempts")
    look("history")
    page.goto(f"{stage.base_url}/my")
    look("home, to be taken again")
    start_attempt(page, stage)
    look("retake")
    page.goto(page.url + "/check")
    look("check page")
    assert found == []


def test_a_whole_attempt_by_keyboard_alone(page: Page, stage: Stage, attempt_id: int) -> None:
    for number in range(1, 11):
        page.keyboard.press("ABCD"[number % 4] if number % 2 else "1234"[number % 4])
        expect(page).to_have_title(f"Câu {number}/10 – Phần thi kiến thức")
        if number == 2:
            page.keyboard.press("f")
        if number < 10:
            page.keyboard.press("n")
            # The focus is on the next question's own heading, so that it is read out.
            heading = page.locator(f"#question-{number + 1} legend")
            expect(heading).to_be_focused()
            expect(heading).to_be_in_viewport()
    stage.wait_for_saved(attempt_id, {str(n - 1): n % 4 for n in range(1, 11)} | {"f1": 1})
    page.keyboard.press("p")
    expect(page).to_have_title("Câu 9/10 – Phần thi kiến thức")
    page.keyboard.press("n")
    page.keyboard.press("n")  # past the last question: the check
    dialog = page.get_by_role("dialog", name="Kiểm tra trước khi nộp")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("link", name="Câu 2")).to_be_visible()
    for _ in range(12):
        # The focus goes round inside the dialog, or to the browser itself, never to the page behind.
        page.keyboard.press("Tab")
        place = page.evaluate("document.activeElement.closest('dialog')?.id ?? document.activeElement.tagName")
        assert place in {"check-dialog", "BODY"}
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#question-10 legend")).to_be_focused()
    page.keyboard.press("n")
    expect(dialog).to_be_visible()
    for _ in range(12):
        if page.evaluate("document.activeElement.id") == "hand-in":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".score-large")).to_be_visible()


def test_letters_do_nothing_while_typing_or_when_turned_off(page: Page, stage: Stage, attempt_id: int) -> None:
    page.keyboard.press("?")
    page.get_by_label("Bật các phím tắt này").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.keyboard.press("f")
    page.reload()
    wait_for_script(page)
    page.keyboard.press("b")
    page.wait_for_timeout(500)
    assert stage.read_saved(attempt_id) == {}
    page.get_by_role("button", name="Trợ giúp và phím tắt").click()
    page.get_by_label("Bật các phím tắt này").check()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+b")
    page.keyboard.press("b")
    stage.wait_for_saved(attempt_id, {"0": 1})


@pytest.mark.parametrize("size", [SMALLEST, {"width": 320, "height": 640}], ids=["400-percent", "320-pixels"])
def test_nothing_scrolls_sideways(open_device: OpenDevice, stage: Stage, login: str, size: dict[str, int]) -> None:
    page = open_device(size)
    sign_in(page, stage.base_url, login)
    start_attempt(page, stage)
    wide: list[str] = []

    def look(state: str) -> None:
        overflow = page.evaluate(
            """() => [document.documentElement, ...document.querySelectorAll("dialog[open]")]
                 .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.tagName + one.id)"""
        )
        if overflow:
            wide.append(f"{state}: {overflow}")

    look("question")
    choose(page, 0, 1)
    expect_saved(page)
    look("saved")
    page.locator("#open-drawer").click()
    look("drawer")
    page.locator("#panel [data-check]").click()
    look("check")
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    choose(page, 0, 2)
    expect(page.locator("#banner")).to_be_visible()
    look("offline")
    assert wide == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_around_it_do_not_scroll_sideways_in_either_language(
    open_device: OpenDevice, stage: Stage, login: str, language: str
) -> None:
    page = open_device({"width": 320, "height": 640})
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    page.context.add_cookies([{"name": "language", "value": language, "url": stage.base_url}])
    round_path = f"/rounds/{stage.round_id}"

    def look(paths: list[str]) -> list[str]:
        wide = []
        for path in paths:
            page.goto(f"{stage.base_url}{path}")
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wide.append(path)
        return wide

    open_paths = ["/my", f"/attempts/{attempt_id}/check", f"{round_path}/start", "/"]
    assert look(open_paths) == []
    page.goto(f"{stage.base_url}/attempts/{attempt_id}")
    wait_for_script(page)
    page.evaluate("document.getElementById('finish').requestSubmit()")
    expect(page.locator(".score-large")).to_be_visible()
    result = f"/attempts/{attempt_id}/result"
    assert look(["/my", result, f"{round_path}/start", f"{round_path}/attempts", "/certificates", "/verify"]) == []


@pytest.mark.usefixtures("page_clock", "attempt_id")
def test_ordinary_use_is_quiet(page: Page) -> None:
    """A minute of answering: fewer than four changes are read out by themselves."""
    page.evaluate(
        """() => {
          window.changes = [];
          const watch = new MutationObserver((all) => window.changes.push(...all.map((one) => one.target.textContent)));
          const live = "[aria-live=polite], [aria-live=assertive], [role=status], [role=alert]";
          for (const place of document.querySelectorAll(live)) {
            watch.observe(place, { childList: true, characterData: true, subtree: true });
          }
        }"""
    )
    for slot in range(10):
        choose(page, slot, slot % 4)
        expect_saved(page)  # first: to a clock that runs ahead, a save that is under way takes seconds
        let_time_pass(page, 6)
    changes = page.evaluate("window.changes")
    assert 1 <= len(changes) < CHANGES_A_MINUTE, changes


@pytest.mark.usefixtures("page_clock", "attempt_id")
def test_the_time_is_told_at_few_moments(page: Page) -> None:
    said = [page.locator("#news"), page.locator("#alarm")]
    run_until_left(page, 170)
    assert [place.text_content() for place in said] == ["", ""]
    run_until_left(page, 149)
    expect(said[0]).to_have_text("Đã hết một nửa thời gian, còn 2 phút 30 giây")
    run_until_left(page, 59)
    expect(said[0]).to_have_text("Còn 1 phút 0 giây")
    run_until_left(page, 29)
    expect(said[1]).to_have_text("Còn 0 phút 30 giây")


def run_until_left(page: Page, seconds: int) -> None:
    """Run the page's clock until so much time is left, or a little less: the true time goes on meanwhile."""
    page.clock.run_for((read_shown_seconds(page) - seconds) * 1000)
