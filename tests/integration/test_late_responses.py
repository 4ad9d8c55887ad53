"""Answers that come after the end: refused in words, kept as evidence, never counted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask

from quiz_app.domain.attempts import ResponseChange
from quiz_app.domain.errors import AttemptClosed, NotFound, SignInRequired
from quiz_app.domain.people import Person
from quiz_app.persistence.attempts.late import MOST_LATE_RESPONSES
from quiz_app.services.attempts import finish_attempt, save_responses, start_attempt
from quiz_app.services.people import sign_out_everywhere
from tests.factories import MIDDLE, MS, add_person, add_round, make_bank, run_sql, save_choices
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor, add_open_round

DEADLINE = MIDDLE + timedelta(seconds=300)
LATE = DEADLINE + MS


@pytest.fixture
def person(app: Flask) -> Person:
    return add_person("an")


@pytest.fixture
def attempt_id(person: Person) -> int:
    return start_attempt(person=person, round_id=add_round().id, now=MIDDLE)


def save(person: Person, attempt_id: int, *changes: tuple[int, int | None, int], now: datetime = LATE) -> None:
    save_responses(
        account_id=person.id,
        auth_version=person.auth_version,
        attempt_id=attempt_id,
        changes=[ResponseChange(*change) for change in changes],
        now=now,
    )


def refuse(person: Person, attempt_id: int, *changes: tuple[int, int | None, int], now: datetime = LATE) -> Any:
    """The refusal of a late save."""
    with pytest.raises(AttemptClosed) as caught:
        save(person, attempt_id, *changes, now=now)
    return caught.value


def list_late() -> Sequence[Any]:
    rows = run_sql("SELECT slot, choice, sequence FROM late_responses ORDER BY slot, sequence")
    return [(row.slot, json.loads(row.choice), row.sequence) for row in rows]


def test_a_late_answer_is_kept_and_changes_nothing_else(person: Person, attempt_id: int) -> None:
    save_choices(person, attempt_id, {0: 1, 1: 2, 2: None}, now=MIDDLE)
    before = run_sql("SELECT * FROM attempts")
    refusal = refuse(person, attempt_id, (3, 1, 9), (0, 2, 9))
    assert (refusal.received, refusal.kept_count) == (2, 2)
    assert run_sql("SELECT * FROM attempts") == before
    assert list_late() == [(0, 2, 9), (3, 1, 9)]
    ((kept_for, received_at),) = run_sql("SELECT DISTINCT account_id, received_at FROM late_responses")
    assert (kept_for, received_at) == (person.id, int(LATE.timestamp() * 1000))
    finish_attempt(person=person, attempt_id=attempt_id, now=LATE)
    score = run_sql("SELECT correct_count, score_hundredths FROM attempts")
    refuse(person, attempt_id, *((slot, 0, 20) for slot in range(10)))
    assert run_sql("SELECT correct_count, score_hundredths FROM attempts") == score


def test_the_last_millisecond_is_not_late(person: Person, attempt_id: int) -> None:
    save(person, attempt_id, (0, 1, 1), now=DEADLINE)
    assert list_late() == []


def test_an_answer_after_handing_in_is_late_though_there_is_time(person: Person, attempt_id: int) -> None:
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    assert refuse(person, attempt_id, (0, None, 5), now=MIDDLE).received == 0
    assert list_late() == [(0, None, 5)]


def test_what_was_saved_in_time_and_is_sent_again_is_not_late(person: Person, attempt_id: int) -> None:
    save_choices(person, attempt_id, {0: 1, 1: 2}, now=MIDDLE, sequence=5)
    # The acknowledgement was lost; an old packet was on its way; a plain form sends every choice once more.
    refusal = refuse(person, attempt_id, (0, 1, 5), (1, 3, 4), (0, 1, 99))
    assert (refusal.received, refusal.kept_count) == (2, 0)
    assert list_late() == []


def test_a_repeated_late_packet_is_kept_once(person: Person, attempt_id: int) -> None:
    for _ in range(3):
        assert refuse(person, attempt_id, (0, 1, 5), (0, 1, 5), (0, 2, 6)).kept_count == 3
    assert list_late() == [(0, 1, 5), (0, 2, 6)]


def test_flags_and_what_the_paper_does_not_have_are_not_kept(person: Person, attempt_id: int) -> None:
    refuse(person, attempt_id, (10, 0, 1), (0, 4, 1))
    with pytest.raises(AttemptClosed):
        save_responses(
            account_id=person.id,
            auth_version=person.auth_version,
            attempt_id=attempt_id,
            changes=[ResponseChange(0, 1, 1, is_flag=True)],
            now=LATE,
        )
    assert list_late() == []


def test_only_the_attempts_own_person_leaves_evidence(person: Person, attempt_id: int) -> None:
    other = add_person("khac")
    with pytest.raises(NotFound):
        save(other, attempt_id, (0, 1, 1))
    with pytest.raises(NotFound):
        save(person, attempt_id + 1, (0, 1, 1))
    sign_out_everywhere(person=person, now=LATE)
    with pytest.raises(SignInRequired):
        save(person, attempt_id, (0, 1, 1))
    assert list_late() == []


def test_there_is_room_for_so_many_and_no_more_also_for_requests_at_the_same_time(app: Flask) -> None:
    person = add_person("an")
    attempt_id = start_attempt(person=person, round_id=add_round(bank=make_bank(20)).id, now=MIDDLE)

    def send(first: int) -> int:
        changes = [(slot, 1, first + n) for n in range(10) for slot in range(10)]
        return int(refuse(person, attempt_id, *changes).kept_count)

    kept = run_together(app, [partial(send, first) for first in (100, 200, 300)])
    assert sorted(kept) == [0, 100, 100]
    assert len(list_late()) == MOST_LATE_RESPONSES == 200


def test_the_result_page_says_how_many_came_late_and_only_then(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app, "an")
    attempt_id = visitor.start(add_open_round().id)
    visitor.post(f"/attempts/{attempt_id}/finish")
    path, result = f"/attempts/{attempt_id}/responses", f"/attempts/{attempt_id}/result"
    visitor.client.set_cookie("language", "en")
    words = "kept on record and not counted"
    assert words not in visitor.get(result).text
    before = run_sql("SELECT score_hundredths FROM attempts")
    visitor.post_json(path, {"responses": [{"slot": 5, "choice": 1, "sequence": 2}]})
    assert f"1 answer came after the end of the attempt: it is {words}." in visitor.get(result).text
    changed = [{"slot": slot, "choice": 2, "sequence": 3} for slot in (5, 6)]
    visitor.post_json(path, {"responses": changed})
    assert f"2 answers came after the end of the attempt: they are {words}." in visitor.get(result).text
    assert run_sql("SELECT score_hundredths FROM attempts") == before


def test_a_program_is_told_what_was_received_and_what_becomes_of_the_rest(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app, "an")
    attempt_id = visitor.start(add_open_round().id)
    path = f"/attempts/{attempt_id}/responses"
    visitor.post_json(path, {"responses": [{"slot": slot, "choice": 1, "sequence": 1} for slot in range(4)]})
    visitor.post(f"/attempts/{attempt_id}/finish")
    answer = visitor.post_json(path, {"responses": [{"slot": 5, "choice": 1, "sequence": 2}]})
    assert answer.status_code == 410
    assert answer.json["received"] == 4
    assert answer.json["error"]["code"] == "attempt_closed"
    assert "không được tính điểm" in answer.json["error"]["message"]
    assert "được lưu lại" in answer.json["error"]["message"]
    nothing_late = visitor.post_json(path, {"prediction": 4})
    assert (nothing_late.status_code, nothing_late.json["received"]) == (410, 4)
    assert "được lưu lại" not in nothing_late.json["error"]["message"]
    assert list_late() == [(5, 1, 2)]
    # A plain form leads to the result, where the number received stands.
    form = visitor.post(path, {"choice-6": "1"})
    assert form.status_code == 303
    assert form.location.endswith("/result")
    assert len(list_late()) == 2
