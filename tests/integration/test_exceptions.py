"""Extended windows, extra time and voided attempts: who may start until when, what happens to attempts that run, and
which result counts afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask

from quiz_app.domain.contests import AttemptRegime, RegimeKind, Round
from quiz_app.domain.errors import AttemptLimitReached, InvalidInput, NotAllowed, NotFound, Refusal, RoundClosed
from quiz_app.domain.people import Person, Role
from quiz_app.persistence.columns import to_ms
from quiz_app.services.attempts import finish_attempt, list_home_rounds, start_attempt, view_result, view_start
from quiz_app.services.exceptions import (
    ExtendedFor,
    extend_window,
    set_extra_time,
    withdraw_extension,
)
from quiz_app.services.results import SETTLING, finalise_round, recompute_results
from quiz_app.services.voiding import void_attempt
from tests.factories import (
    CLOSING,
    MIDDLE,
    add_person,
    add_round,
    add_unit,
    answer_attempt,
    run_sql,
    save_choices,
    sit_attempt,
)
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor, add_open_round

pytestmark = pytest.mark.usefixtures("app")

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LATER = CLOSING + 2 * HOUR
REASON = "Mất điện toàn trường"


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("to-chuc", roles=[Role.ORGANISER])


def extend(organiser: Person, round_: Round, whom: ExtendedFor, **changes: object) -> int:
    asked = {"closes_at": LATER, "reason": REASON, "now": CLOSING - HOUR, **changes}
    return extend_window(organiser=organiser, round_id=round_.id, whom=whom, **asked)  # type: ignore[arg-type]


def may_start(person: Person, round_: Round) -> bool:
    try:
        start_attempt(person=person, round_id=round_.id, now=CLOSING + MINUTE)
    except RoundClosed:
        return False
    return True


def read_deadline(attempt_id: int) -> int:
    ((deadline,),) = run_sql("SELECT deadline_at FROM attempts WHERE id = :id", id=attempt_id)
    return int(deadline)


def test_a_window_is_extended_for_all_for_a_unit_with_sub_units_or_for_a_person(organiser: Person) -> None:
    for whom, expected in {
        ExtendedFor.ALL: [True, True, True],
        ExtendedFor.UNIT: [True, True, False],
        ExtendedFor.PERSON: [False, True, False],
    }.items():
        round_ = add_round(code=f"vong-{whom}")
        unit = add_unit(f"A-{whom}")
        sub = add_unit(f"B-{whom}", parent_id=unit)
        people = [
            add_person(f"{login}-{whom}", unit_id=unit_id)
            for login, unit_id in (("an", unit), ("binh", sub), ("la", add_unit(f"C-{whom}")))
        ]
        extend(organiser, round_, whom, unit_id=unit, login=f"binh-{whom}")
        assert [may_start(person, round_) for person in people] == expected
        with pytest.raises(RoundClosed):
            start_attempt(person=people[1], round_id=round_.id, now=LATER)


def test_a_running_attempt_gets_the_later_deadline_and_no_more_than_its_limit(organiser: Person) -> None:
    round_, an, la = add_round(time_limit_seconds=600), add_person("an"), add_person("la")
    began = CLOSING - 5 * MINUTE
    cut, other = (start_attempt(person=person, round_id=round_.id, now=began) for person in (an, la))
    assert read_deadline(cut) == read_deadline(other) == to_ms(CLOSING)
    assert extend(organiser, round_, ExtendedFor.PERSON, login="an", now=CLOSING - MINUTE) == 1
    assert read_deadline(cut) == to_ms(began + 10 * MINUTE)
    assert read_deadline(other) == to_ms(CLOSING)
    save_choices(an, cut, {0: 1}, now=CLOSING + MINUTE)
    with pytest.raises(Refusal):
        save_choices(la, other, {0: 1}, now=CLOSING + MINUTE)
    # An attempt whose time is over is not brought back.
    assert extend(organiser, round_, ExtendedFor.ALL, now=CLOSING + MINUTE, closes_at=LATER + HOUR) == 0


def test_nothing_is_final_and_no_key_is_shown_until_the_last_window_closes(organiser: Person) -> None:
    round_, an, binh = add_round(), add_person("an"), add_person("binh")
    attempt_id = sit_attempt(binh, round_, right=5)
    assert finalise_round(round_id=round_.id, now=CLOSING + SETTLING)
    extend(organiser, round_, ExtendedFor.PERSON, login="an", now=CLOSING + 5 * MINUTE)
    assert run_sql("SELECT finalised_at FROM rounds") == [(None,)]
    assert not finalise_round(round_id=round_.id, now=LATER)
    page = view_result(person=binh, attempt_id=attempt_id, now=LATER - MINUTE)
    assert all(question.key is None for question in page.questions)
    sit_attempt(an, round_, right=10, started_at=LATER - 2 * MINUTE)
    assert finalise_round(round_id=round_.id, now=LATER + SETTLING)
    page = view_result(person=binh, attempt_id=attempt_id, now=LATER + HOUR)
    assert all(question.key is not None for question in page.questions)


@pytest.mark.parametrize(
    "changes",
    [
        {"closes_at": CLOSING - 2 * HOUR}, {"closes_at": CLOSING}, {"closes_at": CLOSING + timedelta(days=400)},
        {"reason": "  "}, {"reason": "x" * 501},
    ],
)  # fmt: skip
def test_what_extends_nothing_or_has_no_reason_is_refused(organiser: Person, changes: dict[str, object]) -> None:
    round_ = add_round()
    with pytest.raises(InvalidInput):
        extend(organiser, round_, ExtendedFor.ALL, **changes)
    assert run_sql("SELECT closes_at FROM rounds") == [(to_ms(CLOSING),)]
    assert run_sql("SELECT id FROM window_extensions") == []


def test_who_does_not_organise_extends_and_voids_nothing(organiser: Person) -> None:
    round_, an = add_round(), add_person("an")
    attempt_id = sit_attempt(an, round_, right=3)
    lead = add_person("truong", roles=[Role.UNIT_LEAD], led_unit_id=add_unit("A"))
    with pytest.raises(NotAllowed):
        extend(lead, round_, ExtendedFor.ALL)
    with pytest.raises(NotAllowed):
        set_extra_time(organiser=lead, round_id=round_.id, login="an", percent=50, reason=REASON, now=MIDDLE)
    with pytest.raises(NotAllowed):
        void_attempt(organiser=lead, attempt_id=attempt_id, reason=REASON, now=MIDDLE)
    with pytest.raises(InvalidInput):
        extend(organiser, round_, ExtendedFor.PERSON, login="khong-co")
    with pytest.raises(NotFound):
        extend(organiser, round_, ExtendedFor.UNIT, unit_id=1)


def test_extra_time_lengthens_attempts_that_run_and_that_come(organiser: Person) -> None:
    round_, an = add_round(time_limit_seconds=300), add_person("an")
    running = start_attempt(person=an, round_id=round_.id, now=MIDDLE)
    values = {"organiser": organiser, "round_id": round_.id, "login": "an", "reason": "Khiếm thị"}
    assert set_extra_time(percent=50, now=MIDDLE + MINUTE, **values) == 1  # type: ignore[arg-type]
    assert read_deadline(running) == to_ms(MIDDLE + timedelta(seconds=450))
    finish_attempt(person=an, attempt_id=running, now=MIDDLE + timedelta(seconds=449))
    assert view_start(person=an, round_id=round_.id, now=MIDDLE + HOUR).seconds_if_started_now == 450
    set_extra_time(percent=0, now=MIDDLE + HOUR, **values)  # type: ignore[arg-type]
    assert view_start(person=an, round_id=round_.id, now=MIDDLE + HOUR).seconds_if_started_now == 300
    for percent in (-1, 301):
        with pytest.raises(InvalidInput):
            set_extra_time(percent=percent, now=MIDDLE, **values)  # type: ignore[arg-type]


def test_of_the_attempts_left_the_best_counts(organiser: Person) -> None:
    round_, an = add_round(), add_person("an")
    attempts = {
        right: sit_attempt(an, round_, right=right, started_at=MIDDLE + place * HOUR)
        for place, right in enumerate((7, 9, 4))
    }
    read = "SELECT attempt_id, score_hundredths, attempt_count, is_passed FROM results"
    for right, best, count in ((9, 7, 2), (7, 4, 1)):
        void_attempt(organiser=organiser, attempt_id=attempts[right], reason=REASON, now=MIDDLE + 4 * HOUR)
        ((attempt_id, score, attempt_count, is_passed),) = run_sql(read)
        assert (attempt_id, score, attempt_count, bool(is_passed)) == (attempts[best], best * 100, count, best >= 6)
        recompute_results(round_id=round_.id, now=MIDDLE + 5 * HOUR, actor_id=None)
        assert [tuple(row)[:3] for row in run_sql(read)] == [(attempts[best], best * 100, count)]
    void_attempt(organiser=organiser, attempt_id=attempts[4], reason=REASON, now=MIDDLE + 4 * HOUR)
    void_attempt(organiser=organiser, attempt_id=attempts[4], reason="Lần hai", now=MIDDLE + 4 * HOUR)
    assert run_sql(read) == []
    (home,) = list_home_rounds(person=an, now=MIDDLE + 6 * HOUR)
    assert (home.best, home.recent_scores) == (None, ())
    assert len(run_sql("SELECT id FROM notices WHERE kind = 'attempt_voided'")) == 3
    assert len(run_sql("SELECT id FROM audit_entries WHERE action = 'attempt_voided'")) == 3
    # Sitting again makes a result again.
    sit_attempt(an, round_, right=6, started_at=MIDDLE + 7 * HOUR)
    assert [tuple(row)[1:3] for row in run_sql(read)] == [(600, 1)]


def test_a_voided_attempt_takes_no_more_answers(organiser: Person) -> None:
    round_, an = add_round(), add_person("an")
    running = start_attempt(person=an, round_id=round_.id, now=MIDDLE)
    void_attempt(organiser=organiser, attempt_id=running, reason=REASON, now=MIDDLE)
    with pytest.raises(Refusal):
        save_choices(an, running, {0: 1}, now=MIDDLE + MINUTE)
    finish_attempt(person=an, attempt_id=running, now=MIDDLE + MINUTE)
    assert run_sql("SELECT state FROM attempts") == [("voided",)]
    assert run_sql("SELECT attempt_id FROM results") == []
    own = start_attempt(person=add_person("binh"), round_id=round_.id, now=MIDDLE)
    run_sql("UPDATE attempts SET account_id = :id WHERE id = :own RETURNING id", id=organiser.id, own=own)
    with pytest.raises(NotAllowed):
        void_attempt(organiser=organiser, attempt_id=own, reason=REASON, now=MIDDLE)


def test_a_void_and_a_finish_at_the_same_moment_leave_what_the_attempts_say(app: Flask, organiser: Person) -> None:
    round_, an = add_round(), add_person("an")
    for place in range(6):
        first = sit_attempt(an, round_, right=8, started_at=MIDDLE + 2 * place * HOUR)
        when = MIDDLE + (2 * place + 1) * HOUR
        second = start_attempt(person=an, round_id=round_.id, now=when)
        answer_attempt(an, second, right=5, now=when)
        run_together(
            app,
            [
                lambda first=first, when=when: void_attempt(  # type: ignore[misc]
                    organiser=organiser, attempt_id=first, reason=REASON, now=when
                ),
                lambda second=second, when=when: finish_attempt(  # type: ignore[misc]
                    person=an, attempt_id=second, now=when + MINUTE
                ),
            ],
        )
        read = "SELECT attempt_count, score_hundredths, attempt_id FROM results"
        kept = [tuple(row) for row in run_sql(read)]
        recompute_results(round_id=round_.id, now=when + HOUR, actor_id=None)
        assert kept == [tuple(row) for row in run_sql(read)]
        assert kept[0][:2] == (place + 1, 500)


def test_the_forms_say_what_is_wrong_and_keep_what_was_typed(app: Flask, organiser: Person) -> None:
    round_ = add_open_round()
    an = add_person("an")
    attempt_id = sit_attempt(an, round_, right=3, started_at=round_.opens_at + HOUR)
    visitor = Visitor(app, "to-chuc")
    base = f"/organiser/rounds/{round_.id}"
    typed = {"whom": "unit", "unit": "", "closes_at": "2099-01-01T10:00", "reason": "Lý do của tôi"}
    page = visitor.post(f"{base}/exceptions/window", typed)
    assert page.status_code == 422
    assert "Lý do của tôi" in page.text
    for closes_at in ("", "x", "2099-01-01", "9999-12-31T23:59", "2099-01-01T10:00+07:00"):
        fields = typed | {"whom": "all", "closes_at": closes_at}
        assert visitor.post(f"{base}/exceptions/window", fields).status_code == 422
    new = (round_.closes_at + HOUR).astimezone(round_.zone).strftime("%Y-%m-%dT%H:%M")
    assert visitor.post(f"{base}/exceptions/window", typed | {"whom": "all", "closes_at": new}).status_code == 303
    fields = {"login": "an", "percent": "25", "reason": "Khiếm thị"}
    assert visitor.post(f"{base}/exceptions/extra-time", fields).status_code == 303
    assert visitor.post(f"{base}/exceptions/extra-time", fields | {"percent": "nhiều"}).status_code == 422
    answer = visitor.post(f"/organiser/attempts/{attempt_id}/void", {"reason": "Thi hộ"})
    assert answer.status_code == 303
    assert "Thi hộ" in visitor.get(answer.location).text
    page = visitor.get(f"{base}/exceptions")
    assert all(words in page.text for words in ("Thi hộ", "Khiếm thị", "Lý do của tôi"))


@pytest.mark.parametrize("kind", [RegimeKind.LIMITED, RegimeKind.PER_WEEK])
def test_a_voided_attempt_uses_up_no_try(organiser: Person, kind: RegimeKind) -> None:
    round_, an = add_round(regime=AttemptRegime(kind, 2)), add_person("an")
    attempts = [sit_attempt(an, round_, right=right, started_at=MIDDLE + right * MINUTE) for right in (3, 6)]
    when = MIDDLE + HOUR
    with pytest.raises(AttemptLimitReached):
        start_attempt(person=an, round_id=round_.id, now=when)
    void_attempt(organiser=organiser, attempt_id=attempts[0], reason=REASON, now=when)
    assert view_start(person=an, round_id=round_.id, now=when).home.refusal is None
    sit_attempt(an, round_, right=5, started_at=when)
    with pytest.raises(AttemptLimitReached):
        start_attempt(person=an, round_id=round_.id, now=when + HOUR)
    # One that runs gives its try back too.
    void_attempt(organiser=organiser, attempt_id=attempts[1], reason=REASON, now=when)
    running = start_attempt(person=an, round_id=round_.id, now=when + HOUR)
    void_attempt(organiser=organiser, attempt_id=running, reason=REASON, now=when + HOUR)
    assert start_attempt(person=an, round_id=round_.id, now=when + HOUR + MINUTE) != running
    assert [row.ordinal for row in run_sql("SELECT ordinal FROM attempts ORDER BY id")] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("kind", [RegimeKind.LIMITED, RegimeKind.PER_WEEK])
def test_starts_beside_a_void_never_make_more_attempts_than_the_regime_has(
    app: Flask, organiser: Person, kind: RegimeKind
) -> None:
    round_, an = add_round(regime=AttemptRegime(kind, 1)), add_person("an")

    def sit(when: datetime) -> int:
        attempt_id = start_attempt(person=an, round_id=round_.id, now=when)
        finish_attempt(person=an, attempt_id=attempt_id, now=when)
        return attempt_id

    def void(attempt_id: int, when: datetime) -> int:
        return void_attempt(organiser=organiser, attempt_id=attempt_id, reason=REASON, now=when).id

    for place in range(5):
        when = MIDDLE + place * HOUR
        (old,) = [row.id for row in run_sql("SELECT id FROM attempts WHERE state <> 'voided'")] or [sit(when)]
        sits = [partial(sit, when + MINUTE)] * 4
        run_together(app, [partial(void, old, when), *sits])
        assert len(run_sql("SELECT id FROM attempts WHERE state <> 'voided'")) <= 1
    # Whoever came before the void may try again, and then has the one try.
    if not run_sql("SELECT id FROM attempts WHERE state <> 'voided'"):
        sit(MIDDLE + 9 * HOUR)
    with pytest.raises(AttemptLimitReached):
        sit(MIDDLE + 10 * HOUR)


def withdraw(organiser: Person, round_: Round, *, now: datetime = CLOSING - HOUR, place: int = 0) -> None:
    rows = run_sql("SELECT DISTINCT grant_id FROM window_extensions WHERE round_id = :id ORDER BY 1", id=round_.id)
    withdraw_extension(
        organiser=organiser, round_id=round_.id, grant_id=rows[place].grant_id, reason="Nhầm đơn vị", now=now
    )


@pytest.mark.parametrize("whom", list(ExtendedFor))
def test_an_extension_is_taken_back_for_whoever_starts_later(organiser: Person, whom: ExtendedFor) -> None:
    round_, unit = add_round(), add_unit("A")
    sub = add_unit("A1", parent_id=unit)
    an, binh = add_person("an", unit_id=sub), add_person("binh", unit_id=unit)
    extend(organiser, round_, whom, unit_id=unit, login="an")
    running = start_attempt(person=an, round_id=round_.id, now=CLOSING - MINUTE)
    assert read_deadline(running) == to_ms(CLOSING + 4 * MINUTE)
    withdraw(organiser, round_, now=CLOSING - MINUTE)
    withdraw(organiser, round_, now=CLOSING - MINUTE)
    # What was told holds: the deadline stays, answers until then count, and nothing is final before.
    assert read_deadline(running) == to_ms(CLOSING + 4 * MINUTE)
    save_choices(an, running, {0: 1}, now=CLOSING + 3 * MINUTE)
    assert run_sql("SELECT closes_at, extended_until FROM rounds") == [(to_ms(CLOSING), to_ms(CLOSING + 4 * MINUTE))]
    assert not finalise_round(round_id=round_.id, now=CLOSING + MINUTE)
    finish_attempt(person=an, attempt_id=running, now=CLOSING + 3 * MINUTE)
    assert not may_start(an, round_)
    assert not may_start(binh, round_)
    assert len(run_sql("SELECT id FROM audit_entries WHERE action = 'window_withdrawn'")) == 1
    # Granted again, it holds again.
    extend(organiser, round_, whom, unit_id=unit, login="an")
    assert start_attempt(person=an, round_id=round_.id, now=CLOSING + HOUR)


def test_of_several_extensions_for_all_the_latest_that_holds_counts(organiser: Person) -> None:
    round_ = add_round()
    for hours in (1, 2, 3):
        extend(organiser, round_, ExtendedFor.ALL, closes_at=CLOSING + hours * HOUR)
    read = "SELECT closes_at, extended_until FROM rounds"
    for place, close in ((1, CLOSING + 3 * HOUR), (2, CLOSING + HOUR), (0, CLOSING)):
        withdraw(organiser, round_, place=place)
        assert run_sql(read) == [(to_ms(close), None)]


def test_a_window_is_never_closed_in_the_past(organiser: Person) -> None:
    round_ = add_round()
    extend(organiser, round_, ExtendedFor.ALL)
    withdraw(organiser, round_, now=CLOSING + MINUTE)
    assert run_sql("SELECT closes_at FROM rounds") == [(to_ms(CLOSING + MINUTE),)]
    extend(organiser, round_, ExtendedFor.ALL, now=CLOSING + 2 * MINUTE)
    with pytest.raises(InvalidInput):
        withdraw(organiser, round_, place=1, now=LATER + MINUTE)
    lead = add_person("truong", roles=[Role.UNIT_LEAD], led_unit_id=add_unit("A"))
    with pytest.raises(NotAllowed):
        withdraw(lead, round_, place=1)
    with pytest.raises(NotFound):
        withdraw_extension(organiser=organiser, round_id=round_.id, grant_id=1, reason=REASON, now=CLOSING)


def test_a_start_beside_a_withdrawal_keeps_what_it_was_told(app: Flask, organiser: Person) -> None:
    round_ = add_round()
    people = [add_person(f"nguoi-{number}") for number in range(4)]
    extend(organiser, round_, ExtendedFor.ALL)
    when = CLOSING + MINUTE

    def take_back() -> int:
        withdraw(organiser, round_, now=when)
        return 0

    calls: list[Callable[[], int]] = [take_back]
    calls += [partial(start_attempt, person=person, round_id=round_.id, now=when) for person in people]
    outcomes: list[int | Refusal] = run_together(app, calls)
    started = [outcome for outcome in outcomes[1:] if not isinstance(outcome, Refusal)]
    assert run_sql("SELECT closes_at FROM rounds") == [(to_ms(when),)]
    for attempt_id in started:
        assert read_deadline(attempt_id) == to_ms(when + 5 * MINUTE)


def test_the_page_takes_an_extension_back_and_asks_for_a_reason(app: Flask, organiser: Person) -> None:
    round_ = add_open_round()
    extend(organiser, round_, ExtendedFor.ALL, closes_at=round_.closes_at + HOUR, now=round_.opens_at)
    ((grant_id,),) = run_sql("SELECT grant_id FROM window_extensions")
    visitor = Visitor(app, "to-chuc")
    path = f"/organiser/rounds/{round_.id}/exceptions/window/{grant_id}/withdrawal"
    assert visitor.post(path, {"reason": " "}).status_code == 422
    assert visitor.post(path, {"reason": "Nhầm ngày"}).status_code == 303
    assert "Nhầm ngày" in visitor.get(f"/organiser/rounds/{round_.id}/exceptions").text
    assert run_sql("SELECT closes_at FROM rounds") == [(to_ms(round_.closes_at),)]
