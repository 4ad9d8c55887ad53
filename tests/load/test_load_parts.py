"""The parts of the load tests that decide what a run says: arrivals, latencies, pauses, the people of a plan."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from load_tests.faults.journal import Cell, Journal
from load_tests.lean.client import _join_chunks, _read_head, make_packet
from load_tests.load.readme import BEGIN, END, write_table
from load_tests.load.reporting import Line, Report, _compare_waits, _count_starts
from load_tests.load.scenarios import BY_NAME, SCENARIOS
from load_tests.people.browser import Browser
from load_tests.people.crowd import Crowd
from load_tests.people.outcome import Outcome
from load_tests.people.participant import Closed, _think, press_on
from load_tests.people.shapes import ATTEMPT_SECONDS, Shape, make_opening, make_steady
from load_tests.people.steps import Answer, Ask, Think, Unexpected
from load_tests.people.tally import Tally
from load_tests.people.thinking import ANSWER
from load_tests.people.world import Person, World
from tests.servers.web import REPOSITORY


def test_the_figures_stand_in_their_place_in_the_readme(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"before\n{BEGIN}\nformer\n{END}\nafter\n", encoding="utf-8")
    lines = [Line("errors", "0", "2", False), Line("acknowledged answers lost", "0 of 7", "0", True)]
    report = Report(
        "ordinary", "lean", "PostgreSQL", 1, 0.5, "A machine, load average 3", "2026-01-02T03:04:05+00:00", 3.0, 10.0,
        100, 10.0, 12.0, 1.5, 8.0, None, None, {}, {"web": 2.0, "generator": 0.25},
        {"ALL": {"p50": 1.0, "p95": 2.0, "p99": 3.0}}, {}, {}, [], {"is_clean": True, "wrongs": []}, lines,
    )  # fmt: skip
    assert report.has_kept_all
    assert not report.has_passed
    write_table({"one": report.to_json()}, path)
    text = path.read_text(encoding="utf-8")
    assert "former" not in text
    assert "A machine\n" in text
    assert (
        "| ordinary, lean, PostgreSQL | 1 | 0.5 | 2026-01-02 03:04, 3.0 | 10 | 1.5 | 8 | 1 | 2 | 3 | 0 | – | – | "
        in text
    )
    assert "| 2.00, –, 0.25 | 2 | 0 (0 of 7) | errors |" in text
    path.write_text("nothing here", encoding="utf-8")
    with pytest.raises(ValueError, match="no place"):
        write_table({}, path)


def test_people_come_as_often_as_the_shape_says() -> None:
    opening = make_opening(1000, 75.0)
    assert opening.count_until(60.0) == pytest.approx(1000, rel=0.01)
    moments = list(opening.list_arrivals(seed=1))
    assert sum(moment < 60 for moment in moments) == pytest.approx(1000, rel=0.1)
    # Most of them in the first half minute: the herd.
    assert sum(moment < 30 for moment in moments) > 550
    assert all(earlier < later for earlier, later in pairwise(moments))
    assert list(make_steady(0.0, 30.0).list_arrivals(seed=1)) == []


def test_a_shape_is_nothing_outside_its_points_and_scales() -> None:
    shape = Shape(((10.0, 2.0), (20.0, 4.0)))
    assert [shape.find_rate(second) for second in (9.9, 10.0, 15.0, 20.0)] == [0.0, 2.0, 3.0, 0.0]
    assert shape.count_until(100.0) == pytest.approx(30.0)
    assert shape.scale(0.1).count_until(100.0) == pytest.approx(3.0)


def test_users_of_a_steady_evening_stay_as_many_as_are_in_flight() -> None:
    shape = make_steady(22.5, 400.0)
    flying = round(22.5 * ATTEMPT_SECONDS)
    assert shape.count_users(0.0, flying) == flying
    assert shape.count_users(ATTEMPT_SECONDS / 2, flying) == pytest.approx(flying, rel=0.01)


def test_a_scenario_of_another_length_or_size_keeps_its_close_and_its_rates() -> None:
    evening = BY_NAME["last_evening"].last(20.0).scale(0.1)
    assert (evening.closes_after, evening.flying, evening.target.starts_rate) == (20.0, 425, 2.25)
    assert evening.seconds - 20.0 == BY_NAME["last_evening"].seconds - 85.0
    assert evening.shape.count_until(1000.0) == pytest.approx(48.0)
    assert evening.settling < 20.0
    for scenario in SCENARIOS:
        assert scenario.settling < scenario.measured_until <= scenario.seconds


def test_latencies_are_those_of_what_was_due_in_the_span() -> None:
    tally = Tally()
    for number in range(100):
        tally.note("save", number / 10, float(number))
    tally.note("home", 50.0, 5000.0)
    saves = tally.measure(["save"])
    assert (saves.count, saves.p50, saves.p95, saves.p99, saves.largest) == (100, 50.0, 95.0, 99.0, 99.0)
    assert tally.measure(["save"], since=5.0, until=6.0).count == 10
    assert (tally.measure().largest, tally.measure(["nothing"]).count) == (5000.0, 0)
    assert tally.find_busiest_second_rate(since=0.0, until=100.0, window=1.0) == pytest.approx(11.0, abs=1.0)


def test_who_was_told_to_come_back_is_an_error_only_where_it_costs_time_of_an_attempt() -> None:
    tally = Tally()
    for name, second in (("save", 3.0), ("sign in", 4.0), ("sign in", 50.0), ("finish after the close", 51.0)):
        tally.note_asked(name, second)
    outcome = Outcome({}, [], [], tally, [], 0.0, 0.0)
    evening, opening = BY_NAME["last_evening"].last(20.0), BY_NAME["opening"]
    assert [(line.reached, line.is_met) for line in _compare_waits(evening, outcome)] == [("1", False), ("1", False)]
    assert [(line.reached, line.is_met) for line in _compare_waits(opening, outcome)] == [("1", False), ("0", True)]


def test_starts_are_counted_until_shortly_before_the_close() -> None:
    evening = BY_NAME["last_evening"].last(60.0)
    starts = [second / 2 for second in range(300)]
    assert _count_starts(evening, Outcome({}, [], [], Tally(), starts, 0.0, 0.0)) == pytest.approx(2.0, abs=0.05)
    until_close = [second for second in starts if second < 60.0 - 12.0]
    assert _count_starts(evening, Outcome({}, [], [], Tally(), until_close, 0.0, 0.0)) == pytest.approx(2.0, abs=0.05)


def test_half_of_the_pauses_are_below_the_median_and_the_mean_makes_three_minutes() -> None:
    generator = random.Random(1)
    drawn = [ANSWER.draw(generator) for _ in range(4000)]
    assert sum(each < ANSWER.median for each in drawn) == pytest.approx(2000, rel=0.06)
    assert 10 * sum(drawn) / len(drawn) == pytest.approx(ATTEMPT_SECONDS, rel=0.06)
    assert max(drawn) <= ANSWER.longest


def _make_world(**plan: object) -> World:
    return World(
        {"begins_at": 0.0, "closes_at": None, "flying": [], "coming": [], "password": "x", "round_id": 1} | plan
    )


def test_who_is_in_an_attempt_is_handed_out_once_and_who_rests_comes_back() -> None:
    world = _make_world(flying=[["a", "cookie", 7, 3, 0.0, "token"]], coming=[["b"]])
    crowd = Crowd(world)
    (person,) = crowd.list_flying()
    assert (person.attempt_id, person.answered, person.browser.token) == (7, 3, "token")
    assert person.browser.cookies == {"session": "cookie"}
    second = crowd.find_next()
    assert second is not None
    assert second.login == "b"
    assert crowd.find_next() is None
    world.resting.append(person)
    assert crowd.find_next() is person


def test_a_save_is_noted_only_when_the_server_names_it() -> None:
    world, person = _make_world(), Person("a", "c", 5, token="t")

    def press(answer: Callable[[int], str]) -> None:
        life = press_on(person, world)
        step = next(life)
        assert isinstance(step, Ask)
        life.send(Answer(200, body=answer(step.value["responses"][0]["sequence"]).encode()))
        life.close()

    press(lambda sequence: f'{{"responses": {{"0": [{sequence}, 0, 9]}}}}')
    (cell,) = world.journal.cells
    assert (cell.attempt_id, cell.slot, cell.choice) == (5, 0, 0)
    with pytest.raises(Unexpected):
        press(lambda sequence: f'{{"responses": {{"0": [{sequence - 1}, 0, 9]}}}}')
    assert len(world.journal.cells) == 1


def test_near_the_end_people_hurry_and_then_no_longer_begin() -> None:
    generator, now = random.Random(2), World({"begins_at": 0.0}).seconds
    (step,) = _think(30.0, Person("a", ends_at=now + 10.0), generator)
    assert isinstance(step, Think)
    assert step.seconds < 10.0
    with pytest.raises(Closed):
        list(_think(30.0, Person("a", ends_at=now + 0.5), generator))


def test_locust_reads_a_plan_and_knows_its_users(tmp_path: Path) -> None:
    plan = _make_world(shape=[[0.0, 1.0], [5.0, 1.0]], ports=[9], client="fast", presses=False, cells=[]).plan
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan | {"unit_leads": [], "organisers": []}), encoding="utf-8")
    # In a process of its own: it takes the threads of the whole process for its own kind.
    command = [sys.executable, "-m", "locust", "-f", "load_tests/locustfile.py", "--list"]
    environment = os.environ | {"LOAD_PLAN": str(path)}
    told = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "Participant" in told.stdout


def test_a_journal_of_another_process_knows_the_same() -> None:
    journal = Journal()
    journal.note_sent(1, 0, 5, 2)
    journal.note_acknowledged(Cell(1, 0, 5, 2), 0.1)
    other = Journal.of(journal.sent, journal.cells)
    assert other.was_sent(1, 0, 5, 2)
    assert other.cells == journal.cells


def test_a_browser_keeps_cookies_and_the_token_of_its_first_form() -> None:
    browser, step = Browser(), Ask("page", "/")
    body = b'<input type="hidden" name="csrf_token" value="abc">'
    browser.take(step, Answer(200, cookies=("session=s1; HttpOnly; Path=/",), body=body))
    assert (browser.cookies, browser.token) == ({"session": "s1"}, "abc")
    headers, packet = browser.make_body(Ask("finish", "/f", form={"a": "b c"}))
    assert (headers["Cookie"], packet) == ("session=s1", b"csrf_token=abc&a=b+c")
    headers, packet = browser.make_body(Ask("save", "/s", value={"a": 1}))
    assert (headers["X-CSRFToken"], packet) == ("abc", b'{"a":1}')


def test_the_lean_client_reads_heads_and_chunks_and_writes_requests() -> None:
    head = b"HTTP/1.1 303 SEE OTHER\r\nLocation: /my\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2"
    assert _read_head(head) == (303, {b"location": b"/my"}, ("a=1; Path=/", "b=2"))
    assert _join_chunks(bytearray(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")) == b"abcde"
    assert _join_chunks(bytearray(b"3\r\nabc\r\n2\r\nd")) is None
    packet = make_packet("/x", {"Cookie": "a=1"}, b"body", is_get=False)
    assert packet.startswith(b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: a=1\r\nContent-Length: 4\r\n\r\nbody")
