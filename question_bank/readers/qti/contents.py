"""The texts of a QTI item: its XML as HTML, without what is not text."""

from __future__ import annotations

import copy
from collections.abc import Iterable

from lxml import etree

from question_bank.formatted_text import FormattedText
from question_bank.readers.qti.draft import Draft
from question_bank.readers.qti.names import FORMULA, read_text
from question_bank.readers.report import mark_message as N_

GAP = "……"
"""Stands in a sentence where the participant would have written."""
_FEEDBACK = ("feedbackInline", "feedbackBlock", "modalFeedback")
_SOUND_AND_FILM = frozenset({"audio", "video", "svg", "canvas", "embed", "iframe", "mediaInteraction", "include"})


def convert_content(draft: Draft, element: etree._Element, field: str, *, is_exact: bool = False) -> FormattedText:
    """The inside of an element in our form. Feedback inside of it is not part of it."""
    inside = copy.deepcopy(element)
    inside.tail = None
    for part in list(inside.iter(etree.Element)):
        if part is inside or part.getparent() is None:
            continue
        if part.tag in _FEEDBACK or part.tag == "templateInline":
            _replace(part, "")
        elif part.tag in _SOUND_AND_FILM:
            draft.warn(field, N_("a %(name)s was left out: only text and pictures are taken"), name=str(part.tag))
            _replace(part, "")
        elif part.tag == FORMULA:
            if _is_outermost(part):
                draft.warn(field, N_("a formula was kept as text"))
            _replace(part, " ".join(read_text(part).split()))
        elif part.tag == "object":
            _show_object(part)
        elif is_exact and part.tag == "img" and part.get("data-bare"):
            del part.attrib["data-bare"], part.attrib["alt"]
    return draft.convert(write_inside(inside), field, is_exact=is_exact)


def write_inside(element: etree._Element) -> str:
    """The inside of an element as HTML."""
    whole = etree.tostring(element, method="html", encoding="unicode", with_tail=False)
    return whole[whole.index(">") + 1 : whole.rindex("<")] if "</" in whole else ""


def remove_parts(parts: Iterable[etree._Element]) -> None:
    """Take elements out of their tree; the text after them stays."""
    for part in list(parts):
        if part.getparent() is not None:
            _replace(part, "")


def mark_gap(interaction: etree._Element) -> None:
    """Replace a place to write by a mark if it stands within a sentence, and by nothing if it stands alone."""
    parent = interaction.getparent()
    stands_alone = parent is None or not read_text(parent).strip()
    _replace(interaction, "" if stands_alone or parent is None or parent.tag == "itemBody" else GAP)


def _is_outermost(part: etree._Element) -> bool:
    parent = part.getparent()
    return parent is None or parent.tag != FORMULA


def _show_object(part: etree._Element) -> None:
    """An object of QTI 2 is a picture with a description inside."""
    if not part.get("type", "image/").startswith("image/"):
        return
    description = " ".join(read_text(part).split())
    address, tail = part.get("data", ""), part.tail
    part.clear()
    part.tag, part.tail = "img", tail
    part.set("src", address)
    part.set("alt", description)


def _replace(part: etree._Element, text: str) -> None:
    parent = part.getparent()
    if parent is None:
        return
    text += part.tail or ""
    before = part.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    parent.remove(part)
