"""Units as organisers change them: history, circles, mergers and what they do to boards, quotas."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from quiz_app.cache import ProcessCache
from quiz_app.domain.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    Refusal,
    UnitClosed,
    UnitCodeTaken,
    UnitCycle,
    UnitNotEmpty,
)
from quiz_app.domain.people import Person, Role
from quiz_app.domain.units import Quota
from quiz_app.extensions import db
from quiz_app.persistence.people import NewUnit
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.results import UnitLine
from quiz_app.persistence.session import transaction
from quiz_app.services.figures import list_unit_figures
from quiz_app.services.participation.led_units import view_led_dashboard
from quiz_app.services.units import changing, kinds, quotas
from quiz_app.services.units.changing import UnitFields
from quiz_app.services.units.tree import UnitFilter, view_unit, view_units
from tests.factories import CLOSING, MIDDLE, add_person, add_round, add_unit, run_sql, sit_attempt
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor
from tests.statements import count_statements

AFTER = CLOSING + timedelta(days=1)
REASON = "Quyết định số 12/QĐ-UBND"


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("bantochuc", roles=[Role.ORGANISER])


def make_fields(code: str = "A", **changes: Any) -> UnitFields:
    return UnitFields(**{"code": code, "name": f"Đơn vị {code}", "kind": "school", **changes})


def read_unit(unit_id: int) -> Any:
    (row,) = run_sql("SELECT * FROM units WHERE id = :unit_id", unit_id=unit_id)
    return row


def read_history(unit_id: int) -> list[Any]:
    rows = run_sql("SELECT * FROM unit_changes WHERE unit_id = :unit_id ORDER BY id", unit_id=unit_id)
    return [(row.change, json.loads(row.before), json.loads(row.after), row.reason) for row in rows]


def read_board(round_id: int) -> dict[str, UnitLine]:
    return {line.name: line for line in list_unit_figures(ProcessCache(), round_id)}


# --- changes and history ---


def test_each_change_stands_in_the_history_with_what_was_before_and_after_and_who(organiser: Person) -> None:
    top = add_unit("TOP")
    unit_id = changing.add_unit(organiser=organiser, fields=make_fields(), parent_id=None, now=MIDDLE)
    edit = make_fields(name="Tên mới", staff_number=40)
    changing.edit_unit(organiser=organiser, unit_id=unit_id, fields=edit, reason=REASON, now=MIDDLE)
    changing.move_unit(organiser=organiser, unit_id=unit_id, parent_id=top, reason=REASON, now=MIDDLE)
    changing.close_unit(organiser=organiser, unit_id=unit_id, reason=REASON, now=MIDDLE)
    changing.reopen_unit(organiser=organiser, unit_id=unit_id, reason=REASON, now=MIDDLE)
    history = read_history(unit_id)
    assert [entry[0] for entry in history] == ["added", "renamed", "moved", "closed", "reopened"]
    assert history[1][1:] == (
        {"name": "Đơn vị A", "staff_number": None},
        {"name": "Tên mới", "staff_number": 40},
        REASON,
    )
    assert history[2][1:3] == ({"parent_id": None}, {"parent_id": top})
    lines = view_unit(organiser=organiser, unit_id=unit_id).history
    assert {line.actor_name for line in lines} == {organiser.name}
    actions = [row.action for row in run_sql("SELECT action FROM audit_entries ORDER BY id")]
    assert actions == ["unit_added", "unit_renamed", "unit_moved", "unit_closed", "unit_reopened"]


def test_an_edit_that_changes_nothing_leaves_no_trace(organiser: Person) -> None:
    unit_id = add_unit("A", staff_number=3)
    fields = make_fields("A", staff_number=3)
    changing.edit_unit(organiser=organiser, unit_id=unit_id, fields=fields, reason="", now=MIDDLE)
    assert read_history(unit_id) == []


def test_what_is_refused_changes_nothing(organiser: Person) -> None:
    a, b, c = add_unit("A"), add_unit("B"), add_unit("C")
    changing.move_unit(organiser=organiser, unit_id=b, parent_id=a, reason=REASON, now=MIDDLE)
    changing.close_unit(organiser=organiser, unit_id=c, reason=REASON, now=MIDDLE)
    add_person("nam", unit_id=b)
    before = run_sql("SELECT * FROM units ORDER BY id"), run_sql("SELECT COUNT(*) AS found FROM unit_changes")
    options: dict[str, Any] = {"organiser": organiser, "reason": REASON, "now": MIDDLE}
    refused: list[tuple[type[Refusal], Any, dict[str, Any]]] = [
        (UnitCycle, changing.move_unit, {"unit_id": a, "parent_id": b}),
        (UnitCycle, changing.move_unit, {"unit_id": a, "parent_id": a}),
        (UnitClosed, changing.move_unit, {"unit_id": a, "parent_id": c}),
        (NotFound, changing.move_unit, {"unit_id": a, "parent_id": 5}),
        (UnitCycle, changing.merge_unit, {"unit_id": a, "successor_id": b, "staff_number": 1}),
        (UnitClosed, changing.merge_unit, {"unit_id": a, "successor_id": c, "staff_number": 1}),
        (InvalidInput, changing.merge_unit, {"unit_id": b, "successor_id": a, "staff_number": -1}),
        (UnitNotEmpty, changing.close_unit, {"unit_id": a}),
        (UnitNotEmpty, changing.close_unit, {"unit_id": b}),
        (UnitClosed, changing.close_unit, {"unit_id": c}),
        (UnitCodeTaken, changing.edit_unit, {"unit_id": a, "fields": make_fields("b")}),
        (UnitClosed, changing.edit_unit, {"unit_id": c, "fields": make_fields("C2")}),
        (NotFound, changing.edit_unit, {"unit_id": a, "fields": make_fields(kind="unheard")}),
        (InvalidInput, changing.edit_unit, {"unit_id": a, "fields": make_fields(name="x" * 301)}),
        (InvalidInput, changing.edit_unit, {"unit_id": a, "fields": make_fields(name="Khác"), "reason": " "}),
        (InvalidInput, changing.edit_unit, {"unit_id": a, "fields": make_fields(staff_number=-1)}),
    ]
    for refusal, change, values in refused:
        with pytest.raises(refusal):
            change(**{**options, **values})
    with pytest.raises(UnitCodeTaken):
        # The code of a closed unit is not free: its results name it.
        changing.add_unit(organiser=organiser, fields=make_fields("c"), parent_id=None, now=MIDDLE)
    after = run_sql("SELECT * FROM units ORDER BY id"), run_sql("SELECT COUNT(*) AS found FROM unit_changes")
    assert after == before


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.JUDGE, Role.UNIT_LEAD])
def test_nobody_but_organisers_changes_units(app: Flask, role: Role) -> None:
    unit_id = add_unit("A")
    person = add_person(roles=[role], led_unit_id=unit_id if role is Role.UNIT_LEAD else None)
    with pytest.raises(NotAllowed):
        changing.close_unit(organiser=person, unit_id=unit_id, reason=REASON, now=MIDDLE)
    with pytest.raises(NotAllowed):
        view_units(organiser=person, wanted=UnitFilter())
    with pytest.raises(NotAllowed):
        quotas.set_quota(organiser=person, contest_id=1, unit_id=unit_id, kind=None, quota=Quota(), now=MIDDLE)


# --- two at once ---


def test_two_moves_at_once_cannot_close_a_circle(app: Flask, organiser: Person) -> None:
    for attempt in range(3):
        a, b = add_unit(f"A{attempt}"), add_unit(f"B{attempt}")

        def move(unit_id: int, parent_id: int) -> None:
            changing.move_unit(organiser=organiser, unit_id=unit_id, parent_id=parent_id, reason=REASON, now=MIDDLE)

        outcomes = run_together(app, [lambda: move(a, b), lambda: move(b, a)])  # noqa: B023 - run at once
        assert [type(outcome) for outcome in outcomes].count(UnitCycle) == 1
        parents = {read_unit(a).parent_id, read_unit(b).parent_id}
        assert None in parents
        assert len(parents) == 2


def test_of_two_units_with_one_code_added_at_once_one_is_refused(app: Flask, organiser: Person) -> None:
    add_unit("OTHER")

    def add() -> int:
        return changing.add_unit(organiser=organiser, fields=make_fields("SAME"), parent_id=None, now=MIDDLE)

    outcomes = run_together(app, [add, add, add])
    assert [type(outcome) for outcome in outcomes].count(UnitCodeTaken) == 2


# --- mergers ---


class Merger:
    """Two units, a round in which both have results, and their merger."""

    def __init__(self, organiser: Person) -> None:
        self.organiser = organiser
        self.old, self.new = add_unit("CU", staff_number=10), add_unit("MOI", staff_number=30)
        self.sub = add_unit("CON", parent_id=self.old)
        self.round = add_round()
        self.people = [add_person("an", unit_id=self.old), add_person("binh", unit_id=self.new)]
        for person, right in zip(self.people, (9, 5), strict=True):
            sit_attempt(person, self.round, right=right)

    def merge(self, now: datetime, staff_number: int | None = None) -> int:
        return changing.merge_unit(
            organiser=self.organiser, unit_id=self.old, successor_id=self.new, staff_number=staff_number,
            reason=REASON, now=now,
        )  # fmt: skip


def test_a_merger_takes_people_and_sub_units_along_and_leaves_results_where_they_were(organiser: Person) -> None:
    scene = Merger(organiser)
    before = run_sql("SELECT unit_id FROM attempts ORDER BY id"), run_sql("SELECT unit_id FROM results ORDER BY 1")
    assert scene.merge(MIDDLE + timedelta(hours=1)) == 1
    assert (
        run_sql("SELECT unit_id FROM attempts ORDER BY id"),
        run_sql("SELECT unit_id FROM results ORDER BY 1"),
    ) == before
    old, new = read_unit(scene.old), read_unit(scene.new)
    assert old.successor_id == scene.new
    assert old.closed_at is not None
    assert (old.staff_number, new.staff_number) == (10, 40)
    assert read_unit(scene.sub).parent_id == scene.new
    assert {row.unit_id for row in run_sql("SELECT unit_id FROM accounts WHERE unit_id IS NOT NULL")} == {scene.new}
    assert [entry[0] for entry in read_history(scene.old)] == ["merged"]
    assert [entry[0] for entry in read_history(scene.new)] == ["received"]
    assert [entry[0] for entry in read_history(scene.sub)] == ["moved"]


def test_in_a_round_still_open_the_merged_unit_counts_for_its_successor(organiser: Person) -> None:
    scene = Merger(organiser)
    separate = read_board(scene.round.id)
    assert (separate["Đơn vị CU"].taken_part, separate["Đơn vị MOI"].taken_part) == (1, 1)
    scene.merge(MIDDLE + timedelta(hours=1), staff_number=38)
    board = read_board(scene.round.id)
    assert set(board) == {"Đơn vị MOI", "Đơn vị CON"}
    line = board["Đơn vị MOI"]
    assert (line.taken_part, line.passed, line.staff_number) == (2, 1, 38)
    assert line.best_sum_hundredths == 900 + 500


def test_a_round_that_had_closed_keeps_its_board_whatever_becomes_of_the_units(organiser: Person) -> None:
    scene = Merger(organiser)
    before = read_board(scene.round.id)
    fields = make_fields("MOI", name="Tên khác", staff_number=500, kind="school")
    changing.edit_unit(organiser=organiser, unit_id=scene.new, fields=fields, reason=REASON, now=AFTER)
    scene.merge(AFTER, staff_number=900)
    changing.add_unit(organiser=organiser, fields=make_fields("SAU"), parent_id=None, now=AFTER)
    assert read_board(scene.round.id) == before


def test_a_person_who_sits_again_after_the_merger_is_counted_once(organiser: Person) -> None:
    scene = Merger(organiser)
    scene.merge(MIDDLE + timedelta(hours=1))
    (row,) = run_sql("SELECT unit_id FROM accounts WHERE login = 'an'")
    assert row.unit_id == scene.new
    moved = add_person("cuong", unit_id=scene.new)
    sit_attempt(moved, scene.round, right=10, started_at=MIDDLE + timedelta(hours=2))
    assert read_board(scene.round.id)["Đơn vị MOI"].taken_part == 3


def test_a_closed_unit_without_results_leaves_the_board_of_an_open_round(organiser: Person) -> None:
    scene = Merger(organiser)
    changing.close_unit(organiser=organiser, unit_id=scene.sub, reason=REASON, now=MIDDLE)
    assert "Đơn vị CON" not in read_board(scene.round.id)


def test_the_lead_of_the_successor_sees_what_the_board_counts(organiser: Person) -> None:
    scene = Merger(organiser)
    lead = add_person("truong", roles=[Role.UNIT_LEAD], led_unit_id=scene.new)
    scene.merge(MIDDLE + timedelta(hours=1))
    page = view_led_dashboard(lead=lead, round_id=None, now=MIDDLE + timedelta(hours=2))
    assert page is not None
    assert page.totals.taken_part == 2


def test_a_merged_unit_that_opens_again_counts_for_itself(organiser: Person) -> None:
    scene = Merger(organiser)
    scene.merge(MIDDLE + timedelta(hours=1))
    changing.reopen_unit(organiser=organiser, unit_id=scene.old, reason=REASON, now=MIDDLE + timedelta(hours=2))
    board = read_board(scene.round.id)
    assert (board["Đơn vị CU"].taken_part, board["Đơn vị MOI"].taken_part) == (1, 1)


# --- tree ---


def test_the_tree_is_in_groups_with_people_added_up_and_closed_units_left_out(organiser: Person) -> None:
    top = add_unit("SGD", block="Sở, ban, ngành")
    school = add_unit("THPT", parent_id=top, block="Đơn vị sự nghiệp")
    add_unit("XA", kind="commune")
    closed = add_unit("DONG", parent_id=top)
    changing.close_unit(organiser=organiser, unit_id=closed, reason=REASON, now=MIDDLE)
    add_person("an", unit_id=top)
    add_person("binh", unit_id=school)
    page = view_units(organiser=organiser, wanted=UnitFilter())
    assert [(group.name, group.unit_count, group.people) for group in page.groups] == [
        ("commune", 1, 0), ("Sở, ban, ngành", 2, 2)
    ]  # fmt: skip
    assert page.groups[1].nodes[0].people_below == 2
    assert (page.open_count, page.closed_count) == (3, 1)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (UnitFilter(words="tran de"), {"THPT-TD"}),
        (UnitFilter(words="TRẦN ĐỀ"), {"THPT-TD"}),
        (UnitFilter(words="de thpt tran"), {"THPT-TD"}),
        (UnitFilter(words="thpt-td"), {"THPT-TD"}),
        (UnitFilter(kind="centre"), {"TT"}),
        (UnitFilter(block="Khối 1", words="tr"), {"THPT-TD", "TT"}),
        (UnitFilter(words="khong co"), set()),
    ],
)
def test_units_are_found_without_accents_by_kind_and_by_block(
    organiser: Person, wanted: UnitFilter, found: set[str]
) -> None:
    add_unit("THPT-TD", name="Trường THPT Trần Đề", block="Khối 1")
    add_unit("TT", name="Trung tâm Giáo dục", kind="centre", block="Khối 1")
    add_unit("XA", name="Xã Trường Khánh", kind="commune")
    assert {node.unit.code for node in view_units(organiser=organiser, wanted=wanted).found} == found


def test_kinds_are_named_by_organisers_and_stay_while_they_are_used(organiser: Person) -> None:
    add_unit("A")
    assert [(kind.code, kind.name) for kind in kinds.view_kinds(organiser=organiser)] == [("school", "school")]
    kinds.put_kind(organiser=organiser, code="school", name="Trường học", now=MIDDLE)
    code = kinds.put_kind(organiser=organiser, code="", name="Doanh nghiệp", now=MIDDLE)
    assert code == "doanh-nghiep"
    for name in ("truong hoc", ""):
        with pytest.raises(InvalidInput):
            kinds.put_kind(organiser=organiser, code="", name=name, now=MIDDLE)
    with pytest.raises(InvalidInput):
        kinds.delete_kind(organiser=organiser, code="school", now=MIDDLE)
    kinds.delete_kind(organiser=organiser, code=code, now=MIDDLE)
    assert [(kind.code, kind.name, kind.unit_count) for kind in kinds.view_kinds(organiser=organiser)] == [
        ("school", "Trường học", 1)
    ]


# --- quotas ---


def test_quotas_by_kind_and_by_unit(organiser: Person) -> None:
    round_ = add_round()
    small, large = add_unit("A", staff_number=46), add_unit("B", staff_number=10)
    add_unit("C", staff_number=None)
    of_kind = Quota(people_percent=30, initiatives_by_category={"CCHC": 1, "Nhiệm vụ": 2})
    own = Quota(people_number=2, initiative_number=1, needs_all_parts=True)
    options: dict[str, Any] = {"organiser": organiser, "contest_id": round_.contest_id, "now": MIDDLE}
    quotas.set_quota(unit_id=None, kind="school", quota=of_kind, **options)
    quotas.set_quota(unit_id=large, kind=None, quota=own, **options)
    page = quotas.view_quotas(organiser=organiser, contest_id=round_.contest_id)
    assert page is not None
    (kind,) = page.kinds
    assert (kind.quota, kind.unit_count, kind.people_owed, kind.unknown_count) == (of_kind, 3, 14, 1)
    assert [(line.unit.id, line.quota, line.people_owed) for line in page.units] == [(large, own, 2)]
    assert [(q.is_own, q.people_owed) for q in view_unit(organiser=organiser, unit_id=small).quotas] == [(False, 14)]
    quotas.set_quota(unit_id=large, kind=None, quota=Quota(), **options)
    assert [(q.is_own, q.people_owed) for q in view_unit(organiser=organiser, unit_id=large).quotas] == [(False, 3)]


def test_a_quota_of_130_percent_changes_nothing(app: Flask, organiser: Person) -> None:
    round_, unit_id = add_round(), add_unit("A")
    visitor = Visitor(app, organiser.login)
    path = f"/organiser/quotas/{round_.contest_id}/units/{unit_id}"
    answer = visitor.post(path, {"measure": "percent", "amount": "130"})
    assert answer.status_code == 422
    assert 'value="130"' in answer.text
    assert run_sql("SELECT * FROM quotas") == []
    assert visitor.post(path, {"measure": "percent", "amount": "100%"}).status_code == 303
    assert [row.people_percent for row in run_sql("SELECT people_percent FROM quotas")] == [100]


def test_saving_the_form_of_a_quota_as_it_is_loses_nothing(app: Flask, organiser: Person) -> None:
    round_, unit_id = add_round(), add_unit("A")
    quota = Quota(
        people_percent=30,
        initiative_number=20,
        initiatives_by_category={f"Loại {number}": number for number in range(1, 6)},
        needs_all_parts=True,
    )
    options: dict[str, Any] = {
        "organiser": organiser,
        "contest_id": round_.contest_id,
        "unit_id": unit_id,
        "kind": None,
    }
    quotas.set_quota(quota=quota, now=MIDDLE, **options)
    visitor = Visitor(app, organiser.login)
    path = f"/organiser/quotas/{round_.contest_id}/units/{unit_id}"
    page = visitor.get(path).text.partition("<main")[2]
    fields = dict(re.findall(r'name="([a-z0-9_-]+)"[^>]* value="([^"]*)"', page))
    assert fields.pop("csrf_token")
    sent = {**fields, "measure": "percent", "all_parts": "1", "action": ""}
    assert visitor.post(path, sent).status_code == 303
    assert quotas.view_quota(**options).quota == quota


# --- what pages cost ---


def test_the_pages_of_units_cost_the_same_with_1_and_with_300_units(app: Flask, organiser: Person) -> None:
    first = add_unit("U0", block="Khối 0")
    add_round()
    visitor = Visitor(app, organiser.login)
    paths = ["/organiser/units", "/organiser/units?q=don", f"/organiser/units/{first}", "/organiser/units/new"]
    paths += ["/organiser/units/kinds", "/organiser/quotas", "/organiser/units.xlsx"]

    def count() -> dict[str, int]:
        found = {}
        for path in paths:
            with count_statements(db.engine) as statements:
                assert visitor.get(path).status_code == 200
            found[path] = len(statements.work)
        return found

    one = count()
    with transaction() as work:
        for number in range(1, 300):
            unit = NewUnit(
                f"U{number}", f"Đơn vị {number}", "school", f"Khối {number % 7}", first if number % 3 else None
            )
            unit_store.add_unit(work, unit)
    assert count() == one
    assert max(one.values()) <= 8


# --- pages ---


def test_forms_that_are_refused_come_back_as_they_were_filled_in(app: Flask, organiser: Person) -> None:
    add_unit("A")
    visitor = Visitor(app, organiser.login)
    filled = {"code": "a", "name": "Trường <b>mới</b>", "kind": "school", "staff": "12", "block": "Khối 1"}
    answer = visitor.post("/organiser/units/new", filled)
    assert answer.status_code == 409
    assert 'value="Trường &lt;b&gt;mới&lt;/b&gt;"' in answer.text
    assert 'value="12"' in answer.text
    answer = visitor.post("/organiser/units/new", {**filled, "code": "b", "staff": "mười"})
    assert answer.status_code == 422
    assert visitor.post("/organiser/units/new", {**filled, "code": "b"}).status_code == 303
    assert visitor.get("/organiser/units?q=truong+b+moi").text.count("Trường &lt;b&gt;mới&lt;/b&gt;") == 1


def test_the_page_of_a_unit_tells_its_whole_history(app: Flask, organiser: Person) -> None:
    scene = Merger(organiser)
    visitor = Visitor(app, organiser.login)
    visitor.client.set_cookie("language", "en")
    path = f"/organiser/units/{scene.old}"
    sent = {"code": "CU", "name": "Tên <i>mới</i>", "kind": "school", "staff": "11", "reason": REASON}
    assert visitor.post(f"{path}/edit", sent).status_code == 303
    assert visitor.post(f"{path}/move", {"parent": str(scene.new), "reason": REASON}).status_code == 303
    assert visitor.post(f"{path}/merge", {"successor": str(scene.new), "reason": REASON}).status_code == 303
    old, new = visitor.get(path).text, visitor.get(f"/organiser/units/{scene.new}").text
    for words in ("Renamed", "Tên &lt;i&gt;mới&lt;/i&gt;", "Moved", "Merged into another unit", REASON, organiser.name):
        assert words in old, words
    for words in ("Took over a unit", "<del>30</del>", "<ins>41</ins>"):
        assert words in new, words
    assert visitor.post(f"{path}/close", {"action": "reopen", "reason": REASON}).status_code == 303
    assert "Opened again" in visitor.get(path).text
    sub = f"/organiser/units/{scene.sub}"
    assert visitor.post(f"{sub}/close", {"reason": ""}).status_code == 422
    assert visitor.post(f"{sub}/close", {"reason": REASON}).status_code == 303
    assert visitor.post(f"{sub}/edit", {**sent, "code": "CON"}).status_code == 409
    assert visitor.get(f"{sub}/close").status_code == 200
