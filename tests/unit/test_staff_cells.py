"""What the cells of a staff list mean, in the forms that offices write them."""

from __future__ import annotations

from datetime import date

import pytest

from quiz_app.domain.staff_lists import cells
from quiz_app.domain.staff_lists.cells import WrongCell
from quiz_app.domain.staff_lists.units import UnitFinder, UnitName
from quiz_app.services.tables import find_date

TODAY = date(2022, 10, 1)


@pytest.mark.parametrize(
    ("text", "birth"),
    [
        ("28/02/1985", "1985-02-28"),
        ("28/2/1985", "1985-02-28"),
        ("28-2-85", "1985-02-28"),
        ("1-9-05", "2005-09-01"),
        ("28.02.1985", "1985-02-28"),
        ("1985-02-28", "1985-02-28"),
        ("1985-02-28 00:00:00", "1985-02-28"),
        ("31106", "1985-02-28"),
        ("1985", "1985"),
        ("29/02/1984", "1984-02-29"),
    ],
)
def test_dates_of_birth_in_the_usual_forms(text: str, birth: str) -> None:
    assert cells.read_birth(text, find_date(text, century_of=2022), today=TODAY) == birth


@pytest.mark.parametrize(
    "text", ["31/02/1985", "30/2/1985", "29/02/1985", "02/28/1985", "1/1/1899", "02/10/2022", "không rõ"]
)
def test_what_is_no_date_of_birth_is_refused(text: str) -> None:
    with pytest.raises(WrongCell):
        cells.read_birth(text, find_date(text, century_of=2022), today=TODAY)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("0912345678", "0912345678"),
        ("912345678", "0912345678"),
        ("0912 345 678", "0912345678"),
        ("0912.345.678", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("(0299) 3821 234", "02993821234"),
    ],
)
def test_telephones_keep_or_get_back_their_zero(text: str, phone: str) -> None:
    assert cells.read_phone(text) == phone


@pytest.mark.parametrize("text", ["12345", "09123456789012", "0112345678", "gọi cơ quan", "0912345678; 0987654321"])
def test_what_is_no_telephone_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(WrongCell) as wrong:
        cells.read_phone(text)
    assert not wrong.value.values


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("094085001234", "094085001234"),
        ("94085001234", "094085001234"),
        ("1085001234", "001085001234"),
        ("094 085 001 234", "094085001234"),
        ("365123456", "365123456"),
    ],
)
def test_citizens_numbers_keep_or_get_back_their_zeros(text: str, number: str) -> None:
    assert cells.read_citizen_number(text) == number


@pytest.mark.parametrize("text", ["0940850012345", "09408500123X", "000000000000", "12345", "9,40850E+10"])
def test_what_is_no_citizens_number_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(WrongCell) as wrong:
        cells.read_citizen_number(text)
    assert not wrong.value.values


@pytest.mark.parametrize(
    "name", ["=Nguyễn An", "+Trần Bình", "-Lê Chi", "@Phạm Dũng", "Ea Súp Y-Ban", "Nguyễn Thị  Hạnh"]
)
def test_names_are_kept_as_they_are_written(name: str) -> None:
    assert cells.read_name(name) == " ".join(name.split())


@pytest.mark.parametrize("text", ["", "12345", "-", "x" * 121])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(WrongCell):
        cells.read_name(text)


def test_a_name_in_separate_marks_is_the_same_name() -> None:
    assert cells.read_name("Nguyễn") == "Nguyễn"


def test_account_codes_keep_their_zeros_and_have_one_spelling() -> None:
    assert cells.read_login("000123") == "000123"
    assert cells.read_login(" CB0012 ") == "cb0012"
    for wrong in ("hai từ", "---", "x" * 61):
        with pytest.raises(WrongCell):
            cells.read_login(wrong)


@pytest.mark.parametrize(
    ("text", "has_left"),
    [("Đã nghỉ hưu", True), ("nghỉ việc", True), ("Chuyển công tác", True), ("đang công tác", False),
     ("Nghỉ thai sản", False), ("Left", True), ("active", False)],
)  # fmt: skip
def test_states_of_people(text: str, has_left: bool) -> None:
    assert cells.read_has_left(text) is has_left


def test_a_state_that_may_mean_either_is_asked_about() -> None:
    for text in ("nghỉ", "?", "tạm"):
        with pytest.raises(WrongCell):
            cells.read_has_left(text)


def test_email() -> None:
    assert cells.read_email("An.Nguyen@SocTrang.gov.vn") == "an.nguyen@soctrang.gov.vn"
    for wrong in ("an@", "an nguyen@x.vn", "a@b", "a@x.vn; b@x.vn"):
        with pytest.raises(WrongCell):
            cells.read_email(wrong)


UNITS = [
    UnitName(1, "THPT-TD", "Trường THPT Trần Đề"),
    UnitName(2, "THPT-MX", "Trường THPT Mỹ Xuyên"),
    UnitName(3, "TH-1", "Trường Tiểu học số 1"),
    UnitName(4, "TH-1B", "Trường Tiểu học số 1"),
    UnitName(5, "CU", "Trung tâm cũ", is_closed=True),
]


@pytest.mark.parametrize(
    "text", ["THPT-TD", "thpt-td", "Trường THPT Trần Đề", "TRUONG THPT TRAN DE", "Trường  THPT Trần Đề."]
)
def test_a_unit_is_found_by_code_or_name_however_it_is_spelt(text: str) -> None:
    assert UnitFinder(UNITS).find(text).id == 1


def test_an_unknown_unit_is_refused_with_the_names_near_it() -> None:
    finder = UnitFinder(UNITS)
    for _ in range(2):
        with pytest.raises(WrongCell) as wrong:
            finder.find("Trường THPT Trần Đè 2")
        assert "Trường THPT Trần Đề (THPT-TD)" in wrong.value.values["near"]
    with pytest.raises(WrongCell) as wrong:
        finder.find("Zzz")
    assert "near" not in wrong.value.values


def test_a_name_of_two_units_asks_for_the_code_and_a_closed_unit_is_refused() -> None:
    finder = UnitFinder(UNITS)
    with pytest.raises(WrongCell) as wrong:
        finder.find("Trường Tiểu học số 1")
    assert wrong.value.values["codes"] == "TH-1, TH-1B"
    assert finder.find("TH-1B").id == 4
    with pytest.raises(WrongCell, match="closed"):
        finder.find("Trung tâm cũ")
