"""The question page in ordinary use: one question or all, flags, clearing, the time, the end, practice."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.sitting import (
    PHONE,
    OpenDevice,
    Stage,
    choose,
    expect_saved,
    holding_back,
    let_time_pass,
    look_at_again,
    sign_in,
    start_attempt,
    start_stage,
    wait_for_script,
)
from tests.servers.databases import SqliteCopies


@pytest.fixture
def practice(sqlite_copies: SqliteCopies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server whose round shows key and explanation after each answer, outside the ranking."""
    url = sqlite_copies.make_copy(tmp_path_factory.mktemp("practice"))
    running = start_stage(url, is_ranked=False, reveal_during_attempt=True)
    yield running
    running.server.stop()


def test_a_choice_is_changed_and_cleared(page: Page, stage: Stage, attempt_id: int) -> None:
    assert page.locator("input[type=radio]:checked").count() == 0  # nothing is chosen for anybody
    choose(page, 0, 1)
    stage.wait_for_saved(attempt_id, {"0": 1})
    choose(page, 0, 2)
    stage.wait_for_saved(attempt_id, {"0": 2})
    page.locator("#question-1").get_by_role("button", name="Bỏ chọn").click()
    stage.wait_for_saved(attempt_id, {})
    expect(page.locator("#palette-counts .is-answered")).to_have_text("0 đã trả lời")
    page.reload()
    wait_for_script(page)
    assert page.locator("input[type=radio]:checked").count() == 0


def test_flags_and_place_are_there_on_another_device(open_device: OpenDevice, stage: Stage, login: str) -> None:
    page = open_device(PHONE)
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    choose(page, 0, 0)
    page.locator("#next").click()
    page.locator("#flag").click()
    expect(page.locator("#flag")).to_have_attribute("aria-pressed", "true")
    stage.wait_for_saved(attempt_id, {"0": 0, "f1": 1})
    order = page.locator(".stem").all_text_contents()

    other = open_device()
    sign_in(other, stage.base_url, login)
    assert start_attempt(other, stage) == attempt_id
    assert other.locator(".stem").all_text_contents() == order
    expect(other.locator('input[name="flag-1"]')).to_be_checked()
    expect(other.get_by_role("link", name="Câu 2, chưa trả lời, đã đánh dấu")).to_be_visible()
    other.locator('input[name="flag-1"]').uncheck()
    stage.wait_for_saved(attempt_id, {"0": 0})


def test_layout_and_hidden_time_are_remembered(page: Page, stage: Stage, attempt_id: int) -> None:
    expect(page.locator("fieldset.question:visible")).to_have_count(10)
    page.get_by_role("button", name="Xem từng câu một").click()
    expect(page.locator("fieldset.question:visible")).to_have_count(1)
    page.get_by_role("button", name="Ẩn thời gian còn lại").click()
    expect(page.locator(".timer")).to_be_hidden()
    page.get_by_role("link", name="Câu 4, chưa trả lời").click()
    expect(page.locator("#question-4 legend")).to_be_focused()
    expect(page).to_have_title("Câu 4/10 – Phần thi kiến thức")
    page.reload()
    wait_for_script(page)
    expect(page.locator("fieldset.question:visible")).to_have_count(1)
    expect(page.locator(".timer")).to_be_hidden()
    # In the last minute the time shows itself, whatever was chosen.
    stage.set_time_left(attempt_id, 50)
    look_at_again(page)
    expect(page.locator(".timer")).to_be_visible()


