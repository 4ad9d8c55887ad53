"""Settings of a Moodle question that an item has nothing for: named only where they differ from Moodle's defaults."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from question_bank.formatted_text import fold_text, is_blank
from question_bank.readers.moodle.raw import RawKind
from question_bank.readers.moodle_xml.elements import find_string, find_text, to_text

_FEEDBACK = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
_USUAL_FEEDBACK = {
    fold_text(text)
    for text in (
        "Your answer is correct.",
        "Your answer is partially correct.",
        "Your answer is incorrect.",
        "Câu trả lời của bạn đúng",
        "Câu trả lời của bạn đúng.",
        "Câu trả lời của bạn đúng một phần.",
        "Câu trả lời của bạn sai",
        "Câu trả lời của bạn sai.",
    )
}
_USUAL_NUMBERING = ("", "abc", "ABCD")
"""Moodle's default, and what papers here show anyway."""


def list_losses(question: etree._Element, kind: RawKind) -> list[str]:
    """The names of the settings that get lost, as they stand in the file."""
    losses = []
    if _differs(question, "defaultgrade", ("1",)):
        losses.append("defaultgrade")
    # A third is the default, a tenth was, true/false has 1; none at all is what we have.
    if _differs(question, "penalty", ("0", "0.1", "0.33", "0.3333333", "1" if kind is RawKind.TRUE_FALSE else "0")):
        losses.append("penalty")
    if find_string(question, "answernumbering") not in _USUAL_NUMBERING:
        losses.append("answernumbering")
    if any(not is_blank(to_text(hint).text) for hint in question.findall("hint")):
        losses.append("hint")
    present = {child.tag for child in question}
    for name in present.intersection(_FEEDBACK):
        text = find_text(question, name).text
        if not is_blank(text) and fold_text(_strip_tags(text)) not in _USUAL_FEEDBACK:
            losses.append(name)
    if question.find("units/unit") is not None:
        losses.append("units")
    for name in present.intersection(("instructions", "responsetemplate")):
        if not is_blank(find_text(question, name).text):
            losses.append(name)
    if find_string(question, "attachments", "0") != "0":
        losses.append("attachments")
    return sorted(losses)


def _differs(question: etree._Element, name: str, usual: tuple[str, ...]) -> bool:
    written = find_string(question, name)
    try:
        return bool(written) and all(abs(Decimal(written) - Decimal(value)) > Decimal("0.005") for value in usual)
    except ArithmeticError:
        return True


def _strip_tags(text: str) -> str:
    return text.removeprefix("<p>").removesuffix("</p>")
