"""The page of roles is made from the predicates: none is left out, and each role is shown as it is asked."""

from __future__ import annotations

import inspect

import pytest

from quiz_app.domain import permissions
from quiz_app.domain.people import Role
from quiz_app.domain.permissions import PERMISSIONS, Permission
from quiz_app.domain.role_matrix import Allowance, make_matrix

YES, LIMITED, NO = Allowance.YES, Allowance.WITHIN_LIMITS, Allowance.NO


def test_every_predicate_is_on_the_page_and_says_what_it_allows() -> None:
    predicates = {name for name, _ in inspect.getmembers(permissions, inspect.isfunction) if name.startswith("may_")}
    assert len(predicates) >= 6
    named = [permission.name for permission in PERMISSIONS]
    assert set(named) == predicates, "say with @permits what the predicate allows"
    assert len(named) == len(set(named))
    assert all(permission.label for permission in PERMISSIONS)


def test_the_matrix_says_what_the_predicates_say() -> None:
    rows = {row.permission.name: row.by_role for row in make_matrix()}
    nobody = dict.fromkeys(Role, NO)
    organisers = nobody | {Role.ORGANISER: YES, Role.ADMINISTRATOR: YES}
    assert rows["may_organise"] == organisers
    assert rows["may_see_audit"] == organisers
    assert rows["may_change_roles"] == nobody | {Role.ADMINISTRATOR: YES}
    assert rows["may_judge"] == nobody | {Role.JUDGE: YES}
    assert rows["may_lead_unit"] == nobody | {Role.UNIT_LEAD: LIMITED}
    assert rows["may_manage_account"] == organisers | {Role.ORGANISER: LIMITED, Role.UNIT_LEAD: LIMITED}


def test_a_predicate_that_changes_changes_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    everyone = Permission("may_all", "All", lambda person: True, ({},), None)
    monkeypatch.setattr(permissions, "PERMISSIONS", [everyone])
    monkeypatch.setattr("quiz_app.domain.role_matrix.PERMISSIONS", [everyone])
    (row,) = make_matrix()
    assert set(row.by_role.values()) == {YES}
