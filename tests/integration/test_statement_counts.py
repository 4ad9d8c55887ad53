"""How many statements a request costs, counted at the drivers. A page costs the same however much there is to show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from quiz_app.clock import read_now
from quiz_app.domain.contests import Round
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.services.attempts import finish_attempt, start_attempt
from tests.factories import add_person, add_unit, sit_attempt
from tests.integration.visitor import Visitor, add_open_round
from tests.statements import count_statements

MANY_ATTEMPTS = 200
MANY_PEOPLE = 50


@pytest.fixture(autouse=True)
def _long_kept_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine must not let kept figures run out in the middle of a comparison."""
    monkeypatch.setattr("quiz_app.services.figures.FIGURES_SECONDS", 3600)


@dataclass
class Scene:
    """A person who has finished one attempt, at a browser, in a round that is open and shows its ranking."""

    person: Person
    round: Round
    visitor: Visitor
    token: str
    attempt_id: int

    def count(self, ask: Callable[[], TestResponse], *, status: int = 200) -> tuple[int, int]:
        """Statements that read or write, and statements that begin or end a transaction."""
        with count_statements(db.engine) as statements:
            answer = ask()
        assert answer.status_code == status, answer.text
        return len(statements.work), len(statements.control)

    def count_pages(self) -> dict[str, tuple[int, int]]:
        """What each page that a participant meets costs."""
        round_path = f"/rounds/{self.round.id}"
        open_id = self.visitor.start(self.round.id)
        paths = {
            "home": "/my",
            "start page": f"{round_path}/start",
            "question page": f"/attempts/{open_id}",
            "check page": f"/attempts/{open_id}/check",
            "result": f"/attempts/{self.attempt_id}/result",
            "history": f"{round_path}/attempts",
            "public home": "/",
            "ranking of people": f"{round_path}/ranking",
            "ranking of units": f"{round_path}/ranking?of=units",
        }
        for path in paths.values():
            self.visitor.get(path)  # What is kept for some seconds is asked for once, not by every visitor.
        return {name: self.count(lambda path=path: self.visitor.get(path)) for name, path in paths.items()}


@pytest.fixture
def scene(app: Flask) -> Scene:
    unit_id = add_unit()
    person = add_person(unit_id=unit_id)
    round_ = add_open_round(shows_provisional_ranking=True)
    visitor = Visitor(app, person.login)
    attempt_id = sit_attempt(person, round_, right=8, started_at=read_now() - timedelta(minutes=30))
    return Scene(person, round_, visitor, visitor.read_token(), attempt_id)


def test_a_save_is_one_statement_and_no_transaction_beside_it(scene: Scene) -> None:
    open_id = scene.visitor.start(scene.round.id)
    path = f"/attempts/{open_id}/responses"
    for sequence in (1, 2):
        body = {"responses": [{"slot": 3, "choice": 1, "sequence": sequence}]}
        assert scene.count(lambda body=body: scene.visitor.post_json(path, body, token=scene.token)) == (1, 0)
    flag = {"flags": [{"slot": 3, "flagged": True, "sequence": 1}]}
    assert scene.count(lambda: scene.visitor.post_json(path, flag, token=scene.token)) == (1, 0)
    assert scene.count(lambda: scene.visitor.post(path, {"choice-4": "2"}, token=scene.token), status=303) == (1, 0)


def test_a_save_of_several_slots_is_one_statement_each_in_one_transaction(scene: Scene) -> None:
    path = f"/attempts/{scene.visitor.start(scene.round.id)}/responses"
    body = {"responses": [{"slot": slot, "choice": 1, "sequence": 1} for slot in range(5)]}
    assert scene.count(lambda: scene.visitor.post_json(path, body, token=scene.token)) == (5, 2)


def test_a_start_is_a_read_and_an_insert_and_a_finish_one_write_for_each_table(scene: Scene) -> None:
    # One statement of each is the person of the session.
    start = f"/rounds/{scene.round.id}/attempts"
    assert scene.count(lambda: scene.visitor.post(start, token=scene.token), status=303) == (3, 2)
    # A finish reads the bank's version once more when it has its lock: a key may just have been put right.
    finish = f"/attempts/{scene.visitor.start(scene.round.id)}/finish"
    assert scene.count(lambda: scene.visitor.post(finish, token=scene.token), status=303) == (6, 2)
    # The second click reads and leaves everything as it is.
    assert scene.count(lambda: scene.visitor.post(finish, token=scene.token), status=303) == (2, 2)


def test_pages_cost_the_person_and_what_they_show(scene: Scene) -> None:
    assert scene.count_pages() == {
        "home": (4, 0),
        "start page": (2, 0),
        "question page": (2, 0),
        "check page": (2, 0),
        "result": (3, 0),
        "history": (3, 0),
        "public home": (4, 0),
        "ranking of people": (4, 0),
        "ranking of units": (3, 0),
    }


def test_a_home_without_any_finished_attempt_reads_no_scores_and_no_notices(app: Flask, scene: Scene) -> None:
    add_person("moi")
    visitor = Visitor(app, "moi")
    # The person, the rounds, and the rounds of initiatives.
    assert scene.count(lambda: visitor.get("/my")) == (3, 0)


def test_pages_cost_the_same_with_1_and_200_attempts_of_the_person(scene: Scene) -> None:
    before = scene.count_pages()
    now = read_now()
    for _ in range(MANY_ATTEMPTS):
        attempt_id = start_attempt(person=scene.person, round_id=scene.round.id, now=now)
        finish_attempt(person=scene.person, attempt_id=attempt_id, now=now)
    assert scene.count_pages() == before


def test_pages_cost_the_same_with_1_and_50_people_and_units(app: Flask, scene: Scene) -> None:
    add_person("to-chuc", roles=[Role.ORGANISER])
    others = {
        "board": (Visitor(app, "to-chuc"), f"/organiser/rounds/{scene.round.id}"),
        "rounds": (Visitor(app, "to-chuc"), "/organiser/"),
    }
    unit_lead = add_person("truong-phong", roles=[Role.UNIT_LEAD], led_unit_id=add_unit("CUA-TOI"))
    others["unit"] = (Visitor(app, unit_lead.login), "/unit/")

    def count_all() -> dict[str, tuple[int, int]]:
        counts = scene.count_pages()
        for name, (visitor, path) in others.items():
            visitor.get(path)
            counts[name] = scene.count(lambda visitor=visitor, path=path: visitor.get(path))
        return counts

    before = count_all()
    now = read_now()
    for n in range(MANY_PEOPLE):
        person = add_person(f"nguoi-{n}", unit_id=add_unit(f"DV-{n}"))
        attempt_id = start_attempt(person=person, round_id=scene.round.id, now=now)
        finish_attempt(person=person, attempt_id=attempt_id, now=now)
    assert count_all() == before


def test_the_counter_sees_what_drivers_send(app: Flask) -> None:
    add_person("lan-dau")  # A new connection asks the server some questions first.
    with count_statements(db.engine) as statements:
        add_person("dem", roles=[Role.PARTICIPANT, Role.JUDGE])
    # An account, two grants, and the person read back; BEGIN and COMMIT apart.
    assert (len(statements.work), len(statements.control)) == (4, 2)
    with count_statements(db.engine) as statements:
        pass
    add_person("khong-dem")
    assert statements.texts == []
