"""Days, numbers and shares as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_app.domain.names import fold_text
from quiz_app.services.tables import clean_text, find_date, find_integer

DAY = date(1985, 9, 5)


@pytest.mark.parametrize(
    "text",
    [
        "05/09/1985",
        "5/9/1985",
        "5-9-1985",
        "5.9.1985",
        "5/9/85",
        "1985-09-05",
        "1985-09-05 00:00:00",
        "05091985",
        "31295",
        " 5 / 9 / 1985 ",
    ],
)
def test_the_usual_forms_of_a_day(text: str) -> None:
    assert find_date(text) == DAY


@pytest.mark.parametrize("text", ["31/02/1985", "1985", "12/1985", "abc", "", "99999", "100", "5/9/985", "1985-13-01"])
def test_what_is_no_day(text: str) -> None:
    assert find_date(text) is None


def test_a_day_before_month_and_two_digit_years_lie_behind() -> None:
    assert find_date("01/02/2003") == date(2003, 2, 1)
    assert find_date("1/1/30") == date(2030, 1, 1)
    assert find_date("1/1/31") == date(1931, 1, 1)
    assert find_date(DAY) == DAY


@given(st.dates(min_value=date(1910, 1, 2), max_value=date(2030, 12, 31)))
def test_every_day_is_read_back_from_each_form(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for text in (f"{day:%d/%m/%Y}", f"{day.day}/{day.month}/{day.year}", day.isoformat(), str(serial)):
        assert find_date(text) == day


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("62", 62),
        ("1.234", 1234),
        ("1,234", 1234),
        ("1 234 567", 1234567),
        ("-3", -3),
        ("8.5", None),
        ("12a", None),
        ("", None),
        ("1.23", None),
    ],
)
def test_whole_numbers(text: str, number: int | None) -> None:
    assert find_integer(text) == number


@given(st.text())
def test_cleaning_twice_changes_nothing_and_folding_loses_no_word(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert "\n" not in once
    assert fold_text("Trường THPT Trần Đề") == "truong thpt tran de"
