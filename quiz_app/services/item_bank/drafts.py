"""An item as a form holds it: every field a text, so that what cannot be used comes back as it was typed.

Texts are shown as plain words where they are nothing else, and as the markup that they are where there is more to them
(emphasis, tables, pictures). ``is_markup`` says which of the two the form shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from question_bank.formatted_text import FormattedText, to_plain
from question_bank.items import (
    MAXIMUM_OPTIONS,
    Item,
    ItemKind,
    Level,
)
from question_bank.keys import (
    ChoiceKey,
    EssayKey,
    Key,
    MatchingKey,
    NumberKey,
    TextKey,
)


@dataclass(frozen=True, slots=True)
class OptionDraft:
    """An option as a form holds it."""

    text: str = ""
    is_pinned: bool = False
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class RowDraft:
    """A row of a matching item; ``pair`` is the position of its option as text, "" while it has none."""

    text: str = ""
    pair: str = ""


@dataclass(frozen=True, slots=True)
class AnswerDraft:
    """An accepted text or number."""

    text: str = ""
    tolerance: str = ""
    percent: str = "100"


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """All fields of the form."""

    kind: ItemKind
    is_markup: bool = False
    code: str = ""
    topic: str = ""
    level: Level = Level.UNDERSTAND
    stem: str = ""
    explanation: str = ""
    document: str = ""
    article: str = ""
    url: str = ""
    valid_from: str = ""
    valid_until: str = ""
    options: tuple[OptionDraft, ...] = ()
    rows: tuple[RowDraft, ...] = ()
    answers: tuple[AnswerDraft, ...] = ()
    is_partial: bool = False
    minds_case: bool = False
    minds_accents: bool = True
    guidance: str = ""


def make_draft(item: Item) -> ItemDraft:
    """The form of an item."""
    is_markup = any("<" in text.replace("<br>", "") for text in item.list_texts())
    key, source = item.key, item.source

    def show(text: FormattedText) -> str:
        return str(text) if is_markup else to_plain(text)

    right = key.right if isinstance(key, ChoiceKey) else frozenset()
    pairs = key.options if isinstance(key, MatchingKey) else ()
    return ItemDraft(
        kind=item.kind,
        is_markup=is_markup,
        code=item.code,
        topic=item.topic,
        level=item.level,
        stem=show(item.stem),
        explanation=show(item.explanation),
        document=source.document,
        article=source.article or "",
        url=source.url or "",
        valid_from=_show_day(source.valid_from),
        valid_until=_show_day(source.valid_until),
        options=tuple(
            OptionDraft(show(option.text), option.is_pinned, place in right)
            for place, option in enumerate(item.options)
        ),
        rows=tuple(
            RowDraft(show(text), str(pairs[place]) if place < len(pairs) else "")
            for place, text in enumerate(item.rows)
        ),
        answers=_show_answers(key),
        is_partial=getattr(key, "is_partial", False),
        minds_case=getattr(key, "minds_case", False),
        minds_accents=getattr(key, "minds_accents", True),
        guidance=key.guidance if isinstance(key, EssayKey) else "",
    )


def make_next_draft(item: Item) -> ItemDraft:
    """The form of the next version of an item, with the key in force.

    A key that only a correction may have (several right options of which one is wanted) is left to be given anew.
    """
    draft = make_draft(item)
    if item.kind is ItemKind.MULTIPLE_CHOICE or sum(option.is_right for option in draft.options) <= 1:
        return draft
    return replace(draft, options=tuple(replace(option, is_right=False) for option in draft.options))


def add_rows(draft: ItemDraft, spare: int) -> ItemDraft:
    """With so many empty rows below those that are filled, within what an item may have."""
    draft = drop_empty(draft)
    if draft.kind in (ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE, ItemKind.MATCHING, ItemKind.ORDERING):
        room = min(MAXIMUM_OPTIONS, max(4, len(draft.options) + spare))
        draft = replace(draft, options=draft.options + (OptionDraft(),) * (room - len(draft.options)))
    if draft.kind is ItemKind.MATCHING:
        room = min(MAXIMUM_OPTIONS, max(4, len(draft.rows) + spare))
        draft = replace(draft, rows=draft.rows + (RowDraft(),) * (room - len(draft.rows)))
    if draft.kind is ItemKind.TRUE_FALSE and not draft.options:
        draft = replace(draft, options=(OptionDraft("Đúng", is_pinned=True), OptionDraft("Sai", is_pinned=True)))
    if draft.kind in (ItemKind.SHORT_ANSWER, ItemKind.NUMERICAL):
        room = max(2, len(draft.answers) + spare)
        draft = replace(draft, answers=draft.answers + (AnswerDraft(),) * (room - len(draft.answers)))
    return draft


def drop_empty(draft: ItemDraft) -> ItemDraft:
    """Without empty rows; positions that a matching key names move along. A marked row is never empty."""
    named = {row.pair for row in draft.rows if row.pair and row.text.strip()}
    kept = [
        place
        for place, option in enumerate(draft.options)
        if option.text.strip() or option.is_right or str(place) in named
    ]
    moved = {str(place): str(new) for new, place in enumerate(kept)}
    rows = tuple(replace(row, pair=moved.get(row.pair, "")) for row in draft.rows if row.text.strip())
    return replace(
        draft,
        options=tuple(draft.options[place] for place in kept),
        rows=rows,
        answers=tuple(answer for answer in draft.answers if answer.text.strip()),
    )


def _show_day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _show_answers(key: Key | None) -> tuple[AnswerDraft, ...]:
    if isinstance(key, TextKey):
        return tuple(AnswerDraft(answer.text, "", str(answer.percent)) for answer in key.answers)
    if isinstance(key, NumberKey):
        return tuple(
            AnswerDraft(_show_number(number.value), _show_number(number.tolerance), str(number.percent))
            for number in key.numbers
        )
    return ()


def _show_number(value: Decimal) -> str:
    """With a comma and without groups, which every reading takes for the same number."""
    return f"{value:f}".replace(".", ",")
