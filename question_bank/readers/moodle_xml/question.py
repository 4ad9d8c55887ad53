"""One question of Moodle XML."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal

from lxml import etree

from question_bank.readers.moodle.draft import Refused
from question_bank.readers.moodle.raw import RawAnswer, RawKind, RawQuestion, RawText, TextFormat
from question_bank.readers.moodle_xml.elements import (
    find_string,
    find_text,
    is_true,
    read_notes,
    read_percent,
    read_tag_names,
    to_text,
)
from question_bank.readers.moodle_xml.losses import list_losses
from question_bank.readers.report import Place
from question_bank.readers.report import mark_message as N_


def read_question(element: etree._Element, place: Place, topic: str) -> RawQuestion:
    """Take a question apart. Raises Refused for a kind that items do not have."""
    kind = element.get("type", "").strip().lower()
    if kind == "description":
        message = N_("“%(name)s” is a description without a question and was left out")
        raise Refused("question", message, is_harmless=True)
    if kind not in _READERS:
        message = N_("“%(name)s” is left out: questions of the kind %(kind)s are not taken")
        raise Refused("question", message, kind=kind[:40] or "?")
    stem = find_text(element, "questiontext")
    notes, files = read_notes(element)
    raw_kind, read_answers = _READERS[kind]
    question = RawQuestion(
        place=place,
        kind=raw_kind,
        stem=dataclasses.replace(stem, files={**files, **stem.files}),
        name=find_text(element, "name").text,
        code=find_string(element, "idnumber"),
        topic=topic,
        explanation=find_text(element, "generalfeedback", stem.format),
        tags=read_tag_names(element),
        notes=notes,
        left_out=list_losses(element, raw_kind),
    )
    _add_old_picture(element, question)
    if is_true(element, "hidden", default=False):
        question.warnings.append(("question", N_("the question was hidden in Moodle")))
    read_answers(element, question)
    return question


def _add_old_picture(element: etree._Element, question: RawQuestion) -> None:
    """Exports of Moodle 1.9 have one picture beside the text instead of in it."""
    content, name = find_string(element, "image_base64"), find_string(element, "image")
    if content and name:
        files = {**question.stem.files, "image": content}
        text = question.stem.text + '<p><img src="@@PLUGINFILE@@/image"></p>'
        question.stem = dataclasses.replace(question.stem, text=text, files=files)


def _read_answers(element: etree._Element, question: RawQuestion, *, is_plain: bool) -> None:
    """``is_plain``: what is to be typed in is never markup, whatever its format says."""
    default = question.stem.format
    for answer in element.findall("answer"):
        text = to_text(answer, TextFormat.PLAIN if is_plain else default)
        if is_plain:
            text = RawText(text.text, TextFormat.PLAIN)
        tolerance = find_string(answer, "tolerance", "0")
        question.answers.append(
            RawAnswer(text, read_percent(answer), find_text(answer, "feedback", default), tolerance)
        )


def _read_choice(element: etree._Element, question: RawQuestion) -> None:
    question.is_single = is_true(element, "single", default=True)
    # Without the element Moodle does not shuffle; files that others make often lack it and mean nothing by that.
    question.shuffles = is_true(element, "shuffleanswers", default=True)
    _read_answers(element, question, is_plain=False)


def _read_choice_set(element: etree._Element, question: RawQuestion) -> None:
    """The plug-in of this name: multiple choice, all or nothing."""
    _read_choice(element, question)
    question.is_single, question.is_all_or_nothing = False, True


def _read_truth(element: etree._Element, question: RawQuestion) -> None:
    _read_answers(element, question, is_plain=True)
    words = [answer.text.text.lower() for answer in question.answers]
    if sorted(words) != ["false", "true"]:
        # Old exports name them in the language of the site, true first.
        question.warnings.append(("key", N_("the first answer was taken for true, the second for false")))
        words = ["true", "false"]
        question.answers = (question.answers + [RawAnswer(RawText(""))] * 2)[:2]
    question.answers = [question.answers[words.index(word)] for word in ("true", "false")]


def _read_short_answer(element: etree._Element, question: RawQuestion) -> None:
    question.minds_case = is_true(element, "usecase", default=False)
    _read_answers(element, question, is_plain=True)


def _read_numerical(element: etree._Element, question: RawQuestion) -> None:
    _read_answers(element, question, is_plain=True)
    # Very old files have the worth as an element, from 0 to 1.
    for position, answer in enumerate(element.findall("answer")):
        if answer.get("fraction") is None and find_string(answer, "fraction"):
            worth = etree.Element("answer", fraction=find_string(answer, "fraction"))
            percent = read_percent(worth) * Decimal(100)
            question.answers[position] = dataclasses.replace(question.answers[position], percent=percent)


def _read_matching(element: etree._Element, question: RawQuestion) -> None:
    for pair in element.findall("subquestion"):
        question.pairs.append((to_text(pair, question.stem.format), find_text(pair, "answer").text))


def _read_ordering(element: etree._Element, question: RawQuestion) -> None:
    grading = find_string(element, "gradingtype").upper()
    question.is_all_or_nothing = grading in ("ALL_OR_NOTHING", "-1")
    if not question.is_all_or_nothing and grading not in ("ABSOLUTE_POSITION", "0"):
        question.warnings.append(("key", N_("each option in its right place now counts; the file had it otherwise")))
    if find_string(element, "selecttype").upper() not in ("", "ALL", "0"):
        question.warnings.append(("options", N_("all options are shown, where the file had a part of them drawn")))
    _read_answers(element, question, is_plain=False)


def _read_essay(element: etree._Element, question: RawQuestion) -> None:
    question.guidance = find_text(element, "graderinfo", question.stem.format)


_READERS: dict[str, tuple[RawKind, Callable[[etree._Element, RawQuestion], None]]] = {
    "multichoice": (RawKind.CHOICE, _read_choice),
    "multichoiceset": (RawKind.CHOICE, _read_choice_set),
    "truefalse": (RawKind.TRUE_FALSE, _read_truth),
    "shortanswer": (RawKind.SHORT_ANSWER, _read_short_answer),
    "numerical": (RawKind.NUMERICAL, _read_numerical),
    "matching": (RawKind.MATCHING, _read_matching),
    "match": (RawKind.MATCHING, _read_matching),
    "ordering": (RawKind.ORDERING, _read_ordering),
    "essay": (RawKind.ESSAY, _read_essay),
}
