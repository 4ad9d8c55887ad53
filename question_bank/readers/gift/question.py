"""One question of a GIFT file: title, text, and the braces with its answers."""

from __future__ import annotations

import re
from decimal import Decimal

from question_bank.readers.gift.blocks import Block
from question_bank.readers.gift.syntax import hide_escapes, make_answer, make_text, read_comments, show_escapes
from question_bank.readers.moodle.draft import Refused
from question_bank.readers.moodle.raw import RawAnswer, RawKind, RawQuestion, RawText, TextFormat
from question_bank.readers.report import make_line
from question_bank.readers.report import mark_message as N_

_ALL, _NOTHING = Decimal(100), Decimal(0)
_GAP = "_____"
"""What Moodle puts where the answers stand inside a sentence."""
_CLOZE = re.compile(
    r"\s*\d*:(?:SHORTANSWER|SA|SAC|MW|MWC|SHORTANSWER_C|MULTICHOICE\w*|MC\w*|MULTIRESPONSE\w*|MR\w*|NUMERICAL|NM):",
    re.I,
)
_TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_MANY_OPTIONS = 250
"""Answers that are taken apart at most; a question with more is refused for it anyway."""
_MARKED_INSIDE = re.compile(r"[^\s{~}]=")


def read_question(block: Block, topic: str) -> RawQuestion:
    """Take a block apart. Raises Refused for a description, and for one whose braces do not match."""
    code, tags, notes = read_comments(block.comments)
    title, text = _split_title(hide_escapes(block.text))
    before, body, after = _split_braces(text)
    stem = make_text(before + _GAP + after if after.strip() else before, TextFormat.AUTO)
    body, is_explained, explanation = body.rpartition("####")
    if not is_explained:
        body, explanation = explanation, ""
    question = RawQuestion(
        place=make_line(block.line),
        kind=RawKind.ESSAY,
        stem=stem,
        name=show_escapes(title),
        code=code,
        topic=topic,
        explanation=make_text(explanation, stem.format),
        tags=tags,
        notes=notes,
    )
    if block.is_joined:
        question.warnings.append(("options", N_("an empty line between the answers was passed over")))
    _read_body(body.strip(), question)
    return question


def _split_title(text: str) -> tuple[str, str]:
    if text.startswith("::"):
        title, found, rest = text[2:].partition("::")
        if found:
            return title.strip(), rest.strip()
    return "", text


def _split_braces(text: str) -> tuple[str, str, str]:
    if "{" not in text and "}" not in text:
        raise Refused(
            "question", N_("“%(name)s” is a description without a question and was left out"), is_harmless=True
        )
    before, opened, rest = text.partition("{")
    body, closed, after = rest.partition("}")
    if not opened or not closed or "}" in before or "{" in body or ("}" in after and "{" not in after):
        raise Refused(
            "question", N_("“%(name)s” is left out: its braces do not match; one that is text is written \\{")
        )
    if "{" in after:
        raise Refused(
            "question", N_("“%(name)s” is left out: it has several braces; is an empty line between questions missing?")
        )
    return before, body, after


def _read_body(body: str, question: RawQuestion) -> None:
    kind = next((tag.partition(":")[2] for tag in question.tags if tag.startswith("kind:")), "")
    if not body:
        return
    if _CLOZE.match(body):
        raise Refused(
            "question", N_("“%(name)s” is left out: questions of the kind %(kind)s are not taken"), kind="cloze"
        )
    if body.startswith(">"):
        _read_ordering(body[1:], question)
    elif body.startswith("#"):
        _read_numerical(body[1:], question)
    elif kind != "short_answer" and ("~" in body or kind in ("single_choice", "multiple_choice")):
        _read_choice(body, question)
    elif kind != "short_answer" and "=" in body and "->" in body:
        _read_matching(body, question)
    elif body.partition("#")[0].strip().upper() in _TRUTHS:
        _read_truth(body, question)
    else:
        question.kind = RawKind.SHORT_ANSWER
        question.answers = _make_answers(body, question)


def _read_choice(body: str, question: RawQuestion) -> None:
    question.kind = RawKind.CHOICE
    question.is_single = "=" in body or not re.search(r"~\s*%-?\d", body)
    if _MARKED_INSIDE.search(body):
        question.warnings.append(
            ("options", N_("an = right after a letter begins a new right option; one that is text is written \\="))
        )
    for part in _cut(body.replace("=", "~="), "~"):
        is_right = part.startswith("=")
        question.answers.append(
            make_answer(part.removeprefix("="), _ALL if is_right else _NOTHING, question.stem.format)
        )


def _read_matching(body: str, question: RawQuestion) -> None:
    question.kind = RawKind.MATCHING
    for part in _cut(body, "="):
        left, arrow, right = part.partition("->")
        if not arrow:
            raise Refused("rows", N_("“%(name)s” is left out: a pair has no ->"))
        question.pairs.append((make_text(left, question.stem.format), show_escapes(right).strip()))


def _read_truth(body: str, question: RawQuestion) -> None:
    question.kind = RawKind.TRUE_FALSE
    word, wrong, right = (body.split("#", 2) + ["", ""])[:3]
    if not word.strip().isupper():
        question.warnings.append(("key", N_("the answer was taken for true or false")))
    is_true = _TRUTHS[word.strip().upper()]
    of_right, of_wrong = make_text(right, question.stem.format), make_text(wrong, question.stem.format)
    question.answers = [
        RawAnswer(RawText("true"), _ALL if is_true else _NOTHING, of_right if is_true else of_wrong),
        RawAnswer(RawText("false"), _NOTHING if is_true else _ALL, of_wrong if is_true else of_right),
    ]


def _read_numerical(body: str, question: RawQuestion) -> None:
    question.kind = RawKind.NUMERICAL
    body, has_other, other = body.partition("~")
    for answer in _make_answers(body, question):
        value, has_tolerance, tolerance = answer.text.text.partition(":")
        question.answers.append(
            RawAnswer(RawText(value.strip()), answer.percent, answer.feedback, tolerance if has_tolerance else "0")
        )
    if has_other:
        question.answers.append(
            RawAnswer(RawText("*"), _NOTHING, make_answer(other, _NOTHING, question.stem.format).feedback)
        )


def _read_ordering(body: str, question: RawQuestion) -> None:
    """As the plug-in writes it: ``{>3 ALL VERTICAL ABSOLUTE_POSITION``, then an option on each line."""
    question.kind = RawKind.ORDERING
    head, _, rest = body.strip().partition("\n")
    words = head.upper().split()
    question.is_all_or_nothing = "ALL_OR_NOTHING" in words
    if not question.is_all_or_nothing and not {"ABSOLUTE_POSITION", "ABSOLUTE", "ABS"} & set(words):
        question.warnings.append(("key", N_("each option in its right place now counts; the file had it otherwise")))
    if {"RANDOM", "CONTIGUOUS", "CONTIG", "REL"} & set(words):
        question.warnings.append(("options", N_("all options are shown, where the file had a part of them drawn")))
    for line in rest.split("\n")[:_MANY_OPTIONS]:
        if line.strip():
            question.answers.append(RawAnswer(make_text(line, question.stem.format)))


def _make_answers(body: str, question: RawQuestion) -> list[RawAnswer]:
    return [make_answer(part, _ALL, question.stem.format) for part in _cut(body, "=")]


def _cut(body: str, sign: str) -> list[str]:
    parts = [part.strip() for part in body.split(sign, _MANY_OPTIONS)]
    return parts[1:] if not parts[0] else parts
