"""The gate: who takes a place, who waits, who is turned away, and that no place is ever lost."""

from __future__ import annotations

import random
import threading
import time

import pytest

from quiz_app import create_app
from quiz_app.last_minute import SLOT_SECONDS, LastMinute, MinuteCounter
from quiz_app.web.admission_classes import _BY_VIEW, _WITH_PASSWORDS, FREE, find_classes
from quiz_app.web.admission_gate import SHARES, STALL_SECONDS, Gate, Reason, RequestClass
from tests.factories import make_test_settings

PATIENT = 60.0
"""For those who are sure to be let in, on a machine however slow."""


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def fill(gate: Gate, kind: RequestClass) -> int:
    """Take places until there is none; how many there were."""
    taken = 0
    while gate.enter(kind, patience=0) is None:
        taken += 1
    return taken


def wait_until_waiting(gate: Gate, number: int) -> None:
    give_up = time.monotonic() + PATIENT
    while gate.count_waiting() < number:
        assert time.monotonic() < give_up
        time.sleep(0.002)


@pytest.mark.parametrize(("places", "expected"), [(8, [2, 4, 5, 2, 6, 7, 8]), (2, [1, 1, 1, 1, 1, 1, 2]), (1, [1] * 7)])
def test_each_class_has_its_share_of_the_places(places: int, expected: list[int]) -> None:
    assert [fill(Gate(places, 0), kind) for kind in RequestClass] == expected
    assert len(SHARES) == len(RequestClass)


def test_lower_classes_together_never_take_what_higher_ones_need() -> None:
    gate = Gate(8, 0)
    taken = [fill(gate, kind) for kind in RequestClass]
    assert taken == [2, 2, 1, 1, 0, 1, 1]
    assert [gate.count_working(kind) for kind in RequestClass] == taken
    other = Gate(8, 0)
    assert fill(other, RequestClass.SAVES) == 8
    assert other.enter(RequestClass.FILES, patience=0) is Reason.LATE


def test_a_free_place_goes_to_the_most_urgent_who_waits() -> None:
    gate = Gate(1, 8)
    assert gate.enter(RequestClass.SAVES) is None
    served: list[RequestClass] = []

    def come(kind: RequestClass) -> None:
        assert gate.enter(kind, patience=PATIENT) is None
        served.append(kind)
        gate.leave(kind)

    threads = []
    for number, kind in enumerate((RequestClass.BOARDS, RequestClass.STARTS, RequestClass.SAVES), 1):
        threads.append(threading.Thread(target=come, args=(kind,)))
        threads[-1].start()
        wait_until_waiting(gate, number)
    gate.leave(RequestClass.SAVES)
    for thread in threads:
        thread.join(PATIENT)
    assert served == [RequestClass.SAVES, RequestClass.STARTS, RequestClass.BOARDS]
    assert fill(gate, RequestClass.SAVES) == 1


def test_who_waits_in_vain_is_told_so_and_leaves_nothing_behind() -> None:
    gate = Gate(8, 8)
    assert fill(gate, RequestClass.SAVES) == 8
    assert gate.enter(RequestClass.SITTING, patience=0.05) is Reason.LATE
    assert gate.count_waiting() == 0
    gate.leave(RequestClass.SAVES)
    assert gate.enter(RequestClass.SAVES, patience=0) is None


def test_the_room_is_bounded_by_class_and_saves_wait_beyond_it() -> None:
    gate = Gate(1, 4)
    assert gate.enter(RequestClass.SAVES) is None
    results: list[Reason | None] = []

    def come(kind: RequestClass) -> None:
        results.append(gate.enter(kind, patience=PATIENT))
        gate.leave(kind)

    threads = [threading.Thread(target=come, args=(RequestClass.BOARDS,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    wait_until_waiting(gate, 2)
    assert gate.enter(RequestClass.BOARDS, patience=PATIENT) is Reason.FULL
    assert gate.enter(RequestClass.FILES, patience=PATIENT) is not None
    threads += [threading.Thread(target=come, args=(RequestClass.SAVES,)) for _ in range(9)]
    for thread in threads[2:]:
        thread.start()
    wait_until_waiting(gate, 11)
    gate.leave(RequestClass.SAVES)
    for thread in threads:
        thread.join(PATIENT)
    assert results == [None] * 11


def test_nobody_waits_for_those_who_hang() -> None:
    clock = Clock()
    gate = Gate(8, 8, clock=clock)
    assert fill(gate, RequestClass.FILES) == 2
    clock.now += STALL_SECONDS + 0.01
    began = time.monotonic()
    assert gate.enter(RequestClass.FILES, patience=PATIENT) is Reason.STALLED
    assert time.monotonic() - began < PATIENT / 2
    # Elsewhere work goes on, and there people may wait.
    assert gate.enter(RequestClass.SAVES) is None
    gate.leave(RequestClass.FILES)
    assert gate.enter(RequestClass.FILES) is None


def test_no_place_is_lost_however_they_come_and_go() -> None:
    gate = Gate(4, 6)
    at_once, most = [0], [0]
    lock = threading.Lock()

    def visit(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(150):
            kind = chance.choice(list(RequestClass))
            if gate.enter(kind, patience=chance.choice((0.0, 0.001, 0.02))) is None:
                with lock:
                    at_once[0] += 1
                    most[0] = max(most[0], at_once[0])
                time.sleep(chance.choice((0, 0.0005)))
                with lock:
                    at_once[0] -= 1
                gate.leave(kind)

    threads = [threading.Thread(target=visit, args=(seed,)) for seed in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENT)
    assert most[0] <= 4
    assert gate.count_waiting() == 0
    assert fill(gate, RequestClass.SAVES) == 4


def test_every_view_has_a_class_and_every_name_is_that_of_a_view() -> None:
    app = create_app(make_test_settings("sqlite:///nothing-is-opened.db"))
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(_BY_VIEW) | _WITH_PASSWORDS | FREE <= endpoints
    reads, writes = (find_classes(endpoints, is_write=is_write) for is_write in (False, True))
    assert set(reads) == set(writes) == endpoints - FREE
    assert writes["participant.save"] > reads["participant.show_attempt"] > writes["participant.start"]
    assert writes["participant.start"] > writes["account.sign_in"] > reads["public.show_ranking"]
    assert reads["organiser.show_round"] is RequestClass.BOARDS
    assert writes["organiser.extend_window"] is RequestClass.PAGES
    assert {reads[name] for name in endpoints if ".download" in name} == {RequestClass.FILES}


def test_a_minute_is_counted_over_all_processes_and_forgotten_after(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    clock = Clock()
    one = MinuteCounter(tmp_path, clock=clock)
    one.count(is_error=True, is_failed_save=True, is_turned_away=False)
    # The file of a process that has ended is counted too, one that was cut short is not.
    (tmp_path / "last-minute-1").write_bytes((tmp_path / next(iter(tmp_path.iterdir())).name).read_bytes())
    (tmp_path / "last-minute-2").write_bytes(b"short")
    clock.now += 30
    one.count(is_error=True, is_failed_save=False, is_turned_away=False)
    one.count(is_error=False, is_failed_save=False, is_turned_away=True)
    assert one.read() == LastMinute(errors=3, failed_saves=2, turned_away=1)
    clock.now += 30 + SLOT_SECONDS
    assert one.read() == LastMinute(errors=1, turned_away=1)
    clock.now += 600
    assert one.read() == LastMinute()
    alone = MinuteCounter(None, clock=clock)
    alone.count(is_error=True, is_failed_save=True, is_turned_away=False)
    assert alone.read() == LastMinute(errors=1, failed_saves=1)
