"""Feedback becomes the explanation: the general one first, then a paragraph for each option."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from question_bank.formatted_text import FormattedText, from_html, from_plain, is_blank
from question_bank.readers.qti.contents import convert_content
from question_bank.readers.qti.draft import Draft
from question_bank.readers.qti.own_data import OwnData
from question_bank.readers.qti.parts import Parts
from question_bank.readers.report import mark_message as N_


def read_explanation(
    item: etree._Element, choices: Sequence[str], parts: Parts, draft: Draft, own: OwnData
) -> FormattedText:
    """From modal, block and inline feedback. ``choices``: the identifiers of the options, as the file has them."""
    if own.is_ours:
        feedback = item.find("modalFeedback")
        return (
            convert_content(draft, feedback, "explanation", is_exact=True) if feedback is not None else from_plain("")
        )
    general, of_option = [], dict(enumerate(parts.feedback))
    for feedback in (*item.iter("modalFeedback"), *item.iter("feedbackBlock")):
        text = convert_content(draft, feedback, "explanation")
        position = choices.index(feedback.get("identifier", "")) if feedback.get("identifier") in choices else None
        if position is not None and parts.labels and is_blank(of_option.get(position, "")):
            of_option[position] = text
        else:
            general.append(text)
    given = [(parts.labels[n], of_option[n]) for n in sorted(of_option) if n < len(parts.labels)]
    return merge_feedback(general, given, draft)


def merge_feedback(
    general: Sequence[FormattedText], given: Sequence[tuple[str, FormattedText]], draft: Draft
) -> FormattedText:
    """One text of all; it is said that this was done."""
    general = [text for text in dict.fromkeys(general) if not is_blank(text)]
    given = [(label, text) for label, text in given if not is_blank(text)]
    if given:
        draft.warn("explanation", N_("the feedback on single answers was put into the explanation"))
    if len(general) > 1:
        draft.warn("explanation", N_("several general feedbacks were put into the explanation; check that they fit"))
    if len(general) + len(given) == 1 and general:
        return general[0]
    return from_html(
        "".join(
            [wrap_paragraph(text) for text in general] + [wrap_paragraph(text, f"{label}. ") for label, text in given]
        )
    )


def wrap_paragraph(text: FormattedText, label: str = "") -> str:
    """The text as a paragraph, unless it has blocks of its own; the label before it."""
    head = from_plain(label) + " " if label else ""
    inner = re.fullmatch(r"<p>((?:(?!</?p>).)*)</p>", text, re.DOTALL)
    body = inner[1] if inner else text
    is_block = re.search(r"<(?:p|ul|ol|table|pre)>", body)
    if not is_block:
        return f"<p>{head}{body}</p>"
    return f"<p>{head.strip()}</p>{body}" if head else body
