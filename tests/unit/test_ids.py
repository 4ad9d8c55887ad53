"""Keys of a process never meet, however many are made at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from quiz_app.persistence.ids import make_id


def test_no_two_of_a_hundred_thousand_keys_are_the_same() -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = [key for made in pool.map(lambda _: [make_id() for _ in range(12_500)], range(8)) for key in made]
    assert len(set(keys)) == len(keys) == 100_000
    assert all(0 < key < 2**63 for key in keys)


def test_keys_rise() -> None:
    keys = [make_id() for _ in range(1000)]
    assert keys == sorted(keys)
