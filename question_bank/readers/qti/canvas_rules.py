"""Scoring rules of QTI 1.2: which responses are worth what."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree

from question_bank.readers.qti.declaration import read_decimal
from question_bank.readers.qti.names import read_text

_BOUNDS = frozenset({"vargt", "vargte", "varlt", "varlte"})


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison: of which response, how (the element's name), and with what."""

    response: str
    name: str
    value: str
    is_negated: bool = False
    minds_case: bool = False


@dataclass(slots=True)
class Rule:
    """What a response that meets the conditions is worth, in percent of the mark. Rules without worth are not kept."""

    worth: Decimal
    conditions: list[Condition] = field(default_factory=list)
    is_and: bool = False
    has_other: bool = False
    """Whether there are conditions that are not known here."""

    def list_wanted(self) -> list[Condition]:
        """The conditions that a response has to meet."""
        return [one for one in self.conditions if not one.is_negated and one.name == "varequal"]

    def list_bounds(self) -> list[Condition]:
        """The conditions on the size of a number."""
        return [one for one in self.conditions if one.name in _BOUNDS and not one.is_negated]


def list_rules(item: etree._Element) -> list[Rule]:
    """The rules that give points, in order."""
    processing = item.find("resprocessing")
    if processing is None:
        return []
    best = read_decimal((_find_outcome(processing)).get("maxvalue", "100")) or Decimal(100)
    rules = []
    for condition in processing.iterfind("respcondition"):
        change = condition.find("setvar")
        worth = read_decimal(read_text(change)) if change is not None else None
        found = condition.find("conditionvar")
        if worth and found is not None:
            rules.append(_read_rule(found, worth * 100 / best if best > 0 else worth))
    return rules


def _find_outcome(processing: etree._Element) -> etree._Element:
    outcomes = processing.findall("outcomes/decvar")
    named = [one for one in outcomes if one.get("varname", "SCORE").upper() == "SCORE"]
    return next(iter([*named, *outcomes]), processing)


def _read_rule(found: etree._Element, worth: Decimal) -> Rule:
    rule = Rule(worth)
    for element in found.iter(etree.Element):
        name = str(element.tag)
        if name == "varequal" or name in _BOUNDS:
            negations = sum(1 for parent in element.iterancestors() if parent.tag == "not")
            rule.conditions.append(
                Condition(
                    element.get("respident", ""),
                    name,
                    read_text(element).strip(),
                    is_negated=negations % 2 == 1,
                    minds_case=element.get("case", "No").lower() == "yes",
                )
            )
        elif name == "and":
            rule.is_and = True
        elif name not in ("conditionvar", "or", "not", "other"):
            rule.has_other = True
    return rule
