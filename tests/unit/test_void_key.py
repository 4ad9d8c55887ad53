"""An item made void is worth a point to everybody; another key is read as a form gives it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from question_bank.items import CHOICE_KINDS, ItemKind
from question_bank.keys import ChoiceKey, MatchingKey, VoidKey
from question_bank.responses import Choice
from question_bank.scoring import mark_response
from quiz_app.persistence.item_columns import key_to_json, to_key
from quiz_app.services.item_bank.drafts import make_draft
from quiz_app.services.key_corrections import read_key
from tests.factories import make_item, make_item_of


@pytest.mark.parametrize("kind", list(ItemKind))
@pytest.mark.parametrize("choice", [None, 0, -1, "không biết", (0, None)])
def test_a_void_item_gives_the_point_whatever_was_answered(kind: ItemKind, choice: Choice | None) -> None:
    item = replace(make_item_of(kind), key=VoidKey())
    assert mark_response(item, choice) == 1


@pytest.mark.parametrize("kind", list(ItemKind))
def test_a_void_key_comes_back_from_the_database(kind: ItemKind) -> None:
    assert to_key(kind, key_to_json(VoidKey())) == VoidKey()


@pytest.mark.parametrize("kind", [kind for kind in ItemKind if kind is not ItemKind.ESSAY])
def test_the_form_of_a_key_says_the_key_that_it_was_made_from(kind: ItemKind) -> None:
    item = make_item_of(kind)
    assert read_key(item, make_draft(item)) == (item.key, ())


def test_a_single_choice_may_accept_several_options_but_not_none_and_not_all() -> None:
    item = make_item()
    assert item.kind in CHOICE_KINDS

    def read(*right: int) -> object:
        draft = make_draft(item)
        options = tuple(replace(option, is_right=place in right) for place, option in enumerate(draft.options))
        return read_key(item, replace(draft, options=options))[0]

    assert read(1, 3) == ChoiceKey(frozenset({1, 3}))
    assert read() is None
    assert read(0, 1, 2, 3) is None


def test_a_line_that_pairs_with_nothing_is_no_key() -> None:
    item = make_item_of(ItemKind.MATCHING)
    draft = make_draft(item)
    swapped = tuple(replace(row, pair=pair) for row, pair in zip(draft.rows, "012", strict=True))
    assert read_key(item, replace(draft, rows=swapped)) == (MatchingKey((0, 1, 2)), ())
    key, problems = read_key(item, replace(draft, rows=(replace(draft.rows[0], pair=""), *draft.rows[1:])))
    assert key is None
    assert problems
