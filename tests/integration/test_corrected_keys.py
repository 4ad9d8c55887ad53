"""What a corrected key changes in the bank: pages and files say the key in force, and void questions leave papers."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask

from question_bank.blueprint import BlueprintCell, ExamBlueprint
from question_bank.keys import ChoiceKey, Key, VoidKey
from question_bank.readers import read_items
from quiz_app.domain.contests import Round
from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.items import ItemFilter
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.persistence.attempts.table import paper_from_json
from quiz_app.services import key_corrections
from quiz_app.services.attempts import start_attempt
from quiz_app.services.blueprints import view_blueprint
from quiz_app.services.item_bank.details import get_item_page
from quiz_app.services.item_bank.exporting import ExportFormat, export_items
from quiz_app.services.item_bank.listing import view_bank
from quiz_app.services.item_bank.writing import change_item
from quiz_app.services.job_running import run_next_job
from tests.factories import MIDDLE, add_person, add_round, make_bank, make_item, run_sql
from tests.integration.visitor import Visitor
from tests.statements import count_statements

LATER = MIDDLE + timedelta(hours=2)
ACCEPT_A_AND_B = ChoiceKey(frozenset({0, 1}))
KEY_B = ChoiceKey(frozenset({1}))


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("btc", roles=[Role.ORGANISER])


def add_exam(asked: int, size: int) -> Round:
    """A round with papers of so many items from a bank of so many, each with key A."""
    items = [make_item(f"T-{number}") for number in range(1, size + 1)]
    return add_round(bank=make_bank(items=items), blueprint=ExamBlueprint((BlueprintCell(None, None, asked),)))


def find_ids(code: str) -> tuple[int, int]:
    """The item and its newest version."""
    row = run_sql(
        "SELECT items.id AS item_id, v.id FROM items JOIN item_versions v ON v.item_id = items.id "
        "WHERE items.code = :code ORDER BY v.number DESC",
        code=code,
    )[0]
    return int(row.item_id), int(row.id)


def run_job(app: Flask) -> None:
    assert run_next_job(storage=app.extensions["storage"], make_context=app.app_context, read_now=lambda: LATER)


def propose(app: Flask, organiser: Person, code: str, key: Key) -> int:
    job_id = key_corrections.propose_key(organiser=organiser, version_id=find_ids(code)[1], key=key, now=LATER)
    run_job(app)
    return job_id


def correct(app: Flask, organiser: Person, code: str, key: Key, reason: str = "Nghị định đã thay.") -> None:
    version_id = find_ids(code)[1]
    job_id = propose(app, organiser, code, key)
    key_corrections.confirm_correction(
        organiser=organiser, version_id=version_id, preview_id=job_id, reason=reason, now=LATER
    )
    run_job(app)


def list_drawn(round_: Round, times: int = 12) -> set[int]:
    """The versions on so many new papers."""
    drawn: set[int] = set()
    for _ in range(times):
        number = len(run_sql("SELECT id FROM accounts"))
        attempt_id = start_attempt(person=add_person(f"nguoi-{number}"), round_id=round_.id, now=LATER)
        ((paper,),) = run_sql("SELECT paper FROM attempts WHERE id = :id", id=attempt_id)
        drawn |= {slot.version_id for slot in paper_from_json(paper)}
    return drawn


def test_pages_say_the_key_in_force_with_what_it_was_when_why_and_by_whom(app: Flask, organiser: Person) -> None:
    add_exam(2, 3)
    correct(app, organiser, "T-1", KEY_B)
    correct(app, organiser, "T-1", ACCEPT_A_AND_B, "Cả hai đều đúng.")
    item_id, version_id = find_ids("T-1")
    page = get_item_page(organiser=organiser, item_id=item_id)
    assert (page.current.item.key, page.current.written_key) == (ACCEPT_A_AND_B, ChoiceKey(frozenset({0})))
    assert page.correction is not None
    assert (page.correction.reason, page.correction.made_by_name) == ("Cả hai đều đúng.", organiser.name)
    assert [each.number for each in page.list_corrections(version_id)] == [2, 1]
    text = " ".join(Visitor(app, organiser.login).get(f"/organiser/banks/items/{item_id}").text.split())
    assert "<dd>A, B</dd>" in text, "the key in force"
    assert "<dd>B</dd>" in text, "the key before"
    assert "<dd>A</dd>" in text, "the key as it was written"
    assert organiser.name in text
    assert "Cả hai đều đúng." in text
    # Of a version that is no longer the newest too.
    changed = make_item("T-1", stem="Câu viết lại")
    assert change_item(organiser=organiser, item_id=item_id, number=1, item=changed, now=LATER)
    page = get_item_page(organiser=organiser, item_id=item_id)
    assert (page.correction, page.current.written_key) == (None, None)
    assert "Cả hai đều đúng." in Visitor(app, organiser.login).get(f"/organiser/banks/items/{item_id}").text


def test_the_form_of_the_next_version_begins_with_the_key_in_force(app: Flask, organiser: Person) -> None:
    add_exam(2, 4)
    correct(app, organiser, "T-1", KEY_B)
    correct(app, organiser, "T-2", ACCEPT_A_AND_B)
    correct(app, organiser, "T-3", VoidKey())
    visitor = Visitor(app, organiser.login)
    ticked = [
        [
            place
            for place in range(4)
            if f'name="right" value="{place}" checked'
            in visitor.get(f"/organiser/banks/items/{find_ids(code)[0]}/edit").text
        ]
        for code in ("T-1", "T-2", "T-3", "T-4")
    ]
    assert ticked == [[1], [], [], [0]]
    item_id = find_ids("T-1")[0]
    current = get_item_page(organiser=organiser, item_id=item_id).current
    assert not change_item(organiser=organiser, item_id=item_id, number=1, item=current.item, now=LATER)


def test_every_file_has_the_key_in_force(app: Flask, organiser: Person) -> None:
    round_ = add_exam(2, 4)
    correct(app, organiser, "T-2", KEY_B)

    def export(wanted: ExportFormat, *, leaves_out: bool = False) -> tuple[bytes, int, list[str]]:
        made = export_items(
            organiser=organiser,
            bank_id=round_.bank_id,
            chosen=ItemFilter(),
            item_ids=frozenset(),
            wanted=wanted,
            now=LATER,
            leaves_out=leaves_out,
        )
        return made.content, made.count, [each.code for each in made.refused]

    def read(wanted: ExportFormat, content: bytes) -> list[list[int]]:
        suffixes = {"docx-key": "docx", "gift": "gift", "moodle": "xml", "qti": "zip", "xlsx": "xlsx"}
        found = read_items(BytesIO(content), f"cau-hoi.{suffixes[wanted]}").items
        return [sorted(each.item.key.right) for each in found if isinstance(each.item.key, ChoiceKey)]

    with_key = [wanted for wanted in ExportFormat if wanted is not ExportFormat.WORD]
    for wanted in with_key:
        content, count, refused = export(wanted)
        assert (read(wanted, content), count, refused) == ([[0], [1], [0], [0]], 4, []), wanted
    correct(app, organiser, "T-3", VoidKey())
    for wanted in with_key:
        content, _, refused = export(wanted)
        assert (content, refused) == (b"", ["T-3"])
        content, count, _ = export(wanted, leaves_out=True)
        assert (read(wanted, content), count) == ([[0], [1], [0]], 3), wanted
    content, _, refused = export(ExportFormat.WORD)
    assert (bool(content), refused) == (True, []), "a paper without keys says nothing of them"


def test_an_export_that_is_refused_offers_the_others(app: Flask, organiser: Person) -> None:
    round_ = add_exam(2, 4)
    correct(app, organiser, "T-3", VoidKey())
    visitor = Visitor(app, organiser.login)
    path = f"/organiser/banks/{round_.bank_id}/export"
    fields = {"format": "gift", "q": "T-3"}
    assert 'value="yes"' not in visitor.post(path, fields).text, "nothing would be left"
    refused = visitor.post(path, {"format": "gift"})
    assert refused.status_code == 422
    assert 'name="without" value="yes"' in refused.text
    made = visitor.post(path, {"format": "gift", "without": "yes"})
    assert (made.status_code, "T-2" in made.text, "T-3" in made.text) == (200, True, False)


def test_a_void_question_leaves_new_papers_at_once_and_an_undo_brings_it_back(app: Flask, organiser: Person) -> None:
    round_ = add_exam(3, 4)
    version_id = find_ids("T-1")[1]
    assert version_id in list_drawn(round_)
    correct(app, organiser, "T-1", VoidKey())
    assert version_id not in list_drawn(round_)
    page = view_bank(organiser=organiser, bank_id=round_.bank_id, chosen=ItemFilter(), number=1)
    assert [each.is_void for each in page.items] == [True, False, False, False]
    undo_id = key_corrections.propose_undo(organiser=organiser, version_id=version_id, now=LATER)
    run_job(app)
    key_corrections.confirm_correction(
        organiser=organiser, version_id=version_id, preview_id=undo_id, reason="Nhầm.", now=LATER
    )
    run_job(app)
    assert version_id in list_drawn(round_)


def test_a_void_question_without_another_in_its_place_closes_no_door(app: Flask, organiser: Person) -> None:
    round_ = add_exam(3, 4)
    first, second = find_ids("T-1")[1], find_ids("T-2")[1]
    job_id = propose(app, organiser, "T-1", VoidKey())
    assert not key_corrections.view_preview(organiser=organiser, version_id=first, preview_id=job_id, now=LATER).needing
    correct(app, organiser, "T-1", VoidKey())
    job_id = propose(app, organiser, "T-2", VoidKey())
    page = key_corrections.view_preview(organiser=organiser, version_id=second, preview_id=job_id, now=LATER)
    assert page.needing == (round_.title,)
    correct(app, organiser, "T-2", VoidKey())
    assert {first, second} <= list_drawn(round_), "one of the two on each paper, since two others are left for three"
    blueprint = view_blueprint(organiser=organiser, round_id=round_.id, cells=None, attempts=1, now=LATER)
    assert (blueprint.left_out.void, [each.available for each in blueprint.shortfalls]) == (2, [2])


def test_a_key_that_is_in_force_cannot_be_proposed(app: Flask, organiser: Person) -> None:
    add_exam(2, 3)
    correct(app, organiser, "T-1", KEY_B)
    with pytest.raises(InvalidInput):
        propose(app, organiser, "T-1", KEY_B)


def test_corrections_cost_a_list_nothing(app: Flask, organiser: Person) -> None:
    round_ = add_exam(2, 30)

    def cost() -> int:
        with count_statements(db.engine) as counted:
            view_bank(organiser=organiser, bank_id=round_.bank_id, chosen=ItemFilter(), number=1)
        return len(counted.work)

    before = cost()
    for number in range(1, 4):
        correct(app, organiser, f"T-{number}", KEY_B)
    assert cost() == before
