"""Responses are counted the same however the database writes them, and whatever stands between them."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from quiz_app.persistence.finished_papers import FinishedPaper
from quiz_app.services.item_analysis import counting
from quiz_app.services.item_analysis.counting import ResponseCounter, read_answer

PLAIN = [[912033552877322092, "0132"], [912033552877322090, "3201"], [12, "10"]]
MIXED = [[7, "210", "m03"], [8, "0123", "p24"], [9, "", "t00"], [10, "", "e00"], [11, "102", "o03"], [12, "10"]]


def write(paper: list, responses: dict, *, spaced: bool, ordinal: int = 1) -> FinishedPaper:
    """As SQLite keeps the responses, or as PostgreSQL does: spaces, and keys by length and then by their bytes."""
    named = {str(name): value for name, value in responses.items()}
    if spaced:
        named = dict(sorted(named.items(), key=lambda pair: (len(pair[0]), pair[0])))
    separators = (", ", ": ") if spaced else (",", ":")
    return FinishedPaper(
        1, 1, ordinal, 2, 600,
        json.dumps(paper, separators=(",", ":"), ensure_ascii=False),
        json.dumps(named, separators=separators, ensure_ascii=False),
    )  # fmt: skip


def count(*papers: FinishedPaper) -> dict:
    counter = ResponseCounter()
    counter.add(papers)
    return {(one.slot, one.version_id, one.answer): one.count for one in counter.list_counts()}


@pytest.mark.parametrize("spaced", [True, False])
@pytest.mark.parametrize(
    ("responses", "answers"),
    [
        ({0: [17, 3, 100], 1: [18, 0, 200], 2: [19, 1, 300]}, ["2", "3", "0"]),
        ({0: [17, 3, 100], 2: [19, 1, 300]}, ["2", "", "0"]),
        ({0: [17, None, 100], 1: [18, 0, 200], 2: [19, 1, 300]}, ["", "3", "0"]),
        ({}, ["", "", ""]),
        # A flag or a prediction in place of an answer must not be taken for one.
        ({0: [17, 3, 100], 2: [19, 1, 300], "f1": [20, 1, 400]}, ["2", "", "0"]),
        ({0: [17, 3, 100], 1: [18, 0, 200], "p": [20, 1234, 5]}, ["2", "3", ""]),
        ({0: [17, 3, 100], 1: [18, 0, 200], 2: [19, 1, 300], "f0": [21, 0, 9]}, ["2", "3", "0"]),
    ],
)
def test_choices_of_one_option(responses: dict, answers: list[str], spaced: bool) -> None:
    found = count(write(PLAIN, responses, spaced=spaced))
    assert found == {(slot, PLAIN[slot][0], answer): 1 for slot, answer in enumerate(answers)}


@pytest.mark.parametrize("spaced", [True, False])
def test_kinds_are_told_apart_and_texts_are_only_texts(spaced: bool) -> None:
    responses = {
        0: [1, [0, 2], 1], 1: [1, [3, None], 1], 2: [1, '"0": [17, 3, 100], [', 1], 3: [1, "Bài viết dài.", 1],
        4: [1, [2, 0, 1], 1], 5: [1, 1, 1],
    }  # fmt: skip
    found = count(write(MIXED, responses, spaced=spaced))
    answers = [read_answer(answer) for _, _, answer in sorted(found)]
    assert answers == [(0, 2), (3, None), '"0": [17, 3, 100], [', "…", (2, 1, 0), 0]


def test_the_same_options_are_one_answer_in_whatever_order_they_are_shown() -> None:
    one = write([[7, "210", "m03"]], {0: [1, [0, 1], 1]}, spaced=True)
    other = write([[7, "012", "m03"]], {0: [1, [1, 2], 1]}, spaced=False)
    assert count(one, other) == {(0, 7, "[1, 2]"): 2}


def test_first_attempts_and_results_are_kept_apart() -> None:
    paper = write(PLAIN, {0: [17, 3, 100]}, spaced=True)
    counter = ResponseCounter()
    counter.add([paper, paper._replace(ordinal=2), paper._replace(correct_count=1, score_hundredths=300)])
    groups = Counter((one.is_first, one.correct_count, one.score_hundredths) for one in counter.list_counts())
    assert groups == {(True, 2, 600): 3, (False, 2, 600): 3, (True, 1, 300): 3}


def test_what_is_remembered_stays_small_and_the_counts_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_KNOWN", 5)
    papers = [write([[9, "", "t00"]], {0: [1, f"chữ {number % 20}", 1]}, spaced=True) for number in range(60)]
    assert sorted(count(*papers).values()) == [3] * 20


def test_an_attempt_without_a_paper_counts_for_nothing() -> None:
    assert count(write([], {}, spaced=True)) == {}
