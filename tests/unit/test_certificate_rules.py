"""Codes of certificates, and how much of a name a stranger sees."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz_app.domain.certificates import (
    ALPHABET,
    CODE_BITS,
    compute_dated_at,
    format_code,
    make_code,
    mask_name,
    normalise_code,
)
from tests.factories import MIDDLE

numbers = st.integers(min_value=0, max_value=2**CODE_BITS - 1)


def test_a_code_has_100_bits_and_no_look_alikes() -> None:
    assert CODE_BITS >= 100
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)
    assert make_code(0) == "0" * 20
    assert make_code(2**CODE_BITS - 1) == "Z" * 20
    assert make_code(1) == "0" * 19 + "1"
    for number in (-1, 2**CODE_BITS):
        with pytest.raises(ValueError, match="CODE_BITS"):
            make_code(number)


@given(numbers, numbers)
def test_different_numbers_have_different_codes(first: int, second: int) -> None:
    assert (make_code(first) == make_code(second)) == (first == second)


@given(numbers)
def test_a_code_is_the_same_however_it_is_typed(number: int) -> None:
    code = make_code(number)
    shown = format_code(code)
    assert len(shown.split("-")) == 5
    for typed in (
        code,
        shown,
        shown.lower(),
        shown.replace("-", " "),
        shown.replace("-", "–"),
        shown.replace("-", "‑"),
        f"  {shown}\n",
        " ".join(code),
        code.replace("0", "o").replace("1", "l"),
        code.replace("0", "O").replace("1", "I"),
        "".join(chr(ord(letter) + 0xFEE0) for letter in code),  # the wide letters of some keyboards
    ):
        assert normalise_code(typed) == code


@pytest.mark.parametrize(
    "text",
    ["", " ", "7K3Q", "A" * 19, "A" * 21, "U" * 20, "Ấ" * 20, "'" * 20, "A" * 19 + "\0", "A" * 10_000, "-" * 300],
)
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert normalise_code(text) is None


@given(st.text(max_size=250))
def test_any_text_is_a_code_or_none(text: str) -> None:
    code = normalise_code(text)
    assert code is None or (len(code) == 20 and set(code) <= set(ALPHABET))


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Nguyễn Thị Hạnh", "Nguyễn T. H."),
        ("Trần Ánh", "Trần Á."),
        ("  lê   văn ấn ", "lê V. Ấ."),
        ("Hạnh", "H."),
        ("đ", "Đ."),
        ("", "."),
    ],
)
def test_a_masked_name_is_the_family_name_and_initials(name: str, masked: str) -> None:
    assert mask_name(name) == masked
    assert mask_name(unicodedata.normalize("NFD", name)) == masked


def test_a_certificate_is_dated_by_its_issue_or_a_later_result() -> None:
    later = MIDDLE + timedelta(days=3)
    assert compute_dated_at(later, MIDDLE) == later
    assert compute_dated_at(MIDDLE, later) == later


def test_codes_of_a_run_do_not_repeat() -> None:
    assert len({make_code(secrets.randbits(CODE_BITS)) for _ in range(1000)}) == 1000
