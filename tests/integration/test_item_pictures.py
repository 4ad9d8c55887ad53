"""Pictures in stems, options, lines and explanations, without a script: where the form says, or not at all."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from question_bank.formatted_text import list_pictures
from quiz_app.domain.people import Person, Role
from quiz_app.services.item_bank.details import get_item_page
from tests.factories import add_person, run_sql
from tests.fixtures.word.office_xml import png
from tests.integration.visitor import Visitor, add_open_round

FIELDS = {
    "topic": "chung", "level": "apply", "stem": "1 < 2 là", "explanation": "Vì thế", "option-0": "Đúng & đủ",
    "option-1": "Sai", "option-2": "Không rõ", "right": "0",
}  # fmt: skip
ROWS = {"row-0": "Trái", "row-1": "Phải", "pair-0": "0", "pair-1": "2"}
PLACES = [
    ("single_choice", "stem"), ("single_choice", "option-1"), ("single_choice", "explanation"), ("matching", "row-1"),
    ("matching", "option-1"), ("ordering", "option-2"), ("essay", "stem"),
]  # fmt: skip
WRONG = [
    ("true_false", "option-0", png()), ("single_choice", "row-0", png()), ("single_choice", "option-8", png()),
    ("single_choice", "option-²", png()), ("single_choice", "guidance", png()),
    ("single_choice", "option-0", b"GIF89a<script>"),
]  # fmt: skip


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("tac-gia", roles=[Role.ORGANISER])


def send(visitor: Visitor, path: str, fields: dict[str, str], picture: bytes | None) -> Any:
    token = visitor.read_token(path)
    data: dict[str, Any] = {**fields, "csrf_token": token}
    if picture is not None:
        data["picture"] = (BytesIO(picture), "hinh.png")
    return visitor.ask("POST", path, data=data, content_type="multipart/form-data")


def test_a_picture_goes_where_the_form_says(app: Flask, organiser: Person) -> None:
    bank_id = add_open_round().bank_id
    visitor = Visitor(app, organiser.login)
    path = f"/organiser/banks/{bank_id}/items/new"
    for kind, place in PLACES:
        has_options = kind != "essay"
        texts = {name: text for name, text in FIELDS.items() if has_options or name[:5] not in ("optio", "right")}
        texts |= ROWS if kind == "matching" else {}
        fields = {**texts, "kind": kind, "picture_place": place, "picture_text": "Sơ đồ <b>", "then": "save"}
        answer = send(visitor, path, fields, png())
        assert answer.status_code == 303, (kind, place)
        item = get_item_page(organiser=organiser, item_id=int(answer.location.rpartition("/")[2])).current.item
        named = {
            "stem": item.stem,
            "explanation": item.explanation,
            **{f"option-{number}": option.text for number, option in enumerate(item.options)},
            **{f"row-{number}": row for number, row in enumerate(item.rows)},
        }
        assert [name for name, text in named.items() if list_pictures(text)] == [place]
        assert "Sơ đồ &lt;b&gt;" in named[place]
        assert item.stem.startswith("1 &lt; 2 là"), "what was plain stays as it was typed"


def test_the_form_goes_on_with_the_picture_put_in_and_stores_no_item(app: Flask, organiser: Person) -> None:
    bank_id = add_open_round().bank_id
    visitor = Visitor(app, organiser.login)
    path = f"/organiser/banks/{bank_id}/items/new"
    count = len(run_sql("SELECT id FROM items"))
    fields = {"kind": "single_choice", "stem": "", "picture_place": "option-3", "then": "picture"}
    answer = send(visitor, path, fields, png())
    assert answer.status_code == 200, "the empty stem is no error yet"
    assert "src=&#34;picture:" in answer.text or "src=&quot;picture:" in answer.text
    assert len(run_sql("SELECT id FROM items")) == count


def test_what_cannot_be_put_in_is_said_and_nothing_is_kept(app: Flask, organiser: Person) -> None:
    bank_id = add_open_round().bank_id
    visitor = Visitor(app, organiser.login)
    for kind, place, content in WRONG:
        fields = {**FIELDS, "kind": kind, "picture_place": place, "then": "save"}
        answer = send(visitor, f"/organiser/banks/{bank_id}/items/new", fields, content)
        assert answer.status_code == 422, place
        assert 'class="field-wrong" id="picture-wrong-1"' in answer.text
    assert not run_sql("SELECT digest FROM pictures")
