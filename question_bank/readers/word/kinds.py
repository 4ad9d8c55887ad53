"""Which kind of item a question is, and the key of each kind other than a plain choice.

Conventions, for offices and for our own writer alike. The kind stands in brackets after the number ("Câu 3 [Ghép
đôi].") or below ("Loại câu: Ghép đôi"); without it, the form of the key decides, with a warning.

* true/false: options "A. Đúng", "B. Sai", or no options and "Đáp án: Đúng"
* matching: rows "(1) …", options "A. …", "Đáp án: 1-B, 2-A"
* statements: options "a) …" to "d) …", "Đáp án: a-Đ, b-S, c-S, d-Đ": read as a matching item of true and false
* ordering: options "A. …" as the paper shows them, "Đáp án: C, A, B" in the right order
* short answer: one line "Đáp án: …" for each accepted text, "Đáp án (50%): …"; "So sánh: phân biệt chữ hoa"
* numerical: "Đáp án: 3,5 ± 0,1"; essay: "Hướng dẫn chấm: …"
* partial marking: "Cách chấm: từng phần"
"""

from __future__ import annotations

import re

from question_bank.formatted_text import fold_text
from question_bank.items import ItemKind
from question_bank.keys import AcceptedNumber, AcceptedText, NumberKey, TextKey
from question_bank.numbers import parse_number
from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.choosing import FALSE_WORDS, TRUE_WORDS, OutsideKeys
from question_bank.readers.word.key_values import read_pairs, read_statements, read_truth
from question_bank.readers.word.lines import Note
from question_bank.readers.word.outline import Block
from question_bank.readers.word.question_parts import Question
from question_bank.readers.word.terms import find_kind
from question_bank.readers.word.wording import Detail

_TOLERANCE = re.compile(r"(?P<value>[^±]+?)\s*(?:±|\+/-|\+-)\s*(?P<tolerance>.+)")


def find_item_kind(block: Block, question: Question, outside: OutsideKeys) -> tuple[ItemKind, list[Note]]:
    """The kind, with a warning where nothing but the form of the question says it."""
    named = [find_kind(fold_text(detail.value)) for detail in question.list_details(Detail.KIND)]
    explicit = next((kind for kind in named if kind), None) or block.kind
    if explicit is not None:
        return explicit, []
    if question.options:
        return _find_kind_of_options(question), []
    return _find_kind_without_options(block, question, outside)


def _find_kind_of_options(question: Question) -> ItemKind:
    keys = [detail.value for detail in question.list_details(Detail.KEY)]
    if is_true_false(question):
        return ItemKind.TRUE_FALSE
    if question.rows and any(read_pairs(key) for key in keys):
        return ItemKind.MATCHING
    return ItemKind.SINGLE_CHOICE


def _find_kind_without_options(block: Block, question: Question, outside: OutsideKeys) -> tuple[ItemKind, list[Note]]:
    keys = [detail.value for detail in question.list_details(Detail.KEY)]
    keys += [*outside.table, *([outside.solution] if outside.solution else [])]
    title = fold_text(f"{block.section.name} {block.section.title}" if block.section else "")
    if any(read_truth(key) is not None for key in keys):
        kind = ItemKind.TRUE_FALSE
    elif question.list_details(Detail.GUIDANCE) or "tự luận" in title:
        kind = ItemKind.ESSAY
    elif any("±" in key and read_numbers(question) is not None for key in keys):
        kind = ItemKind.NUMERICAL
    elif question.list_details(Detail.KEY):
        kind = ItemKind.SHORT_ANSWER
    else:
        return ItemKind.SINGLE_CHOICE, []
    return kind, [Note("kind", N_("the kind of the item was guessed from its form"))]


def is_true_false(question: Question) -> bool:
    """Whether the options are "Đúng" and "Sai", in whatever order."""
    texts = [fold_text(" ".join(line.text for line in option.lines)).strip(" .;") for option in question.options]
    return len(texts) == 2 and any(t in TRUE_WORDS for t in texts) and any(t in FALSE_WORDS for t in texts)


def find_statement_marks(question: Question, outside: OutsideKeys) -> dict[str, bool] | None:
    """The marks of statements a) to d), each true or false for itself."""
    for value in (*(detail.value for detail in question.list_details(Detail.KEY)), *outside.table, outside.solution):
        found = read_statements(value)
        if found and question.options and set(found) == {option.letter for option in question.options}:
            return found
    return None


def read_texts(question: Question) -> TextKey | None:
    """The accepted texts of a short answer."""
    answers = tuple(AcceptedText(detail.value, detail.percent) for detail in question.list_details(Detail.KEY))
    if not answers:
        return None
    words = fold_text(" ".join(detail.value for detail in question.list_details(Detail.COMPARING)))
    return TextKey(
        answers,
        minds_case="phân biệt chữ hoa" in words.replace("không phân biệt chữ hoa", ""),
        minds_accents="không phân biệt dấu" not in words,
    )


def read_numbers(question: Question) -> NumberKey | None:
    """The accepted numbers ("3,5 ± 0,1"); None if one of them is no number."""
    numbers = []
    for detail in question.list_details(Detail.KEY):
        found = _TOLERANCE.fullmatch(detail.value)
        value = parse_number(found["value"] if found else detail.value)
        tolerance = parse_number(found["tolerance"]) if found else parse_number("0")
        if value is None or tolerance is None:
            return None
        numbers.append(AcceptedNumber(value, tolerance, detail.percent))
    return NumberKey(tuple(numbers)) if numbers else None


def is_partial(question: Question) -> bool:
    """Whether a response that is right in part is worth a part."""
    return any("từng phần" in fold_text(detail.value) for detail in question.list_details(Detail.MARKING))
