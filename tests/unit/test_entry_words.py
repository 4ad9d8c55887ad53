"""Initiatives in words: every state and step has some, problems name their place, numbers survive being shown."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask import Flask, g
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quiz_app.domain.initiatives.filling import FieldProblem, clean_values
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind, FormColumn, FormField, FormSection
from quiz_app.domain.initiatives.states import EntryState, EntryStep
from quiz_app.web.entry_words import (
    BADGES,
    describe_problem,
    describe_state,
    describe_step,
    describe_step_taken,
    find_anchor,
    show_cell,
    show_number,
)
from tests.entry_factories import make_entry_form

NUMBERS = EntryForm("Đơn", (FormSection("Mục", (FormField("n", "Số", FieldKind.NUMBER),)),))


@pytest.fixture(params=["vi", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """The language of a request, without the rest of the application."""
    with Flask(__name__).app_context():
        g.language = request.param
        yield request.param


def test_every_state_and_step_has_words(language: str) -> None:
    assert set(BADGES) == set(EntryState)
    assert len({describe_state(state) for state in EntryState}) == len(EntryState)
    assert all(describe_step(step) and describe_step_taken(step) for step in EntryStep)


@pytest.mark.parametrize("language", ["en"], indirect=True)
@pytest.mark.parametrize(
    ("problem", "words", "anchor"),
    [
        (FieldProblem("nature", "This is needed."), "This is needed.", "f-nature"),
        (FieldProblem("authors", "This is needed.", {}, 2, "share"), "Line 2, Tỷ lệ: This is needed.",
         "f-authors-1-share"),
        (
            FieldProblem("authors", "The shares sum to %(total)s percent instead of 100.", {"total": Decimal("99.50")},
                         column="share"),
            "Tỷ lệ: The shares sum to 99.5 percent instead of 100.", "f-authors",
        ),
        (FieldProblem("gone", "This is needed."), "This is needed.", "f-gone"),
    ],
)  # fmt: skip
def test_a_problem_names_its_place(language: str, problem: FieldProblem, words: str, anchor: str) -> None:
    assert describe_problem(problem, make_entry_form()) == words
    assert find_anchor(problem) == anchor


def test_values_are_shown_as_people_read_them(language: str) -> None:
    assert show_cell("2022-09-05", FormColumn("d", "Ngày", FieldKind.DATE)) == "05/09/2022"
    assert show_cell("hôm qua", FormColumn("d", "Ngày", FieldKind.DATE)) == "hôm qua"
    assert show_cell("1000.50", FormColumn("n", "Số", FieldKind.NUMBER)) == {"vi": "1000,5", "en": "1000.5"}[language]
    assert show_cell("1000.50", FormColumn("t", "Chữ")) == "1000.50"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("0123456789.,-% ", max_size=12))
@example("100,125")
@example("1.000")
@example("0,500")
@example("0.00001")
def test_a_number_that_was_shown_and_sent_again_is_the_same(language: str, typed: str) -> None:
    stored = clean_values(NUMBERS, {"n": typed}).get("n", "")
    again = clean_values(NUMBERS, {"n": show_number(stored)}).get("n", "")
    try:
        assert Decimal(again) == Decimal(stored)
    except ArithmeticError:
        assert again == stored
