"""The unit lead's dashboard and lists: right figures, own units only, and a cost that does not grow."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from quiz_app.cache import ProcessCache
from quiz_app.domain.contests import Round, UnitRankingRule
from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.errors import AttemptClosed
from quiz_app.domain.participation import Participation, UnitProgress, add_up, add_up_branches
from quiz_app.domain.people import Person, Role
from quiz_app.domain.units import Quota
from quiz_app.extensions import db
from quiz_app.persistence import participation as participation_store
from quiz_app.persistence import quotas as quotas_store
from quiz_app.persistence.results import UnitLine
from quiz_app.persistence.session import transaction
from quiz_app.services.attempts import finish_attempt, start_attempt
from quiz_app.services.boards import view_live_board
from quiz_app.services.participation.led_units import LeadDashboard, view_led_dashboard
from quiz_app.services.participation.overview import view_overview
from quiz_app.services.participation.people import PAGE, list_reminders, search_participants
from quiz_app.services.participation.prizes import view_prizes
from quiz_app.services.unit_rankings import rank_units
from tests.factories import (
    CLOSING,
    MIDDLE,
    add_person,
    add_round,
    add_unit,
    make_round_settings,
    run_sql,
    save_choices,
    sit_attempt,
)
from tests.integration.visitor import Visitor, add_open_round
from tests.statements import count_statements


class School:
    """A school with a sub-unit and a foreign unit, and a round: one passed, one below, one sits, two have not begun."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.unit = add_unit("TH", name="Trường Nhà", staff_number=6)
        self.group = add_unit("TO", name="Tổ Toán", parent_id=self.unit, staff_number=4, kind="group")
        self.other = add_unit("KHAC", name="Trường Lạ")
        self.lead = add_person("phu-trach", roles=[Role.UNIT_LEAD], led_unit_id=self.unit, name="Trưởng Đơn Vị")
        self.people = {
            login: add_person(login, name=name, unit_id=unit_id, email=f"{login}@example.org")
            for login, name, unit_id in [
                ("dat", "Nguyễn Văn Đạt", self.unit), ("duoi", "Trần Thị Hạnh", self.group),
                ("dang", "Lê Đang", self.unit), ("chua", "Phạm Chưa", self.group), ("chua2", "Võ Ân", self.unit),
                ("la", "Kanary Lạ", self.other),
            ]
        }  # fmt: skip
        add_person("bgk", unit_id=self.unit, roles=[Role.PARTICIPANT, Role.JUDGE], name="Không Thi")
        with transaction() as work:
            for kind, number in (("school", 3), ("group", 1)):
                quotas_store.put_quota(
                    work, Quota(people_number=number), contest_id=round_.contest_id, unit_kind=kind, unit_id=None
                )

    def sit(self, moment_now: bool = False) -> None:
        when = self.round.opens_at + timedelta(hours=1)
        for login, right in (("dat", 9), ("duoi", 4), ("la", 10)):
            sit_attempt(self.people[login], self.round, right=right, started_at=when)
        start_attempt(person=self.people["dang"], round_id=self.round.id, now=when)

    def view(self) -> LeadDashboard:
        page = view_led_dashboard(lead=self.lead, round_id=None, now=MIDDLE)
        assert page is not None
        return page


def test_the_dashboard_says_how_many_are_missing(app: Flask) -> None:
    school = School(add_round())
    school.sit()
    page = school.view()
    assert page.title == "Trường Nhà"
    totals = page.totals
    assert (totals.staff_number, totals.taken_part, totals.passed, totals.below) == (10, 2, 1, 1)
    assert (totals.not_begun, totals.sitting, totals.without_account) == (2, 1, 5)
    assert (totals.owed, totals.missing, totals.units_owing, totals.units_met) == (4, 3, 2, 0)


def test_what_one_unit_has_above_its_quota_does_not_count_for_another() -> None:
    def make(passed: int, owed: int | None) -> UnitProgress:
        return UnitProgress(1, "A", None, 9, passed, passed, 0, 0, 0, owed)

    totals = add_up([make(5, 2), make(1, 3), make(4, None)])
    assert (totals.owed, totals.passed, totals.missing, totals.units_met) == (5, 10, 2, 1)
    assert add_up([]).missing is None


