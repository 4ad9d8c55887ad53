"""Questions without options to choose from: matching, ordering, short answer, numerical, essay."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from question_bank.formatted_text import FormattedText, from_plain, is_blank, to_plain
from question_bank.items import ItemKind
from question_bank.keys import AcceptedNumber, AcceptedText, EssayKey, MatchingKey, NumberKey, OrderingKey, TextKey
from question_bank.readers.moodle.choices import MOST_OPTIONS, Parts, pin_options
from question_bank.readers.moodle.draft import Draft, Refused
from question_bank.readers.moodle.raw import RawAnswer, RawText
from question_bank.readers.moodle.tags import ALL_OR_NOTHING, Facts
from question_bank.readers.report import mark_message as N_

MOST_ANSWERS = 200
MOST_PAIRS = 2 * MOST_OPTIONS
"""Rows, and right sides of no row."""
_WILDCARD = re.compile(r"(?<!\\)\*")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_LONGEST_NUMBER = 400
_TOO_MANY = N_("“%(name)s” is left out: it has too many answers")


def build_matching(draft: Draft, facts: Facts) -> Parts:
    """Matching: the texts on the right side become options, each once; those of no row only mislead."""
    pairs = draft.raw.pairs
    if len(pairs) > MOST_PAIRS:
        raise Refused("rows", _TOO_MANY)
    rows, names = [], []
    for left, right in pairs:
        row = draft.convert(left, "rows")
        if not is_blank(row):
            rows.append(row)
            names.append(right)
    plain = list(dict.fromkeys(right for _, right in pairs))
    options = [from_plain(text) for text in plain]
    key = [plain.index(name) for name in names]
    noted = _read_noted_options(draft, names)
    if noted is not None:
        options, key = noted
    return Parts(
        ItemKind.MATCHING,
        pin_options(options, draft, facts, guesses=False),
        MatchingKey(tuple(key), is_partial=facts.scoring != ALL_OR_NOTHING) if rows else None,
        tuple(rows),
    )


def _read_noted_options(draft: Draft, names: list[str]) -> tuple[list[FormattedText], list[int]] | None:
    """Options and key from the notes, if they still say the same as the question itself."""
    texts: Any = draft.raw.notes.get("options")
    key: Any = draft.raw.notes.get("key")
    if texts is None and key is None:
        return None
    if _is_list_of(texts, str) and _is_list_of(key, int) and len(texts) <= MOST_OPTIONS and len(key) == len(names):
        files = draft.raw.stem.files
        options = [draft.convert(RawText(text, files=files), "options") for text in texts]
        if all(
            0 <= position < len(options) and fold_plain(options[position]) == fold_plain(from_plain(name))
            for position, name in zip(key, names, strict=True)
        ):
            return options, key
    draft.warn("options", N_("the note in the file on the options no longer fits them and was left out"))
    return None


def build_ordering(draft: Draft, facts: Facts) -> Parts:
    """Ordering: the options in the file's order, which is the right one."""
    if len(draft.raw.answers) > MOST_OPTIONS:
        raise Refused("options", _TOO_MANY)
    options = [draft.convert(answer.text, "options") for answer in draft.raw.answers]
    key = OrderingKey(is_partial=not draft.raw.is_all_or_nothing)
    labels = tuple(str(number) for number in range(1, len(options) + 1))
    return Parts(ItemKind.ORDERING, pin_options(options, draft, facts, guesses=False), key, labels=labels)


def build_short_answer(draft: Draft, facts: Facts) -> Parts:
    """Short answer. Raises Refused for a wildcard that is worth something."""
    accepted = []
    for answer in _list_worthy(draft):
        text = to_plain(from_plain(answer.text.text))
        if _WILDCARD.search(text):
            raise Refused("key", N_("“%(name)s” is left out: * in an accepted answer stands for any text"))
        accepted.append(AcceptedText(text.replace("\\*", "*"), _to_percent(answer, draft)))
    accepted = _use_noted_answers(draft, accepted)
    key = TextKey(
        tuple(accepted),
        minds_case=draft.raw.minds_case or facts.minds_case,
        minds_accents=not facts.ignores_accents,
    )
    labels = tuple(to_plain(from_plain(answer.text.text)) for answer in draft.raw.answers)
    return Parts(ItemKind.SHORT_ANSWER, key=key if accepted else None, labels=labels)


