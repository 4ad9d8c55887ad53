"""A paper with items of every kind, sat in a real browser: with the script, by keyboard, and without the script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from question_bank.blueprint import BlueprintCell, ExamBlueprint
from question_bank.items import ItemKind
from quiz_app.domain.contests import Reveal
from tests.factories import make_bank, make_item_of
from tests.journeys.conftest import LOGINS
from tests.journeys.sitting import (
    DESKTOP,
    PHONE,
    OpenDevice,
    Stage,
    expect_saved,
    sign_in,
    start_attempt,
    start_stage,
    wait_for_script,
)
from tests.servers.databases import SqliteCopies

SCORED = [kind for kind in ItemKind if kind is not ItemKind.ESSAY]
KINDS = [*SCORED, *[ItemKind.SINGLE_CHOICE] * 3]
RIGHT_ORDER = ("một", "hai", "ba", "bốn")


@pytest.fixture(scope="module")
def stage(sqlite_copies: SqliteCopies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    url = sqlite_copies.make_copy(tmp_path_factory.mktemp("kinds"))
    items = [make_item_of(kind, f"K-{number}") for number, kind in enumerate(KINDS)]
    blueprint = ExamBlueprint((BlueprintCell(None, None, len(KINDS)),))
    running = start_stage(
        url, logins=LOGINS, bank=make_bank(items=items), blueprint=blueprint,
        reveal_after_attempt=Reveal.KEY_AND_EXPLANATION,
    )  # fmt: skip
    yield running
    running.server.stop()


def find(page: Page, kind: ItemKind, which: int = 0) -> Locator:
    return page.locator(f'.question[data-kind="{kind}"]').nth(which)


def press_row(question: Locator, text: str) -> None:
    question.locator(".choice", has_text=f"Phương án {text}").locator("input").click()


def answer_choices(page: Page) -> None:
    """Right, but for the choices of one option, of which the first alone is."""
    press_row(find(page, ItemKind.SINGLE_CHOICE), "một")
    find(page, ItemKind.TRUE_FALSE).locator("input[type=radio]").nth(1).click()
    for text in ("một", "ba"):
        press_row(find(page, ItemKind.MULTIPLE_CHOICE), text)


def answer_matching(page: Page) -> None:
    question = find(page, ItemKind.MATCHING)
    for row, text in enumerate(("hai", "một", "ba")):
        select = question.locator("select").nth(row)
        label = select.locator("option", has_text=f"Phương án {text}").inner_text()
        select.select_option(label=label)


def put_in_order(page: Page) -> None:
    """Bring each entry up to its place, with the buttons."""
    question = find(page, ItemKind.ORDERING)
    for place, text in enumerate(RIGHT_ORDER):
        row = question.locator(".order-row", has_text=f"Phương án {text}")
        while row.evaluate("row => [...row.parentElement.children].indexOf(row)") > place:
            row.get_by_role("button", name="Chuyển lên").click()


def list_shown(page: Page) -> list[str]:
    return find(page, ItemKind.ORDERING).locator(".order-text").all_inner_texts()


def write(page: Page) -> None:
    find(page, ItemKind.SHORT_ANSWER).locator("input[type=text]").fill("cải cách")
    find(page, ItemKind.NUMERICAL).locator("input[type=text]").fill("8,45")


def test_every_kind_is_answered_reloaded_handed_in_and_reviewed(page: Page, stage: Stage, login: str) -> None:
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    answer_choices(page)
    answer_matching(page)
    put_in_order(page)
    write(page)
    page.keyboard.press("Tab")
    expect(page.locator("#palette-counts .is-answered")).to_contain_text("7 đã trả lời")
    expect_saved(page)
    assert len(stage.read_saved(attempt_id)) == 7

    page.reload()
    wait_for_script(page)
    assert [text.split(" của ")[0] for text in list_shown(page)] == [f"Phương án {text}" for text in RIGHT_ORDER]
    expect(find(page, ItemKind.SHORT_ANSWER).locator("input[type=text]")).to_have_value("cải cách")
    expect(find(page, ItemKind.MULTIPLE_CHOICE).locator("input:checked")).to_have_count(2)
    expect(page.locator("#palette-counts .is-answered")).to_contain_text("7 đã trả lời")

    page.locator("#check").click()
    page.locator("#hand-in").click()
    page.wait_for_url("**/result")
    expect(page.locator(".score-large")).to_contain_text("7,0")
    expect(page.locator(".review")).to_have_count(10)
    expect(page.locator(".review .badge-good")).to_have_count(7)


def test_typing_is_kept_offline_and_a_cleared_text_is_no_answer(page: Page, stage: Stage, login: str) -> None:
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    field = find(page, ItemKind.SHORT_ANSWER).locator("input[type=text]")
    slot = find(page, ItemKind.SHORT_ANSWER).get_attribute("data-slot") or ""
    page.context.set_offline(True)
    field.fill("Cải cách hành chính")
    expect(page.locator("#save-state")).to_contain_text("1 câu trả lời đang giữ trên máy này")
    page.context.set_offline(False)
    stage.wait_for_saved(attempt_id, {slot: "Cải cách hành chính"})
    field.fill("")
    stage.wait_for_saved(attempt_id, {})
    find(page, ItemKind.MATCHING).locator("select").first.select_option(index=2)
    matching = find(page, ItemKind.MATCHING).get_attribute("data-slot") or ""
    stage.wait_for_saved(attempt_id, {matching: [1, None, None]})
    find(page, ItemKind.MATCHING).locator(".clear-choice").click()
    stage.wait_for_saved(attempt_id, {})


def test_an_order_made_on_another_device_is_shown(open_device: OpenDevice, stage: Stage, login: str) -> None:
    first, second = open_device(DESKTOP), open_device(PHONE)
    for page in (first, second):
        sign_in(page, stage.base_url, login)
        start_attempt(page, stage)
    put_in_order(first)
    expect_saved(first)
    second.reload()
    wait_for_script(second)
    assert list_shown(second) == list_shown(first)


def test_letters_of_the_keyboard_tick_and_untick_boxes(page: Page, stage: Stage, login: str) -> None:
    sign_in(page, stage.base_url, login)
    attempt_id = start_attempt(page, stage)
    question = find(page, ItemKind.MULTIPLE_CHOICE)
    slot = question.get_attribute("data-slot") or ""
    question.locator("legend").focus()
    for key in "bdb":
        page.keyboard.press(key)
        # Longer than the page waits before it follows a scroll: going to a question is no scroll of the person's.
        page.wait_for_timeout(400)
    stage.wait_for_saved(attempt_id, {slot: [3]})


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_violation_of_accessibility_rules(
    open_device: OpenDevice, stage: Stage, login: str, viewport: dict[str, int]
) -> None:
    page = open_device(viewport)
    sign_in(page, stage.base_url, login)
    start_attempt(page, stage)
    for slot in range(10):
        page.evaluate("slot => document.querySelectorAll('.palette-link')[slot].click()", slot)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_without_the_script_a_plain_form_does_all_of_it(open_device: OpenDevice, stage: Stage, login: str) -> None:
    page = open_device(DESKTOP, java_script_enabled=False)
    sign_in(page, stage.base_url, login)
    page.goto(f"{stage.base_url}/rounds/{stage.round_id}/start")
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    attempt_id = int(page.url.partition("?")[0].rsplit("/", 1)[1])
    answer_choices(page)
    answer_matching(page)
    write(page)
    ordering = find(page, ItemKind.ORDERING)
    for place, text in enumerate(RIGHT_ORDER, start=1):
        ordering.locator(".order-row", has_text=f"Phương án {text}").locator("select").select_option(str(place))
    page.get_by_role("button", name="Kiểm tra trước khi nộp").click()
    expect(page.locator(".check-list .check-choice")).to_have_count(7)
    assert len(stage.read_saved(attempt_id)) == 7
    page.get_by_role("button", name="Nộp bài").click()
    expect(page.locator(".score-large")).to_contain_text("7,0")
