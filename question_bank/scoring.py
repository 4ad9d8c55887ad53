"""Scoring: a response and a key give a fraction, fractions give a score. Numbers in, numbers out; no words, no HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from question_bank.formatted_text import normalise_text, strip_accents
from question_bank.items import Item
from question_bank.keys import ChoiceKey, EssayKey, MatchingKey, NumberKey, TextKey, VoidKey
from question_bank.numbers import parse_number
from question_bank.responses import Choice

NOTHING, ALL = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class PaperScore:
    """What a paper is worth.

    ``score_hundredths`` is the score on the round's scale in hundredths of a point, rounded down: a score just below
    the cut score must never be shown as having reached it.
    """

    correct_count: int
    score_hundredths: int


def mark_response(item: Item, choice: Choice | None) -> Fraction:
    """What a response is worth, 0 to 1; ``choice`` is in positions of the item (see ``responses.to_item_choice``).

    No response is worth 0, and so is one that does not fit the item. Nothing is ever worth less: no contest seen has
    penalties. An essay is worth 0 until somebody has marked it; an item that was made void is worth 1 to everybody.
    """
    key = item.key
    if isinstance(key, VoidKey):
        return ALL
    if choice is None or key is None or isinstance(key, EssayKey):
        return NOTHING
    if isinstance(key, TextKey):
        return _mark_text(key, choice) if isinstance(choice, str) else NOTHING
    if isinstance(key, NumberKey):
        return _mark_number(key, choice) if isinstance(choice, str) else NOTHING
    if isinstance(choice, str):
        return NOTHING
    if isinstance(key, ChoiceKey):
        if isinstance(choice, int):
            return ALL if choice in key.right else NOTHING
        return _mark_set(key, choice)
    if isinstance(choice, int):
        return NOTHING
    if isinstance(key, MatchingKey):
        return _mark_places(key.options, choice, is_partial=key.is_partial)
    return _mark_places(tuple(range(len(item.options))), choice, is_partial=key.is_partial)


def score_paper(fractions: Sequence[Fraction], *, scale_hundredths: int) -> PaperScore:
    """Sum the fractions of equally weighted slots onto the scale (1000 hundredths is a scale of 10).

    A paper on which nothing counts (essays alone) is worth 0. Raises ValueError for a fraction outside 0 to 1.
    """
    if not fractions:
        return PaperScore(0, 0)
    if any(not 0 <= fraction <= 1 for fraction in fractions):
        raise ValueError("a fraction lies between 0 and 1")
    score = sum(fractions, Fraction(0)) * scale_hundredths / len(fractions)
    return PaperScore(
        correct_count=sum(1 for fraction in fractions if fraction == 1),
        score_hundredths=score.numerator // score.denominator,
    )


def _mark_set(key: ChoiceKey, choice: tuple[int | None, ...]) -> Fraction:
    chosen = {position for position in choice if position is not None}
    if not key.is_partial:
        return ALL if chosen == key.right else NOTHING
    return max(NOTHING, Fraction(len(chosen & key.right) - len(chosen - key.right), len(key.right)))


def _mark_places(right: tuple[int, ...], choice: tuple[int | None, ...], *, is_partial: bool) -> Fraction:
    if len(choice) != len(right):
        return NOTHING
    share = Fraction(sum(given == wanted for given, wanted in zip(choice, right, strict=True)), len(right))
    return share if is_partial or share == 1 else NOTHING


def _mark_text(key: TextKey, given: str) -> Fraction:
    number = parse_number(given)
    best = 0
    for answer in key.answers:
        is_same = _fold(given, key) == _fold(answer.text, key)
        if is_same or (number is not None and number == parse_number(answer.text)):
            best = max(best, answer.percent)
    return Fraction(best, 100)


def _fold(text: str, key: TextKey) -> str:
    text = " ".join(normalise_text(text).split())
    text = text if key.minds_accents else strip_accents(text)
    return text if key.minds_case else text.casefold()


def _mark_number(key: NumberKey, given: str) -> Fraction:
    number = parse_number(given)
    if number is None:
        return NOTHING
    worth = [accepted.percent for accepted in key.numbers if abs(number - accepted.value) <= accepted.tolerance]
    return Fraction(max(worth, default=0), 100)
