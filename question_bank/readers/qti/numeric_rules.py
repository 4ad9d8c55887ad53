"""How far from the declared number a response may lie, from the rules of a QTI item."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from question_bank.readers.qti.declaration import read_decimal
from question_bank.readers.qti.draft import Draft, Refused
from question_bank.readers.qti.names import is_true, read_text
from question_bank.readers.report import mark_message as N_


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Margins below and above, in percent of the number if relative; or the two bounds themselves."""

    below: Decimal = Decimal(0)
    above: Decimal = Decimal(0)
    is_relative: bool = False
    bounds: tuple[Decimal, Decimal] | None = None

    def make_margins(self, value: Decimal) -> tuple[Decimal, Decimal]:
        """How far below and above that value a response may lie."""
        share = abs(value) / 100 if self.is_relative else Decimal(1)
        return self.below * share, self.above * share


def read_tolerance(item: etree._Element, draft: Draft) -> Tolerance:
    """From ``equal`` with a tolerance, or from ``gte`` and ``lte`` with a number each. Raises Refused for rounding."""
    if item.find("responseProcessing//equalRounded") is not None:
        raise Refused(N_("“%(name)s” is left out: numbers are compared after rounding"), field="key")
    rules = [
        rule for rule in item.iterfind("responseProcessing//equal") if rule.get("toleranceMode", "exact") != "exact"
    ]
    if len({(rule.get("toleranceMode"), rule.get("tolerance")) for rule in rules}) > 1:
        raise Refused(N_("“%(name)s” is left out: its numbers have different tolerances"), field="key")
    if rules:
        return _read_equal(rules[0], draft)
    low, high = _find_bound(item, "gte"), _find_bound(item, "lte")
    return Tolerance(bounds=(low, high)) if low is not None and high is not None else Tolerance()


def _read_equal(rule: etree._Element, draft: Draft) -> Tolerance:
    margins = [read_decimal(text) for text in rule.get("tolerance", "").replace(",", " ").split()]
    if not 1 <= len(margins) <= 2 or any(margin is None or margin < 0 for margin in margins):
        draft.warn("key", N_("the tolerance could not be read and was taken for 0"))
        return Tolerance()
    below, above = margins[0] or Decimal(0), margins[-1] or Decimal(0)
    if not (is_true(rule, "includeLowerBound", True) and is_true(rule, "includeUpperBound", True)):
        draft.warn("key", N_("the bounds of the range are now right answers too"))
    if below != above:
        draft.warn("key", N_("the range is kept, but the middle of it now stands as the right number"))
    return Tolerance(below, above, rule.get("toleranceMode") == "relative")


def _find_bound(item: etree._Element, name: str) -> Decimal | None:
    rules = item.findall(f"responseProcessing//{name}")
    value = rules[0].find("baseValue") if len(rules) == 1 else None
    return read_decimal(read_text(value)) if value is not None else None
