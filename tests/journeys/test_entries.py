"""Writing an initiative on a phone: without a network, after a crash, against somebody else's save, without scripts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, Route, expect

from quiz_app.clock import read_now
from quiz_app.domain.people import Role
from quiz_app.extensions import db
from tests.entry_factories import add_initiative_round
from tests.factories import add_person, add_unit, make_app
from tests.journeys.sitting import PATIENCE_SECONDS, PHONE, OpenDevice, fill_sign_in, sign_in
from tests.servers.databases import SqliteCopies
from tests.servers.web import WebServer, start_web

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WRITERS = ("w0", "w1", "w2", "w3", "w4")

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def entry_server(sqlite_copies: SqliteCopies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A server with a round of initiatives, open now, some writers and the head of their unit."""
    url = sqlite_copies.make_copy(tmp_path_factory.mktemp("entries"))
    app = make_app(url)
    with app.app_context():
        now = read_now()
        add_initiative_round(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=3))
        unit_id = add_unit()
        for login in WRITERS:
            add_person(login, unit_id=unit_id)
        add_person("head", unit_id=unit_id, roles=[Role.UNIT_LEAD], led_unit_id=unit_id)
        db.engine.dispose()
    server = start_web({"DATABASE_URL": url, "DEMONSTRATION": "no"})
    yield server
    server.stop()


def begin(page: Page, server: WebServer, login: str) -> str:
    """Sign in and begin an initiative; the address of its form."""
    sign_in(page, server.base_url, login)
    page.goto(f"{server.base_url}/my/initiatives")
    page.locator("a.btn-primary").click()
    page.locator("#title").fill("Số hóa hồ sơ một cửa")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("#entry-form")).to_be_attached()
    return page.url


def expect_state(page: Page, state: str) -> None:
    """Until the line of the form says so: saved, waiting, refused."""
    expect(page.locator("#save-state")).to_have_attribute("data-state", state)


def fill_whole(page: Page) -> None:
    """Everything that the form asks for."""
    page.locator("#f-authors-0-name").fill("Nguyễn Thị Hạnh")
    page.locator("#f-authors-0-share").fill("60,5")
    page.locator("[data-rows=authors] [data-add-row]").click()
    expect(page.locator("#f-authors-1-name")).to_be_focused()
    page.locator("#f-authors-1-name").fill("Trần Văn Bình")
    page.locator("#f-authors-1-share").fill("39,5")
    page.locator("#f-nature").fill("Rút ngắn thời gian trả kết quả.")


def hand_in(page: Page) -> None:
    """From the form over the check to the receipt."""
    page.locator("button[value=check]").click()
    page.wait_for_url("**/check")
    page.locator("form[action$=submit] button").click()
    page.wait_for_url("**/receipt**")
    assert len(page.locator(".receipt-code").inner_text()) == 15  # 13 letters and digits in three groups


@pytest.mark.timeout(240)
def test_on_a_phone_offline_and_after_a_crash(open_device: OpenDevice, entry_server: WebServer) -> None:
    page = open_device(PHONE, reduced_motion="reduce")
    found: list[str] = []

    def look(state: str) -> None:
        response: Any = Axe().run(page, options=RULES).response
        found.extend(
            f"{state}: {rule['id']} {node['target']}" for rule in response["violations"] for node in rule["nodes"]
        )
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], f"{state} is {width} pixels wide"

    address = begin(page, entry_server, "w0")
    look("form")
    fill_whole(page)
    expect_state(page, "saved")
    expect(page.locator("[data-shares-sum]")).to_have_class("shares-sum is-right")
    look("form with lines")

    page.context.set_offline(True)
    page.locator("#f-nature").fill("Viết khi mất mạng.")
    expect_state(page, "waiting")
    look("offline")
    # The browser ends without warning; the text is found on the device when the page is opened again.
    page.close(run_before_unload=False)
    page = page.context.new_page()
    page.context.set_offline(False)
    page.goto(address)
    assert page.locator("#f-nature").input_value() == "Rút ngắn thời gian trả kết quả."
    expect(page.locator("#entry-news [role=alert]")).to_be_visible()
    look("offered back")
    # Whoever goes on without deciding is asked again.
    page.locator("#f-area").select_option("Y tế")
    expect_state(page, "saved")
    page.reload()
    expect(page.locator("#entry-news [role=alert]")).to_be_visible()
    page.locator("#entry-news button").first.click()
    assert page.locator("#f-nature").input_value() == "Viết khi mất mạng."
    expect_state(page, "saved")
    page.reload()
    assert page.locator("#f-nature").input_value() == "Viết khi mất mạng."
    assert page.locator("#f-authors-1-share").input_value() == "39,5"
    expect(page.locator("#entry-news")).to_be_hidden()

    page.locator("[data-remove-row]").last.click()
    expect(page.locator("#f-authors-1-name")).to_have_count(0)
    page.locator("button[value=check]").click()
    page.wait_for_url("**/check")
    look("check with problems")
    page.locator(".problem-list a").first.click()
    expect(page.locator("[aria-invalid=true], .field-wrong").first).to_be_visible()
    look("form with problems")
    page.locator("#f-authors-0-share").fill("100")
    expect_state(page, "saved")
    hand_in(page)
    look("receipt")
    page.goto(address)
    look("handed in")
    page.goto(f"{address}/history")
    look("history")
    page.goto(f"{entry_server.base_url}/my/initiatives")
    look("list")
    page.goto(f"{entry_server.base_url}/my")
    look("home")
    assert not found