def test_a_unit_with_sub_units_sees_what_they_owe_and_have_together(app: Flask) -> None:
    school = School(add_round())
    below_group = add_unit("TO1", name="Nhóm Một", parent_id=school.group, staff_number=3, kind="group")
    school.sit()
    sit_attempt(add_person("sau", unit_id=below_group), school.round, right=8, started_at=MIDDLE)
    top, group = school.view().branches
    assert (top.unit.unit_id, top.unit.owed, top.unit.passed, top.sub_units) == (school.unit, 3, 1, 2)
    assert (top.below.owed, top.below.passed, top.below.missing) == (2, 1, 1)
    assert (top.below.units_owing, top.below.units_met) == (2, 1)
    assert (group.unit.unit_id, group.sub_units, group.below.owed, group.below.missing) == (school.group, 1, 1, 0)
    visitor = Visitor(app, "phu-trach")
    visitor.client.set_cookie("language", "en")
    page = visitor.get(f"/unit/?round={school.round.id}").text
    assert "The unit itself: 1 of 3 have passed." in page
    # A staff of 13, of whom six people have an account.
    assert "7 more without an account" in page
    assert "Its sub-units (2) owe 2 together and have 1; 1 are missing, 1 of 2 have met their quota." in page


def test_a_unit_in_a_ring_or_under_one_that_is_gone_is_added_up_once() -> None:
    def make(unit_id: int) -> UnitProgress:
        return UnitProgress(unit_id, str(unit_id), None, 9, 1, 1, 0, 0, 0, 2)

    found = add_up_branches([make(1), make(2), make(4)], {1: 2, 2: 1, 3: 1, 4: 3})
    assert [(branch.unit.unit_id, branch.sub_units) for branch in found] == [(1, 2), (2, 2)]


@pytest.mark.parametrize("state", [None, *Participation])
def test_with_many_units_the_same_is_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch, state: Participation | None
) -> None:
    school = School(add_round())
    school.sit()

    def tell() -> list[object]:
        names = [
            find_names(school.lead, school.round, state=state, **asked)
            for asked in ({}, {"unit_id": school.group}, {"query": "a"})
        ]
        return [*names, school.view()]

    told = tell()
    monkeypatch.setattr(participation_store, "MANY_UNITS", 0)
    assert tell() == told


def test_a_result_stays_with_the_unit_under_which_it_was_reached(app: Flask) -> None:
    school = School(add_round())
    school.sit()
    for login in ("dat", "chua"):
        run_sql(
            "UPDATE accounts SET unit_id = :other WHERE id = :id RETURNING id",
            other=school.other, id=school.people[login].id,
        )  # fmt: skip
    assert (school.view().totals.passed, school.view().totals.not_begun) == (1, 1)
    assert find_names(school.lead, school.round) == ["Võ Ân", "Lê Đang", "Nguyễn Văn Đạt", "Trần Thị Hạnh"]


def find_names(lead: Person, round_: Round, **asked: object) -> list[str]:
    page = search_participants(scope=PeopleScope(lead.id), round_id=round_.id, now=MIDDLE, **asked)  # type: ignore[arg-type]
    assert page.count == len(page.lines)
    return [line.name for line in page.lines]


