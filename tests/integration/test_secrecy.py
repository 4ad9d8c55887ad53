"""No byte that leaves the server tells a key, an explanation or a source before the rules of the round allow it.

Two kinds of proof: words that stand nowhere but in the secret fields do not appear, and what is sent stays the same to
the byte when only the key is changed in the database.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from question_bank.formatted_text import from_plain
from question_bank.items import LegalSource, Option
from question_bank.keys import ChoiceKey
from question_bank.readers.bank_folder import Bank
from quiz_app.cache import ProcessCache
from quiz_app.domain.contests import Reveal, Round
from quiz_app.domain.people import Role
from quiz_app.services.attempts import start_attempt
from tests.factories import (
    CLOSING,
    MIDDLE,
    MS,
    add_person,
    add_round,
    find_right_choices,
    make_bank,
    make_item,
    run_sql,
)
from tests.integration.visitor import Visitor

EXPLANATION, DOCUMENT, ARTICLE, ADDRESS, CODE = "LOIGIAIMAT", "VANBANMAT", "DIEUMAT", "nguonmat.example", "MAMAT"
STEM = "NOIDUNGCAUHOI"
SECRETS = (EXPLANATION, DOCUMENT, ARTICLE, ADDRESS, CODE)

# What differs between two answers to the same question: tokens, the nonce, and the digest of the person's own answers,
# which knows no key.
_PASSING = re.compile(r'(name="csrf_token" value|nonce)="[^"]*"|<dd class="digest">[^<]*</dd>')


def make_secret_bank() -> Bank:
    """Ten items, so that every paper has all of them, with a word of its own in each secret field."""
    source = LegalSource(DOCUMENT, ARTICLE, f"https://{ADDRESS}/")
    items = [
        replace(
            make_item(f"{CODE}-{n}"),
            stem=f"{STEM} {n}?",
            options=tuple(Option(from_plain(f"Lựa chọn {letter} số {n}")) for letter in "xyzt"),
            key=ChoiceKey(frozenset({n % 4})),
            explanation=EXPLANATION,
            source=source,
        )
        for n in range(10)
    ]
    return make_bank(items=items)


class Sitting:
    """A participant at a browser at a moment that the test chooses."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
        """The round's rules may be changed."""
        self._app = app
        self._monkeypatch = monkeypatch
        self.set_clock(MIDDLE)
        self.round: Round = add_round(bank=make_secret_bank(), **changes)
        add_person("an")
        self.visitor = Visitor(app, "an")
        self.token = self.visitor.read_token()
        self.attempt_id = self.visitor.start(self.round.id)

    def set_clock(self, moment: datetime) -> None:
        """Every request arrives at this moment."""
        self._monkeypatch.setattr("quiz_app.web.identity.read_now", lambda: moment)

    def save(self, choices: dict[int, int], sequence: int = 1) -> TestResponse:
        """Save as the script does."""
        body = {"responses": [{"slot": s, "choice": c, "sequence": sequence} for s, c in choices.items()]}
        return self.visitor.post_json(f"/attempts/{self.attempt_id}/responses", body, token=self.token)

    def get_result(self) -> str:
        """What the result page sends, in full."""
        return read_all(self.visitor.get(f"/attempts/{self.attempt_id}/result"))

    def finish(self, *, wrong: int) -> None:
        """Answer so many wrong, the rest right, and hand in."""
        keys = find_right_choices(self.attempt_id)
        self.save({slot: (key + 1) % 4 if slot < wrong else key for slot, key in enumerate(keys)}, sequence=9)
        self.visitor.post(f"/attempts/{self.attempt_id}/finish", token=self.token)

    def move_keys(self) -> None:
        """Change the key of every item, and tell the processes that the bank has changed."""
        for version_id, stored in run_sql("SELECT id, key FROM item_versions"):
            (key,) = json.loads(stored)["right"]
            _set_key(version_id, (key + 2) % 4)


def read_all(answer: TestResponse) -> str:
    """Headers and body, without what is new in every answer."""
    assert answer.status_code < 400, answer.text
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers if name != "Content-Security-Policy")
    headers = re.sub(r"(Set-Cookie|X-Request-ID): .*", "", headers)
    return headers + _PASSING.sub("", answer.text)