@pytest.mark.timeout(180)
def test_two_who_write_at_once_are_told_and_choose(open_device: OpenDevice, entry_server: WebServer) -> None:
    teacher, head = open_device(PHONE), open_device()
    address = begin(teacher, entry_server, "w1")
    head.goto(f"{entry_server.base_url}/sign-in")
    fill_sign_in(head, "head")
    expect(head).to_have_url(f"{entry_server.base_url}/unit/")
    head.goto(address)
    head.locator("#f-nature").fill("Của hiệu trưởng")
    expect_state(head, "saved")

    teacher.locator("#f-nature").fill("Của giáo viên")
    expect_state(teacher, "refused")
    teacher.locator("#see-news").click()
    expect(teacher.locator("#entry-news")).to_be_focused()
    news = teacher.locator("#entry-news")
    expect(news).to_contain_text("Bản chất")
    head.reload()
    assert head.locator("#f-nature").input_value() == "Của hiệu trưởng"
    news.locator("button").first.click()
    expect_state(teacher, "saved")
    head.reload()
    assert head.locator("#f-nature").input_value() == "Của giáo viên"

    # The other way round: what the other has saved is taken.
    head.locator("#f-nature").fill("Bản của hiệu trưởng")
    expect_state(head, "saved")
    teacher.locator("#f-nature").fill("Bản của giáo viên")
    expect_state(teacher, "refused")
    with teacher.expect_navigation():
        news.locator("button").last.click()
    assert teacher.locator("#f-nature").input_value() == "Bản của hiệu trưởng"
    expect(news).to_be_hidden()


@pytest.mark.timeout(180)
def test_a_session_that_ends_loses_nothing(open_device: OpenDevice, entry_server: WebServer) -> None:
    page = open_device(PHONE)
    begin(page, entry_server, "w2")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.locator("#f-nature").fill("Viết khi đã hết phiên")
    expect(page.locator("#entry-news a")).to_have_attribute("target", "_blank")
    expect_state(page, "waiting")
    page.context.add_cookies(cookies)  # as after signing in again in another window
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect_state(page, "saved")
    expect(page.locator("#entry-news")).to_be_hidden()


@pytest.mark.timeout(180)
def test_the_check_waits_for_a_file_on_its_way(open_device: OpenDevice, entry_server: WebServer) -> None:
    page = open_device(PHONE)
    begin(page, entry_server, "w4")
    held: list[Route] = []
    page.route("**/files?**", lambda route: held.append(route))  # noqa: PLW0108 - Playwright notes something on the function
    picture = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(picture, "PNG")
    page.locator("#f-papers-input").set_input_files(
        {"name": "anh.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    expect(page.locator(".file-upload")).to_be_visible()
    page.locator("button[value=check]").click()
    expect(page.locator("#entry-news")).to_be_visible()
    assert not page.url.endswith("/check")
    page.wait_for_timeout(500)
    for route in held:
        route.continue_()
    page.wait_for_url("**/check")
    expect(page.locator(".entry-file-name")).to_have_text("anh.png")


@pytest.mark.timeout(180)
def test_without_scripts(open_device: OpenDevice, entry_server: WebServer) -> None:
    page = open_device(PHONE, java_script_enabled=False)
    begin(page, entry_server, "w3")
    page.locator("#f-authors-0-name").fill("Nguyễn Thị Hạnh")
    page.locator("#f-authors-0-share").fill("50")
    page.locator("[data-rows=authors] [data-add-row]").click()
    page.locator("#f-authors-1-name").fill("Trần Văn Bình")
    page.locator("#f-authors-1-share").fill("50")
    page.locator("#f-nature").fill("Không cần script.")
    hand_in(page)