def test_a_phone_shows_one_question_with_large_rows(open_device: OpenDevice, stage: Stage, login: str) -> None:
    page = open_device(PHONE, has_touch=True)
    sign_in(page, stage.base_url, login)
    start_attempt(page, stage)
    expect(page.locator("fieldset.question:visible")).to_have_count(1)
    page.locator("#question-1 .choice").nth(3).tap(position={"x": 300, "y": 50})  # a corner of the row
    expect_saved(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, a, .choice, .flag-row")]
             .filter((one) => one.checkVisibility() && !one.matches(".skip-link"))
             .map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
             .filter(([, box]) => box.height < 44 || box.width < 44).map(([text]) => text)"""
    )
    assert small == []


@pytest.mark.usefixtures("attempt_id")
def test_leaving_is_asked_only_with_unsent_answers(page: Page, stage: Stage) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    choose(page, 0, 1)
    expect_saved(page)
    page.goto(f"{stage.base_url}/my")
    assert asked == []
    start_attempt(page, stage)
    page.route("**/responses", lambda route: route.abort())
    choose(page, 1, 1)
    expect(page.locator("#save-state")).to_contain_text("đang giữ trên máy này")
    page.goto(f"{stage.base_url}/my")
    assert asked == ["beforeunload"]


def test_two_clicks_hand_in_once(page: Page, stage: Stage, attempt_id: int) -> None:
    finishes: list[str] = []
    page.on("request", lambda request: finishes.append(request.url) if request.url.endswith("/finish") else None)
    choose(page, 0, 1)
    page.locator("#check").click()
    expect(page.locator("#check-dialog")).to_contain_text("Đã trả lời 1/10 câu")
    page.locator("#hand-in").dblclick(no_wait_after=True)
    expect(page.locator(".score-large")).to_be_visible()
    assert len(finishes) == 1
    assert stage.run_sql("SELECT state FROM attempts WHERE id = ?", attempt_id) == [("finished",)]
    assert stage.read_saved(attempt_id) == {"0": 1}


@pytest.mark.usefixtures("attempt_id")
def test_the_check_leads_to_what_is_open_or_flagged(page: Page) -> None:
    for slot in range(9):
        choose(page, slot, 0)
    page.locator('input[name="flag-2"]').check()
    page.locator("#check").click()
    dialog = page.locator("#check-dialog")
    expect(dialog.get_by_role("button", name="Nộp bài khi còn 1 câu chưa trả lời")).to_be_visible()
    expect(dialog.get_by_role("link")).to_have_text(["Câu 10", "Câu 3"])
    dialog.get_by_role("link", name="Câu 10").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#question-10 legend")).to_be_focused()


def test_at_the_end_the_page_locks_and_tells_what_was_received(page: Page, stage: Stage, attempt_id: int) -> None:
    for slot in range(3):
        choose(page, slot, 0)
    stage.wait_for_saved(attempt_id, {"0": 0, "1": 0, "2": 0})
    stage.set_time_left(attempt_id, 3)
    with holding_back(page, "**/finish"):  # or it would go on to the result before everything was looked at
        look_at_again(page)
        dialog = page.get_by_role("dialog", name="Đã hết giờ làm bài")
        expect(dialog).to_contain_text("Máy chủ đã nhận 3 câu trả lời đúng hạn")
        expect(page.locator('input[name="choice-0"]').first).to_be_disabled()
    expect(page.locator(".score-large")).to_be_visible()  # by itself


@pytest.mark.usefixtures("page_clock")
def test_answers_not_sent_can_be_downloaded_as_a_last_resort(page: Page, attempt_id: int) -> None:
    page.context.set_offline(True)
    choose(page, 0, 1)
    expect(page.locator("#banner")).to_be_visible()  # the page knows: from now on it counts the time
    let_time_pass(page, 40)
    choose(page, 3, 2)
    button = page.get_by_role("button", name="Tải các câu trả lời chưa gửi")
    expect(button).to_be_visible()
    with page.expect_download() as download:
        button.click()
    content = json.loads(download.value.path().read_text())
    assert download.value.suggested_filename == f"{content['code']}.json"
    assert content["code"].startswith(f"{attempt_id}-")
    assert content["attempt"] == str(attempt_id)
    assert [(entry["name"], entry["value"]) for entry in content["unsent"]] == [("0", 1), ("3", 2)]
    page.context.set_offline(False)


def test_practice_tells_after_each_save(page: Page, practice: Stage) -> None:
    sign_in(page, practice.base_url)
    start_attempt(page, practice)
    question = page.locator("#question-1")
    question.locator(".choice", has_text="Phương án ba").locator("input").click()
    expect(question.locator(".feedback")).to_contain_text("Chưa đúng, đáp án đúng là")
    expect(question.locator(".feedback")).to_contain_text("Giải thích của")
    expect(question.locator(".feedback")).to_contain_text("Căn cứ: Nghị quyết số 76/NQ-CP")
    question.locator(".choice", has_text="Phương án một").locator("input").click()
    expect(question.locator(".feedback .badge-good")).to_have_text("Đúng")
    page.reload()
    wait_for_script(page)
    expect(question.locator(".feedback .badge-good")).to_have_text("Đúng")


@pytest.mark.usefixtures("attempt_id")
def test_an_ordinary_round_tells_nothing(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/feedback") else None)
    choose(page, 0, 0)
    expect_saved(page)
    page.wait_for_timeout(300)
    assert asked == []
    assert page.locator(".feedback").count() == 0
