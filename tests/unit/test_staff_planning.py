"""What an import would change, and who stands in a list twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from quiz_app.domain.staff_lists.planning import ChangeKind, StaffPlan, find_repeated, plan_changes
from quiz_app.domain.staff_lists.rows import KnownAccount, StaffRow


def make_row(row: int = 2, login: str = "cb1", name: str = "Nguyễn An", **changes: Any) -> StaffRow:
    return replace(StaffRow(row, login, name, 1), **changes)


def make_known(account_id: int = 1, login: str = "cb1", name: str = "Nguyễn An", **changes: Any) -> KnownAccount:
    account = KnownAccount(account_id, login, name, 1, None, None, None, None, None, None, True, False)
    return replace(account, **changes)


def kinds(plan: StaffPlan) -> list[ChangeKind]:
    return [planned.kind for planned in plan.rows]


def test_new_changed_moved_unchanged_left_and_missing() -> None:
    known = [
        make_known(1, "cb1"),
        make_known(2, "cb2", "Trần Bình"),
        make_known(3, "cb3", "Lê Chi"),
        make_known(4, "cb4", "Phạm Dũng"),
        make_known(5, "cb5", "Vắng Mặt"),
        make_known(6, "cb6", "Đơn Vị Khác", unit_id=9),
        make_known(7, "cb7", "Đã Đóng", is_active=False),
        make_known(8, "cb8", "Tổ Chức", has_duty=True),
    ]
    rows = [
        make_row(2, "cb1"),
        make_row(3, "cb2", "Trần Bình", job_title="Hiệu trưởng"),
        make_row(4, "cb3", "Lê Chi", unit_id=2),
        make_row(5, "cb4", "Phạm Dũng", has_left=True),
        make_row(6, "moi", "Người Mới"),
        make_row(7, "cu", "Chưa Từng Có", has_left=True),
    ]
    plan = plan_changes(rows, known)
    assert not plan.problems
    assert kinds(plan) == ["unchanged", "changed", "moved", "left", "new", "unchanged"]
    assert plan.rows[1].fields == ("job_title",)
    assert [account.id for account in plan.missing] == [5]


def test_an_empty_cell_changes_nothing() -> None:
    known = make_known(job_title="Giáo viên", phone="0912345678", birth="1985", email="a@x.vn", citizen_hash="h")
    plan = plan_changes([make_row()], [known])
    assert kinds(plan) == [ChangeKind.UNCHANGED]


def test_a_closed_account_that_is_on_the_list_again_is_opened() -> None:
    plan = plan_changes([make_row()], [make_known(is_active=False)])
    assert kinds(plan) == [ChangeKind.CHANGED]
    assert plan.rows[0].fields == ("is_active",)


def test_repeated_codes_numbers_and_people_are_errors() -> None:
    rows = [
        make_row(2, "cb1", citizen_hash="h1", phone="0900000001"),
        make_row(3, "cb1", "Khác Tên"),
        make_row(4, "cb2", "Trần Bình", citizen_hash="h1"),
        make_row(5, "cb3", "NGUYEN AN", phone="0900000001"),
        make_row(6, "cb4", "Vợ Chồng", phone="0900000001"),
    ]
    found = find_repeated(rows)
    assert [(problem.row, str(problem.column), problem.is_doubt, problem.values["other"]) for problem in found] == [
        (3, "login", False, 2),
        (4, "citizen_number", False, 2),
        (5, "phone", False, 2),
        (6, "phone", True, 2),
    ]
    plan = plan_changes(rows, [])
    assert plan.error_count == 3
    assert [planned.row.row for planned in plan.rows] == [2, 6]


def test_a_number_of_another_account_is_an_error_and_names_the_account() -> None:
    known = [make_known(1, "cb1", citizen_hash="h1"), make_known(2, "cb2", "Trần Bình")]
    plan = plan_changes([make_row(2, "moi", "Nguyễn An", citizen_hash="h1")], known)
    assert plan.error_count == 1
    assert plan.problems[0].values == {"login": "cb1"}
    plan = plan_changes([make_row(2, "cb2", "Trần Bình", citizen_hash="h1")], known)
    assert plan.error_count == 1


def test_the_same_name_and_telephone_under_a_new_code_is_an_error() -> None:
    plan = plan_changes([make_row(2, "moi", phone="0900000001")], [make_known(phone="0900000001")])
    assert plan.error_count == 1
    other = plan_changes([make_row(2, "moi", "Khác Hẳn", phone="0900000001")], [make_known(phone="0900000001")])
    assert other.error_count == 0
    assert [problem.is_doubt for problem in other.problems] == [True]
    assert kinds(other) == [ChangeKind.NEW]


def test_without_codes_people_are_found_by_number_or_by_telephone_and_name() -> None:
    known = [make_known(1, "cb1", citizen_hash="h1"), make_known(2, "cb2", "Trần Bình", phone="0900000002")]
    rows = [
        make_row(2, "0900000001", "Nguyễn An", phone="0900000001", citizen_hash="h1"),
        make_row(3, "0900000002", "TRẦN BÌNH", phone="0900000002"),
    ]
    plan = plan_changes(rows, known)
    assert not plan.problems
    assert [planned.account and planned.account.id for planned in plan.rows] == [1, 2]


def test_two_rows_that_find_the_same_account_are_the_same_person() -> None:
    known = [make_known(1, "cb1", citizen_hash="h1")]
    rows = [make_row(2, "cb1"), make_row(3, "0900000001", "Nguyễn Ân", phone="0900000001", citizen_hash="h1")]
    plan = plan_changes(rows, known)
    assert plan.error_count == 1
    assert plan.problems[0].row == 3


def test_another_name_under_the_same_code_is_to_be_looked_at() -> None:
    plan = plan_changes([make_row(name="Trần Bình")], [make_known()])
    assert plan.error_count == 0
    assert [problem.is_doubt for problem in plan.problems] == [True]
    married = plan_changes([make_row(name="Nguyễn Thị An")], [make_known()])
    assert not married.problems


def test_a_list_does_not_close_an_account_that_has_duties() -> None:
    plan = plan_changes([make_row(has_left=True)], [make_known(has_duty=True)])
    assert plan.error_count == 1
