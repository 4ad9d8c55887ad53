"""The prediction question in a browser: kept like every answer, and never overwritten by an older copy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from quiz_app.domain.contests import PredictionSubject
from tests.journeys.conftest import LOGINS
from tests.journeys.sitting import (
    OpenDevice,
    Stage,
    count_kept,
    expect_saved,
    look_at_again,
    sign_in,
    start_attempt,
    start_stage,
    wait_for_script,
    wait_until,
)
from tests.servers.databases import SqliteCopies


@pytest.fixture(scope="module")
def stage(sqlite_copies: SqliteCopies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A round that asks how many will have all answers right."""
    url = sqlite_copies.make_copy(tmp_path_factory.mktemp("prediction"))
    running = start_stage(url, logins=LOGINS, prediction=PredictionSubject.PEOPLE_ALL_RIGHT)
    yield running
    running.server.stop()


def guess(page: Page, number: int) -> None:
    field = page.locator("#prediction")
    field.fill(str(number))
    field.blur()


def wait_for_stored(stage: Stage, attempt_id: int, number: int) -> None:
    assert wait_until(lambda: read_stored(stage, attempt_id) == number), read_stored(stage, attempt_id)


def read_stored(stage: Stage, attempt_id: int) -> int | None:
    ((stored,),) = stage.run_sql("SELECT prediction FROM attempts WHERE id = ?", attempt_id)
    number: int | None = stored
    return number


def test_a_copy_kept_on_one_device_gives_way_to_a_newer_guess_on_another(
    open_device: OpenDevice, stage: Stage, login: str
) -> None:
    first, second = open_device(), open_device()
    sign_in(first, stage.base_url, login)
    attempt_id = start_attempt(first, stage)
    first.context.set_offline(True)
    guess(first, 100)
    assert wait_until(lambda: count_kept(first) == 1)
    # Meanwhile, on another device.
    sign_in(second, stage.base_url, login)
    start_attempt(second, stage)
    guess(second, 250)
    expect_saved(second)
    wait_for_stored(stage, attempt_id, 250)
    # The first one is closed without ever having been online, and opened again: its copy is older, and says so.
    first.context.set_offline(False)
    look_at_again(first)
    expect_saved(first)
    expect(first.locator("#prediction")).to_have_value("250")
    assert read_stored(stage, attempt_id) == 250
    # What is chosen there from now on is newer again, and both devices come to the same.
    guess(first, 300)
    expect_saved(first)
    wait_for_stored(stage, attempt_id, 300)
    look_at_again(second)
    expect(second.locator("#prediction")).to_have_value("300")


def test_a_guess_made_offline_survives_the_page(page: Page, stage: Stage, attempt_id: int) -> None:
    page.route("**/responses", lambda route: route.abort())
    guess(page, 42)
    assert wait_until(lambda: count_kept(page) == 1)
    page.unroute("**/responses")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    wait_for_script(page)
    expect(page.locator("#prediction")).to_have_value("42")
    expect_saved(page)
    wait_for_stored(stage, attempt_id, 42)


def test_what_is_jumped_to_lies_below_the_bar_and_its_banner(page: Page, stage: Stage, attempt_id: int) -> None:
    page.context.set_offline(True)
    guess(page, 7)
    expect(page.locator("#banner")).to_be_visible()
    for number in (3, 9, 2):
        page.locator("#palette a").nth(number - 1).click()
        below = f"""() => document.querySelector("#question-{number} legend").getBoundingClientRect().top
                        >= document.querySelector(".attempt-bar").getBoundingClientRect().bottom"""
        page.wait_for_function(below)
    page.wait_for_function(
        """() => document.querySelector("#side").getBoundingClientRect().top
                 >= document.querySelector(".attempt-bar").getBoundingClientRect().bottom"""
    )
