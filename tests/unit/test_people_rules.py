"""Logins, passwords, and the limits on failed sign-ins."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

import pytest

from quiz_app.domain.errors import PasswordTooWeak, TooManyFailures
from quiz_app.domain.people import (
    ACCOUNT_LIMIT,
    ADDRESS_LIMIT,
    PAIR_LIMIT,
    FailureCounts,
    Failures,
    check_new_password,
    ensure_may_try_sign_in,
    normalise_login,
)
from quiz_app.services.people import COMMON_PASSWORDS
from tests.factories import MIDDLE, MS

SECOND = timedelta(seconds=1)


def is_accepted(password: str, *, old: str = "mat-khau-cu", login: str = "hanhnt") -> bool:
    """A refusal without a reason would be no answer to a person, and counts as none."""
    try:
        check_new_password(password, old=old, login=login, common_passwords=COMMON_PASSWORDS)
    except PasswordTooWeak as refusal:
        return not refusal.reason
    return True


def may_try(now_offset: timedelta = 0 * MS, *, is_known_address: bool = False, **counts: int) -> bool:
    """Whether a try is allowed so long after failures that all happened at MIDDLE."""
    failures = {name: Failures(counts.get(name, 0), MIDDLE) for name in ("pair", "account", "address")}
    try:
        ensure_may_try_sign_in(FailureCounts(**failures, is_known_address=is_known_address), MIDDLE + now_offset)
    except TooManyFailures as refusal:
        # A refusal that names a moment in the past would be none.
        return refusal.next_at <= MIDDLE + now_offset
    return True


@pytest.mark.parametrize("written", ["hanhnt", " hanhnt ", "HanhNT", "\thanhnt\n", "\u00a0hanhnt", "\u3000hanhnt"])
def test_one_account_has_one_spelling(written: str) -> None:
    assert normalise_login(written) == "hanhnt"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_one_spelling_holds_for_both_encodings_of_vietnamese(form: str) -> None:
    assert normalise_login(unicodedata.normalize(form, "Nguyễn.Thị.Hạnh")) == "nguyễn.thị.hạnh"


def test_tones_keep_accounts_apart() -> None:
    assert normalise_login("hạnh") != normalise_login("hành")


@pytest.mark.parametrize(("length", "accepted"), [(7, False), (8, True), (128, True), (129, False)])
def test_a_password_has_8_to_128_characters(length: int, accepted: bool) -> None:
    assert is_accepted(("xyz-" * 40)[:length]) is accepted


def test_a_password_needs_no_digits_capitals_or_signs() -> None:
    assert is_accepted("quả xoài chín vàng")
    assert is_accepted("kjhgfdsa")


@pytest.mark.parametrize("password", ["12345678", "password", "PassWord1", "matkhau123"])
def test_a_common_password_is_refused(password: str) -> None:
    assert not is_accepted(password)


def test_every_common_password_is_refused_in_any_case() -> None:
    for password in COMMON_PASSWORDS:
        assert not is_accepted(password.upper())
    assert len(COMMON_PASSWORDS) >= 50


@pytest.mark.parametrize(("password", "accepted"), [("aaaaaaaa", False), ("abababab", False), ("abcabcab", True)])
def test_a_password_of_one_or_two_characters_is_refused(password: str, accepted: bool) -> None:
    assert is_accepted(password) is accepted


def test_a_password_is_neither_the_old_one_nor_the_login() -> None:
    assert not is_accepted("mat-khau-cu", old="mat-khau-cu")
    assert not is_accepted("NguyenHanh", login="nguyenhanh")
    assert is_accepted("mat-khau-moi", old="mat-khau-cu")


@pytest.mark.parametrize(("failures", "allowed"), [(0, True), (4, True), (5, False)])
def test_five_failures_of_one_person_at_one_place_slow_that_person_down(failures: int, allowed: bool) -> None:
    assert may_try(pair=failures, account=failures, address=failures) is allowed


@pytest.mark.parametrize(
    ("failures", "wait_seconds"),
    [(PAIR_LIMIT, 5), (PAIR_LIMIT + 1, 10), (PAIR_LIMIT + 3, 40), (PAIR_LIMIT + 4, 60), (PAIR_LIMIT + 500, 60)],
)
def test_the_wait_doubles_from_five_seconds_up_to_a_minute(failures: int, wait_seconds: int) -> None:
    assert not may_try(wait_seconds * SECOND - MS, pair=failures)
    assert may_try(wait_seconds * SECOND, pair=failures)


def test_a_stranger_who_guesses_does_not_lock_the_owner_out_at_a_known_address() -> None:
    assert may_try(account=ACCOUNT_LIMIT * 100, is_known_address=True)
    assert may_try(pair=PAIR_LIMIT - 1, account=ACCOUNT_LIMIT * 100, address=10, is_known_address=True)


@pytest.mark.parametrize(("failures", "allowed"), [(49, True), (50, False)])
def test_guesses_from_many_addresses_are_slowed_down(failures: int, allowed: bool) -> None:
    assert may_try(account=failures, pair=1, address=1) is allowed


def test_a_known_address_is_no_licence_to_guess() -> None:
    assert not may_try(pair=PAIR_LIMIT, account=PAIR_LIMIT, is_known_address=True)


@pytest.mark.parametrize(("failures", "allowed"), [(300, True), (499, True), (500, False)])
def test_a_school_behind_one_address_may_mistype_hundreds_of_times(failures: int, allowed: bool) -> None:
    assert may_try(address=failures) is allowed


def test_even_a_machine_at_the_address_of_a_school_stops_it_for_seconds_only() -> None:
    assert may_try(5 * SECOND, address=ADDRESS_LIMIT * 10)


def test_a_machine_at_the_address_of_a_school_does_not_stop_those_who_sit_there() -> None:
    assert may_try(address=ADDRESS_LIMIT * 10, is_known_address=True)


def test_the_failures_of_others_do_not_prolong_a_wait() -> None:
    counts = FailureCounts(
        pair=Failures(PAIR_LIMIT, MIDDLE),
        account=Failures(PAIR_LIMIT, MIDDLE),
        address=Failures(ADDRESS_LIMIT - 1, MIDDLE + 60 * SECOND),
        is_known_address=False,
    )
    ensure_may_try_sign_in(counts, MIDDLE + 5 * SECOND)


def test_no_failure_means_no_wait() -> None:
    none = Failures()
    ensure_may_try_sign_in(FailureCounts(none, none, none, is_known_address=False), MIDDLE)
