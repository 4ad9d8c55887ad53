"""Items of every kind on one paper: drawn, saved in one statement each, scored, shown again; on both databases."""

from __future__ import annotations

import json

import pytest

from question_bank.blueprint import BlueprintCell, ExamBlueprint
from question_bank.items import ItemKind
from question_bank.responses import Choice, to_paper_choice
from quiz_app.domain.attempts import ResponseChange
from quiz_app.domain.contests import Reveal
from quiz_app.domain.errors import UnknownChoice
from quiz_app.domain.people import Person
from quiz_app.persistence import items as items_store
from quiz_app.persistence.attempts.table import paper_from_json
from quiz_app.persistence.session import reading
from quiz_app.services.attempts import finish_attempt, save_responses, start_attempt, view_attempt, view_result
from tests.factories import MIDDLE, add_person, add_round, make_bank, make_item_of, run_sql

RIGHT: dict[ItemKind, Choice] = {
    ItemKind.SINGLE_CHOICE: 0,
    ItemKind.TRUE_FALSE: 1,
    ItemKind.MULTIPLE_CHOICE: (0, 2),
    ItemKind.MATCHING: (1, 0, 2),
    ItemKind.ORDERING: (0, 1, 2, 3),
    ItemKind.SHORT_ANSWER: "cải cách",
    ItemKind.NUMERICAL: "8,5",
    ItemKind.ESSAY: "Bài viết\ndài “hai” dòng",
}
SCORED = [kind for kind in ItemKind if kind is not ItemKind.ESSAY]
WRONG_FORMS: dict[ItemKind, list[Choice]] = {
    ItemKind.SINGLE_CHOICE: [4, (0,), "0"],
    ItemKind.TRUE_FALSE: [2, (0,), "Đúng"],
    ItemKind.MULTIPLE_CHOICE: [0, (4,), (1, 0), "x", (0, None)],
    ItemKind.MATCHING: [0, (0, 1), (0, 1, 4), "x"],
    ItemKind.ORDERING: [0, (0, 1, 2), (0, 1, 2, 2), "x"],
    ItemKind.SHORT_ANSWER: [0, (0,), "x" * 201],
    ItemKind.NUMERICAL: [0, (0,), "x" * 201],
    ItemKind.ESSAY: [0, (0,), "x" * 10_001],
}


@pytest.fixture
def person() -> Person:
    return add_person()


def start(person: Person, kinds: list[ItemKind], **changes: object) -> tuple[int, dict[ItemKind, int]]:
    """An attempt at a paper with one item of each kind; at which slot each kind stands."""
    bank = make_bank(items=[make_item_of(kind, f"K-{kind}") for kind in kinds])
    blueprint = ExamBlueprint((BlueprintCell(None, None, len(kinds)),))
    round_ = add_round(bank=bank, blueprint=blueprint, **changes)
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    page = view_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    return attempt_id, {question.kind: question.slot for question in page.questions}


def save(person: Person, attempt_id: int, slot: int, choice: Choice | None, sequence: int = 1) -> None:
    save_responses(
        account_id=person.id,
        auth_version=person.auth_version,
        attempt_id=attempt_id,
        changes=[ResponseChange(slot, choice, sequence)],
        now=MIDDLE,
    )


def show(attempt_id: int, slot: int, choice: Choice) -> Choice:
    """A choice of the item as its paper shows it."""
    ((stored,),) = run_sql("SELECT paper FROM attempts WHERE id = :id", id=attempt_id)
    return to_paper_choice(choice, paper_from_json(stored)[slot].option_order)


def sort_positions(kind: ItemKind, choice: Choice) -> Choice:
    """Positions of multiple choice are sent in rising order."""
    return tuple(sorted(choice)) if kind is ItemKind.MULTIPLE_CHOICE and isinstance(choice, tuple) else choice  # type: ignore[type-var]


@pytest.mark.usefixtures("app")
def test_every_kind_is_saved_read_back_and_scored(person: Person) -> None:
    attempt_id, slots = start(person, SCORED)
    for kind, slot in slots.items():
        choice = sort_positions(kind, show(attempt_id, slot, RIGHT[kind]))
        save(person, attempt_id, slot, choice)
        page = view_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
        assert page.questions[slot].choice == choice, kind
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    ((count, score),) = run_sql("SELECT correct_count, score_hundredths FROM attempts")
    assert (count, score) == (7, 1000)


@pytest.mark.usefixtures("app")
def test_the_result_tells_for_every_kind_what_is_right(person: Person) -> None:
    attempt_id, slots = start(person, SCORED, reveal_after_attempt=Reveal.KEY_AND_EXPLANATION)
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    result = view_result(person=person, attempt_id=attempt_id, now=MIDDLE)
    for kind, slot in slots.items():
        question = result.questions[slot]
        assert question.kind is kind
        assert (question.fraction, question.choice, question.is_right) == (0, None, False)
        key = question.key
        assert key is not None
        if kind in (ItemKind.MATCHING, ItemKind.ORDERING):
            assert key.places == show(attempt_id, slot, RIGHT[kind]), kind
        elif kind is ItemKind.SHORT_ANSWER:
            assert key.texts == ("Cải cách",)
        elif kind is ItemKind.NUMERICAL:
            assert [str(value) for value, _ in key.numbers] == ["8.5"]
        else:
            shown = show(attempt_id, slot, RIGHT[kind])
            assert key.right == (set(shown) if isinstance(shown, tuple) else {shown}), kind


@pytest.mark.parametrize("kind", list(ItemKind))
@pytest.mark.usefixtures("app")
def test_what_does_not_fit_is_refused_and_changes_nothing(person: Person, kind: ItemKind) -> None:
    attempt_id, slots = start(person, [kind], is_ranked=False, reveal_during_attempt=True)
    slot = slots[kind]
    save(person, attempt_id, slot, sort_positions(kind, RIGHT[kind]))
    before = run_sql("SELECT responses FROM attempts")
    for sequence, choice in enumerate(WRONG_FORMS[kind], start=2):
        with pytest.raises(UnknownChoice):
            save(person, attempt_id, slot, choice, sequence)
    assert run_sql("SELECT responses FROM attempts") == before
    save(person, attempt_id, slot, None, 99)
    ((stored,),) = run_sql("SELECT responses FROM attempts")
    assert (json.loads(stored) if isinstance(stored, str) else stored)[str(slot)][:2] == [99, None]


@pytest.mark.usefixtures("app")
def test_essays_are_asked_in_practice_only_and_count_for_nothing(person: Person) -> None:
    attempt_id, slots = start(
        person, [ItemKind.ESSAY, ItemKind.SINGLE_CHOICE], is_ranked=False, reveal_during_attempt=True
    )
    save(person, attempt_id, slots[ItemKind.ESSAY], RIGHT[ItemKind.ESSAY])
    single = slots[ItemKind.SINGLE_CHOICE]
    save(person, attempt_id, single, show(attempt_id, single, RIGHT[ItemKind.SINGLE_CHOICE]))
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE)
    assert run_sql("SELECT correct_count, score_hundredths FROM attempts") == [(1, 1000)]
    ((bank_id,),) = run_sql("SELECT id FROM item_banks")
    with reading() as work:
        kinds = {item.kind for item in items_store.map_current_items(work, bank_id).values()}
    assert ItemKind.ESSAY in kinds
