"""Texts of QTI 1.2: ``material`` with plain text or HTML inside."""

from __future__ import annotations

import html

from lxml import etree

from question_bank.formatted_text import FormattedText
from question_bank.readers.qti.draft import Draft
from question_bank.readers.qti.names import read_text

_RESPONSES = ("response_lid", "response_str", "response_num", "response_xy", "response_grp", "response_extension")


def convert_material(parent: etree._Element, draft: Draft, field: str) -> FormattedText:
    """The texts of an element without those of the responses inside of it."""
    found = [
        material
        for material in parent.iter("material")
        if not any(above.tag in _RESPONSES for above in _list_above(material, parent))
    ]
    return _convert(found, draft, field)


def read_labelled_material(parent: etree._Element, draft: Draft, field: str) -> FormattedText:
    """All the texts of an option, a row or a feedback."""
    return _convert(list(parent.iter("material")), draft, field)


def read_row(response: etree._Element, draft: Draft) -> FormattedText:
    """The text that stands before the choices of a response."""
    return _convert(response.findall("material"), draft, "rows")


def _convert(materials: list[etree._Element], draft: Draft, field: str) -> FormattedText:
    return draft.convert("<br>".join(filter(None, map(_to_markup, materials))), field)


def _to_markup(material: etree._Element) -> str:
    written = []
    for part in material.iter(etree.Element):
        text = read_text(part)
        if part.tag in ("mattext", "matemtext"):
            is_html = part.get("texttype", "text/plain").lower() == "text/html"
            written.append(text if is_html else html.escape(text.strip(), quote=False).replace("\n", "<br>"))
        elif part.tag == "matimage":
            written.append(f'<img src="{html.escape(part.get("uri", ""))}" alt="{html.escape(text.strip())}">')
        elif part.tag == "matbreak":
            written.append("<br>")
    return " ".join(filter(None, written))


def _list_above(element: etree._Element, top: etree._Element) -> list[etree._Element]:
    above = []
    for parent in element.iterancestors():
        if parent is top:
            break
        above.append(parent)
    return above
