"""Who may start when: the window to the millisecond, exclusions, regimes, pauses, and a bank that is too small."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from question_bank.items import LegalSource
from quiz_app.domain.contests import AttemptRegime, RegimeKind
from quiz_app.domain.errors import (
    AttemptLimitReached,
    PaperNotAvailable,
    PauseNotOver,
    PersonExcluded,
    RoundClosed,
    RoundNotOpen,
)
from quiz_app.domain.people import Role
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence.session import transaction
from quiz_app.services.attempts import start_attempt, view_attempt, view_start
from tests.factories import (
    CLOSING,
    MIDDLE,
    MS,
    OPENING,
    VIETNAM,
    add_person,
    add_round,
    make_bank,
    make_item,
    run_sql,
    sit_attempt,
)

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize("moment", [OPENING, OPENING + MS, CLOSING - MS])
def test_a_start_is_taken_from_the_opening_until_before_the_closing(moment: datetime) -> None:
    person, round_ = add_person(), add_round()
    assert start_attempt(person=person, round_id=round_.id, now=moment)


@pytest.mark.parametrize(
    ("moment", "refusal"),
    [(OPENING - MS, RoundNotOpen), (CLOSING, RoundClosed), (CLOSING + MS, RoundClosed)],
)
def test_a_start_outside_the_window_is_refused_and_leaves_no_row(moment: datetime, refusal: type[Exception]) -> None:
    person, round_ = add_person(), add_round()
    with pytest.raises(refusal):
        start_attempt(person=person, round_id=round_.id, now=moment)
    assert run_sql("SELECT id FROM attempts") == []
    assert isinstance(view_start(person=person, round_id=round_.id, now=moment).home.refusal, refusal)


@pytest.mark.parametrize(
    ("before_close", "time_left_ms"), [(1, 1), (299_999, 299_999), (300_000, 300_000), (300_001, 300_000)]
)
def test_the_closing_moment_cuts_the_time_of_an_attempt(before_close: int, time_left_ms: int) -> None:
    person, round_ = add_person(), add_round()
    now = CLOSING - before_close * MS
    attempt_id = start_attempt(person=person, round_id=round_.id, now=now)
    assert view_attempt(person=person, attempt_id=attempt_id, now=now).time_left_ms == time_left_ms


def test_the_start_page_says_that_the_close_cuts_the_time() -> None:
    person, round_ = add_person(), add_round()
    cut = view_start(person=person, round_id=round_.id, now=CLOSING - timedelta(seconds=90))
    assert (cut.is_time_cut, cut.seconds_if_started_now, cut.deadline_if_started_now) == (True, 90, CLOSING)
    whole = view_start(person=person, round_id=round_.id, now=CLOSING - timedelta(seconds=300))
    assert (whole.is_time_cut, whole.seconds_if_started_now) == (False, 300)


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.JUDGE, Role.ADMINISTRATOR])
def test_organisers_judges_and_administrators_do_not_take_part(role: Role) -> None:
    person, round_ = add_person(roles=[Role.PARTICIPANT, role]), add_round()
    with pytest.raises(PersonExcluded):
        start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    assert run_sql("SELECT id FROM attempts") == []


def test_a_person_named_as_excluded_does_not_take_part_and_others_do() -> None:
    secretary, other, round_ = add_person("thu-ky"), add_person("khac"), add_round()
    with transaction() as work:
        contests_store.add_exclusion(work, contest_id=round_.contest_id, login=secretary.login, reason="Tổ thư ký")
    with pytest.raises(PersonExcluded):
        start_attempt(person=secretary, round_id=round_.id, now=MIDDLE)
    assert start_attempt(person=other, round_id=round_.id, now=MIDDLE)


def test_a_limited_regime_takes_so_many_attempts_and_no_more() -> None:
    person, round_ = add_person(), add_round(regime=AttemptRegime(RegimeKind.LIMITED, 3))
    for n in range(3):
        sit_attempt(person, round_, right=n, started_at=MIDDLE + timedelta(hours=n))
    with pytest.raises(AttemptLimitReached) as caught:
        start_attempt(person=person, round_id=round_.id, now=MIDDLE + timedelta(days=9))
    assert (caught.value.limit, caught.value.next_at) == (3, None)
    assert len(run_sql("SELECT id FROM attempts")) == 3


def test_a_weekly_regime_counts_from_monday_in_the_zone_of_the_contest() -> None:
    person, round_ = add_person(), add_round(regime=AttemptRegime(RegimeKind.PER_WEEK, 1))
    # 00:00 on Monday 3/10/2022 in Vietnam is still Sunday in UTC.
    monday = datetime(2022, 10, 3, tzinfo=VIETNAM)
    sit_attempt(person, round_, right=5, started_at=monday - timedelta(hours=1))
    with pytest.raises(AttemptLimitReached) as caught:
        start_attempt(person=person, round_id=round_.id, now=monday - MS)
    assert caught.value.next_at == monday
    assert start_attempt(person=person, round_id=round_.id, now=monday)


@pytest.mark.parametrize(("offset_ms", "is_taken"), [(-1, False), (0, True), (1, True)])
def test_a_pause_is_over_to_the_millisecond(offset_ms: int, is_taken: bool) -> None:
    person, round_ = add_person(), add_round(pause_seconds=600)
    sit_attempt(person, round_, right=5, started_at=MIDDLE, seconds=60)
    moment = MIDDLE + timedelta(seconds=660) + offset_ms * MS
    if is_taken:
        assert start_attempt(person=person, round_id=round_.id, now=moment)
    else:
        with pytest.raises(PauseNotOver) as caught:
            start_attempt(person=person, round_id=round_.id, now=moment)
        assert caught.value.next_at == MIDDLE + timedelta(seconds=660)


def test_a_bank_that_is_too_small_refuses_the_start_and_says_what_is_missing() -> None:
    person, round_ = add_person(), add_round(bank=make_bank(7))
    with pytest.raises(PaperNotAvailable) as caught:
        start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    (shortfall,) = caught.value.shortfalls
    assert (shortfall.needed, shortfall.available) == (10, 7)
    assert run_sql("SELECT id FROM attempts") == []


@pytest.mark.parametrize("changes", [{}, {"regime": AttemptRegime(RegimeKind.LIMITED, 1)}, {"pause_seconds": 60}])
def test_no_rule_of_starting_keeps_a_person_from_an_attempt_in_progress(changes: dict[str, Any]) -> None:
    person, round_ = add_person(), add_round(**changes)
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    assert start_attempt(person=person, round_id=round_.id, now=MIDDLE + MS) == attempt_id


def test_papers_hold_only_what_is_in_force_on_the_day_the_round_opens() -> None:
    ended = LegalSource("Luật cũ", valid_until=date(2022, 9, 14))
    begins = LegalSource("Luật mới", valid_from=date(2022, 9, 16))
    in_force = LegalSource("Luật", valid_from=date(2022, 9, 15), valid_until=date(2022, 9, 15))
    sources = [ended] * 5 + [begins] * 5 + [in_force] * 10
    items = [make_item(f"T-{number:03d}", source=source) for number, source in enumerate(sources)]
    round_ = add_round(bank=make_bank(items=items))
    person = add_person()
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    page = view_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    assert {question.stem for question in page.questions} == {item.stem for item in items[10:]}
