"""The receipt: a code, how many answers were received, and a digest of them; the same at every look."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import timedelta

from flask import Flask

from question_bank.assembly import Slot
from quiz_app.domain.attempts import Attempt, AttemptState, Flag, Response
from quiz_app.domain.receipts import make_receipt, make_receipt_code, write_canonical
from quiz_app.services.attempts import finish_attempt, start_attempt, view_result
from tests.factories import MIDDLE, add_person, add_round, save_choices, sit_attempt
from tests.integration.visitor import Visitor, add_open_round

LARGEST_ID = 2**63 - 1


def make_attempt(**changes: object) -> Attempt:
    attempt = Attempt(
        id=0,
        round_id=1,
        account_id=2,
        unit_id=None,
        ordinal=1,
        state=AttemptState.FINISHED,
        started_at=MIDDLE,
        deadline_at=MIDDLE + timedelta(seconds=300),
        accepts_until_at=MIDDLE + timedelta(seconds=300),
        paper=(Slot(1, (0, 1, 2, 3)), Slot(2, (0, 1, 2, 3)), Slot(3, (0, 1, 2, 3))),
        responses={2: Response(7, None, 90), 0: Response(5, 3, 1200)},
    )
    return replace(attempt, **changes)  # type: ignore[arg-type]


def test_the_code_holds_the_whole_id_in_letters_that_cannot_be_mistaken() -> None:
    assert make_receipt_code(0) == "0000-0000-00000"
    assert make_receipt_code(1) == "0000-0000-00001"
    assert make_receipt_code(32**4) == "0000-0000-10000"
    assert make_receipt_code(LARGEST_ID) == "7ZZZ-ZZZZ-ZZZZZ"
    codes = {make_receipt_code(1 << place) for place in range(63)}
    assert len(codes) == 63
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{5}", c) for c in codes)


def test_the_digest_is_of_a_text_that_anyone_can_write() -> None:
    attempt = make_attempt()
    text = "attempt 0\n0 3 5 1200\n2 - 7 90\n"
    assert write_canonical(attempt) == text
    receipt = make_receipt(attempt)
    assert receipt.digest == hashlib.sha256(text.encode()).hexdigest()
    assert receipt.short_digest.replace(" ", "") == receipt.digest[:16]
    assert receipt.answered_count == 1, "a cleared choice is no answer"
    assert write_canonical(make_attempt(prediction=12)) == text + "prediction 12\n"


def test_every_part_of_the_answers_changes_the_digest_and_nothing_else_does() -> None:
    first = make_receipt(make_attempt()).digest
    changed = [
        {"id": 1},
        {"responses": {0: Response(5, 3, 1200)}},
        {"responses": {2: Response(7, None, 90), 0: Response(5, 2, 1200)}},
        {"responses": {2: Response(7, None, 90), 0: Response(6, 3, 1200)}},
        {"responses": {2: Response(7, None, 90), 1: Response(5, 3, 1200)}},
        {"prediction": 0},
    ]
    digests = [make_receipt(make_attempt(**changes)).digest for changes in changed]
    assert len({first, *digests}) == len(changed) + 1
    same = [
        {"flags": {0: Flag(1, True, 5)}},
        {"responses": {0: Response(5, 3, 1200), 2: Response(7, None, 90)}},
        {"score_hundredths": 500, "correct_count": 5},
    ]
    assert {make_receipt(make_attempt(**changes)).digest for changes in same} == {first}


def test_the_receipt_of_a_finished_attempt_is_the_same_at_every_look(app: Flask) -> None:
    person = add_person()
    attempt_id = start_attempt(person=person, round_id=add_round().id, now=MIDDLE)
    save_choices(person, attempt_id, {0: 1, 4: 2, 5: None}, now=MIDDLE)
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    looks = [
        view_result(person=person, attempt_id=attempt_id, now=MIDDLE + timedelta(days=days)).receipt
        for days in (0, 1, 400)
    ]
    assert len(set(looks)) == 1
    assert looks[0].answered_count == 2
    assert looks[0].code == make_receipt_code(attempt_id)


def test_the_result_shows_it_with_the_last_scores_as_chart_and_table(app: Flask) -> None:
    person = add_person()
    visitor = Visitor(app, "an")
    round_ = add_open_round(shows_provisional_ranking=True)
    started_at = round_.opens_at + timedelta(minutes=1)
    first = sit_attempt(person, round_, right=3, started_at=started_at)
    page = visitor.get(f"/attempts/{first}/result").text
    assert "Biên nhận" in page
    assert make_receipt_code(first) in page
    assert "10/10" in page
    assert "score-chart" not in page, "one score is no history"
    ids = [
        sit_attempt(person, round_, right=n % 11, started_at=started_at + timedelta(minutes=5 * (n + 1)))
        for n in range(24)
    ]
    for attempt_id in (first, ids[0], ids[10], ids[-1]):
        page = visitor.get(f"/attempts/{attempt_id}/result").text
        chart = page[page.index('class="score-chart"') : page.index("</figure>")]
        assert chart.count("<rect") == 20
        assert chart.count('<th scope="row">') == 20
        assert chart.count("lượt này") == (attempt_id in ids[-20:])
    home = visitor.get("/my").text
    bars = home[home.index('class="recent-scores"') :]
    assert bars[: bars.index("</svg>")].count("<rect") == 10
    assert "3,00; 4,00" not in bars[:50]