def test_people_are_found_by_state_by_unit_and_without_accents(app: Flask) -> None:
    school = School(add_round())
    school.sit()
    everyone = ["Võ Ân", "Phạm Chưa", "Lê Đang", "Nguyễn Văn Đạt", "Trần Thị Hạnh"]
    assert find_names(school.lead, school.round) == everyone
    for state, names in {
        Participation.PASSED: ["Nguyễn Văn Đạt"],
        Participation.BELOW: ["Trần Thị Hạnh"],
        Participation.SITTING: ["Lê Đang"],
        Participation.NOT_BEGUN: ["Võ Ân", "Phạm Chưa"],
    }.items():
        assert find_names(school.lead, school.round, state=state) == names
    assert find_names(school.lead, school.round, unit_id=school.group) == ["Phạm Chưa", "Trần Thị Hạnh"]
    assert find_names(school.lead, school.round, query="tran hanh") == ["Trần Thị Hạnh"]
    assert find_names(school.lead, school.round, query="chua", state=Participation.PASSED) == []
    page = list_reminders(
        scope=PeopleScope(school.lead.id), round_id=school.round.id, state=Participation.NOT_BEGUN, now=MIDDLE
    )
    assert [line.name for line in page.lines] == ["Võ Ân", "Phạm Chưa"]


def test_a_lead_sees_no_byte_of_another_unit_in_the_round(app: Flask) -> None:
    school = School(add_open_round())
    school.sit()
    visitor = Visitor(app, "phu-trach")
    base = f"/unit/rounds/{school.round.id}"
    for path in (
        "/unit/", f"/unit/?round={school.round.id}", f"{base}/people", f"{base}/people?q=kanary",
        f"{base}/people?unit={school.other}", f"{base}/people?state=passed", f"{base}/reminders",
        f"{base}/reminders?state=below&unit={school.other}",
    ):  # fmt: skip
        page = visitor.get(path)
        assert page.status_code == 200, path
        assert "Kanary" not in page.text
        assert "Trường Lạ" not in page.text
    assert "Phạm Chưa" in visitor.get(f"{base}/reminders").text
    for path in ("/unit/?round=1", "/unit/rounds/1/people", "/unit/rounds/1/reminders"):
        assert visitor.get(path).status_code == 404
    assert visitor.get(f"{base}/reminders?state=passed").status_code == 422


def test_the_unit_pages_cost_the_same_with_few_and_many_people(app: Flask) -> None:
    school = School(add_open_round())
    visitor = Visitor(app, "phu-trach")
    base = f"/unit/rounds/{school.round.id}"
    paths = ["/unit/", f"{base}/people", f"{base}/reminders"]

    def count() -> list[int]:
        counts = []
        for path in paths:
            visitor.get(path)
            with count_statements(db.engine) as statements:
                assert visitor.get(path).status_code == 200
            counts.append(len(statements.work))
        return counts

    before = count()
    for n in range(PAGE + 1):
        add_person(f"p{n}", unit_id=add_unit(f"TO{n}", parent_id=school.unit) if n % 10 == 0 else school.unit)
    assert count() == before
    first = visitor.get(f"{base}/people").text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = visitor.get(following[1].replace("&amp;", "&")).text
    shown = re.findall(r'<span class="muted">([\w-]+)</span></th>', first + second)
    assert len(shown) == len(set(shown)) == PAGE + 1 + 5


def test_the_live_board_counts_what_happened_in_the_last_minute(app: Flask) -> None:
    round_, person = add_round(), add_person()
    organiser = add_person("to-chuc", roles=[Role.ORGANISER])
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)

    def read(seconds: int) -> tuple[int, int]:
        board = view_live_board(organiser=organiser, round_id=round_.id, now=MIDDLE + timedelta(seconds=seconds))
        return board.live.open_count, board.live.saved_last_minute

    save_choices(person, attempt_id, {0: 1, 1: 1}, now=MIDDLE + timedelta(seconds=5))
    assert read(10) == (1, 2)
    save_choices(person, attempt_id, {2: 1, 1: 0}, now=MIDDLE + timedelta(seconds=90), sequence=2)
    assert [read(seconds) for seconds in (100, 200)] == [(1, 2), (1, 0)]
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE + timedelta(seconds=110))
    assert read(120) == (0, 2)
    with pytest.raises(AttemptClosed):
        save_choices(person, attempt_id, {3: 1}, now=MIDDLE + timedelta(seconds=115), sequence=3)
    board = view_live_board(organiser=organiser, round_id=round_.id, now=MIDDLE + timedelta(seconds=120))
    assert board.live.late_last_minute == 1


