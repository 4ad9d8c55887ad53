"""One set of names for QTI 2.0 to 3.0: those of version 2, without namespaces and prefixes.

Version 3 writes ``qti-simple-choice`` and ``response-identifier`` where version 2 has ``simpleChoice`` and
``responseIdentifier``; otherwise the elements that are read here are the same.
"""

from __future__ import annotations

import re

from lxml import etree

_PREFIX = "qti-"
_AS_THEY_ARE = ("data-", "aria-")
_MATHML = "{http://www.w3.org/1998/Math/MathML}"
FORMULA = "formula"
"""The name that an element of MathML gets, whatever it was called."""


def simplify_names(root: etree._Element) -> None:
    """Rename all elements and attributes of a tree."""
    for element in root.iter(etree.Element):
        tag = str(element.tag)
        if tag.startswith(_MATHML):
            element.tag = FORMULA
            continue
        local = tag.rpartition("}")[2]
        is_three = local.startswith(_PREFIX)
        element.tag = _to_camel(local.removeprefix(_PREFIX)) if is_three else local
        for name, value in list_attributes(element):
            plain = name.rpartition("}")[2]
            if is_three and not plain.startswith(_AS_THEY_ARE):
                plain = _to_camel(plain)
            if plain != name:
                del element.attrib[name]
                element.set(plain, value)


def _to_camel(name: str) -> str:
    return re.sub(r"-([a-z])", lambda found: found[1].upper(), name)


def is_true(element: etree._Element, name: str, default: bool = False) -> bool:
    """A truth value of XML Schema."""
    return element.get(name, str(default)).strip().lower() in ("true", "1")


def read_count(element: etree._Element, name: str, default: int) -> int:
    """A whole number that is not negative, or the default."""
    text = element.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default


def read_text(element: etree._Element) -> str:
    """All the text inside an element."""
    return "".join(map(str, element.itertext()))


def list_attributes(element: etree._Element) -> list[tuple[str, str]]:
    """Names and values."""
    return [(str(name), str(value)) for name, value in element.items()]
