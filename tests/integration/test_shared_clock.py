"""Every server goes by the database's clock, whatever its own says."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from quiz_app.clock import find_lead, follow, read_now
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.extensions import db
from quiz_app.jobs import clock_keeper
from quiz_app.jobs.clock_keeper import ClockKeeper, start_clock_keeper
from quiz_app.persistence.diagnosis import read_clock
from quiz_app.persistence.session import reading
from quiz_app.services.shared_clock import ClockReading

OFF = 420.0


@pytest.fixture(autouse=True)
def own_clock() -> Iterator[None]:
    """The process of the tests goes by its own clock again."""
    yield
    follow(None)


def read_difference() -> float:
    """Seconds between the engine's moment and the database's."""
    before = read_now()
    with reading() as work:
        at = read_clock(work)
    # True to the millisecond: neither before what was read first nor after what is read last.
    return max((before - at).total_seconds(), (at - read_now()).total_seconds(), 0.0)


@pytest.mark.parametrize("off", [OFF, -OFF])
def test_a_clock_that_is_off_is_brought_to_that_of_the_database(app: Flask, off: float) -> None:
    follow(time.time() - time.monotonic() + off)
    assert read_difference() == pytest.approx(OFF, abs=5)
    ClockKeeper().keep()
    assert read_difference() < 0.25


def test_a_server_with_sqlite_goes_by_its_own_clock(app: Flask) -> None:
    stop = start_clock_keeper(app.app_context)
    if stop is not None:
        stop.set()
    assert (stop is None, find_lead() is None) == (db.engine.dialect.name == "sqlite",) * 2


def test_the_moment_goes_on_when_the_machine_s_clock_jumps_and_that_is_said_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = ClockKeeper()
    keeper.keep()
    before, begun, true_time = read_now(), time.monotonic(), time.time
    monkeypatch.setattr("quiz_app.jobs.clock_keeper.time.time", lambda: true_time() - OFF)
    with caplog.at_level(logging.ERROR):
        keeper.keep()
        keeper.keep()
    assert 0 <= (read_now() - before).total_seconds() < time.monotonic() - begun + 0.5
    (said,) = caplog.records
    assert "-420" in said.getMessage() or "-419" in said.getMessage()


def test_a_slow_answer_or_none_changes_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = ClockKeeper()
    keeper.keep()
    known = find_lead()
    assert known is not None
    monkeypatch.setattr(clock_keeper, "read_shared_clock", lambda: ClockReading(known + 90, 0.3))
    keeper.keep()
    assert find_lead() == known
    monkeypatch.setattr(clock_keeper, "read_shared_clock", lambda: ClockReading(known + 90, 0.01))
    keeper.keep()
    assert find_lead() == known + 90, "the database's clock was set"

    def be_away() -> ClockReading:
        raise StorageUnavailable

    monkeypatch.setattr(clock_keeper, "read_shared_clock", be_away)
    with pytest.raises(StorageUnavailable):
        keeper.keep()
    assert find_lead() == known + 90
