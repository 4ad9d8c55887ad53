"""The organiser's bank in a real browser: from a Word file to a paper; no page breaks WCAG or scrolls aside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from question_bank.blueprint import BlueprintCell, ExamBlueprint
from quiz_app.clock import read_now
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.services.item_bank.writing import add_item, change_item
from tests.factories import add_person, add_round, make_app, make_bank, make_item
from tests.fixtures.word.office_xml import docx, par, pars, png, run
from tests.integration.bank import add_item_import, find_item_id, make_items
from tests.journeys.sitting import DESKTOP, PHONE, OpenDevice, Stage, fill_sign_in, wait_until
from tests.journeys.test_accessibility import RULES
from tests.servers.databases import SqliteCopies
from tests.servers.web import start_web

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ONLY_VIOLATIONS = {**RULES, "resultTypes": ["violations"], "preload": False}
"""All rules, without a list of all that keeps them: a page takes a third of the time."""


@dataclass
class BankStage(Stage):
    """A server with a bank, a round that has not opened, an import that waits for the author, and two organisers."""

    bank_id: int
    item_id: int
    import_id: int


@pytest.fixture(scope="module")
def bank(sqlite_copies: SqliteCopies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankStage]:
    url = sqlite_copies.make_copy(tmp_path_factory.mktemp("bank"))
    app = make_app(url)
    with app.app_context():
        now = read_now()
        round_ = add_round(
            bank=make_bank(size=12),
            blueprint=ExamBlueprint((BlueprintCell(None, None, 10),)),
            opens_at=now + timedelta(days=1),
            closes_at=now + timedelta(days=2),
            now=now,
        )
        author, _ = (add_person(login, roles=[Role.ORGANISER]) for login in ("tac-gia", "tham-dinh"))
        item_id = find_item_id(round_.bank_id)
        add_examples(author, round_.bank_id, item_id)
        import_id = add_item_import(
            author, round_.bank_id, "Câu hai {~A ~B}\n\nCâu ba {=một ~hai}\n\nCâu ba? {=một ~hai}"
        )
        db.engine.dispose()
    server = start_web({"DATABASE_URL": url, "DEMONSTRATION": "no"})
    yield BankStage(server, url, round_.id, round_.bank_id, item_id, import_id)
    server.stop()


def add_examples(author: Person, bank_id: int, item_id: int) -> None:
    """A draft of every kind, and a second version of the first item."""
    now = read_now()
    for item in make_items():
        add_item(organiser=author, bank_id=bank_id, item=replace(item, topic="chung"), now=now)
    changed = make_item("T-001", stem=make_item("một câu khác").stem)
    assert change_item(organiser=author, item_id=item_id, number=1, item=changed, now=now)


def make_messy_file() -> bytes:
    """As an office sends it: a letterhead, keys in bold or behind, a question without a key, a page number."""
    return docx(
        par(run("UBND TỈNH SÓC TRĂNG", b=True))
        + par(run("SỞ NỘI VỤ"))
        + pars("Câu 1. Cơ quan nào chủ trì cải cách hành chính?")
        + par(run("A. Bộ Nội vụ", b=True))
        + pars("B. Bộ Tài chính\nC. Bộ Y tế\nD. Cả A và B")
        + pars("Câu 2: Thời hạn là bao nhiêu ngày?\nA. 5\tB. 7\tC. 10\tD. 15\nĐáp án: C")
        + pars("Trang 1")
        + pars("Câu 3. Câu này không ghi đáp án?\nA. Đúng như vậy\nB. Không phải vậy\nC. Không rõ")
        + pars("HẾT")
    )


def enter(page: Page, bank: BankStage, login: str, path: str) -> None:
    """Sign in and come to a page of the organiser."""
    page.goto(f"{bank.base_url}/sign-in")
    fill_sign_in(page, login)
    expect(page).not_to_have_url(re.compile("sign-in"))
    page.goto(f"{bank.base_url}/organiser{path}")


def expect_short(page: Page, bank: BankStage, *, is_short: bool) -> None:
    """Ask the blueprint editor for one question of the topic "Thể chế" besides any ten."""
    page.goto(f"{bank.base_url}/organiser/rounds/{bank.round_id}/blueprint")
    page.locator('input[name="cell/the-che/*"]').fill("1")
    page.locator('button[name=then][value="check"]').click()
    expect(page.locator('input[name="cell/the-che/*"]')).to_have_value("1")
    status = page.locator(".notice[role=status]")
    if is_short:
        expect(status).to_have_class(re.compile("notice-owed"))
        expect(status).to_contain_text("Thể chế")
    else:
        expect(status).not_to_have_class(re.compile("notice-owed"))


def test_from_an_offices_word_file_to_a_paper(bank: BankStage, open_device: OpenDevice) -> None:
    page = open_device(DESKTOP)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    enter(page, bank, "tac-gia", f"/banks/{bank.bank_id}/edit")
    page.locator("#topics").fill("Thể chế")
    page.locator("main form button[type=submit]").click()
    expect_short(page, bank, is_short=True)

    page.goto(f"{bank.base_url}/organiser/banks/{bank.bank_id}/imports")
    page.locator("#file").set_input_files({"name": "de-thi.docx", "mimeType": WORD, "buffer": make_messy_file()})
    page.locator("#topic").select_option("the-che")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".import-item")).to_have_count(3)
    wrong = page.locator(".import-item.rank-0")
    expect(wrong).to_have_count(1)
    expect(wrong).to_contain_text("Câu này không ghi đáp án?")
    confirm = page.locator("form[action$='/confirm'] button")
    expect(confirm).to_be_disabled()
    wrong.locator("input[name^='right-']").nth(1).check()
    page.locator('button[name=then][value="keep"]').click()
    expect(page.locator(".import-item.rank-0")).to_have_count(0)
    confirm.click()
    assert wait_until(lambda: len(list_items(bank, "the-che")) == 3)

    (item_id, *_) = list_items(bank, "the-che")
    page.goto(f"{bank.base_url}/organiser/banks/{bank.bank_id}?state=draft&topic=the-che")
    page.locator(f"a[href='/organiser/banks/items/{item_id}']").click()
    expect(page.locator(".preview-paper .stem")).to_contain_text("Cơ quan nào chủ trì")
    page.locator(f"a[href='/organiser/banks/items/{item_id}/edit']").click()
    write_new_version(page)
    expect(page.locator(".version")).to_have_count(2)
    assert list_states(bank, item_id) == ["draft"]

    other = open_device(PHONE)
    enter(other, bank, "tham-dinh", f"/banks/items/{item_id}")
    expect(other.locator(".preview-paper .choice img")).to_be_visible()
    for state in ("reviewed", "in_use"):
        other.locator(f"form:has(input[name=to][value={state}]) button").click()
        expect(other.locator(f"form:has(input[name=to][value={state}])")).to_have_count(0)
        assert list_states(bank, item_id) == [state]
    expect_short(page, bank, is_short=False)
    assert faults == []


def write_new_version(page: Page) -> None:
    """Bold words with a button, a picture in the first option, a look at it as participants will, and save."""
    stem = page.locator("#stem")
    stem.evaluate("(field) => field.setSelectionRange(8, 11)")
    stem.dispatch_event("focusin")
    page.locator("[data-format-group]:has(#stem) [data-format=strong]").click()
    expect(page.locator("#markup")).to_be_checked()
    expect(stem).to_have_value(re.compile(r"^Cơ quan <strong>nào</strong> chủ trì"))
    page.locator("details:has(#picture)").evaluate("(details) => { details.open = true }")
    page.locator("#picture").set_input_files({"name": "so-do.png", "mimeType": "image/png", "buffer": png()})
    page.locator("#picture_place").select_option("option-0")
    page.locator("#picture_text").fill("Sơ đồ bộ máy")
    page.locator('button[name=then][value="picture"]').click()
    expect(page.locator("#option-0")).to_have_value(re.compile(r'^Bộ Nội vụ <img src="picture:[0-9a-f]{64}"'))
    page.locator('main .actions button[name=then][value="preview"]').click()
    expect(page.locator(".preview-paper .stem strong")).to_have_text("nào")
    picture = page.locator(".preview-paper .choice img")
    expect(picture).to_have_attribute("alt", "Sơ đồ bộ máy")
    assert wait_until(lambda: bool(picture.evaluate("(image) => image.complete && image.naturalWidth > 0")))
    page.locator('button[name=then][value="save"]').click()


def list_items(bank: BankStage, topic: str) -> list[int]:
    return [row[0] for row in bank.run_sql("SELECT id FROM items WHERE topic = ? ORDER BY code", topic)]


def list_states(bank: BankStage, item_id: int) -> list[str]:
    return [row[0] for row in bank.run_sql("SELECT state FROM items WHERE id = ?", item_id)]


def find_faults(page: Page, state: str) -> Iterator[str]:
    """What breaks a rule or scrolls aside on the page as it stands, on a desktop and on a phone."""
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        for rule in Axe().run(page, options=ONLY_VIOLATIONS).response["violations"]:
            yield from (f"{state} {viewport}: {rule['id']} {node['target']}" for node in rule["nodes"])
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
            yield f"{state} {viewport}: scrolls aside"


@pytest.mark.timeout(240)
def test_no_page_of_the_bank_breaks_a_rule_or_scrolls_aside(bank: BankStage, open_device: OpenDevice) -> None:
    page = open_device(DESKTOP, reduced_motion="reduce")
    found: list[str] = []

    def look(state: str) -> None:
        found.extend(find_faults(page, state))

    enter(page, bank, "tac-gia", "/banks")
    look("banks")
    own, item = f"/banks/{bank.bank_id}", f"/banks/items/{bank.item_id}"
    kinds = [f"{own}/items/new?kind={kind}" for kind in ("matching", "short_answer", "essay")]
    ((version_id,),) = bank.run_sql("SELECT id FROM item_versions WHERE item_id = ? AND number = 2", bank.item_id)
    paths = ["/banks/new", own, f"{own}?q=khong-co", f"{own}/edit", item, f"{item}/edit", f"{own}/items/new", *kinds]
    paths += [f"{own}/imports", f"{own}/duplicates", f"/keys/{version_id}"]
    paths += [f"/banks/imports/{bank.import_id}", f"/banks/imports/{bank.import_id}/lines/0"]
    paths += [f"/rounds/{bank.round_id}/blueprint", f"/rounds/{bank.round_id}/analysis"]
    for path in paths:
        answer = page.goto(f"{bank.base_url}/organiser{path}")
        assert answer is not None
        assert answer.status == 200, path
        look(path)
    # What only an answer shows: errors at their fields, a preview, a proposed key, an export that is refused.
    page.goto(f"{bank.base_url}/organiser{own}/items/new?kind=single_choice")
    page.locator('button[name=then][value="save"]').click()
    expect(page.locator(".field-wrong").first).to_be_visible()
    look("form with errors")
    page.goto(f"{bank.base_url}/organiser{item}/edit")
    page.locator('main .actions button[name=then][value="preview"]').click()
    expect(page.locator(".preview-paper")).to_be_visible()
    look("preview")
    page.goto(f"{bank.base_url}/organiser/keys/{version_id}")
    page.locator("#void").check()
    page.locator("form[action*='/keys/'] button.btn-primary").click()
    expect(page.locator("#reason")).to_be_visible()
    look("key with its preview")
    page.locator("#reason").fill("Văn bản đã bị bãi bỏ.")
    page.locator("form:has(#reason) button").click()
    assert wait_until(lambda: bank.run_sql("SELECT rescored_at FROM key_corrections")[0][0] is not None)
    page.goto(f"{bank.base_url}/organiser/keys/{version_id}")
    look("key that was corrected")
    page.goto(f"{bank.base_url}/organiser{item}")
    expect(page.locator(".key-history")).to_contain_text("Văn bản đã bị bãi bỏ.")
    look("item with a corrected key")
    page.goto(f"{bank.base_url}/organiser{own}")
    page.locator('button[name=format][value="gift"]').click()
    expect(page.locator("button[name=without]")).to_be_visible()
    look("export refused")
    assert found == []
