"""textEntryInteraction and extendedTextInteraction: short answer, numerical, essay."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from lxml import etree

from question_bank.formatted_text import to_plain
from question_bank.items import ItemKind
from question_bank.keys import AcceptedNumber, AcceptedText, EssayKey, NumberKey, TextKey
from question_bank.readers.qti.contents import convert_content
from question_bank.readers.qti.declaration import Declaration, Mapped
from question_bank.readers.qti.draft import Draft, Refused
from question_bank.readers.qti.numeric_rules import read_tolerance
from question_bank.readers.qti.own_data import OwnData
from question_bank.readers.qti.parts import Parts
from question_bank.readers.report import mark_message as N_

MOST_ANSWERS = 200
_NUMBERS = ("float", "integer")
_STALE = N_("the note in the file on the answers no longer fits them and was left out")


def read_text_entry(item: etree._Element, declared: Declaration | None, draft: Draft, own: OwnData) -> Parts:
    """A short answer, or a numerical item where the response is declared a number."""
    kind = ItemKind.NUMERICAL if declared and declared.base_type in _NUMBERS else ItemKind.SHORT_ANSWER
    if declared is None or (declared.base_type not in (*_NUMBERS, "string", "identifier")):
        return Parts(kind)
    entries = declared.mapped if declared.uses_mapping else [Mapped(text, Decimal(1)) for text in declared.correct]
    if len(entries) > MOST_ANSWERS:
        raise Refused(N_("“%(name)s” is left out: it has too many answers"), field="key")
    worthy = [entry for entry in entries if entry.worth > 0]
    if len(worthy) < len(entries):
        draft.warn("key", N_("answers that are worth nothing were left out: any other answer is worth nothing anyway"))
    if kind is ItemKind.NUMERICAL:
        return Parts(kind, key=_make_numbers(item, worthy, draft, own))
    return Parts(kind, key=_make_texts(item, worthy, draft, own))


def read_extended_text(item: etree._Element, draft: Draft, own: OwnData) -> Parts:
    """An essay. What is written for those who mark becomes the guidance, in plain text."""
    texts = []
    for block in item.iter("rubricBlock"):
        if is_for_markers(block):
            text = convert_content(draft, block, "key", is_exact=own.is_ours)
            if "<img" in text:
                draft.warn("key", N_("the pictures in the guidance for markers were left out"))
            texts.append(to_plain(text))
    guidance = "\n".join(text for text in texts if text)
    noted = own.find("guidance")
    is_exact = noted is not None and noted.split() == guidance.split()
    return Parts(ItemKind.ESSAY, key=EssayKey(noted if is_exact and noted is not None else guidance))


def is_for_markers(block: etree._Element) -> bool:
    """Whether a rubric is not meant for participants."""
    return "candidate" not in block.get("view", "candidate").split()


def _make_texts(item: etree._Element, worthy: list[Mapped], draft: Draft, own: OwnData) -> TextKey | None:
    if not worthy:
        return None
    best = max(entry.worth for entry in worthy)
    answers = tuple(AcceptedText(entry.key, _to_percent(entry.worth, best, draft)) for entry in worthy)
    answers = _read_own_texts(own, answers, draft)
    ignoring = {entry.minds_case for entry in worthy}
    minds_case = ignoring == {True} and not any(
        match.get("caseSensitive", "").lower() in ("false", "0") for match in item.iter("stringMatch")
    )
    if len(ignoring) > 1:
        draft.warn("key", N_("only some accepted answers minded upper and lower case; now none does"))
    return TextKey(answers, minds_case, minds_accents=own.find("accents") != "ignored")


def _read_own_texts(own: OwnData, answers: tuple[AcceptedText, ...], draft: Draft) -> tuple[AcceptedText, ...]:
    """The answers exactly as they were, if they still are the same but for spaces and the parts of a mark."""
    rows = own.list_rows("answers")
    if rows is None:
        return answers
    if all(len(row) == 2 and isinstance(row[0], str) and type(row[1]) is int for row in rows):
        noted = tuple(AcceptedText(text, percent) for text, percent in rows)
        if [(one.text.split(), one.percent) for one in noted] == [(one.text.split(), one.percent) for one in answers]:
            return noted
    draft.warn("key", _STALE)
    return answers


def _make_numbers(item: etree._Element, worthy: list[Mapped], draft: Draft, own: OwnData) -> NumberKey | None:
    noted = _read_own_numbers(own)
    if noted is not None:
        if {entry.key for entry in worthy} <= {f"{number.value:f}" for number in noted.numbers}:
            return noted
        draft.warn("key", _STALE)
    tolerance = read_tolerance(item, draft)
    if tolerance.bounds is not None:
        low, high = tolerance.bounds
        return NumberKey((AcceptedNumber((low + high) / 2, abs(high - low) / 2),))
    if not worthy:
        return None
    best = max(entry.worth for entry in worthy)
    numbers = []
    for entry in worthy:
        value = _read_number(entry.key)
        if value is None:
            draft.fail("key", N_("“%(text)s” is not a number"), text=entry.key[:40])
            return None
        below, above = tolerance.make_margins(value)
        numbers.append(
            AcceptedNumber(value + (above - below) / 2, (above + below) / 2, _to_percent(entry.worth, best, draft))
        )
    return NumberKey(tuple(numbers))


def _read_own_numbers(own: OwnData) -> NumberKey | None:
    rows: Any = own.list_rows("numbers")
    if not rows:
        return None
    try:
        return NumberKey(tuple(AcceptedNumber(Decimal(a), Decimal(b), int(c)) for a, b, c in rows))
    except (InvalidOperation, ValueError, TypeError):
        return None


def _read_number(text: str) -> Decimal | None:
    try:
        number = Decimal(text) if text.isascii() and "_" not in text and len(text) <= 100 else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number.adjusted()) < 100 else None


def _to_percent(worth: Decimal, best: Decimal, draft: Draft) -> int:
    exact = worth * 100 / best
    percent = max(1, int(exact.to_integral_value(ROUND_HALF_UP)))
    if percent != exact:
        draft.warn("key", N_("a percentage was rounded to %(percent)s"), percent=percent)
    return percent
