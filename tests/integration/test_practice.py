"""Practice rounds: key and explanation as soon as a question is answered, and nowhere else before the end."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.services.attempts import view_attempt
from quiz_app.services.definitions import read_definition
from tests.factories import add_person, find_right_choices
from tests.integration.visitor import Visitor, add_open_round, close_round

RULES = {"reveal_during_attempt": True, "is_ranked": False}
DEFINITION = """
contest: {code: thi, title: Thi, organiser: Ban}
bank: cchc
rounds:
  - {code: a, title: A, opens_at: 07:00 1/9/2022, closes_at: 07:00 2/9/2022, questions: 5, time_limit_seconds: 60%s}
"""


class Sitting:
    """The person "an" in an attempt of a round with these rules."""

    def __init__(self, app: Flask, **rules: Any) -> None:
        """Start the attempt."""
        self.person = add_person("an")
        self.visitor = Visitor(app, "an")
        self.attempt_id = self.visitor.start(add_open_round(**rules).id)
        self.path = f"/attempts/{self.attempt_id}"
        self.token = self.visitor.read_token()
        self.keys = find_right_choices(self.attempt_id)

    def save(self, slot: int, choice: int | None, sequence: int) -> None:
        body = {"responses": [{"slot": slot, "choice": choice, "sequence": sequence}]}
        assert self.visitor.post_json(f"{self.path}/responses", body, token=self.token).status_code == 200

    def ask(self, slot: int) -> Any:
        return self.visitor.get(f"{self.path}/questions/{slot}/feedback", headers={"Accept": "application/json"})


def test_an_answered_question_shows_its_key_and_an_unanswered_one_does_not(app: Flask) -> None:
    sitting = Sitting(app, **RULES)
    assert sitting.ask(2).status_code == 404
    sitting.save(2, sitting.keys[2], 1)
    answer = sitting.ask(2)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "badge-good" in answer.text
    assert "Giải thích của T-" in answer.text
    assert "Nghị quyết số 76/NQ-CP" in answer.text
    sitting.save(2, (sitting.keys[2] + 1) % 4, 2)
    answer = sitting.ask(2)
    assert "badge-owed" in answer.text
    assert f"đáp án đúng là {'ABCD'[sitting.keys[2]]}" in answer.text
    sitting.save(2, None, 3)
    assert sitting.ask(2).status_code == 404, "a cleared choice shows no key"
    assert {sitting.ask(slot).status_code for slot in (0, 1, 9, 10, 10**6)} == {404}


def test_a_flag_is_no_answer(app: Flask) -> None:
    sitting = Sitting(app, **RULES)
    body = {"flags": [{"slot": 0, "flagged": True, "sequence": 1}]}
    sitting.visitor.post_json(f"{sitting.path}/responses", body, token=sitting.token)
    assert sitting.ask(0).status_code == 404


def test_the_page_shows_it_without_scripts_under_answered_questions_only(app: Flask) -> None:
    sitting = Sitting(app, **RULES)
    assert "Giải thích của" not in sitting.visitor.get(sitting.path).text
    sitting.save(3, sitting.keys[3], 1)
    page = sitting.visitor.get(sitting.path).text
    assert page.count("Giải thích của") == 1
    assert "Nghị quyết số 76/NQ-CP" in page
    view = view_attempt(person=sitting.person, attempt_id=sitting.attempt_id, now=read_now())
    assert [question.slot for question in view.questions if question.feedback] == [3]
    sitting.visitor.post(f"{sitting.path}/responses", {"choice-3": ""}, token=sitting.token)
    assert "Giải thích của" not in sitting.visitor.get(sitting.path).text


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"is_ranked": False},
        # No contest file can say this; should a row ever do, the ranking comes first.
        {"is_ranked": True, "reveal_during_attempt": True},
    ],
)
def test_no_other_round_shows_a_key_before_the_end(app: Flask, rules: dict[str, Any]) -> None:
    sitting = Sitting(app, **rules)
    for slot in range(10):
        sitting.save(slot, sitting.keys[slot], 1)
    assert {sitting.ask(slot).status_code for slot in range(10)} == {404}
    assert "Giải thích của" not in sitting.visitor.get(sitting.path).text


def test_nobody_else_sees_it(app: Flask) -> None:
    sitting = Sitting(app, **RULES)
    sitting.save(0, 1, 1)
    add_person("khac")
    path = f"{sitting.path}/questions/0/feedback"
    assert Visitor(app, "khac").get(path).status_code == 404
    assert Visitor(app).get(path, headers={"Accept": "application/json"}).status_code == 401


@pytest.mark.parametrize("is_ranked", [True, False])
def test_only_a_ranked_round_must_be_taken_again(app: Flask, is_ranked: bool) -> None:
    sitting = Sitting(app, is_ranked=is_ranked)
    sitting.visitor.post(f"{sitting.path}/finish", token=sitting.token)
    sitting.visitor.client.set_cookie("language", "en")
    result, home = sitting.visitor.get(f"{sitting.path}/result").text, sitting.visitor.get("/my").text
    assert ("The round must be taken again" in result, "The round must be taken again" in home) == (is_ranked,) * 2
    assert ("outside the ranking" in result) is not is_ranked


def test_an_open_practice_round_is_not_the_state_of_the_contest(app: Flask) -> None:
    closed = add_open_round()
    close_round(closed.id)
    visitor = Visitor(app)
    visitor.client.set_cookie("language", "en")
    add_open_round(code="thu", **RULES)
    hero = visitor.get("/").text.partition('class="hero-state"')[2].partition("</p>")[0]
    assert "Locked since" in hero


@pytest.mark.parametrize(
    ("fields", "is_taken"),
    [
        (", reveal_during_attempt: yes, is_ranked: no", True),
        (", reveal_during_attempt: no", True),
        (", reveal_during_attempt: yes", False),
        (", reveal_during_attempt: yes, is_ranked: yes", False),
    ],
)
def test_a_contest_file_may_ask_for_it_only_outside_the_ranking(fields: str, is_taken: bool) -> None:
    report = read_definition((DEFINITION % fields).encode(), now=read_now())
    if is_taken:
        assert report.definition is not None, report.problems
        assert report.definition.rounds[0].settings.reveal_during_attempt is ("attempt: yes" in fields)
    else:
        (problem,) = report.problems
        assert problem.field.endswith("reveal_during_attempt")
        assert problem.place.number == 5
