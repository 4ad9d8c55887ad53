"""From the form of an item to the item, with everything that is wrong at its field."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from question_bank.formatted_text import FormattedText, from_html, from_plain, normalise_text
from question_bank.item_rules import ItemProblem, find_item_problems
from question_bank.items import CHOICE_KINDS, TRUE_FALSE_OPTIONS, Item, ItemKind, LegalSource, Option
from question_bank.keys import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    Key,
    MatchingKey,
    NumberKey,
    OrderingKey,
    TextKey,
)
from question_bank.numbers import parse_number
from question_bank.readers.report import mark_message as N_
from quiz_app.services.item_bank.drafts import AnswerDraft, ItemDraft, drop_empty

_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_WEB = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
LONGEST_SOURCE = 500
LONGEST_GUIDANCE = 10_000
"""Characters."""


def to_item(draft: ItemDraft) -> tuple[Item, tuple[ItemProblem, ...]]:
    """The item that the form says, and everything that is wrong, by field. Rows left empty are left out."""
    problems: list[ItemProblem] = []
    read = _read_markup if draft.is_markup else from_plain
    draft = drop_empty(draft)
    options: tuple[Option, ...] = tuple(Option(read(option.text), option.is_pinned) for option in draft.options)
    if draft.kind is ItemKind.TRUE_FALSE:
        options = TRUE_FALSE_OPTIONS
    item = Item(
        code=_tidy(draft.code),
        kind=draft.kind,
        topic=draft.topic,
        level=draft.level,
        stem=read(draft.stem),
        options=options,
        key=_read_key(draft, problems),
        explanation=read(draft.explanation),
        source=_read_source(draft, problems),
        rows=tuple(read(row.text) for row in draft.rows),
    )
    if not item.topic:
        problems.append(ItemProblem("topic", N_("the topic is missing")))
    found = find_item_problems(item)
    if any(problem.field == "key" for problem in problems):
        # What could not be read is said already.
        found = tuple(problem for problem in found if problem.field != "key")
    return item, (*problems, *found)


def _read_key(draft: ItemDraft, problems: list[ItemProblem]) -> Key | None:
    kind = draft.kind
    if kind in CHOICE_KINDS:
        right = frozenset(place for place, option in enumerate(draft.options) if option.is_right)
        return ChoiceKey(right, draft.is_partial and kind is ItemKind.MULTIPLE_CHOICE) if right else None
    if kind is ItemKind.MATCHING:
        pairs = tuple(int(row.pair) if row.pair.isdecimal() else -1 for row in draft.rows)
        if -1 in pairs:
            problems.append(ItemProblem("key", N_("each row needs the option that belongs to it")))
            return None
        return MatchingKey(pairs, draft.is_partial)
    if kind is ItemKind.ORDERING:
        return OrderingKey(draft.is_partial)
    if kind is ItemKind.ESSAY:
        if len(draft.guidance) > LONGEST_GUIDANCE:
            problems.append(ItemProblem("key", N_("the guidance is longer than 10,000 characters")))
        return EssayKey(normalise_text(draft.guidance[:LONGEST_GUIDANCE]).strip())
    if kind is ItemKind.SHORT_ANSWER:
        texts = tuple(
            AcceptedText(_tidy(answer.text), _read_percent(answer.percent, problems)) for answer in draft.answers
        )
        return TextKey(texts, draft.minds_case, draft.minds_accents) if texts else None
    numbers = tuple(_read_number(answer, problems) for answer in draft.answers)
    return NumberKey(numbers) if numbers else None


def _read_number(answer: AnswerDraft, problems: list[ItemProblem]) -> AcceptedNumber:
    value, tolerance = parse_number(answer.text), parse_number(answer.tolerance or "0")
    if value is None:
        problems.append(ItemProblem("key", N_("an accepted number is not a number")))
    if tolerance is None:
        problems.append(ItemProblem("key", N_("a tolerance is not a number")))
    return AcceptedNumber(value or Decimal(0), tolerance or Decimal(0), _read_percent(answer.percent, problems))


def _read_percent(text: str, problems: list[ItemProblem]) -> int:
    text = text.strip().removesuffix("%").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        problems.append(ItemProblem("key", N_("a share is a whole number of 1 to 100 percent")))
        return 100
    return int(text)


def _read_source(draft: ItemDraft, problems: list[ItemProblem]) -> LegalSource:
    document, article, url = _tidy(draft.document), _tidy(draft.article), _tidy(draft.url)
    if max(len(document), len(article), len(url)) > LONGEST_SOURCE:
        problems.append(ItemProblem("document", N_("a part of the source is longer than 500 characters")))
        document, article, url = document[:LONGEST_SOURCE], article[:LONGEST_SOURCE], url[:LONGEST_SOURCE]
    if url and not _WEB.fullmatch(url):
        problems.append(ItemProblem("url", N_("an address begins with http:// or https://")))
        url = ""
    return LegalSource(
        document=document,
        article=article or None,
        url=url or None,
        valid_from=_read_day(draft.valid_from, "valid_from", problems),
        valid_until=_read_day(draft.valid_until, "valid_until", problems),
    )


def _read_day(text: str, field: str, problems: list[ItemProblem]) -> date | None:
    text = text.strip()
    if not text:
        return None
    found = _DAY.fullmatch(text)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        pass
    problems.append(ItemProblem(field, N_("this is not a day; write it as 15/09/2022")))
    return None


def _read_markup(text: str) -> FormattedText:
    return from_html(text.strip())


def _tidy(text: str) -> str:
    return " ".join(normalise_text(text).split())
