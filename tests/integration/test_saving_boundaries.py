"""A save is taken until the very last millisecond and not one later; what it may hold, and what it never changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask

from quiz_app.domain.attempts import LARGEST_PREDICTION, LARGEST_SEQUENCE, PredictionChange, ResponseChange
from quiz_app.domain.contests import PredictionSubject
from quiz_app.domain.errors import AttemptClosed, InvalidInput, NotFound, SignInRequired, UnknownChoice
from quiz_app.domain.people import Person
from quiz_app.services.attempts import (
    Acknowledgement,
    finish_attempt,
    save_responses,
    start_attempt,
    view_attempt,
    view_result,
)
from quiz_app.services.people import sign_out_everywhere
from tests.factories import CLOSING, MIDDLE, MS, add_person, add_round, run_sql, save_choices
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor, add_open_round

pytestmark = pytest.mark.usefixtures("app")

DEADLINE = MIDDLE + timedelta(seconds=300)


def save(
    person: Person,
    attempt_id: int,
    *changes: tuple[int, int | None, int],
    prediction: int | tuple[int, int] | None = None,
    **values: Any,
) -> Acknowledgement:
    """Save (slot, choice, sequence) triples, and a prediction with its sequence, in the middle of the attempt."""
    if isinstance(prediction, int):
        prediction = (prediction, 1)
    return save_responses(
        **{
            "account_id": person.id,
            "auth_version": person.auth_version,
            "attempt_id": attempt_id,
            "changes": [ResponseChange(*change) for change in changes],
            "prediction": PredictionChange(*prediction) if prediction else None,
            "now": MIDDLE,
            **values,
        }
    )


def stored_responses() -> dict[str, list[int | None]]:
    """What the only attempt holds of its slots."""
    ((stored,),) = run_sql("SELECT responses FROM attempts")
    kept = json.loads(stored) if isinstance(stored, str) else stored
    return {name: parts for name, parts in kept.items() if name != "p"}


def start(**changes: Any) -> tuple[Person, int]:
    """A person with an attempt begun at MIDDLE."""
    person = add_person()
    return person, start_attempt(person=person, round_id=add_round(**changes).id, now=MIDDLE)


@pytest.mark.parametrize("grace", [0, 5])
@pytest.mark.parametrize(("offset_ms", "is_taken"), [(-1, True), (0, True), (1, False)])
@pytest.mark.parametrize("slots", [(0,), (0, 1)])
def test_a_save_is_taken_up_to_the_deadline_and_its_grace(
    grace: int, offset_ms: int, is_taken: bool, slots: Sequence[int]
) -> None:
    person, attempt_id = start(transport_grace_seconds=grace)
    now = DEADLINE + timedelta(seconds=grace) + offset_ms * MS
    choices: dict[int, int | None] = dict.fromkeys(slots, 1)
    if is_taken:
        acknowledged = save_choices(person, attempt_id, choices, now=now)
        assert acknowledged.time_left_ms == max(0, -offset_ms - grace * 1000)
        assert set(stored_responses()) == {str(slot) for slot in slots}
    else:
        with pytest.raises(AttemptClosed):
            save_choices(person, attempt_id, choices, now=now)
        assert stored_responses() == {}


@pytest.mark.parametrize(("offset_ms", "is_taken"), [(-1, True), (0, True), (1, False)])
def test_the_closing_moment_is_a_deadline_like_any_other(offset_ms: int, is_taken: bool) -> None:
    person, round_ = add_person(), add_round()
    attempt_id = start_attempt(person=person, round_id=round_.id, now=CLOSING - timedelta(seconds=10))
    if is_taken:
        save_choices(person, attempt_id, {0: 1}, now=CLOSING + offset_ms * MS)
    else:
        with pytest.raises(AttemptClosed):
            save_choices(person, attempt_id, {0: 1}, now=CLOSING + offset_ms * MS)


def test_a_finished_attempt_takes_nothing_more_though_there_is_time() -> None:
    person, attempt_id = start()
    save(person, attempt_id, (0, 1, 1))
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    stored = run_sql("SELECT * FROM attempts")
    for values in ({}, {"prediction": 5}):
        with pytest.raises(AttemptClosed):
            save(person, attempt_id, (1, 1, 2), **values)
    assert run_sql("SELECT * FROM attempts") == stored


def test_a_newer_sequence_number_replaces_and_an_older_or_equal_one_does_not() -> None:
    person, attempt_id = start()
    save(person, attempt_id, (0, 1, 5))
    for sequence in (4, 5, 0):
        acknowledged = save(person, attempt_id, (0, 2, sequence))
        assert acknowledged.responses == {"0": [5, 1, 0]}, "the acknowledgement tells what is stored"
    assert stored_responses() == {"0": [5, 1, 0]}
    assert save(person, attempt_id, (0, 3, 6)).responses == {"0": [6, 3, 0]}
    assert stored_responses() == {"0": [6, 3, 0]}


def test_sequence_numbers_of_one_slot_say_nothing_about_another() -> None:
    person, attempt_id = start()
    save(person, attempt_id, (0, 1, 500))
    save(person, attempt_id, (1, 2, 3))
    assert stored_responses() == {"0": [500, 1, 0], "1": [3, 2, 0]}


def test_a_choice_can_be_cleared_and_stays_cleared_against_late_packets() -> None:
    person, attempt_id = start()
    save(person, attempt_id, (0, 1, 1))
    assert save(person, attempt_id, (0, None, 3)).responses == {"0": [3, None, 0]}
    save(person, attempt_id, (0, 2, 2))
    assert stored_responses() == {"0": [3, None, 0]}
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    assert run_sql("SELECT score_hundredths FROM attempts") == [(0,)]


def test_several_slots_are_saved_together_with_the_prediction() -> None:
    person, attempt_id = start()
    acknowledged = save(person, attempt_id, (0, 1, 1), (9, 3, 2), (4, None, 3), prediction=1234)
    assert acknowledged.responses == {"0": [1, 1, 0], "9": [2, 3, 0], "4": [3, None, 0]}
    assert run_sql("SELECT prediction FROM attempts") == [(1234,)]


def test_a_batch_passes_over_what_is_old_and_saves_the_rest() -> None:
    person, attempt_id = start()
    save(person, attempt_id, (0, 1, 9))
    assert save(person, attempt_id, (0, 2, 8), (1, 2, 8)).responses == {"0": [9, 1, 0], "1": [8, 2, 0]}
    assert save(person, attempt_id, (2, 2, 8), (0, 2, 8)).responses["0"] == [9, 1, 0]
    assert stored_responses() == {"0": [9, 1, 0], "1": [8, 2, 0], "2": [8, 2, 0]}


@pytest.mark.parametrize(
    "wrong",
    [(10, 0, 2), (0, 4, 2), (-1, 0, 2), (0, -1, 2), (2**31, 0, 2), (2**53 - 1, 0, 2), (0, 2**31, 2), (0, 2**53 - 1, 2)],
)
@pytest.mark.parametrize("is_alone", [True, False])
def test_a_slot_or_option_that_the_paper_does_not_have_saves_nothing(
    wrong: tuple[int, int, int], is_alone: bool
) -> None:
    person, attempt_id = start()
    with pytest.raises(UnknownChoice):
        save(person, attempt_id, *([wrong] if is_alone else [(1, 1, 2), wrong]))
    assert stored_responses() == {}


@pytest.mark.parametrize("sequence", [-1, LARGEST_SEQUENCE + 1])
def test_a_sequence_number_out_of_range_saves_nothing(sequence: int) -> None:
    person, attempt_id = start()
    with pytest.raises(InvalidInput):
        save(person, attempt_id, (1, 1, 2), (0, 1, sequence))
    assert stored_responses() == {}


def test_the_largest_sequence_number_is_stored_exactly() -> None:
    person, attempt_id = start()
    save(person, attempt_id, (0, 1, LARGEST_SEQUENCE))
    assert stored_responses() == {"0": [LARGEST_SEQUENCE, 1, 0]}
    save(person, attempt_id, (0, 2, LARGEST_SEQUENCE - 1))
    assert stored_responses() == {"0": [LARGEST_SEQUENCE, 1, 0]}


@pytest.mark.parametrize("prediction", [0, LARGEST_PREDICTION])
def test_a_prediction_within_its_range_is_stored(prediction: int) -> None:
    person, attempt_id = start()
    save(person, attempt_id, prediction=prediction)
    assert run_sql("SELECT prediction FROM attempts") == [(prediction,)]


@pytest.mark.parametrize("prediction", [-1, LARGEST_PREDICTION + 1])
def test_a_prediction_out_of_range_saves_nothing(prediction: int) -> None:
    person, attempt_id = start()
    with pytest.raises(InvalidInput):
        save(person, attempt_id, (0, 1, 1), prediction=prediction)
    assert stored_responses() == {}
    assert run_sql("SELECT prediction FROM attempts") == [(None,)]


def test_an_older_prediction_never_overwrites_a_newer_one() -> None:
    person, attempt_id = start()
    assert save(person, attempt_id, prediction=(100, 5)).prediction == [5, 100]
    for sequence in (0, 4, 5):
        stale = save(person, attempt_id, prediction=(7, sequence))
        assert stale.prediction == [5, 100], "the acknowledgement tells what is stored"
        assert save(person, attempt_id, (0, 1, 1), prediction=(7, sequence)).prediction == [5, 100]
    assert run_sql("SELECT prediction FROM attempts") == [(100,)]
    assert save(person, attempt_id, prediction=(7, 6)).prediction == [6, 7]
    assert run_sql("SELECT prediction FROM attempts") == [(7,)]


def test_a_prediction_is_acknowledged_with_every_save_and_is_no_response() -> None:
    person, attempt_id = start()
    assert save(person, attempt_id, (0, 1, 1)).prediction is None
    save(person, attempt_id, prediction=(42, 3))
    acknowledged = save(person, attempt_id, (1, 1, 1))
    assert (set(acknowledged.responses), acknowledged.flags, acknowledged.prediction) == ({"0", "1"}, {}, [3, 42])
    page = view_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    assert (page.attempt.prediction, page.attempt.prediction_sequence) == (42, 3)
    assert page.attempt.answered_count == 2
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    receipt = view_result(person=person, attempt_id=attempt_id, now=MIDDLE).receipt
    assert receipt.answered_count == 2


def test_predictions_of_several_devices_at_the_same_moment_leave_the_newest(app: Flask) -> None:
    person, attempt_id = start()
    sequences = list(range(1, 13))
    saves = [
        partial(save, person, attempt_id, *([(0, 1, n)] if n % 2 else []), prediction=(1000 + n, n)) for n in sequences
    ]
    run_together(app, saves)
    assert run_sql("SELECT prediction FROM attempts") == [(1012,)]
    assert save(person, attempt_id, prediction=(5, 11)).prediction == [12, 1012]


@pytest.mark.parametrize("sequence", [-1, LARGEST_SEQUENCE + 1])
def test_a_sequence_number_of_a_prediction_out_of_range_saves_nothing(sequence: int) -> None:
    person, attempt_id = start()
    with pytest.raises(InvalidInput):
        save(person, attempt_id, (0, 1, 1), prediction=(5, sequence))
    assert stored_responses() == {}
    assert run_sql("SELECT prediction FROM attempts") == [(None,)]


def test_pages_of_an_older_release_and_plain_forms_are_ordered_by_their_arrival(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app, "an")
    attempt_id = visitor.start(add_open_round(prediction=PredictionSubject.PEOPLE_ALL_RIGHT).id)
    path = f"/attempts/{attempt_id}/responses"

    def find_stored() -> int:
        ((stored,),) = run_sql("SELECT prediction FROM attempts")
        return stored

    # A number without a sequence: what the script sent before predictions had one.
    answer = visitor.post_json(path, {"prediction": 11})
    assert (answer.status_code, answer.json["prediction"][1], find_stored()) == (200, 11, 11)
    # A copy that another device kept since long ago arrives after it.
    answer = visitor.post_json(path, {"prediction": {"value": 12, "sequence": 5}})
    assert (answer.status_code, answer.json["prediction"][1], find_stored()) == (200, 11, 11)
    # A form that shows what another device has changed meanwhile: left alone it says nothing, changed it is newer.
    visitor.post(path, {"prediction": "3", "shown-prediction": "3"})
    assert find_stored() == 11
    visitor.post(path, {"prediction": "1.300", "shown-prediction": "3"})
    assert find_stored() == 1300
    for wrong in ({"value": 1}, {"sequence": 1}, {"value": "1", "sequence": 1}, [1, 2], {"value": 1, "sequence": True}):
        assert visitor.post_json(path, {"prediction": wrong}).status_code == 422, wrong
    assert find_stored() == 1300


def test_a_save_of_nothing_is_refused() -> None:
    person, attempt_id = start()
    with pytest.raises(InvalidInput):
        save(person, attempt_id)


@pytest.mark.parametrize("values", [{}, {"prediction": 7}])
def test_only_the_owner_of_an_attempt_saves_to_it(values: dict[str, int]) -> None:
    person, attempt_id = start()
    other = add_person("khac")
    for who, which in ((other, attempt_id), (person, attempt_id + 1)):
        with pytest.raises(NotFound):
            save(who, which, (0, 1, 1), **values)
    assert stored_responses() == {}
    assert run_sql("SELECT prediction FROM attempts") == [(None,)]


@pytest.mark.parametrize("values", [{}, {"prediction": 7}])
def test_a_session_that_was_ended_elsewhere_saves_nothing(values: dict[str, int]) -> None:
    person, attempt_id = start()
    sign_out_everywhere(person=person, now=MIDDLE)
    with pytest.raises(SignInRequired):
        save(person, attempt_id, (0, 1, 1), **values)
    assert stored_responses() == {}
    assert save(person, attempt_id, (0, 1, 1), auth_version=person.auth_version + 1, **values).responses


def test_a_closed_account_saves_nothing() -> None:
    person, attempt_id = start()
    run_sql("UPDATE accounts SET is_active = :no WHERE id = :id RETURNING id", no=False, id=person.id)
    with pytest.raises(SignInRequired):
        save(person, attempt_id, (0, 1, 1))
    assert stored_responses() == {}
