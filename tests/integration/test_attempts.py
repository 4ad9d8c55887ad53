"""From start to result, through the services, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from quiz_app.domain.attempts import AttemptState, ClosedBy
from quiz_app.domain.contests import Reveal
from quiz_app.domain.errors import AttemptClosed, NotFound
from quiz_app.services.attempts import (
    close_overdue,
    finish_attempt,
    list_home_rounds,
    start_attempt,
    view_attempt,
    view_history,
    view_result,
    view_start,
)
from tests.factories import (
    CLOSING,
    MIDDLE,
    MS,
    add_person,
    add_round,
    add_unit,
    answer_attempt,
    find_right_choices,
    make_contest,
    run_sql,
    save_choices,
    sit_attempt,
)

pytestmark = pytest.mark.usefixtures("app")

MINUTE = timedelta(minutes=1)
A_DAY_LATER = MIDDLE + timedelta(days=1)


def test_an_attempt_goes_from_start_to_history() -> None:
    person, round_ = add_person(), add_round()
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    page = view_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    assert len(page.questions) == len({question.stem for question in page.questions}) == 10
    assert page.time_left_ms == 300_000
    assert page.unanswered == tuple(range(10))

    keys = find_right_choices(attempt_id)
    acknowledged = save_choices(person, attempt_id, {3: keys[3]}, now=MIDDLE + 30_000 * MS, sequence=7)
    assert acknowledged.responses == {"3": [7, keys[3], 30_000]}
    assert acknowledged.time_left_ms == 270_000

    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE + 61_234 * MS)
    result = view_result(person=person, attempt_id=attempt_id, now=MIDDLE + 62_000 * MS)
    assert result.attempt.state is AttemptState.FINISHED
    assert result.attempt.closed_by is ClosedBy.PARTICIPANT
    assert (result.attempt.correct_count, result.attempt.score_hundredths) == (1, 100)
    assert result.attempt.elapsed_ms == 61_234
    assert result.is_best
    assert not result.is_passed
    assert result.home.must_retake
    history = view_history(person=person, round_id=round_.id, before_ordinal=None, now=MIDDLE + 2 * MINUTE)
    assert [(line.id, line.score_hundredths) for line in history.lines] == [(attempt_id, 100)]


def test_the_order_of_options_on_the_page_is_the_one_that_is_scored() -> None:
    person, round_ = add_person(), add_round(reveal_after_attempt=Reveal.KEY_AND_EXPLANATION)
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    page = view_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    # Every item of the factory's bank has its first option as the key, and "một" in that option's text.
    by_text = {
        question.slot: next(n for n, text in enumerate(question.options) if " một " in text)
        for question in page.questions
    }
    save_choices(person, attempt_id, by_text, now=MIDDLE)
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE + MINUTE)
    result = view_result(person=person, attempt_id=attempt_id, now=MIDDLE + MINUTE)
    assert result.attempt.score_hundredths == 1000
    assert all(question.key is not None and question.key.right == {question.choice} for question in result.questions)
    assert [question.options for question in result.questions] == [q.options for q in page.questions]


def test_a_second_start_goes_on_with_the_open_attempt_and_its_paper() -> None:
    person, round_ = add_person(), add_round()
    first = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    save_choices(person, first, {0: 2}, now=MIDDLE)
    before = view_attempt(person=person, attempt_id=first, now=MIDDLE)
    assert start_attempt(person=person, round_id=round_.id, now=MIDDLE + MINUTE) == first
    after = view_attempt(person=person, attempt_id=first, now=MIDDLE)
    assert after.questions == before.questions
    assert after.questions[0].choice == 2


def test_an_open_attempt_is_resumed_after_the_round_stopped_taking_starts() -> None:
    person, round_ = add_person(), add_round(transport_grace_seconds=5)
    attempt_id = start_attempt(person=person, round_id=round_.id, now=CLOSING - MINUTE)
    assert start_attempt(person=person, round_id=round_.id, now=CLOSING + 1000 * MS) == attempt_id


def test_two_rounds_of_a_contest_are_sat_apart() -> None:
    person, contest = add_person(), make_contest()
    first, second = add_round(contest=contest, code="mot"), add_round(contest=contest, code="hai")
    in_first = start_attempt(person=person, round_id=first.id, now=MIDDLE)
    in_second = start_attempt(person=person, round_id=second.id, now=MIDDLE)
    assert in_first != in_second
    answer_attempt(person, in_second, right=9, now=MIDDLE + MINUTE)
    finish_attempt(person=person, attempt_id=in_second, now=MIDDLE + MINUTE)
    homes = {home.round.id: home for home in list_home_rounds(person=person, now=MIDDLE + MINUTE)}
    assert homes[first.id].best is None
    assert homes[first.id].open_attempt is not None
    assert homes[second.id].best is not None
    assert homes[second.id].open_attempt is None


def test_a_second_finish_changes_nothing() -> None:
    person, round_ = add_person(), add_round()
    attempt_id = sit_attempt(person, round_, right=7)
    stored = run_sql("SELECT * FROM attempts"), run_sql("SELECT * FROM results")
    finish_attempt(person=person, attempt_id=attempt_id, now=A_DAY_LATER)
    assert (run_sql("SELECT * FROM attempts"), run_sql("SELECT * FROM results")) == stored


def test_the_unit_is_frozen_when_the_attempt_starts() -> None:
    old, new = add_unit("CU"), add_unit("MOI")
    person, round_ = add_person(unit_id=old), add_round()
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    run_sql("UPDATE accounts SET unit_id = :new WHERE id = :id RETURNING id", new=new, id=person.id)
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE + MINUTE)
    assert run_sql("SELECT unit_id FROM attempts") == [(old,)]
    assert run_sql("SELECT unit_id FROM results") == [(old,)]


@pytest.mark.parametrize("view", [view_attempt, view_result, finish_attempt])
@pytest.mark.parametrize("is_finished", [False, True])
def test_another_persons_attempt_does_not_exist(view: Callable[..., object], is_finished: bool) -> None:
    owner, other, round_ = add_person("chu"), add_person("khac"), add_round()
    attempt_id = start_attempt(person=owner, round_id=round_.id, now=MIDDLE)
    if is_finished:
        finish_attempt(person=owner, attempt_id=attempt_id, now=MIDDLE)
    before = run_sql("SELECT * FROM attempts")
    with pytest.raises(NotFound):
        view(person=other, attempt_id=attempt_id, now=MIDDLE)
    with pytest.raises(NotFound):
        view(person=owner, attempt_id=attempt_id + 1, now=MIDDLE)
    assert run_sql("SELECT * FROM attempts") == before


def test_a_voided_attempt_takes_nothing_and_shows_no_result() -> None:
    person, round_ = add_person(), add_round()
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    run_sql("UPDATE attempts SET state = 'voided' WHERE id = :id RETURNING id", id=attempt_id)
    with pytest.raises(NotFound):
        view_result(person=person, attempt_id=attempt_id, now=MIDDLE)
    with pytest.raises(AttemptClosed):
        view_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    with pytest.raises(AttemptClosed):
        save_choices(person, attempt_id, {0: 1}, now=MIDDLE)
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    assert close_overdue(now=A_DAY_LATER) == 0
    assert run_sql("SELECT state FROM attempts") == [("voided",)]
    assert run_sql("SELECT * FROM results") == []


def test_pages_of_an_unknown_round_do_not_exist() -> None:
    person = add_person()
    for view in (start_attempt, view_start):
        with pytest.raises(NotFound):
            view(person=person, round_id=12345, now=MIDDLE)
    with pytest.raises(NotFound):
        view_history(person=person, round_id=12345, before_ordinal=None, now=MIDDLE)


def test_history_comes_in_pages_and_leaves_no_attempt_out() -> None:
    person, round_ = add_person(), add_round()
    made = [sit_attempt(person, round_, right=n % 10, started_at=MIDDLE + n * MINUTE, seconds=9) for n in range(43)]
    seen: list[int] = []
    before = None
    for expected in (20, 20, 3):
        page = view_history(person=person, round_id=round_.id, before_ordinal=before, now=A_DAY_LATER)
        assert len(page.lines) == expected
        seen += [line.id for line in page.lines]
        before = page.next_before
    assert before is None
    assert seen == made[::-1]
