"""Banks that are made and named on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from question_bank.blueprint import BlueprintCell, ExamBlueprint
from quiz_app.clock import read_now
from quiz_app.domain.errors import InvalidInput, NotAllowed
from quiz_app.domain.items import BankCodeTaken, TopicInUse
from quiz_app.domain.people import Person, Role
from quiz_app.persistence.session import Work
from quiz_app.services.blueprints import save_blueprint
from quiz_app.services.item_bank import banks
from quiz_app.services.item_bank.banks import add_bank, change_bank
from quiz_app.services.item_bank.listing import list_banks, view_head
from quiz_app.services.item_bank.writing import add_item
from tests.factories import add_person, add_round, make_item, run_sql
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("btc", roles=[Role.ORGANISER])


def make(person: Person, title: str = "Cải cách hành chính", code: str = "", topics: tuple[str, ...] = ()) -> int:
    return add_bank(organiser=person, title=title, code=code, topic_names=topics, now=read_now())


def test_a_bank_is_made_named_and_filled_on_the_screen(app: Flask, organiser: Person) -> None:
    visitor = Visitor(app, organiser.login)
    assert "/organiser/banks/new" in visitor.get("/organiser/banks").text
    fields = {"title": "  Cải cách   hành chính ", "code": "", "topics": "Thể chế\r\n\r\nChính quyền số\r\n"}
    answer = visitor.post("/organiser/banks/new", fields)
    assert answer.status_code == 303
    (bank,) = list_banks(organiser=organiser)
    assert (bank.code, bank.title) == ("cai-cach-hanh-chinh", "Cải cách hành chính")
    head = view_head(organiser=organiser, bank_id=bank.id)
    assert [(topic.code, topic.name) for topic in head.topics] == [
        ("the-che", "Thể chế"), ("chinh-quyen-so", "Chính quyền số"),
    ]  # fmt: skip
    page = visitor.get(answer.location).text
    assert f"/organiser/banks/{bank.id}/imports" in page
    assert f"/organiser/banks/{bank.id}/items/new" in page
    item = make_item("A-1", topic="the-che")
    assert add_item(organiser=organiser, bank_id=bank.id, item=item, now=read_now())
    fields = {
        "title": "Kiến thức",
        "topic/the-che": "Cải cách thể chế",
        "topic/chinh-quyen-so": " ",
        "topics": "Tài chính công",
    }
    assert visitor.post(f"/organiser/banks/{bank.id}/edit", fields).status_code == 303
    head = view_head(organiser=organiser, bank_id=bank.id)
    assert (head.title, [topic.name for topic in head.topics]) == (
        "Kiến thức", ["Cải cách thể chế", "Chính quyền số", "Tài chính công"],
    )  # fmt: skip
    entries = [
        row.action for row in run_sql("SELECT action FROM audit_entries WHERE subject_type = 'bank' ORDER BY id")
    ]
    assert entries == ["bank_added", "bank_changed"]


def test_what_a_bank_cannot_be_called_comes_back_as_it_was_typed(app: Flask, organiser: Person) -> None:
    make(organiser, code="cchc")
    visitor = Visitor(app, organiser.login)
    for fields in (
        {"title": "", "code": "x1"},
        {"title": "x" * 301},
        {"title": "Tên", "code": "có dấu"},
        {"title": "Tên", "code": "x" * 61},
        {"title": "Tên", "topics": "Thể chế\nThe che"},
        {"title": "Tên", "topics": "x" * 201},
        {"title": "Tên", "topics": "\n".join(f"t{number}" for number in range(101))},
    ):
        answer = visitor.post("/organiser/banks/new", fields)
        assert answer.status_code == 422, fields
        assert fields.get("title", "") in answer.text
        assert fields.get("code", "") in answer.text
    answer = visitor.post("/organiser/banks/new", {"title": "Tên khác", "code": "CCHC"})
    assert (answer.status_code, "Tên khác" in answer.text) == (409, True)
    assert len(list_banks(organiser=organiser)) == 1
    with pytest.raises(InvalidInput):
        change_bank(
            organiser=organiser, bank_id=list_banks(organiser=organiser)[0].id, title=" ", names={}, topic_names=(),
            now=read_now(),
        )  # fmt: skip


def test_an_empty_topic_is_taken_out_and_one_in_use_stays(app: Flask, organiser: Person) -> None:
    bank_id = make(organiser, topics=("Thể chế", "Tài chính công", "Chính quyền số"))
    assert add_item(organiser=organiser, bank_id=bank_id, item=make_item("A-1", topic="the-che"), now=read_now())
    round_ = add_round(blueprint=ExamBlueprint((BlueprintCell("chinh-quyen-so", None, 1),)))
    run_sql("UPDATE rounds SET bank_id = :bank WHERE id = :id RETURNING id", bank=bank_id, id=round_.id)
    visitor = Visitor(app, organiser.login)
    page = visitor.get(f"/organiser/banks/{bank_id}/edit").text
    assert page.count('name="remove"') == 1
    fields = {"title": "Kiến thức", "topics": ""}
    for used in ("the-che", "chinh-quyen-so"):
        refused = visitor.post(f"/organiser/banks/{bank_id}/edit", {**fields, "remove": used})
        assert refused.status_code == 409
    assert len(view_head(organiser=organiser, bank_id=bank_id).topics) == 3
    answer = visitor.post(f"/organiser/banks/{bank_id}/edit", {**fields, "remove": "tai-chinh-cong"})
    assert answer.status_code == 303
    assert [topic.code for topic in view_head(organiser=organiser, bank_id=bank_id).topics] == [
        "the-che", "chinh-quyen-so",
    ]  # fmt: skip
    with pytest.raises(InvalidInput, match="no such topic"):
        add_item(organiser=organiser, bank_id=bank_id, item=make_item("A-2", topic="tai-chinh-cong"), now=read_now())


def test_an_item_and_the_end_of_its_topic_at_once_leave_no_item_without_a_topic(app: Flask, organiser: Person) -> None:
    bank_id = make(organiser, topics=("Thể chế", "Tài chính công"))
    refused: list[str] = []

    def remove() -> None:
        try:
            change_bank(
                organiser=organiser, bank_id=bank_id, title="X", names={}, topic_names=(), removed=("the-che",),
                now=read_now(),
            )  # fmt: skip
        except TopicInUse:
            refused.append("removal")

    def write() -> None:
        try:
            add_item(organiser=organiser, bank_id=bank_id, item=make_item("A-1", topic="the-che"), now=read_now())
        except InvalidInput:
            refused.append("item")

    run_together(app, [remove, write])
    assert len(refused) == 1
    topics = {topic.code for topic in view_head(organiser=organiser, bank_id=bank_id).topics}
    assert {row.topic for row in run_sql("SELECT topic FROM items WHERE bank_id = :id", id=bank_id)} <= topics


def test_a_blueprint_and_the_end_of_its_topic_at_once_leave_no_blueprint_without_a_topic(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = read_now()
    bank_id = make(organiser, topics=("Thể chế", "Tài chính công"))
    round_ = add_round(opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    run_sql("UPDATE rounds SET bank_id = :bank WHERE id = :id RETURNING id", bank=bank_id, id=round_.id)
    find_used_topics = banks._find_used_topics

    def find_slowly(work: Work, of_bank_id: int) -> frozenset[str]:
        used = find_used_topics(work, of_bank_id)
        time.sleep(0.5)
        return used

    monkeypatch.setattr(banks, "_find_used_topics", find_slowly)

    def remove() -> None:
        change_bank(
            organiser=organiser, bank_id=bank_id, title="X", names={}, topic_names=(), removed=("the-che",), now=now
        )

    def save() -> None:
        time.sleep(0.2)
        cells = [BlueprintCell("the-che", None, 1)]
        save_blueprint(organiser=organiser, round_id=round_.id, version=round_.version, cells=cells, now=now)

    _, saved = run_together(app, [remove, save])
    assert isinstance(saved, InvalidInput)
    assert [topic.code for topic in view_head(organiser=organiser, bank_id=bank_id).topics] == ["tai-chinh-cong"]


def test_codes_are_given_after_the_name_and_never_twice(app: Flask, organiser: Person) -> None:
    for _ in range(2):
        make(organiser)
    make(organiser, title="…")
    assert sorted(bank.code for bank in list_banks(organiser=organiser)) == [
        "cai-cach-hanh-chinh", "cai-cach-hanh-chinh-2", "ngan-hang",
    ]  # fmt: skip


def test_only_organisers_make_banks(app: Flask) -> None:
    for number, role in enumerate((Role.PARTICIPANT, Role.JUDGE)):
        with pytest.raises(NotAllowed):
            make(add_person(f"nguoi-{number}", roles=[role]))


def test_of_two_who_take_a_code_at_once_one_is_told(app: Flask, organiser: Person) -> None:
    taken: list[str] = []

    def try_one() -> Callable[[], None]:
        def add() -> None:
            try:
                make(organiser, code="cchc")
            except BankCodeTaken as refusal:
                taken.append(refusal.bank_code)

        return add

    run_together(app, [try_one() for _ in range(4)])
    assert (len(list_banks(organiser=organiser)), taken) == (1, ["cchc"] * 3)