def test_the_overview_adds_up_and_shows_days_and_scores(app: Flask) -> None:
    school = School(add_round())
    school.sit()
    organiser = add_person("to-chuc", roles=[Role.ORGANISER])
    page = view_overview(organiser=organiser, round_id=school.round.id, cache=ProcessCache(), now=MIDDLE)
    assert (page.totals.taken_part, page.totals.passed, page.totals.units_owing) == (3, 2, 3)
    assert sum(day.value for day in page.days) == 3
    assert (page.days[0].label.isoformat(), page.days[0].value) == ("2022-09-15", 3)
    assert page.days[-1].label.isoformat() == "2022-10-01"
    assert {bar.label: bar.value for bar in page.scores if bar.value} == {400: 1, 900: 1, 1000: 1}
    assert {bar.label: bar.value for bar in page.shares if bar.value} == {25: 2, 0: 1}
    assert [unit.name for unit in page.units][:2] == ["Trường Lạ", "Trường Nhà"]
    for round_ in (add_round(code="sau", opens_at=CLOSING - timedelta(days=1)), add_open_round(code="nay")):
        empty = view_overview(organiser=organiser, round_id=round_.id, cache=ProcessCache(), now=MIDDLE)
        assert (empty.totals.taken_part, empty.scores) == (0, ())


def test_prizes_go_to_the_first_and_to_all_who_share_the_last_place(app: Flask) -> None:
    round_ = add_open_round(prize_places=2)
    start = round_.opens_at + timedelta(hours=1)
    for login, right, seconds in (("a", 9, 60), ("b", 9, 50), ("c", 9, 60), ("d", 8, 10)):
        sit_attempt(add_person(login, name=f"Người {login}"), round_, right=right, started_at=start, seconds=seconds)
    organiser = add_person("to-chuc", roles=[Role.ORGANISER])
    page = view_prizes(organiser=organiser, round_id=round_.id, now=start + timedelta(hours=1))
    assert [(person.place, person.line.name) for person in page.people] == [
        (1, "Người b"), (2, "Người a"), (2, "Người c")
    ]  # fmt: skip
    assert [person.needs_explanation for person in page.people] == [False, True, True]
    shown = Visitor(app, "to-chuc").get(f"/organiser/rounds/{round_.id}/prizes")
    assert shown.status_code == 200


def test_units_stand_by_weights_by_block_and_above_the_floor() -> None:
    def make(name: str, block: str, taken_part: int, score: int) -> UnitLine:
        return UnitLine(1, name, "school", block, 10, taken_part, 0, taken_part * score)

    lines = [make("A", "2", 10, 500), make("B", "1", 6, 900), make("C", "1", 4, 1000), make("D", "1", 8, 800)]

    def rank(**rule: int) -> list[tuple[str, int | None]]:
        settings = make_round_settings(unit_ranking=UnitRankingRule(**rule))  # type: ignore[arg-type]
        return [(unit.line.name, unit.place) for unit in rank_units(lines, settings)]

    assert rank() == [("D", 1), ("B", 2), ("A", 3), ("C", 4)]
    assert rank(participation_weight=40, score_weight=60) == [("D", 1), ("B", 2), ("C", 3), ("A", 4)]
    assert rank(floor_percent=50) == [("D", 1), ("B", 2), ("A", 3), ("C", None)]
    assert rank(is_by_block=True) == [("D", 1), ("B", 2), ("C", 3), ("A", 1)]


def test_the_table_of_units_escapes_names_and_shows_badges(app: Flask) -> None:
    """Its rows are put together without the escaping that templates do by themselves."""
    school = School(add_open_round())
    school.sit()
    add_unit("X", name='Trường <b class="x">&', parent_id=school.unit)
    page = Visitor(app, "phu-trach").get(f"/unit/?round={school.round.id}").text
    assert "Trường &lt;b class=&#34;x&#34;&gt;&amp;" in page
    assert '<b class="x">' not in page
    assert "&lt;span" not in page
    assert page.count('<span class="badge-state') >= 2
