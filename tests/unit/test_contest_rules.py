"""Who may start an attempt when, what is shown when: each bound at -1 ms, 0 and +1 ms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from quiz_app.domain.contests import (
    AttemptRegime,
    Phase,
    RegimeKind,
    Reveal,
    Round,
    Standing,
    compute_phase,
    compute_week_start,
    ensure_may_start,
    find_reveal,
    may_see_ranking,
)
from quiz_app.domain.errors import AttemptLimitReached, PauseNotOver, PersonExcluded, RoundClosed, RoundNotOpen
from tests.factories import CLOSING, MIDDLE, MS, OPENING, VIETNAM, make_round

NEW_YORK = ZoneInfo("America/New_York")
WEEKLY = AttemptRegime(RegimeKind.PER_WEEK, 1)


def make_standing(**changes: Any) -> Standing:
    values: dict[str, Any] = {
        "is_excluded": False,
        "attempt_count": 0,
        "last_finished_at": None,
        "limiting_started_at": None,
    }
    return Standing(**(values | changes))


def catch_refusal(round_: Round, now: datetime, **standing: Any) -> Exception | None:
    try:
        ensure_may_start(round_, make_standing(**standing), now)
    except Exception as refusal:
        return refusal
    return None


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (OPENING - MS, Phase.UPCOMING),
        (OPENING, Phase.OPEN),
        (OPENING + MS, Phase.OPEN),
        (CLOSING - MS, Phase.OPEN),
        (CLOSING, Phase.CLOSED),
        (CLOSING + MS, Phase.CLOSED),
    ],
)
def test_a_round_is_open_from_its_opening_until_just_before_its_closing(now: datetime, phase: Phase) -> None:
    assert compute_phase(OPENING, CLOSING, now) is phase


def test_before_the_opening_nobody_starts_and_the_moment_is_named() -> None:
    refusal = catch_refusal(make_round(), OPENING - MS)
    assert isinstance(refusal, RoundNotOpen)
    assert refusal.opens_at == OPENING


@pytest.mark.parametrize("now", [OPENING, OPENING + MS, MIDDLE, CLOSING - MS])
def test_within_the_window_everybody_starts(now: datetime) -> None:
    assert catch_refusal(make_round(), now) is None


@pytest.mark.parametrize("now", [CLOSING, CLOSING + MS])
def test_from_the_closing_on_nobody_starts_and_the_moment_is_named(now: datetime) -> None:
    refusal = catch_refusal(make_round(), now)
    assert isinstance(refusal, RoundClosed)
    assert refusal.closes_at == CLOSING


@pytest.mark.parametrize("now", [OPENING - MS, MIDDLE, CLOSING])
def test_an_excluded_person_never_starts(now: datetime) -> None:
    assert isinstance(catch_refusal(make_round(), now, is_excluded=True), PersonExcluded)


def test_unlimited_attempts_have_no_end() -> None:
    standing = {"attempt_count": 100_000, "limiting_started_at": MIDDLE, "last_finished_at": MIDDLE}
    assert catch_refusal(make_round(), MIDDLE, **standing) is None


@pytest.mark.parametrize(("count", "is_refused"), [(0, False), (2, False), (3, True), (4, True)])
def test_at_most_so_many_attempts_are_given_in_a_limited_round(count: int, is_refused: bool) -> None:
    round_ = make_round(regime=AttemptRegime(RegimeKind.LIMITED, 3))
    refusal = catch_refusal(round_, MIDDLE, attempt_count=count)
    assert isinstance(refusal, AttemptLimitReached) == is_refused
    if isinstance(refusal, AttemptLimitReached):
        assert (refusal.limit, refusal.next_at) == (3, None)


def test_a_week_begins_on_monday_at_midnight_in_vietnam() -> None:
    monday = datetime(2022, 9, 19, 0, 0, tzinfo=VIETNAM)
    assert compute_week_start(monday, VIETNAM) == monday
    assert compute_week_start(monday - MS, VIETNAM) == monday - timedelta(days=7)
    assert compute_week_start(monday.astimezone(UTC), VIETNAM) == monday
    assert monday.astimezone(UTC) == datetime(2022, 9, 18, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(("now_offset", "is_refused"), [(-MS, True), (0 * MS, False), (MS, False)])
def test_an_attempt_of_this_week_counts_until_the_week_turns(now_offset: timedelta, is_refused: bool) -> None:
    turn = datetime(2022, 9, 26, 0, 0, tzinfo=VIETNAM).astimezone(UTC)
    started_at = turn - timedelta(days=2)
    refusal = catch_refusal(
        make_round(regime=WEEKLY), turn + now_offset, attempt_count=1, limiting_started_at=started_at
    )
    assert isinstance(refusal, AttemptLimitReached) == is_refused
    if isinstance(refusal, AttemptLimitReached):
        assert refusal.next_at == turn


@pytest.mark.parametrize(("start_offset", "is_refused"), [(-MS, False), (0 * MS, True), (MS, True)])
def test_an_attempt_belongs_to_the_week_in_which_it_was_started(start_offset: timedelta, is_refused: bool) -> None:
    monday = datetime(2022, 9, 19, 0, 0, tzinfo=VIETNAM).astimezone(UTC)
    refusal = catch_refusal(
        make_round(regime=WEEKLY),
        monday + timedelta(days=3),
        attempt_count=1,
        limiting_started_at=monday + start_offset,
    )
    assert isinstance(refusal, AttemptLimitReached) == is_refused


def test_no_next_attempt_is_promised_when_the_round_closes_before_the_week_turns() -> None:
    # 15/10/2022 is a Saturday: the next week begins after the close.
    refusal = catch_refusal(
        make_round(regime=WEEKLY), CLOSING - MS, attempt_count=1, limiting_started_at=CLOSING - timedelta(days=1)
    )
    assert isinstance(refusal, AttemptLimitReached)
    assert refusal.next_at is None


def test_no_next_attempt_is_promised_for_the_very_moment_of_the_close() -> None:
    turn = datetime(2022, 9, 26, 0, 0, tzinfo=VIETNAM)
    for closes_at, next_at in ((turn, None), (turn + MS, turn)):
        round_ = make_round(regime=WEEKLY, closes_at=closes_at.astimezone(UTC))
        refusal = catch_refusal(round_, turn - MS, attempt_count=1, limiting_started_at=turn - timedelta(days=1))
        assert isinstance(refusal, AttemptLimitReached)
        assert refusal.next_at == next_at


# Clocks in New York go back on Sunday 06/11/2022 (that week has 169 hours) and forward on Sunday 13/03/2022 (167).
@pytest.mark.parametrize("monday", [datetime(2022, 10, 31), datetime(2022, 3, 7), datetime(2022, 6, 6)])  # noqa: DTZ001
def test_a_week_ends_at_midnight_whether_or_not_clocks_change_in_it(monday: datetime) -> None:
    begin = monday.replace(tzinfo=NEW_YORK).astimezone(UTC)
    end = (monday + timedelta(days=7)).replace(tzinfo=NEW_YORK).astimezone(UTC)
    round_ = make_round(
        regime=WEEKLY, opens_at=begin - timedelta(days=30), closes_at=end + timedelta(days=30), zone=NEW_YORK
    )
    for now in (begin, begin + timedelta(minutes=30), begin + timedelta(days=3), end - MS):
        assert compute_week_start(now, NEW_YORK) == begin
        refusal = catch_refusal(round_, now, attempt_count=1, limiting_started_at=begin)
        assert isinstance(refusal, AttemptLimitReached)
        assert refusal.next_at is not None
        assert refusal.next_at.astimezone(UTC) == end
    assert catch_refusal(round_, end, attempt_count=1, limiting_started_at=begin) is None


def test_the_week_that_clocks_go_back_in_has_169_hours() -> None:
    begin = datetime(2022, 10, 31, 4, 0, tzinfo=UTC)
    assert compute_week_start(begin + timedelta(hours=169) - MS, NEW_YORK) == begin
    assert compute_week_start(begin + timedelta(hours=169), NEW_YORK) == begin + timedelta(hours=169)


@pytest.mark.parametrize(("offset", "is_refused"), [(-MS, True), (0 * MS, False), (MS, False)])
def test_a_pause_between_attempts_is_over_to_the_millisecond(offset: timedelta, is_refused: bool) -> None:
    over_at = MIDDLE + timedelta(seconds=600)
    refusal = catch_refusal(make_round(pause_seconds=600), over_at + offset, last_finished_at=MIDDLE)
    assert isinstance(refusal, PauseNotOver) == is_refused
    if isinstance(refusal, PauseNotOver):
        assert refusal.next_at == over_at


def test_without_a_pause_the_next_attempt_may_start_at_the_moment_of_the_last_finish() -> None:
    assert catch_refusal(make_round(), MIDDLE, last_finished_at=MIDDLE) is None


def test_no_pause_is_asked_for_before_the_first_attempt() -> None:
    assert catch_refusal(make_round(pause_seconds=600), OPENING) is None


@pytest.mark.parametrize(
    ("now", "reveal"),
    [
        (CLOSING - MS, Reveal.SCORE),
        (CLOSING, Reveal.KEY_AND_EXPLANATION),
        (CLOSING + MS, Reveal.KEY_AND_EXPLANATION),
    ],
)
def test_what_is_revealed_after_the_close_is_not_revealed_a_millisecond_before(now: datetime, reveal: Reveal) -> None:
    round_ = make_round(reveal_after_attempt=Reveal.SCORE, reveal_after_close=Reveal.KEY_AND_EXPLANATION)
    assert find_reveal(round_, now) is reveal


@pytest.mark.parametrize(
    ("settings", "is_seen"),
    [
        ({}, lambda now: now >= CLOSING),
        ({"shows_provisional_ranking": True}, lambda now: True),
        ({"is_ranked": False, "shows_provisional_ranking": True}, lambda now: False),
        ({"is_ranking_public": False, "shows_provisional_ranking": True}, lambda now: False),
    ],
)
@pytest.mark.parametrize("now", [OPENING - MS, MIDDLE, CLOSING - MS, CLOSING, CLOSING + MS])
def test_the_ranking_is_seen_after_the_close_or_when_the_organiser_allows_it(
    settings: dict[str, bool], is_seen: Callable[[datetime], bool], now: datetime
) -> None:
    assert may_see_ranking(make_round(**settings), now) is is_seen(now)
