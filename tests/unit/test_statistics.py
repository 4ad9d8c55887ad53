"""Item analysis agrees with numbers computed another way: by NumPy, from the raw matrix of marks."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.statistics import Cell, analyse_answers, analyse_item, analyse_set

MATRICES = st.integers(2, 40).flatmap(
    lambda people: st.lists(
        st.lists(st.sampled_from([0.0, 0.0, 1.0, 1.0, 0.5]), min_size=5, max_size=5), min_size=people, max_size=people
    )
)


def to_cells(matrix: np.ndarray, slot: int) -> list[Cell]:
    """Grouped as a database would: equal rows together, in no order."""
    counts = Counter((row[slot], row.sum()) for row in matrix)
    return [Cell(float(mark), float(total), count) for (mark, total), count in counts.items()]


def check(own: float | None, other: float) -> None:
    assert own is not None
    assert own == pytest.approx(other, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(MATRICES)
def test_an_item_has_moodles_figures(rows: list[list[float]]) -> None:
    matrix = np.array(rows)
    for slot in range(5):
        x = matrix[:, slot]
        rest = matrix.sum(axis=1) - x
        own = analyse_item(to_cells(matrix, slot))
        check(own.facility, x.mean())
        check(own.deviation, x.std(ddof=1))
        if x.std() < 1e-9 or rest.std() < 1e-9:
            assert own.discrimination is None
            assert own.efficiency is None
            continue
        check(own.discrimination, np.corrcoef(x, rest)[0, 1])
        largest = np.cov(np.sort(x), np.sort(rest))[0, 1]
        check(own.efficiency, np.cov(x, rest)[0, 1] / largest)


@settings(max_examples=200, deadline=None)
@given(MATRICES)
def test_a_set_has_cronbachs_alpha(rows: list[list[float]]) -> None:
    matrix = np.array(rows)
    totals = matrix.sum(axis=1)
    own = analyse_set(
        Counter(map(float, totals)), [Counter(map(float, matrix[:, slot])) for slot in range(matrix.shape[1])]
    )
    check(own.mean, totals.mean())
    check(own.deviation, totals.std(ddof=1))
    if totals.std() < 1e-9:
        assert own.alpha is None
        return
    k = matrix.shape[1]
    alpha = k / (k - 1) * (1 - matrix.var(axis=0, ddof=1).sum() / totals.var(ddof=1))
    check(own.alpha, alpha)
    check(own.error, totals.std(ddof=1) * np.sqrt(max(0.0, 1 - alpha)))


def test_a_known_case_by_hand() -> None:
    # Four people; the two strong ones have the item right, the two weak ones wrong: as good as it can be.
    own = analyse_item([Cell(1, 5, 2), Cell(0, 1, 2)])
    assert (own.count, own.facility) == (4, 0.5)
    assert own.discrimination == pytest.approx(1)
    assert own.efficiency == pytest.approx(1)


def test_an_item_that_the_weak_have_right_discriminates_the_wrong_way() -> None:
    own = analyse_item([Cell(1, 2, 5), Cell(0, 8, 5)])
    assert own.discrimination == pytest.approx(-1)


def test_without_attempts_or_spread_nothing_is_claimed() -> None:
    assert analyse_item([]).facility is None
    assert analyse_item([Cell(1, 3, 1)]).deviation is None
    assert analyse_item([Cell(1, 3, 9)]).discrimination is None
    assert analyse_set({}, []).mean is None
    assert analyse_set({5.0: 9}, [{1.0: 9}] * 5).alpha is None


def test_answers_are_counted_with_the_strength_of_those_who_gave_them() -> None:
    found = analyse_answers([Cell(0, 8, 3, "C"), Cell(0, 6, 1, "C"), Cell(1, 3, 2, "A"), Cell(0, 0, 1)])
    assert {answer: (one.count, one.mean_rest) for answer, one in found.items()} == {
        "C": (4, 7.5), "A": (2, 2.0), "": (1, 0.0),
    }  # fmt: skip
