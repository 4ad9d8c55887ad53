"""Files of an initiative in a real browser: over a connection that breaks, without scripts, for a screen reader."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Route, expect

from quiz_app.clock import read_now
from quiz_app.extensions import db
from tests.entry_factories import add_initiative_round
from tests.factories import add_person, add_unit, make_app
from tests.journeys.sitting import PATIENCE_SECONDS, PHONE, OpenDevice
from tests.journeys.test_entries import RULES, begin
from tests.servers.databases import SqliteCopies
from tests.servers.web import WebServer, start_web

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture(scope="module")
def file_server(sqlite_copies: SqliteCopies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """A server with a round that is open now, and two writers."""
    url = sqlite_copies.make_copy(tmp_path_factory.mktemp("files"))
    app = make_app(url)
    with app.app_context():
        now = read_now()
        add_initiative_round(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=3))
        unit_id = add_unit()
        for login in ("f0", "f1"):
            add_person(login, unit_id=unit_id)
        db.engine.dispose()
    kept = str(tmp_path_factory.mktemp("kept"))
    server = start_web({"DATABASE_URL": url, "DEMONSTRATION": "no", "FILES_FOLDER": kept})
    yield server
    server.stop()


def make_film(folder: Path, size: int) -> Path:
    head = struct.pack(">I", 16) + b"ftypisom\0\0\2\0" + struct.pack(">I", 8) + b"moov"
    path = folder / "Phim minh họa.mp4"
    path.write_bytes(head + struct.pack(">I", size - len(head)) + b"mdat" + os.urandom(size - len(head) - 8))
    return path


@pytest.mark.timeout(180)
def test_a_file_is_sent_on_where_the_connection_broke(
    open_device: OpenDevice, file_server: WebServer, tmp_path: Path
) -> None:
    page = open_device(PHONE)
    begin(page, file_server, "f0")
    film = make_film(tmp_path, 5_000_000)
    (tmp_path / "hong.pdf").write_bytes(b"MZ, not a document")
    asked: list[str] = []

    def break_second(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 2:
            route.abort()
        else:
            route.continue_()

    page.route("**/files?**", break_second)
    page.locator("#f-papers-input").set_input_files([film, tmp_path / "hong.pdf"])
    expect(page.locator(".entry-file-name")).to_have_text("Phim minh họa.mp4")
    offsets = [url.partition("&offset=")[2] for url in asked if "Phim" in url]
    assert offsets == ["0", "2097152", "2097152", "4194304"]
    expect(page.locator(".file-upload [role=alert]")).to_contain_text("hong.pdf")
    response: Any = Axe().run(page, options=RULES).response
    assert [f"{rule['id']} {node['target']}" for rule in response["violations"] for node in rule["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    with page.expect_download() as download:
        page.locator(".entry-file-name").click()
    assert Path(download.value.path()).read_bytes() == film.read_bytes()
    page.locator("[data-remove-url]").click()
    expect(page.locator(".entry-file-name")).to_have_count(0)
    expect(page.locator("#f-papers-input")).to_be_focused()


@pytest.mark.timeout(180)
def test_without_scripts_a_save_attaches_and_removes(
    open_device: OpenDevice, file_server: WebServer, tmp_path: Path
) -> None:
    page = open_device(PHONE, java_script_enabled=False)
    address = begin(page, file_server, "f1")
    page.locator("#f-nature").fill("Viết mà chưa lưu.")
    page.locator("#f-papers-input").set_input_files(make_film(tmp_path, 2_000_000))
    page.locator("#f-papers noscript button, #f-papers button[value=stay]").first.click()
    page.wait_for_url(f"{address}#f-papers")
    expect(page.locator(".entry-file-name")).to_have_text("Phim minh họa.mp4")
    expect(page.locator("#f-nature")).to_have_value("Viết mà chưa lưu.")
    page.locator("#f-nature").fill("Viết thêm.")
    page.locator("button[value^='remove.']").click()
    expect(page.locator(".entry-file-name")).to_have_count(0)
    expect(page.locator("#f-nature")).to_have_value("Viết thêm.")
