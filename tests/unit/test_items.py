"""An item is fit to be sat, or every reason why not is given."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from typing import Any

import pytest

from question_bank.formatted_text import fold_text, from_plain
from question_bank.item_rules import find_item_problems
from question_bank.items import (
    MAXIMUM_OPTIONS,
    MINIMUM_OPTIONS,
    OPTION_LABELS,
    LegalSource,
    Option,
)
from question_bank.keys import ChoiceKey
from tests.factories import make_item

DAY = timedelta(days=1)


def make_options(count: int) -> tuple[Option, ...]:
    return tuple(Option(from_plain(f"Phương án {number}")) for number in range(count))


def list_fields(**changes: Any) -> list[str]:
    return [problem.field for problem in find_item_problems(make_item(**changes))]


def test_a_valid_item_has_no_problems() -> None:
    assert find_item_problems(make_item()) == ()


@pytest.mark.parametrize(("count", "fields"), [(1, ["options"]), (2, []), (8, []), (9, ["options"])])
def test_an_item_has_two_to_eight_options(count: int, fields: list[str]) -> None:
    assert list_fields(options=make_options(count)) == fields


def test_every_allowed_number_of_options_has_labels() -> None:
    assert MINIMUM_OPTIONS < MAXIMUM_OPTIONS == len(OPTION_LABELS)


@pytest.mark.parametrize(("key", "fields"), [(-1, ["key"]), (0, []), (3, []), (4, ["key"])])
def test_the_key_is_one_of_the_options(key: int, fields: list[str]) -> None:
    assert list_fields(options=make_options(4), key=ChoiceKey(frozenset({key}))) == fields


@pytest.mark.parametrize("stem", ["", " ", "\n\t"])
def test_a_stem_without_text_is_a_problem(stem: str) -> None:
    assert list_fields(stem=stem) == ["stem"]


def test_an_option_without_text_is_a_problem() -> None:
    assert list_fields(options=(*make_options(3), Option(from_plain(" ")))) == ["options"]


@pytest.mark.parametrize("twin", ["cải cách", "CẢI CÁCH", "cải  cách ", unicodedata.normalize("NFD", "cải cách")])
def test_options_that_differ_only_in_case_spaces_or_encoding_are_the_same(twin: str) -> None:
    assert list_fields(
        options=(Option(from_plain("cải cách")), Option(from_plain("khác")), Option(from_plain(twin)))
    ) == ["options"]


def test_options_that_differ_in_one_tone_are_not_the_same() -> None:
    assert (
        list_fields(
            options=(
                Option(from_plain("bàn")),
                Option(from_plain("bán")),
                Option(from_plain("bạn")),
                Option(from_plain("ban")),
            )
        )
        == []
    )


def test_all_problems_are_given_at_once() -> None:
    source = LegalSource("x", valid_from=date(2022, 1, 2), valid_until=date(2022, 1, 1))
    assert list_fields(stem="", options=(Option(from_plain("")),), key=ChoiceKey(frozenset({5})), source=source) == [
        "stem",
        "options",
        "options",
        "key",
        "valid_until",
    ]


def test_a_period_of_one_day_is_valid() -> None:
    day = date(2022, 1, 1)
    assert list_fields(source=LegalSource("x", valid_from=day, valid_until=day)) == []


def test_a_source_holds_from_the_first_to_the_last_day_inclusive() -> None:
    first, last = date(2021, 7, 15), date(2025, 12, 31)
    source = LegalSource("x", valid_from=first, valid_until=last)
    days = (first - DAY, first, last, last + DAY)
    assert [source.is_valid_on(day) for day in days] == [False, True, True, False]


def test_a_source_without_bounds_always_holds() -> None:
    assert LegalSource("x").is_valid_on(date.min)
    assert LegalSource("x").is_valid_on(date.max)


def test_folding_keeps_tones_apart_and_encodings_together() -> None:
    assert fold_text("  Thủ\u00a0tục\nHÀNH chính ") == "thủ tục hành chính"
    assert fold_text("Hòa") != fold_text("Hoá")
