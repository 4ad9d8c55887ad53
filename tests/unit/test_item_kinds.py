"""Items of every kind: what fits a slot, and what a response is worth."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.assembly import ItemPool, Slot, assemble_paper, to_pool_item
from question_bank.blueprint import BlueprintCell, ExamBlueprint
from question_bank.formatted_text import from_plain
from question_bank.item_rules import find_item_problems
from question_bank.items import TRUE_FALSE_OPTIONS, Item, ItemKind, Option
from question_bank.keys import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    MatchingKey,
    NumberKey,
    OrderingKey,
    TextKey,
)
from question_bank.numbers import parse_number
from question_bank.responses import Choice, fits_form, list_fitting_forms, make_form, to_item_choice, to_paper_choice
from question_bank.scoring import mark_response
from tests.factories import make_item, make_item_of

ALL_KINDS = list(ItemKind)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_an_item_of_each_kind_is_valid(kind: ItemKind) -> None:
    assert find_item_problems(make_item_of(kind)) == ()


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_key_of_another_kind_is_refused(kind: ItemKind) -> None:
    item = make_item_of(kind)
    for other in ALL_KINDS:
        key = make_item_of(other).key
        if type(key) is not type(item.key):
            problems = find_item_problems(make_item_of(kind, key=key))
            assert [problem.field for problem in problems] == ["key"], (kind, other)


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        (ItemKind.SINGLE_CHOICE, "c04"), (ItemKind.TRUE_FALSE, "c02"), (ItemKind.MULTIPLE_CHOICE, "m04"),
        (ItemKind.MATCHING, "p34"), (ItemKind.ORDERING, "o04"), (ItemKind.SHORT_ANSWER, "t00"),
        (ItemKind.NUMERICAL, "t00"), (ItemKind.ESSAY, "e00"),
    ],
)  # fmt: skip
def test_a_form_says_what_fits(kind: ItemKind, form: str) -> None:
    assert make_form(make_item_of(kind)) == form


@pytest.mark.parametrize(
    ("form", "fitting", "others"),
    [
        ("c04", [0, 3], [4, -1, "a", (0,), ()]),
        ("m04", [(0,), (1, 3), (0, 1, 2, 3)], [(), (1, 0), (1, 1), (4,), (0, None), 2, "a"]),
        ("p34", [(0, 1, 2), (3, 3, 3), (None, None, 0), (None, None, None)], [(0, 1), (0, 1, 4), (0, 1, 2, 3), 1, "a"]),
        ("o04", [(3, 0, 2, 1)], [(0, 1, 2), (0, 1, 2, 2), (0, 1, 2, 4), (0, 1, 2, None), 1]),
        ("t00", ["", "x" * 200], ["x" * 201, 1, (0,)]),
        ("e00", ["x" * 10_000], ["x" * 10_001, 1, (0,)]),
    ],
)
def test_what_fits_a_form(form: str, fitting: list[Choice], others: list[Choice]) -> None:
    assert [choice for choice in fitting if not fits_form(choice, form)] == []
    assert [choice for choice in others if fits_form(choice, form)] == []


@given(st.one_of(st.integers(-3, 12), st.text(max_size=5), st.lists(st.none() | st.integers(-2, 10), max_size=10)))
def test_every_form_that_fits_is_of_three_characters(choice: Any) -> None:
    forms = list_fitting_forms(tuple(choice) if isinstance(choice, list) else choice)
    assert all(len(form) == 3 and form[0] in "cmpote" and form[1:].isdigit() for form in forms)


@given(st.permutations(range(5)), st.lists(st.integers(0, 4), min_size=1, max_size=5))
def test_a_choice_comes_back_through_the_order_of_the_paper(order: list[int], positions: list[int]) -> None:
    for choice in (positions[0], tuple(positions)):
        shown = to_paper_choice(choice, tuple(order))
        assert to_item_choice(shown, tuple(order)) == choice


def test_a_position_that_the_paper_does_not_have_is_worth_nothing() -> None:
    item = make_item_of(ItemKind.SINGLE_CHOICE)
    for choice in (-1, 4, 99):
        assert mark_response(item, to_item_choice(choice, (0, 1, 2, 3))) == 0


THIRD = Fraction(1, 3)
HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("is_partial", "choice", "worth"),
    [
        (False, (0, 2), 1), (False, (0,), 0), (False, (0, 1, 2), 0), (False, (2, 0), 1),
        (True, (0, 2), 1), (True, (0,), HALF), (True, (0, 1), 0), (True, (0, 1, 2), HALF), (True, (1, 3), 0),
    ],
)  # fmt: skip
def test_multiple_choice(is_partial: bool, choice: Choice, worth: Fraction) -> None:
    item = make_item_of(ItemKind.MULTIPLE_CHOICE, key=ChoiceKey(frozenset({0, 2}), is_partial))
    assert mark_response(item, choice) == worth


@pytest.mark.parametrize(
    ("is_partial", "choice", "worth"),
    [
        (False, (1, 0, 2), 1), (False, (1, 0, 3), 0), (False, (1, 0, None), 0),
        (True, (1, 0, 2), 1), (True, (1, None, None), THIRD), (True, (0, 1, 3), 0), (True, (1, 0), 0),
    ],
)  # fmt: skip
def test_matching(is_partial: bool, choice: Choice, worth: Fraction) -> None:
    item = make_item_of(ItemKind.MATCHING, key=MatchingKey((1, 0, 2), is_partial))
    assert mark_response(item, choice) == worth


@pytest.mark.parametrize(
    ("is_partial", "choice", "worth"),
    [(False, (0, 1, 2, 3), 1), (False, (0, 1, 3, 2), 0), (True, (0, 1, 3, 2), HALF), (True, (3, 0, 1, 2), 0)],
)
def test_ordering(is_partial: bool, choice: Choice, worth: Fraction) -> None:
    assert mark_response(make_item_of(ItemKind.ORDERING, key=OrderingKey(is_partial)), choice) == worth


@pytest.mark.parametrize(
    ("given", "minds_case", "minds_accents", "worth"),
    [
        ("Cải cách", False, True, 1), (" cải  CÁCH ", False, True, 1), ("cai cach", False, True, 0),
        ("CAI CACH", False, False, 1), ("cải cách", True, True, 0), ("Cải cách", True, True, 1),
        ("Ca\u0309i ca\u0301ch", True, True, 1), ("Cai cach", True, False, 1), ("cai cach", True, False, 0),
        ("đổi mới", False, True, HALF), ("", False, False, 0),
    ],
)  # fmt: skip
def test_short_answers(given: str, minds_case: bool, minds_accents: bool, worth: Fraction) -> None:
    key = TextKey((AcceptedText("Cải cách"), AcceptedText("Đổi mới", 50)), minds_case, minds_accents)
    assert mark_response(make_item_of(ItemKind.SHORT_ANSWER, key=key), given) == worth


@pytest.mark.parametrize("given", ["1.000,5", "1000,5", "1 000,5", "1,000.5", "1000.5", "+1000,50"])
def test_a_short_answer_that_is_a_number_is_compared_as_one(given: str) -> None:
    key = TextKey((AcceptedText("1.000,5"),))
    assert mark_response(make_item_of(ItemKind.SHORT_ANSWER, key=key), given) == 1


@pytest.mark.parametrize(
    ("given", "worth"),
    [("10", 1), ("10,5", 1), ("9,5", 1), ("10,51", HALF), ("12", HALF), ("12,1", 0), ("mười", 0), ("", 0), ("NaN", 0)],
)
def test_numerical_with_tolerance(given: str, worth: Fraction) -> None:
    ten = Decimal(10)
    key = NumberKey((AcceptedNumber(ten, Decimal("0.5")), AcceptedNumber(ten, Decimal(2), 50)))
    assert mark_response(make_item_of(ItemKind.NUMERICAL, key=key), given) == worth


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("choice", [0, 7, (), (0,), (0, 0, 0), (None, None, None), (9, 9, 9, 9), "x", "1"])
def test_no_response_breaks_a_mark_or_is_worth_more_than_the_whole(kind: ItemKind, choice: Choice) -> None:
    assert 0 <= mark_response(make_item_of(kind), choice) <= 1
    assert mark_response(make_item_of(kind), None) == 0


def test_an_essay_is_worth_nothing_until_it_is_marked() -> None:
    assert mark_response(make_item_of(ItemKind.ESSAY), "Bài viết") == 0


@given(st.integers(0, 2**63))
def test_a_paper_never_shows_the_options_of_an_ordering_in_their_order(seed: int) -> None:
    pool = ItemPool([to_pool_item(1, make_item_of(ItemKind.ORDERING))])
    (slot,) = assemble_paper(pool, ExamBlueprint((BlueprintCell(None, None, 1),)), seed=seed)
    assert slot.option_order != (0, 1, 2, 3)
    assert slot.form == "o04"


def test_true_and_false_keep_their_places() -> None:
    pool = ItemPool([to_pool_item(1, make_item_of(ItemKind.TRUE_FALSE))])
    blueprint = ExamBlueprint((BlueprintCell(None, None, 1),))
    assert {assemble_paper(pool, blueprint, seed=seed) for seed in range(20)} == {(Slot(1, (0, 1), "c02"),)}
    assert make_item_of(ItemKind.TRUE_FALSE).options == TRUE_FALSE_OPTIONS


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", "1"), ("1.000,5", "1000.5"), ("1,5", "1.5"), ("3.14", "3.14"), ("1.500", "1500"), ("0.500", "0.500"),
        ("1.500.000", "1500000"), ("1,000,000", "1000000"), ("1,000.5", "1000.5"), ("-3,2", "-3.2"),
        ("\u22125", "-5"), ("1234.567", "1234.567"), ("1.2.3", None), ("12.345.67", None), ("", None), (".", None),
        ("1e5", None), ("٣", None), ("1" * 41, None), ("0x10", None), ("1,,5", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written_in_vietnam(text: str, number: str | None) -> None:
    assert parse_number(text) == (None if number is None else Decimal(number))


def test_two_options_that_differ_only_in_a_picture_or_an_exponent_are_not_the_same() -> None:
    from question_bank.formatted_text import from_html

    powers = tuple(Option(from_html(f"10<sup>{n}</sup>")) for n in (2, 3)) + (Option(from_plain("102")),)
    assert find_item_problems(make_item(options=powers)) == ()


def test_markup_that_the_sanitiser_did_not_write_is_refused() -> None:
    item: Item = make_item(stem="<script>alert(1)</script>Câu hỏi?")
    assert [problem.field for problem in find_item_problems(item)] == ["stem"]


def test_an_essay_has_guidance_and_no_options() -> None:
    item = make_item_of(ItemKind.ESSAY, options=(Option(from_plain("A")), Option(from_plain("B"))))
    assert [problem.field for problem in find_item_problems(item)] == ["options"]
    assert make_item_of(ItemKind.ESSAY).key == EssayKey("Nêu ba ý.")
