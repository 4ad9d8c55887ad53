"""The form of an item: what it gives back, and what it says of what cannot be used."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.formatted_text import from_html, from_plain
from question_bank.item_rules import find_item_problems
from question_bank.items import Item, ItemKind
from question_bank.keys import MatchingKey
from question_bank.readers.bank_folder import Topic
from quiz_app.domain.items import TRANSITIONS, ItemState
from quiz_app.services.item_bank.codes import find_topic, make_codes, make_topic
from quiz_app.services.item_bank.draft_reading import to_item
from quiz_app.services.item_bank.drafts import (
    AnswerDraft,
    ItemDraft,
    OptionDraft,
    RowDraft,
    add_rows,
    make_draft,
)
from tests.integration.bank import make_items

KINDS = list(ItemKind)


@pytest.mark.parametrize("item", make_items("<b> & dòng hai"), ids=lambda item: str(item.kind))
def test_a_form_gives_its_item_back(item: Item) -> None:
    item = replace(item, topic="t", code="X-1", explanation=from_plain("Dòng một\ndòng hai"))
    draft = make_draft(item)
    assert not draft.is_markup
    assert to_item(add_rows(draft, 2)) == (item, ())


@pytest.mark.parametrize("item", make_items(), ids=lambda item: str(item.kind))
def test_formatted_texts_are_shown_as_markup_and_come_back(item: Item) -> None:
    item = replace(
        item, topic="t", stem=from_html("Số <sup>2</sup> <strong>đậm</strong><table><tr><td>a</td></tr></table>")
    )
    draft = make_draft(item)
    assert draft.is_markup
    assert to_item(add_rows(draft, 2)) == (item, ())


def test_positions_of_a_key_move_with_rows_that_are_left_out() -> None:
    draft = ItemDraft(
        kind=ItemKind.MATCHING, topic="t", stem="Ghép",
        options=(OptionDraft("một"), OptionDraft(), OptionDraft("hai"), OptionDraft("ba")),
        rows=(RowDraft("x", "3"), RowDraft(), RowDraft("y", "0")),
    )  # fmt: skip
    item, problems = to_item(draft)
    assert not problems
    assert item.key == MatchingKey((2, 0))


def test_a_right_option_without_text_is_said_and_not_dropped() -> None:
    draft = ItemDraft(
        kind=ItemKind.SINGLE_CHOICE, topic="t", stem="Chọn",
        options=(OptionDraft("một"), OptionDraft("hai"), OptionDraft("", is_right=True)),
    )  # fmt: skip
    assert "an option is empty" in {problem.message for problem in to_item(draft)[1]}


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (ItemDraft(ItemKind.NUMERICAL, topic="t", stem="s", answers=(AnswerDraft("abc"),)), "key"),
        (ItemDraft(ItemKind.NUMERICAL, topic="t", stem="s", answers=(AnswerDraft("1", "x"),)), "key"),
        (ItemDraft(ItemKind.SHORT_ANSWER, topic="t", stem="s", answers=(AnswerDraft("a", "", "một"),)), "key"),
        (ItemDraft(ItemKind.ESSAY, topic="", stem="s"), "topic"),
        (ItemDraft(ItemKind.ESSAY, topic="t", stem="s", url="javascript:alert(1)"), "url"),
        (ItemDraft(ItemKind.ESSAY, topic="t", stem="s", valid_from="31/02/2022"), "valid_from"),
        (
            ItemDraft(ItemKind.ESSAY, topic="t", stem="s", valid_from="02/01/2022", valid_until="1/1/2022"),
            "valid_until",
        ),
        (ItemDraft(ItemKind.ESSAY, topic="t", stem=" "), "stem"),
        (ItemDraft(ItemKind.ESSAY, topic="t", stem="s", document="x" * 501), "document"),
        (ItemDraft(ItemKind.MATCHING, topic="t", stem="s", rows=(RowDraft("x", ""),)), "key"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(draft: ItemDraft, field: str) -> None:
    assert field in {problem.field for problem in to_item(draft)[1]}


@given(
    st.sampled_from(KINDS), st.booleans(), st.lists(st.text(max_size=30), min_size=8, max_size=8), st.booleans(),
    st.lists(st.integers(0, 9).map(str), min_size=4, max_size=4),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_no_form_gives_an_invalid_item_without_saying_so(
    kind: ItemKind, is_markup: bool, texts: list[str], is_partial: bool, numbers: list[str]
) -> None:
    draft = ItemDraft(
        kind, is_markup=is_markup, code=texts[0], topic=texts[1], stem=texts[2], explanation=texts[3],
        options=tuple(OptionDraft(text, is_partial, mark < "3") for text, mark in zip(texts, numbers, strict=False)),
        rows=tuple(RowDraft(text, number) for text, number in zip(texts, numbers, strict=False)),
        answers=tuple(AnswerDraft(text, number, number) for text, number in zip(texts, numbers, strict=False)),
        is_partial=is_partial, guidance=texts[4], valid_from=texts[5], url=texts[6],
    )  # fmt: skip
    item, problems = to_item(draft)
    if not problems:
        assert not find_item_problems(item)
        assert item.topic


def test_the_table_of_transitions_has_no_way_into_use_but_by_review() -> None:
    assert {source for source, target in TRANSITIONS if target is ItemState.IN_USE} == {ItemState.REVIEWED}
    assert TRANSITIONS[ItemState.DRAFT, ItemState.REVIEWED].needs_second_person
    for (_, target), step in TRANSITIONS.items():
        assert step.needs_reason == (target in (ItemState.DRAFT, ItemState.RETIRED))


def test_codes_go_on_from_the_highest() -> None:
    codes = make_codes(["CH-0009", "CH-12", "TC-100", "CH-x"])
    assert [next(codes), next(codes)] == ["CH-0013", "CH-0014"]


def test_topics_are_known_by_code_and_by_name() -> None:
    topics = (Topic("the-che", "Cải cách thể chế"), Topic("cong-vu", "Công vụ"))
    assert find_topic("CẢI CÁCH thể chế", topics) == find_topic("the-che", topics) == topics[0]
    assert find_topic("", topics) is None
    assert find_topic("!", topics) is None
    assert make_topic("Công vụ", topics) == Topic("cong-vu-2", "Công vụ")
    assert make_topic("???", topics).code == "linh-vuc"
