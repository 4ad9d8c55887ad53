"""What a QTI item declares to be right, and by which rule it is scored."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from lxml import etree

from question_bank.readers.qti.names import is_true, read_text

_PLAIN_RULES = frozenset({
    "responseProcessing", "responseCondition", "responseIf", "responseElse", "match", "variable", "correct",
    "setOutcomeValue", "baseValue", "mapResponse", "isNull", "not", "and", "sum", "equal", "stringMatch", "gte", "lte",
    "outcomeProcessing", "exitResponse", "null",
})  # fmt: skip
_LONGEST_NUMBER = 100


@dataclass(slots=True)
class Mapped:
    """A value of the response and what it is worth, in the file's own points."""

    key: str
    worth: Decimal
    minds_case: bool = True


@dataclass(slots=True)
class Declaration:
    """The declaration of a response, and how it is used. ``has_rules``: the file says how the response is scored."""

    base_type: str = "identifier"
    cardinality: str = "single"
    correct: list[str] = field(default_factory=list)
    mapped: list[Mapped] = field(default_factory=list)
    default: Decimal = Decimal(0)
    uses_mapping: bool = False
    has_rules: bool = False
    has_own_rules: bool = False
    """Rules beyond the standard ones, which are left out."""


def read_declaration(item: etree._Element, identifier: str) -> Declaration | None:
    """The declaration of a response, or None for one that is not declared."""
    found = next((one for one in item.iterfind("responseDeclaration") if one.get("identifier") == identifier), None)
    if found is None:
        return None
    declaration = Declaration(found.get("baseType", "identifier"), found.get("cardinality", "single"))
    declaration.correct = [read_text(value).strip() for value in found.iterfind("correctResponse/value")]
    mapping = found.find("mapping")
    if mapping is not None:
        declaration.default = read_decimal(mapping.get("defaultValue", "0")) or Decimal(0)
        for entry in mapping.iterfind("mapEntry"):
            worth = read_decimal(entry.get("mappedValue", ""))
            minds_case = is_true(entry, "caseSensitive", True)
            declaration.mapped.append(Mapped(entry.get("mapKey", "").strip(), worth or Decimal(0), minds_case))
    _read_rules(item, declaration)
    return declaration


def read_decimal(text: str) -> Decimal | None:
    """A number as XML Schema writes it, or None; nothing endless."""
    text = text.strip()
    try:
        number = Decimal(text) if len(text) <= _LONGEST_NUMBER and text.isascii() and "_" not in text else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number.adjusted()) < _LONGEST_NUMBER else None


def _read_rules(item: etree._Element, declaration: Declaration) -> None:
    processing = item.find("responseProcessing")
    template = (
        (processing.get("template", "") or processing.get("templateLocation", "")) if processing is not None else ""
    )
    name = template.rstrip("/").rpartition("/")[2].lower().removesuffix(".xml")
    if "map_response" in name:
        declaration.has_rules = declaration.uses_mapping = True
    elif "match_correct" in name or name.startswith("cc2_match"):
        declaration.has_rules = True
    elif name:
        declaration.has_rules = declaration.has_own_rules = True
        declaration.uses_mapping = bool(declaration.mapped)
    elif processing is not None and len(processing):
        tags = [str(element.tag) for element in processing.iter(etree.Element)]
        declaration.has_rules = True
        declaration.uses_mapping = "mapResponse" in tags
        declaration.has_own_rules = not set(tags) <= _PLAIN_RULES or _sets_score_by_parts(processing)
    else:
        declaration.uses_mapping = bool(declaration.mapped)
    declaration.uses_mapping = declaration.uses_mapping and bool(declaration.mapped)


def _sets_score_by_parts(processing: etree._Element) -> bool:
    """Whether several conditions or branches of rules give points, as no standard template does."""
    giving = [
        rule
        for rule in processing.iter("setOutcomeValue")
        if rule.get("identifier", "").upper() == "SCORE" and any(_is_worth(value) for value in rule.iter("baseValue"))
    ]
    return len(giving) > 1


def _is_worth(value: etree._Element) -> bool:
    return (read_decimal(read_text(value)) or Decimal(0)) > 0