def test_nothing_before_the_end_of_an_attempt_tells_a_secret_or_depends_on_a_key(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    reveal = Reveal.KEY_AND_EXPLANATION
    sitting = Sitting(app, monkeypatch, reveal_after_attempt=reveal, shows_provisional_ranking=True)
    visitor, attempt_path = sitting.visitor, f"/attempts/{sitting.attempt_id}"
    round_path = f"/rounds/{sitting.round.id}"
    asked: dict[str, Callable[[], TestResponse]] = {
        "save": lambda: sitting.save({0: 1, 5: 2}),
        "repeated save": lambda: sitting.save({0: 1}),
        "save of a form": lambda: visitor.post(f"{attempt_path}/responses", {"choice-3": "0"}, token=sitting.token),
        "public home": lambda: visitor.get("/"),
        "home": lambda: visitor.get("/my"),
        "start page": lambda: visitor.get(f"{round_path}/start"),
        "question page": lambda: visitor.get(attempt_path),
        "check page": lambda: visitor.get(f"{attempt_path}/check"),
        "history": lambda: visitor.get(f"{round_path}/attempts"),
        "ranking": lambda: visitor.get(f"{round_path}/ranking"),
    }
    for ask in asked.values():
        ask()
    before = {name: read_all(ask()) for name, ask in asked.items()}
    for name, sent in before.items():
        assert not [secret for secret in SECRETS if secret in sent], name
    assert STEM in before["question page"]
    sitting.move_keys()
    assert {name: read_all(ask()) for name, ask in asked.items()} == before


def test_options_carry_their_place_on_the_page_and_nothing_of_their_place_in_the_bank(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = Sitting(app, monkeypatch)
    page = sitting.visitor.get(f"/attempts/{sitting.attempt_id}").text
    for slot in range(10):
        assert re.findall(rf'name="choice-{slot}" value="(\d+)"', page) == ["0", "1", "2", "3"]
    for (version_id,) in run_sql("SELECT id FROM item_versions"):
        assert str(version_id) not in page


def test_the_place_of_the_right_option_is_random(app: Flask) -> None:
    round_ = add_round(bank=make_secret_bank())
    places: Counter[int] = Counter()
    for n in range(30):
        attempt_id = start_attempt(person=add_person(f"nguoi-{n}"), round_id=round_.id, now=MIDDLE)
        places.update(find_right_choices(attempt_id))
    # 75 of 300 are expected at each place; 30 more or fewer is four standard deviations.
    assert all(45 <= places[place] <= 105 for place in range(4)), places


# What each degree of openness shows of (explanations, sources to read, questions, whether a choice was right).
SHOWN = {
    Reveal.SCORE: (False, False, False),
    Reveal.TOPICS: (False, True, False),
    Reveal.RIGHT_OR_WRONG: (False, True, True),
    Reveal.KEY_AND_EXPLANATION: (True, True, True),
}


def check_shown(page: str, reveal: Reveal) -> None:
    explanation, document, stem = SHOWN[reveal]
    assert (EXPLANATION in page, DOCUMENT in page, STEM in page) == (explanation, document, stem)
    assert CODE not in page
    assert ("is-key" in page) is (reveal is Reveal.KEY_AND_EXPLANATION)


@pytest.mark.parametrize(
    ("after_attempt", "after_close"),
    [
        (Reveal.SCORE, Reveal.KEY_AND_EXPLANATION),
        (Reveal.TOPICS, Reveal.SCORE),
        (Reveal.RIGHT_OR_WRONG, Reveal.TOPICS),
        (Reveal.KEY_AND_EXPLANATION, Reveal.RIGHT_OR_WRONG),
    ],
)
def test_a_result_shows_what_its_moment_allows(
    app: Flask, monkeypatch: pytest.MonkeyPatch, after_attempt: Reveal, after_close: Reveal
) -> None:
    sitting = Sitting(app, monkeypatch, reveal_after_attempt=after_attempt, reveal_after_close=after_close)
    sitting.finish(wrong=4)
    for moment, reveal in [
        (MIDDLE + timedelta(minutes=1), after_attempt),
        (CLOSING - MS, after_attempt),
        (CLOSING, after_close),
    ]:
        sitting.set_clock(moment)
        check_shown(sitting.get_result(), reveal)


@pytest.mark.parametrize("reveal", [Reveal.SCORE, Reveal.RIGHT_OR_WRONG])
def test_a_result_without_keys_does_not_depend_on_the_keys_of_wrong_choices(
    app: Flask, monkeypatch: pytest.MonkeyPatch, reveal: Reveal
) -> None:
    sitting = Sitting(app, monkeypatch, reveal_after_attempt=reveal)
    # Every choice stands one or three places after the key, so it is wrong before and after the keys move by two.
    keys = find_right_choices(sitting.attempt_id)
    ((paper,),) = run_sql("SELECT paper FROM attempts")
    orders = [[int(digit) for digit in order] for order in re.findall(r'"(\d{4})"', paper)]
    sitting.save({slot: order.index((order[keys[slot]] + 1) % 4) for slot, order in enumerate(orders)})
    sitting.visitor.post(f"/attempts/{sitting.attempt_id}/finish", token=sitting.token)
    before = sitting.get_result()
    sitting.move_keys()
    assert sitting.get_result() == before


def test_topics_alone_do_not_tell_which_question_was_wrong(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    sitting = Sitting(app, monkeypatch, reveal_after_attempt=Reveal.TOPICS)
    sitting.save(dict(enumerate(find_right_choices(sitting.attempt_id))))
    ((paper,),) = run_sql("SELECT paper FROM attempts")
    version_ids = [int(version_id) for version_id in re.findall(r"\d{15,}", paper)]
    assert len(version_ids) == 10
    pages = []
    # The same choices twice; once the key of one question is moved, once that of another.
    for version_id in (version_ids[2], version_ids[7]):
        ((stored,),) = run_sql("SELECT key FROM item_versions WHERE id = :id", id=version_id)
        (key,) = json.loads(stored)["right"]
        _set_key(version_id, (key + 1) % 4)
        sitting.visitor.post(f"/attempts/{sitting.attempt_id}/finish", token=sitting.token)
        pages.append(sitting.get_result())
        _set_key(version_id, key)
        run_sql("DELETE FROM results WHERE attempt_id = :id RETURNING attempt_id", id=sitting.attempt_id)
        run_sql(
            "UPDATE attempts SET state = 'in_progress', finished_at = NULL WHERE id = :id RETURNING id",
            id=sitting.attempt_id,
        )
    assert "9/10" in pages[0]
    assert pages[0] == pages[1]


def _set_key(version_id: int, key: int) -> None:
    stored = json.dumps({"right": [key], "is_partial": False})
    run_sql("UPDATE item_versions SET key = :key WHERE id = :id RETURNING id", key=stored, id=version_id)
    run_sql("UPDATE item_banks SET version = version + 1 RETURNING id")


def test_what_organisers_and_the_public_see_while_a_round_runs_holds_no_secret(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = Sitting(app, monkeypatch)
    sitting.finish(wrong=0)
    add_person("to-chuc", roles=[Role.ORGANISER])
    app.extensions["cache"] = ProcessCache()
    for visitor in (Visitor(app), Visitor(app, "to-chuc")):
        for path in (
            "/",
            "/organiser/",
            f"/organiser/rounds/{sitting.round.id}",
            f"/rounds/{sitting.round.id}/ranking",
        ):
            sent = visitor.get(path).text
            assert not [secret for secret in (*SECRETS, STEM) if secret in sent], path


def test_the_session_cookie_holds_who_and_nothing_else(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    sitting = Sitting(app, monkeypatch)
    sitting.save({0: 1})
    cookie = sitting.visitor.client.get_cookie("session")
    assert cookie is not None
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    assert set(serializer.loads(cookie.value)) <= {"_user_id", "_fresh", "_id", "_permanent", "csrf_token"}
