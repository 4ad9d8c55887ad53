"""A flag is kept on the server as a response is: the newest wins, one statement writes it, and it never counts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from quiz_app.domain.attempts import ResponseChange
from quiz_app.domain.errors import InvalidInput, UnknownChoice
from quiz_app.domain.people import Person
from quiz_app.services.attempts import (
    Acknowledgement,
    finish_attempt,
    save_responses,
    start_attempt,
    view_attempt,
)
from tests.factories import MIDDLE, add_person, add_round, run_sql
from tests.integration.visitor import Visitor, add_open_round


@pytest.fixture
def person(app: Flask) -> Person:
    return add_person("an")


@pytest.fixture
def attempt_id(person: Person) -> int:
    return start_attempt(person=person, round_id=add_round().id, now=MIDDLE)


def save(person: Person, attempt_id: int, *changes: ResponseChange) -> Acknowledgement:
    return save_responses(
        account_id=person.id, auth_version=person.auth_version, attempt_id=attempt_id, changes=changes, now=MIDDLE
    )


def flag(slot: int, is_flagged: bool, sequence: int) -> ResponseChange:
    return ResponseChange(slot, int(is_flagged), sequence, is_flag=True)


def test_the_newest_flag_of_a_slot_wins_and_knows_nothing_of_its_response(person: Person, attempt_id: int) -> None:
    assert save(person, attempt_id, flag(3, True, 5)).flags == {"3": [5, 1, 0]}
    assert save(person, attempt_id, flag(3, False, 5)).flags == {"3": [5, 1, 0]}
    assert save(person, attempt_id, flag(3, False, 4)).flags == {"3": [5, 1, 0]}
    saved = save(person, attempt_id, ResponseChange(3, 2, 1), flag(3, False, 6), flag(9, True, 1))
    assert saved.responses == {"3": [1, 2, 0]}
    assert saved.flags == {"3": [6, 0, 0], "9": [1, 1, 0]}
    assert save(person, attempt_id, ResponseChange(3, 1, 0)) == saved, "an old packet changes nothing"


def test_the_page_shows_what_is_flagged(person: Person, attempt_id: int) -> None:
    save(person, attempt_id, flag(0, True, 7), flag(4, True, 1), flag(5, True, 1), flag(5, False, 2))
    page = view_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    assert page.flagged == (0, 4)
    assert [page.questions[slot].flag_sequence for slot in (0, 4, 5, 6)] == [7, 1, 2, 0]
    assert page.unanswered == tuple(range(10))


def test_flags_never_count(person: Person, attempt_id: int) -> None:
    save(person, attempt_id, *(flag(slot, True, 1) for slot in range(10)))
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    assert run_sql("SELECT correct_count, score_hundredths FROM attempts") == [(0, 0)]


@pytest.mark.parametrize(("slot", "choice", "error"), [(10, 1, UnknownChoice), (0, 2, InvalidInput)])
def test_what_is_no_flag_of_the_paper_saves_nothing(
    person: Person, attempt_id: int, slot: int, choice: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        save(person, attempt_id, ResponseChange(1, 1, 1), ResponseChange(slot, choice, 1, is_flag=True))
    assert view_attempt(person=person, attempt_id=attempt_id, now=MIDDLE).attempt.responses == {}


def test_a_program_saves_flags_beside_responses_and_reads_everything_back(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app, "an")
    path = f"/attempts/{visitor.start(add_open_round().id)}/responses"
    token = visitor.read_token()
    visitor.post_json(path, {"responses": [{"slot": 7, "choice": 0, "sequence": 1}]}, token=token)
    body = {
        "responses": [{"slot": 0, "choice": 2, "sequence": 8}],
        "flags": [{"slot": 3, "flagged": True, "sequence": 9}],
    }
    answer = visitor.post_json(path, body, token=token).json
    assert set(answer) == {"responses", "flags", "time_left_ms"}
    assert {slot: parts[:2] for slot, parts in answer["responses"].items()} == {"0": [8, 2], "7": [1, 0]}
    assert {slot: parts[:2] for slot, parts in answer["flags"].items()} == {"3": [9, 1]}
    alone = visitor.post_json(path, {"flags": [{"slot": 3, "flagged": False, "sequence": 10}]}, token=token).json
    assert alone["flags"]["3"][:2] == [10, 0]


WRONG_FLAGS: list[Any] = [
    {}, "f3", [3], [{"slot": 3}], [{"slot": 3, "flagged": 1, "sequence": 1}],
    [{"slot": 3, "flagged": None, "sequence": 1}], [{"slot": "3", "flagged": True, "sequence": 1}],
    [{"slot": 3, "flagged": True, "sequence": -1}], [{"slot": -1, "flagged": True, "sequence": 1}],
    [{"slot": 3, "flagged": True, "sequence": 1}] * 201,
]  # fmt: skip


def test_malformed_flags_are_refused_and_nothing_is_saved(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app, "an")
    path = f"/attempts/{visitor.start(add_open_round().id)}/responses"
    token = visitor.read_token()
    before = run_sql("SELECT responses FROM attempts")
    for flags in WRONG_FLAGS:
        body = {"responses": [{"slot": 0, "choice": 1, "sequence": 1}], "flags": flags}
        assert visitor.post_json(path, body, token=token).status_code == 422, flags
    assert run_sql("SELECT responses FROM attempts") == before


def read_fields(page: str) -> dict[str, str]:
    """What a browser without scripts would send of the paper's form."""
    fields = {}
    form = page[page.index('id="paper"') :]
    for tag in re.findall(r"<input[^>]*>", form[: form.index("</form>")]):
        values = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in values and (values["type"] not in ("radio", "checkbox") or re.search(r"\schecked\b", tag)):
            fields[values["name"]] = values.get("value", "")
    return fields


def test_without_scripts_a_flag_is_set_kept_and_taken_away_and_a_choice_is_cleared(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app, "an")
    path = f"/attempts/{visitor.start(add_open_round().id)}"
    page = visitor.get(path).text
    assert re.search(r'type="checkbox"[^>]*name="flag-3"|name="flag-3"[^>]*type="checkbox"', page)
    assert re.search(r'<input[^>]*name="choice-3"[^>]*value=""', page)

    def send(**changes: str | None) -> dict[str, str]:
        names = {name.replace("_", "-"): value for name, value in changes.items()}
        fields = {**read_fields(visitor.get(path).text), **names}
        fields = {name: value for name, value in fields.items() if value is not None}
        fields.pop("csrf_token")
        assert visitor.post(f"{path}/responses", {**fields, "then": "stay-3"}).status_code == 303
        return read_fields(visitor.get(path).text)

    after = send(flag_3="1", choice_3="2")
    assert (after["flag-3"], after["choice-3"]) == ("1", "2")
    after = send(choice_4="1")
    assert (after["flag-3"], after["choice-3"], after["choice-4"]) == ("1", "2", "1")
    after = send(flag_3=None, choice_3="")
    assert "flag-3" not in after
    assert "choice-3" not in after, "nothing is selected"
    assert after["choice-4"] == "1"
    assert "Đã đánh dấu" not in visitor.get(f"{path}/check").text
    send(flag_9="1")
    assert "Đã đánh dấu" in visitor.get(f"{path}/check").text