def build_numerical(draft: Draft) -> Parts:
    """Numerical: a number with a tolerance, or two bounds (``1..5``)."""
    numbers, is_sound = [], True
    for answer in _list_worthy(draft):
        number = _make_number(answer, draft)
        is_sound = is_sound and number is not None
        if number is not None:
            numbers.append(number)
    labels = tuple(answer.text.text for answer in draft.raw.answers)
    return Parts(ItemKind.NUMERICAL, key=NumberKey(tuple(numbers)) if numbers and is_sound else None, labels=labels)


def build_essay(draft: Draft) -> Parts:
    """Essay: Moodle's information for graders is our guidance, in plain text."""
    guidance = draft.convert(draft.raw.guidance, "key")
    noted = draft.raw.notes.get("guidance")
    if isinstance(noted, str) and (is_blank(guidance) or _is_same_text(noted, to_plain(guidance))):
        return Parts(ItemKind.ESSAY, key=EssayKey(noted))
    if "<img" in guidance:
        draft.warn("key", N_("the pictures in the guidance for markers were left out"))
    return Parts(ItemKind.ESSAY, key=EssayKey(to_plain(guidance)))


def fold_plain(text: FormattedText) -> str:
    """The words of an option for comparison: spaces do not count."""
    return " ".join(to_plain(text).split())


def _use_noted_answers(draft: Draft, accepted: list[AcceptedText]) -> list[AcceptedText]:
    """The answers exactly as the notes have them, if they still are the same but for spaces."""
    noted: Any = draft.raw.notes.get("answers")
    if noted is None:
        return accepted
    if _is_list_of(noted, str) and len(noted) == len(accepted):
        pairs = list(zip(noted, accepted, strict=True))
        if all(_is_same_text(text, answer.text) for text, answer in pairs):
            return [AcceptedText(text, answer.percent) for text, answer in pairs]
    draft.warn("key", N_("the note in the file on the answers no longer fits them and was left out"))
    return accepted


def _is_same_text(one: str, other: str) -> bool:
    return one.split() == other.split()


def _list_worthy(draft: Draft) -> list[RawAnswer]:
    """The answers that are worth something; those worth nothing are the same as any other text."""
    answers = draft.raw.answers
    if len(answers) > MOST_ANSWERS:
        raise Refused("key", _TOO_MANY)
    worthy = [answer for answer in answers if answer.percent > 0]
    if len(worthy) < len(answers):
        draft.warn("key", N_("answers that are worth nothing were left out: any other answer is worth nothing anyway"))
    return worthy


def _to_percent(answer: RawAnswer, draft: Draft) -> int:
    percent = max(1, int(answer.percent.to_integral_value(ROUND_HALF_UP)))
    if percent != answer.percent:
        draft.warn("key", N_("a percentage was rounded to %(percent)s"), percent=percent)
    return percent


def _make_number(answer: RawAnswer, draft: Draft) -> AcceptedNumber | None:
    low, is_range, high = answer.text.text.partition("..")
    other = high if is_range else answer.tolerance or "0"
    first, second = _read_number(low, draft), _read_number(other, draft)
    if first is None or second is None:
        if answer.text.text.strip() == "*":
            raise Refused("key", N_("“%(name)s” is left out: * in an accepted answer stands for any text"))
        draft.fail("key", N_("“%(text)s” is not a number"), text=(other if first is not None else low).strip()[:40])
        return None
    percent = _to_percent(answer, draft)
    if not is_range:
        return AcceptedNumber(first, second, percent)
    with localcontext(prec=2 * _LONGEST_NUMBER):
        return AcceptedNumber((first + second) / 2, (second - first) / 2, percent)


def _read_number(text: str, draft: Draft) -> Decimal | None:
    text = text.strip()
    if "," in text and "." not in text:
        draft.warn("key", N_("the comma in “%(text)s” was taken for a decimal point"), text=text[:40])
        text = text.replace(",", ".")
    if len(text) > _LONGEST_NUMBER or not text.isascii() or not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    return number if abs(number.adjusted()) <= _LONGEST_NUMBER else None


def _is_list_of(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(type(entry) is kind for entry in value)
