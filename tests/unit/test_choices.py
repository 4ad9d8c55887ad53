"""What a browser sends as a choice, in JSON and in plain forms."""

from __future__ import annotations

from typing import Any

import pytest

from quiz_app.domain.attempts import ResponseChange
from quiz_app.domain.errors import InvalidInput
from quiz_app.web.participant.choices import read_form_choices, read_json_choice


def read(**fields: Any) -> list[tuple[int, Any]]:
    """The choices of a form; names are written with underscores, values may be lists."""
    named = {name.replace("_", "-"): value if isinstance(value, list) else [value] for name, value in fields.items()}
    return [(change.slot, change.choice) for change in read_form_choices(named, 7) if not change.is_flag]


@pytest.mark.parametrize(
    ("value", "choice"),
    [
        (None, None), (0, 0), (7, 7), ([0, 2], (0, 2)), ([None, 1], (None, 1)), ([], ()),
        ("  a ", "  a "), ("", None), (" \n", None), ("e\u0301", "é"), ("a\r\nb\0", "a\nb"),
    ],
)  # fmt: skip
def test_choices_of_json(value: Any, choice: Any) -> None:
    assert read_json_choice(value) == choice


@pytest.mark.parametrize("value", [True, 1.5, {}, [[0]], ["a"], [True], list(range(9)), 2**60, "x" * 10_001])
def test_json_that_is_no_choice_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput):
        read_json_choice(value)


def test_a_choice_and_a_choice_taken_back() -> None:
    assert read(choice_0="2", choice_1="") == [(0, 2), (1, None)]


def test_boxes() -> None:
    assert read(boxes_0="1", choice_0=["3", "1"], boxes_1="1") == [(0, (1, 3)), (1, None)]


def test_pairs() -> None:
    assert read(pair_0_0="2", pair_0_1="", pair_0_2="0") == [(0, (2, None, 0))]
    assert read(pair_0_0="", pair_0_1="") == [(0, None)]


def test_places_make_an_order() -> None:
    assert read(place_0_0="2", place_0_1="3", place_0_2="1") == [(0, (2, 0, 1))]
    assert read(place_0_0="", place_0_1="") == [(0, None)]


@pytest.mark.parametrize("places", [("1", "1"), ("1", ""), ("0", "1"), ("1", "3")])
def test_places_that_make_no_order_are_refused(places: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput):
        read(place_0_0=places[0], place_0_1=places[1])


def test_texts() -> None:
    assert read(text_0="Cải cách", text_1=" ") == [(0, "Cải cách"), (1, None)]


@pytest.mark.parametrize(
    "fields",
    [
        {"choice_0": "2", "shown_0": "2"},
        {"choice_0": "", "shown_0": "null"},
        {"boxes_0": "1", "choice_0": ["0", "1"], "shown_0": "[0,1]"},
        {"pair_0_0": "1", "pair_0_1": "", "shown_0": "[1,null]"},
        {"text_0": "Cải cách", "shown_0": '"Cải cách"'},
    ],
)
def test_what_the_page_showed_already_is_no_change(fields: dict[str, Any]) -> None:
    assert read(**fields) == []


@pytest.mark.parametrize("shown", ["3", "null", "broken", "[" * 5000])
def test_what_differs_from_what_the_page_showed_is_one(shown: str) -> None:
    assert read(choice_0="2", shown_0=shown) == [(0, 2)]


@pytest.mark.parametrize(
    "fields", [{"choice_x": "1"}, {"choice_0": "a"}, {"choice_0": "-1"}, {"choice_99999": "1"}, {"choice_0": "12345"}]
)
def test_fields_that_are_none_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        read(**fields)


def test_flags_are_changes_where_they_differ_from_what_was_shown() -> None:
    fields = {"flag-0": ["1"], "was-flagged-1": ["1"], "flag-2": ["1"], "was-flagged-2": ["1"]}
    assert read_form_choices(fields, 7) == [
        ResponseChange(0, 1, 7, is_flag=True),
        ResponseChange(1, 0, 7, is_flag=True),
    ]
