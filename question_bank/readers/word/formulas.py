"""Formulas of Word (OMML) as a line of text: what a line can say is kept, what it cannot is refused by name."""

from __future__ import annotations

import re

from lxml import etree

from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.names import VAL, M, W

_TWO_DIMENSIONAL = {
    f"{M}m": N_("a formula cannot be kept as text: it has a matrix; insert it as a picture"),
    f"{M}eqArr": N_("a formula cannot be kept as text: it has several lines; insert it as a picture"),
}
_SIMPLE = re.compile(r"[\w.,√]+|\([^()]*\)")
_DEEPEST = 40


class FormulaTooRich(ValueError):
    """A formula that no single line of text can say; the text is a message id that tells why."""


def write_formula(element: etree._Element) -> str:
    """The formula in a line: (a+b)/2, x^2, √(x). Raises FormulaTooRich."""
    return " ".join(_write(element, 0).split())


def _write(element: etree._Element, depth: int) -> str:
    if depth > _DEEPEST:
        raise FormulaTooRich(N_("a formula cannot be kept as text: it is too deep; insert it as a picture"))
    tag = element.tag
    if tag in (f"{M}t", f"{W}t"):
        return element.text or ""
    if tag in _TWO_DIMENSIONAL:
        raise FormulaTooRich(_TWO_DIMENSIONAL[tag])
    writer = _WRITERS.get(tag)
    if writer is not None:
        return writer(element, depth)
    if tag in (f"{W}del", f"{W}moveFrom") or str(tag).endswith("Pr"):
        return ""
    return "".join(_write(child, depth + 1) for child in element)


def _part(element: etree._Element, name: str, depth: int) -> str:
    child = element.find(f"{M}{name}")
    return "" if child is None else _write(child, depth + 1).strip()


def _group(text: str) -> str:
    return text if not text or _SIMPLE.fullmatch(text) else f"({text})"


def _write_fraction(element: etree._Element, depth: int) -> str:
    return f"{_group(_part(element, 'num', depth))}/{_group(_part(element, 'den', depth))}"


def _write_scripts(element: etree._Element, depth: int) -> str:
    text = _group(_part(element, "e", depth))
    low, high = _part(element, "sub", depth), _part(element, "sup", depth)
    return text + (f"_{_group(low)}" if low else "") + (f"^{_group(high)}" if high else "")


def _write_root(element: etree._Element, depth: int) -> str:
    degree = _part(element, "deg", depth)
    return f"{f'^{_group(degree)}' if degree else ''}√({_part(element, 'e', depth)})"


def _write_brackets(element: etree._Element, depth: int) -> str:
    properties = element.find(f"{M}dPr")
    begin, end, between = (
        _get_sign(properties, name, usual) for name, usual in (("begChr", "("), ("endChr", ")"), ("sepChr", "|"))
    )
    parts = [_write(child, depth + 1).strip() for child in element.iterfind(f"{M}e")]
    return begin + between.join(parts) + end


def _write_sum(element: etree._Element, depth: int) -> str:
    sign = _get_sign(element.find(f"{M}naryPr"), "chr", "∫")
    low, high = _part(element, "sub", depth), _part(element, "sup", depth)
    bounds = (f"_{_group(low)}" if low else "") + (f"^{_group(high)}" if high else "")
    return f"{sign}{bounds} {_part(element, 'e', depth)}"


def _write_function(element: etree._Element, depth: int) -> str:
    return f"{_part(element, 'fName', depth)} {_group(_part(element, 'e', depth))}"


def _get_sign(properties: etree._Element | None, name: str, usual: str) -> str:
    child = None if properties is None else properties.find(f"{M}{name}")
    return usual if child is None else str(child.get(f"{M}val", child.get(VAL, "")))


_WRITERS = {
    f"{M}f": _write_fraction,
    f"{M}sSup": _write_scripts,
    f"{M}sSub": _write_scripts,
    f"{M}sSubSup": _write_scripts,
    f"{M}rad": _write_root,
    f"{M}d": _write_brackets,
    f"{M}nary": _write_sum,
    f"{M}func": _write_function,
}
