"""Instants as stored: whole milliseconds, exact there and back, whatever the zone of the machine or the value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_app.clock import read_now
from quiz_app.persistence.columns import find_from_ms, from_json, from_ms, to_json, to_ms
from tests.factories import CLOSING, OPENING

# From year 1 to year 9999.
MILLISECONDS = st.integers(-62_135_596_800_000, 253_402_300_799_999)


@given(MILLISECONDS)
def test_milliseconds_come_back_as_they_went(milliseconds: int) -> None:
    moment = from_ms(milliseconds)
    assert moment.tzinfo is UTC
    assert to_ms(moment) == milliseconds


def test_moments_have_known_numbers() -> None:
    assert to_ms(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert to_ms(OPENING) == 1_663_200_000_000
    assert to_ms(CLOSING) == 1_665_846_000_000


@given(
    st.integers(0, 4_000_000_000_000),
    st.sampled_from([ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("America/New_York"), timezone(timedelta(hours=-11))]),
)
def test_the_same_moment_has_one_number_in_every_zone(milliseconds: int, zone: ZoneInfo) -> None:
    assert to_ms(from_ms(milliseconds).astimezone(zone)) == milliseconds


@pytest.mark.parametrize(("microseconds", "milliseconds"), [(0, 0), (999, 0), (1000, 1), (-1, -1), (-1000, -1)])
def test_parts_of_a_millisecond_are_rounded_down(microseconds: int, milliseconds: int) -> None:
    assert to_ms(from_ms(0) + timedelta(microseconds=microseconds)) == milliseconds


def test_a_moment_without_a_zone_is_not_stored() -> None:
    with pytest.raises(TypeError):
        to_ms(datetime(2022, 9, 15, 7, 0))  # noqa: DTZ001 - the wrong value is what is tested


def test_an_absent_instant_stays_absent() -> None:
    assert find_from_ms(None) is None
    assert find_from_ms(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_now_is_in_utc_and_in_whole_milliseconds() -> None:
    now = read_now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    assert abs(datetime.now(UTC) - now) < timedelta(seconds=5)


def test_json_keeps_vietnamese_readable_and_comes_back_from_text_or_value() -> None:
    value = {"tên": ["Sở Nội vụ", None, 1]}
    assert to_json(value) == '{"tên":["Sở Nội vụ",null,1]}'
    assert from_json(to_json(value)) == from_json(value) == value
