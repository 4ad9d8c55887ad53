"""One-time codes: their letters, how they are typed, when they hold; and keyed hashes."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from quiz_app.domain import activation
from quiz_app.domain.activation import ALPHABET, CODE_LENGTH, format_code, make_code, normalise_code
from quiz_app.domain.people import Person, Role
from quiz_app.domain.permissions import may_manage_account
from quiz_app.keyed_hashes import KeyedHashes, are_equal

NOW = datetime(2022, 10, 1, tzinfo=UTC)
NUMBER = 123_456_789_012_345


def test_a_code_has_more_than_fifty_bits_and_no_letters_that_look_alike() -> None:
    assert CODE_LENGTH * math.log2(len(ALPHABET)) > 50
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert not set(ALPHABET) & set("0O1IL5S2Z8BUV") - set("528V")


def test_a_code_is_read_however_it_is_typed() -> None:
    code = make_code(NUMBER)
    shown = format_code(code)
    assert len(shown) == CODE_LENGTH + 2
    for typed in (shown, shown.lower(), f" {code} ", shown.replace("-", " "), shown.replace("-", "–")):
        assert normalise_code(typed) == code
    alike = code.replace("5", "S").replace("2", "z").replace("8", "b").replace("V", "u")
    assert normalise_code(alike) == code
    for wrong in ("", code[:-1], code + "A", code[:-1] + "0", "x" * 500):
        assert normalise_code(wrong) is None


def test_different_numbers_give_different_codes() -> None:
    largest = len(ALPHABET) ** CODE_LENGTH - 1
    assert make_code(0) == ALPHABET[0] * CODE_LENGTH
    assert make_code(largest) == ALPHABET[-1] * CODE_LENGTH
    assert make_code(1) != make_code(len(ALPHABET))
    for wrong in (-1, largest + 1):
        with pytest.raises(ValueError, match="not a number"):
            make_code(wrong)


def test_a_code_holds_until_the_moment_at_which_it_runs_out() -> None:
    expires_at = activation.compute_expires_at(NOW, 30)
    assert expires_at == NOW + timedelta(days=30)
    assert activation.is_code_live(expires_at, expires_at - timedelta(milliseconds=1))
    assert not activation.is_code_live(expires_at, expires_at)


def test_hashes_are_bound_to_key_purpose_and_account() -> None:
    keys, others = KeyedHashes("a" * 32), KeyedHashes("b" * 32)
    hashes = {
        keys.hash_code(1, "X"), keys.hash_code(2, "X"), others.hash_code(1, "X"), keys.hash_reference("1:X"),
        keys.hash_citizen_number("1:X"), others.hash_citizen_number("1:X"),
    }  # fmt: skip
    assert len(hashes) == 6
    assert KeyedHashes("a" * 32).hash_code(1, "X") in hashes
    assert keys.hash_citizen_number("094085001234").startswith(keys.key_mark)
    assert keys.key_mark != others.key_mark
    assert "094085001234" not in keys.hash_citizen_number("094085001234")
    assert are_equal("a", "a")
    assert not are_equal("a", "b")


def make_person(*roles: Role, person_id: int = 1, led: frozenset[int] = frozenset()) -> Person:
    return Person(person_id, "x", "X", None, None, frozenset(roles), led, 1, False)


def may(actor: Person, *roles: Role, subject_id: int = 99, led: frozenset[int] = frozenset()) -> bool:
    return may_manage_account(
        actor, subject_id=subject_id, roles=frozenset(roles), led_unit_ids=led, scope_unit_ids=frozenset({10, 11})
    )


def test_nobody_may_make_a_code_for_somebody_with_more_rights() -> None:
    lead = make_person(Role.UNIT_LEAD, led=frozenset({10}))
    organiser, administrator = make_person(Role.ORGANISER), make_person(Role.ADMINISTRATOR)
    assert may(lead, Role.PARTICIPANT)
    assert may(lead, Role.PARTICIPANT, Role.UNIT_LEAD, led=frozenset({11}))
    assert not may(lead, Role.UNIT_LEAD, led=frozenset({12}))
    for duty in (Role.ORGANISER, Role.JUDGE, Role.ADMINISTRATOR):
        assert not may(lead, Role.PARTICIPANT, duty)
    assert may(organiser, Role.ORGANISER)
    assert may(organiser, Role.JUDGE)
    assert not may(organiser, Role.PARTICIPANT, Role.ADMINISTRATOR)
    assert may(administrator, Role.ADMINISTRATOR)
    assert not may(make_person(Role.PARTICIPANT), Role.PARTICIPANT)
    for person in (lead, organiser, administrator):
        assert not may(person, Role.PARTICIPANT, subject_id=person.id)
