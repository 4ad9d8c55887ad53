"""What the question page costs a phone with a slow network, as the browser itself counts it on the wire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from question_bank.readers.bank_folder import read_bank_folder
from tests.journeys.sitting import PHONE, OpenDevice, Stage, choose, expect_saved, sign_in, start_attempt, start_stage
from tests.servers.databases import SqliteCopies
from tests.servers.web import REPOSITORY

FIRST_PAGE_BYTES = 150_000
SAVE_BYTES = 1024


@pytest.fixture
def real_stage(sqlite_copies: SqliteCopies, tmp_path: Path) -> Iterator[Stage]:
    """A server with the bank that ships: real questions are much longer than those of tests."""
    bank = read_bank_folder(REPOSITORY / "question_bank/banks/cchc").bank
    assert bank is not None
    running = start_stage(sqlite_copies.make_copy(tmp_path), bank=bank)
    yield running
    running.server.stop()


def test_the_question_page_is_light(open_device: OpenDevice, real_stage: Stage) -> None:
    stage = real_stage
    page = open_device(PHONE)
    sign_in(page, stage.base_url)
    attempt_id = start_attempt(page, stage)
    network = page.context.new_cdp_session(page)
    received: dict[str, float] = defaultdict(float)
    sent: list[Any] = []
    headers: list[dict[str, str]] = []
    network.on(
        "Network.loadingFinished", lambda event: received.update({event["requestId"]: event["encodedDataLength"]})
    )
    network.on("Network.requestWillBeSent", lambda event: sent.append(event))
    network.on("Network.requestWillBeSentExtraInfo", lambda event: headers.append(event["headers"]))
    network.send("Network.enable")
    # As if this phone had never been here: nothing in its cache but the sign-in.
    network.send("Network.clearBrowserCache")
    page.goto(f"{stage.base_url}/attempts/{attempt_id}", wait_until="networkidle")
    total = sum(received.values())
    assert 5000 < total <= FIRST_PAGE_BYTES, f"{total:.0f} bytes in {len(received)} answers"

    # Each further question costs the save and nothing else.
    page.locator("#next").click()
    page.wait_for_timeout(300)
    sent.clear()
    headers.clear()
    choose(page, 1, 2)
    expect_saved(page)
    page.locator("#next").click()
    page.wait_for_timeout(500)
    assert [event["request"]["url"].rpartition("/")[2] for event in sent] == ["responses"]
    body = sent[0]["request"]["postData"]
    assert len(body) <= 100
    whole = len(body) + sum(len(name) + len(value) + 4 for name, value in headers[0].items())
    assert whole <= SAVE_BYTES, f"{whole} bytes with the browser's own headers"
    print(f"first page {total:.0f} bytes in {len(received)} answers; save {len(body)} bytes, with headers {whole}")
