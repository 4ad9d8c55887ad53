"""The analysis of a round agrees with figures computed another way: by NumPy, attempt by attempt."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from question_bank.items import ItemKind
from question_bank.responses import Choice, fits_form, from_stored, to_item_choice
from question_bank.scoring import mark_response
from quiz_app.domain.attempts import ResponseChange
from quiz_app.domain.contests import Round
from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.people import Role
from quiz_app.persistence import finished_papers
from quiz_app.persistence import items as items_store
from quiz_app.persistence.attempts.table import paper_from_json
from quiz_app.persistence.session import reading
from quiz_app.services.attempts import finish_attempt, save_responses, start_attempt
from quiz_app.services.item_analysis import Flag, compute_analysis, view_analysis, view_item_figures
from tests.factories import MIDDLE, add_person, add_round, make_bank, make_item, make_item_of, run_sql, sit_attempt

KINDS = [kind for kind in ItemKind if kind is not ItemKind.ESSAY]
CHOICES: list[Choice] = [
    0, 1, 2, 3, (0,), (0, 2), (1, 3), (0, 1, 2), (1, 0, 2), (0, 1, 2, 3), (2, 0, 1, 3), "Cải cách", "8,5", "khác"
]  # fmt: skip


def sit_at_random(login: str, round_: Round, attempts: int, chance: random.Random) -> None:
    """A person who answers most slots with anything that fits."""
    person = add_person(login)
    for number in range(attempts):
        now = MIDDLE + timedelta(minutes=10 * number)
        attempt_id = start_attempt(person=person, round_id=round_.id, now=now)
        ((paper,),) = run_sql("SELECT paper FROM attempts WHERE id = :id", id=attempt_id)
        changes = []
        for slot, asked in enumerate(paper_from_json(paper)):
            fitting = [choice for choice in CHOICES if fits_form(choice, asked.form)]
            if chance.random() < 0.9:
                changes.append(ResponseChange(slot, chance.choice(fitting), 1))
        save_responses(
            account_id=person.id, auth_version=person.auth_version, attempt_id=attempt_id,
            changes=changes or [ResponseChange(0, None, 1)], now=now,
        )  # fmt: skip
        finish_attempt(person=person, attempt_id=attempt_id, now=now + timedelta(seconds=30))


def read_marks(*, of_first: bool) -> tuple[list[dict[int, float]], list[float]]:
    """For each finished attempt the mark of each item version on its paper, and their sum."""
    marks, totals = [], []
    with reading() as work:
        for ordinal, paper, responses in run_sql("SELECT ordinal, paper, responses FROM attempts ORDER BY id"):
            if of_first and ordinal > 1:
                continue
            stored: dict[str, Any] = json.loads(responses) if isinstance(responses, str) else responses
            found = {}
            for slot, asked in enumerate(paper_from_json(paper)):
                item = items_store.find_version(work, asked.version_id)
                assert item is not None
                choice = from_stored(stored.get(str(slot), [0, None])[1])
                own = None if choice is None else to_item_choice(choice, asked.option_order)
                found[asked.version_id] = float(mark_response(item, own))
            marks.append(found)
            totals.append(sum(found.values()))
    return marks, totals


@pytest.mark.usefixtures("app")
def test_figures_agree_with_numpy_for_items_of_every_kind() -> None:
    chance = random.Random(7)
    items = [make_item_of(kind, f"{kind}-{n}") for n in range(2) for kind in KINDS]
    round_ = add_round(bank=make_bank(items=items))
    for number in range(12):
        sit_at_random(f"p{number}", round_, 1 + number % 3, chance)
    organiser = add_person("bantochuc", roles=[Role.ORGANISER])
    assert compute_analysis(round_id=round_.id, now=MIDDLE) == 24
    for of_first, count in ((True, 12), (False, 24)):
        page = view_analysis(organiser=organiser, round_id=round_.id, of_first=of_first)
        marks, totals = read_marks(of_first=of_first)
        assert page.set is not None
        assert page.set.count == count == len(totals) == sum(page.set.distribution)
        assert page.set.mean == pytest.approx(np.mean(totals))
        assert len(page.items) == len({version_id for found in marks for version_id in found})
        for figures in page.items:
            rows = [(found[figures.version_id], total) for found, total in zip(marks, totals, strict=True)
                    if figures.version_id in found]  # fmt: skip
            x = np.array([mark for mark, _ in rows])
            rest = np.array([total for _, total in rows]) - x
            assert figures.count == len(rows)
            assert figures.facility == pytest.approx(x.mean())
            if len(rows) > 1 and x.std() > 1e-9 and rest.std() > 1e-9:
                assert figures.discrimination == pytest.approx(np.corrcoef(x, rest)[0, 1], abs=1e-9)
                largest = np.cov(np.sort(x), np.sort(rest))[0, 1]
                assert figures.efficiency == pytest.approx(np.cov(x, rest)[0, 1] / largest, abs=1e-9)


@pytest.mark.usefixtures("app")
def test_a_wrong_key_is_seen_and_named() -> None:
    """Everybody strong chooses the second option of one item, whose key is said to be the first."""
    items = [make_item(f"T-{n}") for n in range(10)]
    round_ = add_round(bank=make_bank(items=items))
    for number in range(40):
        person = add_person(f"p{number}")
        sit_attempt(person, round_, right=9 if number % 2 else 2)
    # The strong lose the mark of item T-3 and choose its second option; the weak have it.
    ((suspect_id,),) = run_sql(
        "SELECT v.id FROM items i JOIN item_versions v ON v.item_id = i.id WHERE i.code = :code", code="T-3"
    )
    for row in run_sql("SELECT id, paper, responses, correct_count FROM attempts"):
        paper = paper_from_json(row.paper)
        slot = next(n for n, asked in enumerate(paper) if asked.version_id == suspect_id)
        stored = json.loads(row.responses) if isinstance(row.responses, str) else row.responses
        was_right = paper[slot].option_order[stored[str(slot)][1]] == 0
        is_strong = row.correct_count == 9
        stored[str(slot)][1] = paper[slot].option_order.index(1 if is_strong else 0)
        correct = row.correct_count - was_right + (not is_strong)
        run_sql(
            "UPDATE attempts SET responses = :responses, correct_count = :correct, score_hundredths = :score "
            "WHERE id = :id RETURNING id",
            responses=json.dumps(stored), correct=correct, score=correct * 100, id=row.id,
        )  # fmt: skip
    compute_analysis(round_id=round_.id, now=MIDDLE)
    organiser = add_person("bantochuc", roles=[Role.ORGANISER])
    page, first, whole = view_item_figures(organiser=organiser, round_id=round_.id, version_id=suspect_id)
    assert whole is not None
    assert whole.flags[:2] == (Flag.KEY_SUSPICIOUS, Flag.NEGATIVE)
    assert whole.suspect == 1
    assert [option.count for option in whole.options] == [20, 20, 0, 0]
    assert first == whole
    assert page.computed_at == MIDDLE


@pytest.mark.usefixtures("app")
def test_who_may_look_and_what_is_there_before_the_first_analysis() -> None:
    round_, organiser = add_round(), add_person("bantochuc", roles=[Role.ORGANISER])
    page = view_analysis(organiser=organiser, round_id=round_.id, of_first=False)
    assert (page.computed_at, page.items, page.set) == (None, (), None)
    with pytest.raises(NotFound):
        view_item_figures(organiser=organiser, round_id=round_.id, version_id=1)
    with pytest.raises(NotAllowed):
        view_analysis(organiser=add_person("thisinh"), round_id=round_.id, of_first=False)
    assert compute_analysis(round_id=round_.id, now=MIDDLE) == 0
    assert view_analysis(organiser=organiser, round_id=round_.id, of_first=False).items == ()


@pytest.mark.usefixtures("app")
def test_small_batches_read_every_attempt_once_though_many_end_at_the_same_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = random.Random(3)
    round_ = add_round(bank=make_bank(items=[make_item_of(kind, f"{kind}-{n}") for n in range(2) for kind in KINDS]))
    for number in range(9):
        sit_at_random(f"p{number}", round_, 1 + number % 2, chance)
    with reading() as work:
        assert [len(batch) for batch in finished_papers.read_batches(work, round_.id)] == [13]
    compute_analysis(round_id=round_.id, now=MIDDLE)
    ((whole,),) = run_sql("SELECT figures FROM item_analyses")
    monkeypatch.setattr(finished_papers, "BATCH", 4)
    told: list[tuple[int, int]] = []
    compute_analysis(round_id=round_.id, now=MIDDLE, report=lambda *steps: told.append(steps))
    ((again,),) = run_sql("SELECT figures FROM item_analyses")
    assert told == [(4, 13), (8, 13), (12, 13), (13, 13)]
    assert again == whole
