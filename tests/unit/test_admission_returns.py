"""When those who found no room come back: spread, and later the more of them there are; answers are never put off."""

from __future__ import annotations

import pytest

from quiz_app.web.admission_gate import RequestClass
from quiz_app.web.admission_returns import MOST_STRETCH, RETRY_SECONDS, WINDOW_SECONDS, Returns


class Clock:
    """Seconds that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def turn_away(returns: Returns, kind: RequestClass, times: int) -> list[int]:
    return [returns.choose_seconds(kind) for _ in range(times)]


@pytest.mark.parametrize("kind", RequestClass)
def test_a_few_come_back_within_their_classes_seconds_and_not_all_at_once(kind: RequestClass) -> None:
    low, high = RETRY_SECONDS[kind]
    told = turn_away(Returns(clock=Clock()), kind, 200)
    assert low <= min(told) < max(told) <= high


def test_the_more_are_turned_away_for_each_who_is_let_in_the_later_they_come_back() -> None:
    clock = Clock()
    returns = Returns(clock=clock)
    turn_away(returns, RequestClass.PAGES, 299)
    returns.admitted += 100
    clock.now += WINDOW_SECONDS
    low, high = RETRY_SECONDS[RequestClass.PAGES]
    told = turn_away(returns, RequestClass.PAGES, 200)
    assert 4 * low <= min(told) <= max(told) <= 4 * high
    assert max(told) > high


def test_answers_are_not_put_off_by_the_crowd() -> None:
    clock = Clock()
    returns = Returns(clock=clock)
    turn_away(returns, RequestClass.BOARDS, 5000)
    clock.now += WINDOW_SECONDS
    assert max(turn_away(returns, RequestClass.SAVES, 200)) <= RETRY_SECONDS[RequestClass.SAVES][1]


def test_there_is_a_longest_time_and_a_crowd_that_is_gone_is_forgotten() -> None:
    clock = Clock()
    returns = Returns(clock=clock)
    turn_away(returns, RequestClass.PAGES, 5000)
    clock.now += WINDOW_SECONDS
    high = RETRY_SECONDS[RequestClass.PAGES][1]
    assert high < max(turn_away(returns, RequestClass.PAGES, 200)) <= MOST_STRETCH * high
    returns.admitted += 100_000
    clock.now += WINDOW_SECONDS
    assert max(turn_away(returns, RequestClass.PAGES, 100)) <= high
