"""A whole round in browsers: written, returned, admitted, judged on phones, presented, decided, published."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from quiz_app.clock import read_now
from quiz_app.domain.initiatives.prizes import Prize
from quiz_app.domain.judging.rubrics import Criterion, PresentationRules, Rubric
from quiz_app.domain.people import Role
from quiz_app.extensions import db
from tests.entry_factories import add_initiative_round, make_judging_rules
from tests.factories import add_person, add_unit, make_app
from tests.integration.test_entry_files import make_pdf
from tests.journeys.sitting import DESKTOP, PATIENCE_SECONDS, PHONE, OpenDevice, fill_sign_in
from tests.journeys.test_entries import expect_state, fill_whole, hand_in
from tests.journeys.test_judging import Looker
from tests.servers.databases import SqliteCopies
from tests.servers.web import WebServer, start_web

TALK = PresentationRules(Rubric("Thuyết trình", (Criterion("talk", "Nội dung thuyết trình", 5000),)))
NAME = "Số hóa hồ sơ một cửa"

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@dataclass
class Play:
    """A running round and the people who take part in it."""

    server: WebServer
    round_id: int
    folder: Path
    pictures: Iterator[int] = field(default_factory=itertools.count)

    def open(self, page: Page, path: str) -> None:
        page.goto(f"{self.server.base_url}{path}")

    def enter(self, page: Page, login: str) -> None:
        self.open(page, "/sign-in")
        fill_sign_in(page, login)
        expect(page.locator(".account-menu")).to_be_visible()

    def organise(self, page: Page, path: str) -> None:
        self.open(page, f"/organiser/initiatives/{self.round_id}/{path}")

    def picture(self, page: Page, name: str) -> None:
        """What a page looked like, where somebody wants to see it (PICTURES names the folder)."""
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/{next(self.pictures):02d}-{name}.png", full_page=True)


@pytest.fixture(scope="module")
def play(sqlite_copies: SqliteCopies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """A school below a department, judges of another one, and a round that is open now."""
    folder = tmp_path_factory.mktemp("round")
    url = sqlite_copies.make_copy(folder)
    app = make_app(url)
    with app.app_context():
        now = read_now()
        round_ = add_initiative_round(
            opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=3),
            judging=make_judging_rules(shortlist_per_category=1), presentation=TALK,
            prizes=(Prize("nhat", "Giải Nhất", 1),),
        )  # fmt: skip
        department, home = add_unit("SO", kind="department"), add_unit("SNV", kind="department")
        school = add_unit("THPT", parent_id=department, name="Trường THPT Trần Đề")
        add_person("giao-vien", unit_id=school)
        add_person("lanh-dao", unit_id=department, roles=[Role.UNIT_LEAD], led_unit_id=department)
        add_person("ban-to-chuc", roles=[Role.ORGANISER])
        for number in (1, 2):
            add_person(f"giam-khao-{number}", unit_id=home, roles=[Role.JUDGE])
        db.engine.dispose()
    server = start_web({"DATABASE_URL": url, "DEMONSTRATION": "no", "FILES_FOLDER": str(folder / "files")})
    yield Play(server, round_.id, folder)
    server.stop()


def press(button: Locator) -> None:
    """Unfold what the button stands in, press it, and wait for the page that answers."""
    fold = button.locator("xpath=ancestor::details[not(@open)]")
    if fold.count():
        fold.first.locator("> summary").click()
    with button.page.expect_navigation():
        button.click()


def give_reason(page: Page, step: str, reason: str) -> None:
    form = page.locator(f"form:has(button[value={step}])")
    form.locator("xpath=ancestor::details").locator("> summary").click()
    form.locator("textarea").fill(reason)
    press(form.locator("button"))


def mark(page: Page, marks: dict[str, str]) -> None:
    """Fill the open sheet in and confirm it."""
    for code, points in marks.items():
        page.locator(f"#mark-{code}").fill(points)
        remark = page.locator(f"#remark-{code}")
        if remark.is_visible():
            remark.fill("Rõ ràng, áp dụng được.")
    expect(page.locator("[data-save-line]")).to_have_attribute("data-state", "saved")
    page.locator("[data-confirm] summary").click()
    with page.expect_navigation():
        page.locator("[data-dialog-confirm]").click()


@pytest.mark.timeout(600)
def test_from_the_first_line_to_the_published_prize(open_device: OpenDevice, play: Play) -> None:
    writer, lead, staff = open_device(PHONE), open_device(DESKTOP), open_device(DESKTOP)
    lookers = [Looker(staff, DESKTOP["width"])]
    play.enter(writer, "giao-vien")
    play.open(writer, "/my/initiatives")
    writer.locator("a.btn-primary").click()
    writer.locator("#title").fill(NAME)
    writer.locator("main form button.btn-primary").click()
    fill_whole(writer)
    pdf = play.folder / "Minh chứng.pdf"
    pdf.write_bytes(make_pdf("Kết quả áp dụng tại đơn vị"))
    writer.locator("#f-papers-input").set_input_files(pdf)
    expect(writer.locator(".entry-file-name")).to_have_text("Minh chứng.pdf")
    expect_state(writer, "saved")
    form = writer.url
    hand_in(writer)
    play.picture(writer, "receipt")

    play.enter(lead, "lanh-dao")
    play.open(lead, "/unit/initiatives")
    lead.get_by_role("link", name=NAME).first.click()
    lead.wait_for_load_state()
    entry = lead.url
    give_reason(lead, "return", "Bổ sung số liệu so sánh.")
    writer.goto(form)
    expect(writer.get_by_text("Bổ sung số liệu so sánh.").first).to_be_visible()
    play.picture(writer, "returned")
    writer.locator("#f-nature").fill("Rút ngắn thời gian trả kết quả từ năm ngày còn hai ngày.")
    expect_state(writer, "saved")
    hand_in(writer)
    lead.goto(entry)
    expect(lead.get_by_text("từ năm ngày còn hai ngày").first).to_be_visible()
    press(lead.locator("button[value=forward]"))
    play.picture(lead, "forwarded")

    play.enter(staff, "ban-to-chuc")
    play.organise(staff, "entries")
    staff.get_by_role("link", name=NAME).first.click()
    press(staff.locator("button[value=admit]"))
    for stage in ("1", "2"):
        play.organise(staff, "judging/panels")
        panel = staff.locator("form:has(input[name=stage])")
        panel.locator("[name=name]").fill(f"Tổ chấm vòng {stage}")
        panel.locator(f"[name=stage][value='{stage}']").check()
        for box in panel.locator("[name=member]").all():
            box.check()
        press(panel.locator("button[type=submit]"))
    play.organise(staff, "judging")
    press(staff.locator("form[action$=assign] button"))
    lookers[0].look("judging")
    play.picture(staff, "judging")

    judges = [open_device(PHONE), open_device(PHONE)]
    for number, judge in enumerate(judges, start=1):
        play.enter(judge, f"giam-khao-{number}")
        play.open(judge, "/judge/")
        judge.locator(".sheet-list a").first.click()
        expect(judge.get_by_text("Trường THPT Trần Đề")).to_have_count(0)
        looker = Looker(judge, PHONE["width"])
        looker.look("sheet")
        lookers.append(looker)
        play.picture(judge, "sheet")
        mark(judge, {"novelty": "50", "effect": "35"})

    play.organise(staff, "judging")
    press(staff.locator("button[value=lock]"))
    play.organise(staff, "judging/ranking")
    lookers[0].look("ranking")
    play.picture(staff, "ranking")
    press(staff.locator("form:has([name=seen]) button[type=submit]"))
    play.organise(staff, "presentations")
    press(staff.locator("form[action$=draw] button"))
    press(staff.locator("button[value=start]").first)
    lookers[0].look("presentations")
    play.picture(staff, "presentations")
    press(staff.locator("button[value=end]").first)
    for judge in judges:
        play.open(judge, "/judge/")
        judge.locator("a.btn-primary").first.click()
        mark(judge, {"talk": "45"})
    play.organise(staff, "presentations")
    press(staff.locator("button[value=lock]"))

    play.organise(staff, "prizes")
    press(staff.locator("button[value=propose]"))
    press(staff.locator("button[value=decide]"))
    lookers[0].look("prizes")
    play.picture(staff, "prizes")
    play.organise(staff, "papers")
    with staff.expect_download() as download:
        staff.locator("a[href$='decision.pdf']").click()
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(Path(download.value.path()).read_bytes())).pages)
    for words in ("QUYẾT ĐỊNH", NAME, "Giải Nhất", "Nguyễn Thị Hạnh"):
        assert words in text, words
    play.organise(staff, "prizes")
    press(staff.locator("button[value=publish]"))
    play.organise(staff, "judging/letters")
    lookers[0].look("letters")
    play.picture(staff, "letters")

    play.open(writer, f"/initiatives/{play.round_id}/results")
    expect(writer.get_by_text(NAME).first).to_be_visible()
    expect(writer.get_by_text("Giải Nhất").first).to_be_visible()
    play.picture(writer, "results")
    found = [line for looker in lookers for line in looker.found]
    assert not found, "\n".join(found)
