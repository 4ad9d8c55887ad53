"""The chain of hashes: what it holds, and what it finds."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from quiz_app.domain.audit import (
    FIRST_HASH,
    ChainEnd,
    ChainFault,
    TrailEntry,
    check_entries,
    hash_entry,
    read_chain_end,
    seal_entries,
)


def make_entry(number: int, **changes: Any) -> TrailEntry:
    entry = TrailEntry(
        id=1000 + number, happened_at=1_665_846_000_000 + number, actor_id=7, action="role_granted",
        subject_type="account", subject_id=9, details='{"after":{"role":"judge"}}', address="10.0.0.1",
        request_id="abc", number=None, hash=None,
    )  # fmt: skip
    return replace(entry, **changes)


@pytest.fixture
def chain() -> list[TrailEntry]:
    return seal_entries([make_entry(number) for number in range(1, 8)], ChainEnd())


def test_the_hash_is_sha_256_over_the_hash_before_and_the_canonical_entry() -> None:
    """Written out by hand, so that the format cannot change without a test that says so."""
    entry = make_entry(1, details='{"tên":"Hà"}', actor_id=None)
    canonical = (
        '{"action":"role_granted","actor_id":null,"address":"10.0.0.1","details":"{\\"tên\\":\\"Hà\\"}",'
        '"happened_at":1665846000001,"id":1001,"number":1,"request_id":"abc","subject_id":9,"subject_type":"account"}'
    )
    expected = hashlib.sha256((FIRST_HASH + "\n" + canonical).encode()).hexdigest()
    assert hash_entry(entry, 1, FIRST_HASH) == expected


def test_numbers_have_no_gaps_and_the_chain_is_the_same_sealed_at_once_or_in_parts(chain: list[TrailEntry]) -> None:
    assert [entry.number for entry in chain] == list(range(1, 8))
    first = seal_entries([make_entry(number) for number in range(1, 4)], ChainEnd())
    second = seal_entries([make_entry(number) for number in range(4, 8)], ChainEnd(3, first[-1].hash or ""))
    assert first + second == chain


def test_a_whole_chain_is_found_whole_at_once_and_in_batches(chain: list[TrailEntry]) -> None:
    end, problem = check_entries(chain, ChainEnd())
    assert (end, problem) == (ChainEnd(7, chain[-1].hash or ""), None)
    half, problem = check_entries(chain[:3], ChainEnd())
    assert problem is None
    assert check_entries(chain[3:], half) == (end, None)


@pytest.mark.parametrize(
    "change",
    [
        {"details": '{"after":{"role":"organiser"}}'}, {"actor_id": 8}, {"actor_id": None}, {"subject_id": None},
        {"happened_at": 0}, {"address": None}, {"request_id": ""}, {"action": "role_revoked"}, {"id": 1},
        {"subject_type": "unit"}, {"hash": "f" * 64},
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 3, 6])
def test_any_alteration_is_found_where_it_is(chain: list[TrailEntry], change: dict[str, Any], place: int) -> None:
    chain[place] = replace(chain[place], **change)
    end, problem = check_entries(chain, ChainEnd())
    assert problem is not None
    assert (problem.fault, problem.number, problem.entry_id) == (ChainFault.ALTERED, place + 1, chain[place].id)
    assert end.number == place


def test_a_removed_entry_is_a_gap(chain: list[TrailEntry]) -> None:
    del chain[3]
    _, problem = check_entries(chain, ChainEnd())
    assert problem is not None
    assert (problem.fault, problem.number) == (ChainFault.REMOVED, 4)


def test_closing_the_gap_by_new_numbers_does_not_hide_it(chain: list[TrailEntry]) -> None:
    del chain[3]
    moved = [replace(entry, number=number) for number, entry in enumerate(chain, start=1)]
    _, problem = check_entries(moved, ChainEnd())
    assert problem is not None
    assert (problem.fault, problem.number) == (ChainFault.ALTERED, 4)


def test_two_entries_that_change_places_are_found(chain: list[TrailEntry]) -> None:
    chain[2], chain[3] = replace(chain[3], number=3), replace(chain[2], number=4)
    _, problem = check_entries(chain, ChainEnd())
    assert problem is not None
    assert problem.number == 3


@pytest.mark.parametrize("text", ["", "5", "5:abc", "-1:" + "a" * 64, "5:" + "g" * 64, "5:" + "a" * 65])
def test_what_is_no_end_of_a_chain_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_chain_end(text)


def test_a_noted_end_is_read_back() -> None:
    end = ChainEnd(12, "ab" * 32)
    assert read_chain_end(f" {end} \n") == end
    assert read_chain_end(str(end).upper()) == end
