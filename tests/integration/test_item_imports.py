"""Importing items: the preview, mending in place, duplicates, confirming, and what is stored when nothing is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from question_bank.items import Item, Level
from question_bank.pictures import read_picture
from question_bank.writers.excel import write_excel
from quiz_app.clock import read_now
from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.items import ItemFilter, ItemImportEnded, ItemImportNotReady, ItemState
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.persistence import items as items_store
from quiz_app.persistence.session import reading
from quiz_app.services import item_imports
from quiz_app.services.item_bank.listing import view_bank
from quiz_app.services.item_imports import QuickMend
from tests.factories import add_person, run_sql
from tests.integration.bank import add_item_import, make_items
from tests.integration.staff import run_jobs
from tests.integration.visitor import Visitor, add_open_round
from tests.statements import count_statements

GOOD = """Thủ đô của nước ta {=Hà Nội ~Huế ~Đà Nẵng}

Số tỉnh {#34:1}

Cơ quan chủ trì {=Bộ Nội vụ ~Bộ Y tế}
"""
CANARY = "<script>canary()</script><img src=x onerror=canary()>"


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("to-chuc", roles=[Role.ORGANISER])


def count_rows(bank_id: int) -> int:
    return int(run_sql("SELECT count(*) AS number FROM items WHERE bank_id = :bank_id", bank_id=bank_id)[0].number)


def upload(person: Person, bank_id: int, items: list[Item], *, topic: str = "") -> int:
    """Upload a workbook of items."""
    outcome = item_imports.preview_import(
        organiser=person,
        bank_id=bank_id,
        content=write_excel(items, {}),
        file_name="cau-hoi.xlsx",
        default_topic=topic or find_topic(bank_id),
        default_level=Level.UNDERSTAND,
        now=read_now(),
    )
    assert outcome.import_id is not None, outcome.problems
    return outcome.import_id


def find_topic(bank_id: int) -> str:
    return str(run_sql("SELECT topic FROM items WHERE bank_id = :bank_id LIMIT 1", bank_id=bank_id)[0].topic)


def view(person: Person, import_id: int, *, only: bool = False, number: int = 1) -> item_imports.ImportPage:
    return item_imports.view_import(organiser=person, import_id=import_id, only_problems=only, number=number)


def confirm(person: Person, import_id: int) -> int | None:
    return item_imports.confirm_import(organiser=person, import_id=import_id, now=read_now())


def test_nothing_enters_the_bank_before_it_is_confirmed_and_then_all_as_drafts(organiser: Person) -> None:
    bank_id = add_open_round().bank_id
    before = count_rows(bank_id)
    import_id = add_item_import(organiser, bank_id, GOOD)
    assert count_rows(bank_id) == before
    page = view(organiser, import_id)
    assert (page.total, page.blocking) == (3, 0)
    assert confirm(organiser, import_id) is None
    found = view_bank(organiser=organiser, bank_id=bank_id, chosen=ItemFilter(state="draft"), number=1)
    assert [each.item.code for each in found.items] == ["CH-0001", "CH-0002", "CH-0003"]
    assert {each.author_id for each in found.items} == {organiser.id}
    report = view(organiser, import_id)
    assert report.found.counts == {"added": 3, "versions": 0, "left_out": 0, "renamed": 0}
    assert {line.line.item_id for line in report.lines} == {each.item_id for each in found.items}
    with pytest.raises(ItemImportEnded):
        confirm(organiser, import_id)


def test_doubtful_items_come_first_and_are_mended_in_place(organiser: Person) -> None:
    bank_id = add_open_round().bank_id
    text = GOOD + "\nKhông có đáp án {~Một ~Hai}\n"
    import_id = add_item_import(organiser, bank_id, text)
    page = view(organiser, import_id)
    assert [line.line.rank for line in page.lines] == sorted(line.line.rank for line in page.lines)
    worst = page.lines[0]
    assert not worst.read.is_ready
    assert [line.line.position for line in view(organiser, import_id, only=True).lines] == [
        line.line.position for line in page.lines if line.line.rank < 2
    ]
    with pytest.raises(ItemImportNotReady):
        confirm(organiser, import_id)
    mend = QuickMend(right=frozenset({1}), level=Level.APPLY)
    item_imports.mend_page(organiser=organiser, import_id=import_id, mends={worst.line.position: mend})
    assert view(organiser, import_id).blocking == 0
    confirm(organiser, import_id)
    found = view_bank(organiser=organiser, bank_id=bank_id, chosen=ItemFilter(words="khong co dap an"), number=1)
    assert found.items[0].item.key is not None
    assert found.items[0].item.level is Level.APPLY


def test_what_has_errors_can_be_left_out(organiser: Person) -> None:
    bank_id = add_open_round().bank_id
    import_id = add_item_import(organiser, bank_id, GOOD + "\nKhông có đáp án {~Một ~Hai}\n")
    assert item_imports.leave_out_errors(organiser=organiser, import_id=import_id) == 1
    confirm(organiser, import_id)
    assert view(organiser, import_id).found.counts["left_out"] == 1


def test_items_of_the_bank_and_of_the_file_are_known_again(organiser: Person) -> None:
    bank_id = add_open_round().bank_id
    confirm(organiser, add_item_import(organiser, bank_id, GOOD))
    again = view(organiser, add_item_import(organiser, bank_id, GOOD + "\nThủ đô của nước ta {=Hà Nội ~Huế ~Vinh}\n"))
    by_place = {line.line.position: line for line in again.lines}
    assert [by_place[place].line.choice for place in range(4)] == ["skip", "skip", "skip", "new"]
    assert all(by_place[place].same is not None for place in range(3))
    assert by_place[3].same is not None
    assert by_place[3].same.item.code == "CH-0001"
    # A person may say that it is the next version of that item.
    import_id = again.found.id
    item_imports.mend_page(organiser=organiser, import_id=import_id, mends={3: QuickMend(choice="version")})
    confirm(organiser, import_id)
    found = view_bank(organiser=organiser, bank_id=bank_id, chosen=ItemFilter(words="CH 0001"), number=1).items[0]
    assert (found.number, found.state) == (2, ItemState.DRAFT)
    assert "Vinh" in {option.text for option in found.item.options}
    twice = view(organiser, add_item_import(organiser, bank_id, "Mới {=A ~B}\n\nMới {=A ~B}\n"))
    assert {line.line.position: line.line.choice for line in twice.lines} == {0: "new", 1: "skip"}


def test_a_version_of_what_the_bank_has_not_is_refused(organiser: Person) -> None:
    bank_id = add_open_round().bank_id
    import_id = add_item_import(organiser, bank_id, GOOD)
    for mend in (QuickMend(choice="version"), QuickMend(choice="anything")):
        with pytest.raises(InvalidInput):
            item_imports.mend_page(organiser=organiser, import_id=import_id, mends={0: mend})
    with pytest.raises(NotFound):
        item_imports.mend_page(organiser=organiser, import_id=import_id, mends={99: QuickMend()})


def test_topics_are_found_by_name_and_new_ones_are_added(organiser: Person) -> None:
    bank_id = add_open_round().bank_id
    bank = view_bank(organiser=organiser, bank_id=bank_id, chosen=ItemFilter(), number=1).bank
    known = bank.topics[0]
    items = [
        replace(make_items("một")[0], topic=known.name.upper()),
        replace(make_items("hai")[5], topic="Văn hóa công sở"),
        replace(make_items("ba")[6], topic=""),
    ]
    import_id = upload(organiser, bank_id, items, topic=known.code)
    assert {line.read.item.topic for line in view(organiser, import_id).lines} == {known.code, "Văn hóa công sở"}
    confirm(organiser, import_id)
    after = view_bank(organiser=organiser, bank_id=bank_id, chosen=ItemFilter(topic="van-hoa-cong-so"), number=1)
    assert after.count == 1
    assert after.bank.name_topic("van-hoa-cong-so") == "Văn hóa công sở"


def test_an_import_is_its_persons_alone_and_ends_after_a_day(organiser: Person) -> None:
    other = add_person("nguoi-khac", roles=[Role.ADMINISTRATOR])
    bank_id = add_open_round().bank_id
    import_id = add_item_import(organiser, bank_id, GOOD)
    with pytest.raises(NotFound):
        view(other, import_id)
    with pytest.raises(NotFound):
        confirm(other, import_id)
    run_sql("UPDATE item_imports SET made_at = made_at - :day RETURNING id", day=25 * 3600 * 1000)
    add_item_import(other, bank_id, GOOD)
    assert view(organiser, import_id).found.state == "discarded"
    assert not run_sql("SELECT position FROM item_import_lines WHERE import_id = :id", id=import_id)
    with pytest.raises(ItemImportEnded):
        item_imports.discard_import(organiser=organiser, import_id=import_id, now=read_now() + timedelta(days=2))


def test_pictures_are_shown_in_the_preview_and_kept_only_with_the_import(app: Flask, organiser: Person) -> None:
    bank_id = add_open_round().bank_id
    buffer = BytesIO()
    Image.new("RGB", (4, 4), "red").save(buffer, "PNG")
    picture = read_picture(buffer.getvalue())
    stem = f'Hình này là gì<img src="picture:{picture.digest}" alt="ô đỏ">'
    item = replace(make_items()[0], stem=stem)  # type: ignore[arg-type]
    outcome = item_imports.preview_import(
        organiser=organiser, bank_id=bank_id, content=write_excel([item], {picture.digest: picture}),
        file_name="hinh.xlsx", default_topic=find_topic(bank_id), default_level=Level.APPLY, now=read_now(),
    )  # fmt: skip
    assert outcome.import_id is not None
    visitor = Visitor(app, "to-chuc")
    page = visitor.get(f"/organiser/banks/imports/{outcome.import_id}").text
    address = re.search(r'src="(/organiser/banks/imports/\d+/pictures/[0-9a-f]{64})"', page)
    assert address is not None
    assert visitor.get(address[1]).status_code == 200
    assert not run_sql("SELECT digest FROM pictures")
    confirm(organiser, outcome.import_id)
    assert len(run_sql("SELECT digest FROM pictures")) == 1
    assert not run_sql("SELECT digest FROM item_import_pictures")


def test_a_large_import_is_a_job_that_stores_all_or_nothing(app: Flask, organiser: Person, tmp_path: Path) -> None:
    bank_id = add_open_round().bank_id
    text = "\n".join(
        f"Câu hỏi thứ {number} về việc {number * 7} {{=Đúng {number} ~Sai {number}}}\n" for number in range(600)
    )
    import_id = add_item_import(organiser, bank_id, text)
    before = count_rows(bank_id)
    assert confirm(organiser, import_id) is not None
    assert not view(organiser, import_id).is_free
    with pytest.raises(ItemImportEnded):
        confirm(organiser, import_id)
    assert count_rows(bank_id) == before
    run_jobs(app, tmp_path)
    assert count_rows(bank_id) == before + 600
    assert view(organiser, import_id).found.counts["added"] == 600


def test_the_grid_costs_the_same_for_few_and_for_many(organiser: Person) -> None:
    bank_id = add_open_round().bank_id

    def count(import_id: int) -> int:
        with count_statements(db.engine) as found:
            view(organiser, import_id)
        return len(found.work)

    few = count(add_item_import(organiser, bank_id, "Một {=A ~B}"))
    text = "\n".join(f"Câu hỏi {number} {number * 3} {{=A{number} ~B{number}}}\n" for number in range(60))
    assert count(add_item_import(organiser, bank_id, text)) == few


def test_script_in_every_field_of_a_file_is_inert_in_grid_form_and_report(app: Flask, organiser: Person) -> None:
    bank_id = add_open_round().bank_id
    items = [replace(item, topic=CANARY) for item in make_items(CANARY)]
    import_id = upload(organiser, bank_id, items)
    visitor = Visitor(app, "to-chuc")
    paths = [f"/organiser/banks/imports/{import_id}"]
    paths += [f"/organiser/banks/imports/{import_id}/lines/{place}" for place in range(len(items))]
    for path in paths:
        assert_inert(visitor.get(path).text, path)
    confirm(organiser, import_id)
    assert_inert(visitor.get(paths[0]).text, "report")
    assert_inert(visitor.get(f"/organiser/banks/{bank_id}").text, "list")
    with reading() as work:
        kinds = {item.kind for item in items_store.map_current_items(work, bank_id).values() if "canary" in item.stem}
    assert len(kinds) == 8


def assert_inert(page: str, where: str) -> None:
    assert "canary()" in page, where
    assert "<script>canary" not in page, where
    assert not re.search(r"<[^>&]*onerror=canary", page), where


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("hong.docx", b"PK\x03\x04 khong phai docx"),
        ("rong.xlsx", b""),
        ("virus.docx", b"MZ" + b"\0" * 100),
        ("van-ban.txt", b"khong phai cau hoi"),
        ("anh.png", b"\x89PNG"),
        ("<b>x</b>.xml", b"<quiz><!DOCTYPE x></quiz>"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_nothing_is_stored(
    app: Flask, organiser: Person, name: str, content: bytes
) -> None:
    bank_id = add_open_round().bank_id
    visitor = Visitor(app, "to-chuc")
    answer = visitor.post(f"/organiser/banks/{bank_id}/imports", {"file": (BytesIO(content), name), "level": "apply"})
    assert answer.status_code == 422
    assert "notice-problem" in answer.text
    assert "<b>x" not in answer.text
    assert not run_sql("SELECT id FROM item_imports")


def test_every_field_of_a_line_can_be_mended(app: Flask, organiser: Person) -> None:
    bank_id = add_open_round().bank_id
    import_id = add_item_import(organiser, bank_id, "Không có đáp án {~Một ~Hai}\n")
    path = f"/organiser/banks/imports/{import_id}/lines/0"
    visitor = Visitor(app, "to-chuc")
    fields = {"kind": "single_choice", "stem": "Đã sửa", "topic": find_topic(bank_id), "level": "apply",
              "option-0": "Một", "option-1": "Hai"}  # fmt: skip
    assert visitor.post(path, fields).status_code == 422
    assert visitor.post(path, {**fields, "right": "1", "then": "preview"}).status_code == 200
    assert view(organiser, import_id).blocking == 1
    assert visitor.post(path, {**fields, "right": "1", "then": "save"}).status_code == 303
    line = view(organiser, import_id).lines[0]
    assert (line.line.rank, line.read.item.stem, line.read.problems) == (2, "Đã sửa", ())
