"""The best result is kept, is what the attempts say, and the ranking follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from quiz_app.cache import ProcessCache
from quiz_app.domain.attempts import PredictionChange
from quiz_app.domain.contests import PredictionSubject, RankCriterion
from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.people import Person, Role
from quiz_app.services.attempts import finish_attempt, list_home_rounds, save_responses, start_attempt, view_result
from quiz_app.services.participation.led_units import view_led_dashboard
from quiz_app.services.results import (
    SETTLING,
    RankingPage,
    finalise_round,
    recompute_results,
    view_ranking,
)
from tests.factories import CLOSING, MIDDLE, MS, add_person, add_round, add_unit, answer_attempt, run_sql, sit_attempt

pytestmark = pytest.mark.usefixtures("app")

HOUR = timedelta(hours=1)
SETTLED = CLOSING + SETTLING
WITH_PREDICTION: dict[str, Any] = {
    "prediction": PredictionSubject.PEOPLE_ALL_RIGHT,
    "rank_order": (RankCriterion.SCORE, RankCriterion.PREDICTION, RankCriterion.ELAPSED, RankCriterion.FINISHED_AT),
}


def test_the_best_of_4_8_and_7_is_8() -> None:
    person, round_ = add_person(), add_round()
    expected = {4: (400, True), 8: (800, False), 7: (800, False)}
    for n, (right, (best, must_retake)) in enumerate(expected.items()):
        attempt_id = sit_attempt(person, round_, right=right, started_at=MIDDLE + n * HOUR)
        result = view_result(person=person, attempt_id=attempt_id, now=MIDDLE + n * HOUR + timedelta(minutes=2))
        assert result.attempt.score_hundredths == right * 100
        assert result.is_best == (right * 100 == best)
        (home,) = list_home_rounds(person=person, now=MIDDLE + n * HOUR + timedelta(minutes=2))
        assert home.best is not None
        assert (home.best.score_hundredths, home.must_retake) == (best, must_retake)
        assert home.best.attempt_count == n + 1
    assert run_sql("SELECT score_hundredths, attempt_count FROM results") == [(800, 3)]


def test_of_equal_scores_the_faster_counts_and_of_equal_times_the_earlier() -> None:
    person, round_ = add_person(), add_round()
    slow = sit_attempt(person, round_, right=8, started_at=MIDDLE, seconds=60)
    assert run_sql("SELECT attempt_id FROM results") == [(slow,)]
    fast = sit_attempt(person, round_, right=8, started_at=MIDDLE + HOUR, seconds=59.999)
    assert run_sql("SELECT attempt_id FROM results") == [(fast,)]
    sit_attempt(person, round_, right=8, started_at=MIDDLE + 2 * HOUR, seconds=59.999)
    assert run_sql("SELECT attempt_id, attempt_count FROM results") == [(fast, 3)]


@pytest.mark.parametrize(("right", "is_passed"), [(5, False), (6, True)])
def test_the_cut_score_is_passed_at_6_of_10(right: int, is_passed: bool) -> None:
    person, round_ = add_person(), add_round()
    sit_attempt(person, round_, right=right)
    (home,) = list_home_rounds(person=person, now=MIDDLE + HOUR)
    assert home.must_retake is not is_passed


def test_results_computed_anew_are_the_ones_that_are_kept() -> None:
    round_ = add_round()
    for n, scores in enumerate([(4, 8, 7), (10,), (0, 0), (6, 6, 6, 5)]):
        person = add_person(f"nguoi-{n}")
        for k, right in enumerate(scores):
            sit_attempt(person, round_, right=right, started_at=MIDDLE + k * HOUR, seconds=30 + 7 * n - k)
    ordered = "SELECT * FROM results ORDER BY account_id"
    kept, attempts = run_sql(ordered), run_sql("SELECT * FROM attempts ORDER BY id")
    assert recompute_results(round_id=round_.id, now=MIDDLE, actor_id=None) == 4
    assert run_sql(ordered) == kept
    assert run_sql("SELECT * FROM attempts ORDER BY id") == attempts


def test_a_wrong_result_is_put_right_by_computing_anew() -> None:
    person, round_ = add_person(), add_round()
    sit_attempt(person, round_, right=8)
    kept = run_sql("SELECT * FROM results")
    run_sql("UPDATE results SET score_hundredths = 900, attempt_count = 7 RETURNING round_id")
    recompute_results(round_id=round_.id, now=MIDDLE, actor_id=None)
    assert run_sql("SELECT * FROM results") == kept


def test_the_ranking_of_people_follows_score_time_and_finish() -> None:
    round_ = add_round()
    # (login, right, seconds, started): in the order in which they must stand.
    people = [
        ("tam-nhanh", 8, 50, MIDDLE + HOUR),
        ("tam-cham-som", 8, 51, MIDDLE),
        ("tam-cham-muon", 8, 51, MIDDLE + MS),
        ("bay", 7, 10, MIDDLE),
    ]
    for login, right, seconds, started_at in reversed(people):
        sit_attempt(add_person(login), round_, right=right, started_at=started_at, seconds=seconds)
    page = _view_ranking(viewer=None, round_id=round_.id, of_units=False, number=1, now=SETTLED)
    assert [(line.place, line.line.name) for line in page.people] == [
        (n, f"Người {login}") for n, (login, *_) in enumerate(people, start=1)
    ]
    assert (page.figures.people, page.figures.passed, page.figures.attempts) == (4, 4, 4)
    assert not page.is_provisional


def test_the_ranking_is_hidden_before_the_close_unless_the_organiser_allows_it() -> None:
    round_, shown = add_round(), add_round(code="tam-thoi", shows_provisional_ranking=True)
    organiser = add_person("to-chuc", roles=[Role.ORGANISER])
    ask: dict[str, Any] = {"of_units": False, "number": 1}
    with pytest.raises(NotAllowed):
        _view_ranking(viewer=add_person(), round_id=round_.id, now=CLOSING - MS, **ask)
    assert _view_ranking(viewer=organiser, round_id=round_.id, now=CLOSING - MS, **ask).is_provisional
    assert _view_ranking(viewer=None, round_id=shown.id, now=CLOSING - MS, **ask).is_provisional
    assert not _view_ranking(viewer=None, round_id=round_.id, now=SETTLED, **ask).is_provisional
    with pytest.raises(NotFound):
        _view_ranking(viewer=organiser, round_id=1, now=CLOSING, **ask)


def test_the_ranking_scores_what_the_close_left_open_before_it_is_final() -> None:
    person, round_ = add_person(), add_round()
    attempt_id = start_attempt(person=person, round_id=round_.id, now=CLOSING - timedelta(seconds=5))
    answer_attempt(person, attempt_id, right=10, now=CLOSING - MS)
    at_the_close = _view_ranking(viewer=None, round_id=round_.id, of_units=False, number=1, now=CLOSING)
    assert (at_the_close.is_provisional, at_the_close.people) == (True, ())
    page = _view_ranking(viewer=None, round_id=round_.id, of_units=False, number=1, now=SETTLED)
    assert not page.is_provisional
    assert [line.line.score_hundredths for line in page.people] == [1000]


def test_units_are_ranked_by_participation_times_mean_best_score() -> None:
    round_ = add_round()
    units = {code: add_unit(code, staff_number=staff) for code, staff in [("A", 2), ("B", 1), ("C", None), ("D", 9)]}
    for login, code, right in [("a1", "A", 10), ("a2", "A", 4), ("b1", "B", 8), ("c1", "C", 10)]:
        sit_attempt(add_person(login, unit_id=units[code]), round_, right=right)
    page = _view_ranking(viewer=None, round_id=round_.id, of_units=True, number=1, now=CLOSING)
    rows = [(unit.place, unit.line.unit_id, unit.figures.mean_score_hundredths) for unit in page.units]
    assert rows == [(1, units["B"], 800), (2, units["A"], 700), (3, units["D"], None), (None, units["C"], 1000)]


def test_a_unit_lead_sees_the_units_that_are_led_and_no_others() -> None:
    own, other, round_ = add_unit("MINH"), add_unit("NGUOI"), add_round()
    lead = add_person("phu-trach", roles=[Role.UNIT_LEAD], led_unit_id=own)
    for login, unit_id in [("x", own), ("y", other)]:
        sit_attempt(add_person(login, unit_id=unit_id), round_, right=7)
    page = view_led_dashboard(lead=lead, round_id=None, now=MIDDLE)
    assert page is not None
    assert [(unit.unit_id, unit.taken_part, unit.passed) for unit in page.units] == [(own, 1, 1)]
    with pytest.raises(NotAllowed):
        view_led_dashboard(lead=replace(lead, roles=frozenset()), round_id=None, now=MIDDLE)


def test_a_prediction_decides_between_equals_after_the_close_and_counts_people() -> None:
    round_ = add_round(**WITH_PREDICTION)
    # Two people have all answers right, one of them three times: the true number is 2.
    far, near, none = add_person("xa"), add_person("gan"), add_person("khong-doan")
    for n in range(3):
        _sit_with_guess(far, round_.id, right=10, guess=4, started_at=MIDDLE + n * HOUR)
    _sit_with_guess(near, round_.id, right=10, guess=3, started_at=MIDDLE + 9 * HOUR)
    _sit_with_guess(none, round_.id, right=9, guess=None, started_at=MIDDLE)
    assert [line.account_id for line in _ranked(round_.id)] == [far.id, near.id, none.id]

    assert not finalise_round(round_id=round_.id, now=SETTLED - MS)
    assert run_sql("SELECT finalised_at, prediction_actual FROM rounds") == [(None, None)]
    assert finalise_round(round_id=round_.id, now=SETTLED)
    assert run_sql("SELECT prediction_actual FROM rounds") == [(2,)]
    assert [line.account_id for line in _ranked(round_.id)] == [near.id, far.id, none.id]
    before = run_sql("SELECT * FROM results ORDER BY account_id")
    assert not finalise_round(round_id=round_.id, now=CLOSING + HOUR)
    recompute_results(round_id=round_.id, now=CLOSING + HOUR, actor_id=None)
    assert run_sql("SELECT * FROM results ORDER BY account_id") == before
    assert len(run_sql("SELECT id FROM audit_entries WHERE action = 'round_finalised'")) == 1


def test_a_round_is_not_final_while_an_attempt_may_still_receive_responses() -> None:
    person, round_ = add_person(), add_round(transport_grace_seconds=60)
    start_attempt(person=person, round_id=round_.id, now=CLOSING - MS)
    assert not finalise_round(round_id=round_.id, now=CLOSING + timedelta(seconds=60))
    assert finalise_round(round_id=round_.id, now=CLOSING + timedelta(seconds=60) + MS)
    assert len(run_sql("SELECT account_id FROM results")) == 1


def _view_ranking(**arguments: Any) -> RankingPage:
    # A cache of its own: figures may be ten seconds old, and the moments of these tests are closer together.
    return view_ranking(cache=ProcessCache(), **arguments)


def _sit_with_guess(person: Person, round_id: int, *, right: int, guess: int | None, started_at: datetime) -> None:
    attempt_id = start_attempt(person=person, round_id=round_id, now=started_at)
    answer_attempt(person, attempt_id, right=right, now=started_at)
    if guess is not None:
        save_responses(
            account_id=person.id,
            auth_version=person.auth_version,
            attempt_id=attempt_id,
            changes=[],
            prediction=PredictionChange(guess, 1),
            now=started_at,
        )
    finish_attempt(person=person, attempt_id=attempt_id, now=started_at + timedelta(seconds=30))


def _ranked(round_id: int) -> list[Any]:
    return run_sql("SELECT account_id FROM results WHERE round_id = :id ORDER BY rank_key", id=round_id)
