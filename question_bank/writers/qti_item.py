"""One item as an assessment item of QTI 3.0.

What QTI cannot say stands in ``data-`` attributes of the body: see ``question_bank.readers.qti.own_data``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from question_bank.formatted_text import FormattedText, from_plain, to_plain
from question_bank.items import Item, ItemKind
from question_bank.keys import EssayKey, NumberKey, TextKey
from question_bank.readers.opening import WrongFile, parse_xml
from question_bank.readers.report import mark_message as N_
from question_bank.writers import CannotWrite
from question_bank.writers.qti_keys import counts_by_parts, default_worth, list_mapped, list_own_data, list_right

NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates"
_VOID = re.compile(r"<(br|img)([^<>]*)>")
_PICTURE = re.compile(r'<img src="picture:([0-9a-f]{64})"( alt="[^"]*")?>')
_LONGEST_TITLE = 60
_CARDINALITIES = {
    ItemKind.MULTIPLE_CHOICE: ("multiple", "identifier"),
    ItemKind.MATCHING: ("multiple", "directedPair"),
    ItemKind.ORDERING: ("ordered", "identifier"),
    ItemKind.SHORT_ANSWER: ("single", "string"),
    ItemKind.NUMERICAL: ("single", "float"),
    ItemKind.ESSAY: ("single", "string"),
}

FindAddress = Callable[[str], str]
"""From the digest of a picture to its address as the item's file names it."""


def make_item_document(item: Item, identifier: str, find_address: FindAddress) -> bytes:
    """The file of the item. Raises CannotWrite for a draft or a text that no XML can hold."""
    try:
        return etree.tostring(
            _ItemWriter(item, identifier, find_address).make(), xml_declaration=True, encoding="utf-8"
        )
    except (ValueError, WrongFile) as error:
        if isinstance(error, CannotWrite):
            raise
        raise CannotWrite(
            N_("a text holds characters that a file in XML cannot hold"), item, name_item(item)
        ) from error


def name_item(item: Item) -> str:
    """What to call the item in a message."""
    return item.code or make_title(item)


def make_title(item: Item) -> str:
    """The beginning of the stem."""
    return " ".join(to_plain(item.stem).split())[:_LONGEST_TITLE]


class _ItemWriter:
    def __init__(self, item: Item, identifier: str, find_address: FindAddress) -> None:
        self._item, self._find_address = item, find_address
        names: dict[str | None, str] = {None: NAMESPACE}
        self._root = etree.Element(f"{{{NAMESPACE}}}qti-assessment-item", nsmap=names)  # type: ignore[arg-type]  # the stubs forget the default namespace
        for name, value in (
            ("identifier", identifier),
            ("title", make_title(item) or identifier),
            ("adaptive", "false"),
            ("time-dependent", "false"),
        ):
            self._root.set(name, value)

    def make(self) -> etree._Element:
        item = self._item
        if item.key is None:
            raise CannotWrite(N_("an item without a key cannot be written"), item, name_item(item))
        cardinality, base_type = _CARDINALITIES.get(item.kind, ("single", "identifier"))
        self._declare(cardinality, base_type)
        self._add(self._root, "outcome-declaration", identifier="SCORE", cardinality="single", base_type="float")
        if item.explanation:
            outcome = self._add(
                self._root, "outcome-declaration", identifier="FEEDBACK", cardinality="single", base_type="identifier"
            )
            self._add(self._add(outcome, "default-value"), "value").text = "explanation"
        self._write_body()
        self._write_processing()
        if item.explanation:
            feedback = self._add(
                self._root,
                "modal-feedback",
                outcome_identifier="FEEDBACK",
                identifier="explanation",
                show_hide="show",
            )
            self._put(self._add(feedback, "content-body"), item.explanation)
        return self._root

    def _add(self, parent: etree._Element, name: str, **attributes: str) -> etree._Element:
        element = etree.SubElement(parent, f"{{{NAMESPACE}}}qti-{name}")
        for attribute, value in attributes.items():
            element.set(attribute.replace("_", "-"), value)
        return element

    def _put(self, parent: etree._Element, text: FormattedText, part: str = "") -> None:
        """A formatted text as content, in a block of its own."""
        markup = _PICTURE.sub(lambda found: self._make_picture(found[1], found[2]), text)
        markup = _VOID.sub(lambda found: f"<{found[1]}{found[2]}/>", markup)
        block = parse_xml(f'<div xmlns="{NAMESPACE}">{markup}</div>'.encode())
        if part:
            block.set("data-part", part)
        parent.append(block)

    def _make_picture(self, digest: str, description: str | None) -> str:
        address = self._find_address(digest)
        # XHTML wants a description of every picture; one that is not there must not be there after reading either.
        return (
            f'<img src="{address}"{description}>' if description else f'<img src="{address}" alt="" data-bare="true">'
        )

    def _declare(self, cardinality: str, base_type: str) -> None:
        declaration = self._add(
            self._root, "response-declaration", identifier="RESPONSE", cardinality=cardinality, base_type=base_type
        )
        values = list_right(self._item)
        if values:
            correct = self._add(declaration, "correct-response")
            for value in values[:1] if cardinality == "single" else values:
                self._add(correct, "value").text = value
        mapped = list_mapped(self._item, values)
        if mapped:
            mapping = self._add(declaration, "mapping", default_value=default_worth(self._item), lower_bound="0")
            case = "true" if isinstance(self._item.key, TextKey) and self._item.key.minds_case else "false"
            for key, worth in mapped:
                entry = self._add(mapping, "map-entry", map_key=key, mapped_value=worth)
                if base_type == "string":
                    entry.set("case-sensitive", case)

    def _write_body(self) -> None:
        item = self._item
        body = self._add(self._root, "item-body")
        for name, value in list_own_data(item):
            body.set(f"data-{name}", value)
        self._put(body, item.stem, "stem")
        if item.kind in (ItemKind.SHORT_ANSWER, ItemKind.NUMERICAL):
            block = etree.SubElement(body, f"{{{NAMESPACE}}}div")
            self._add(block, "text-entry-interaction", response_identifier="RESPONSE")
        elif item.kind is ItemKind.ESSAY:
            self._add(body, "extended-text-interaction", response_identifier="RESPONSE")
            if isinstance(item.key, EssayKey) and item.key.guidance.strip():
                rubric = self._add(body, "rubric-block", view="scorer", use="scoring")
                self._put(self._add(rubric, "content-body"), from_plain(item.key.guidance))
        elif item.kind is ItemKind.MATCHING:
            self._write_match(body)
        else:
            self._write_choices(body)

    def _write_choices(self, body: etree._Element) -> None:
        item = self._item
        if item.kind is ItemKind.ORDERING:
            interaction = self._add(body, "order-interaction", response_identifier="RESPONSE", shuffle="true")
        else:
            most = "0" if item.kind is ItemKind.MULTIPLE_CHOICE else "1"
            interaction = self._add(
                body, "choice-interaction", response_identifier="RESPONSE", shuffle="true", max_choices=most
            )
        for number, option in enumerate(item.options, start=1):
            choice = self._add(interaction, "simple-choice", identifier=f"option-{number}")
            if option.is_pinned:
                choice.set("fixed", "true")
            self._put(choice, option.text)

    def _write_match(self, body: etree._Element) -> None:
        item = self._item
        interaction = self._add(
            body,
            "match-interaction",
            response_identifier="RESPONSE",
            shuffle="true",
            max_associations=str(len(item.rows)),
        )
        rows, options = self._add(interaction, "simple-match-set"), self._add(interaction, "simple-match-set")
        for number, row in enumerate(item.rows, start=1):
            self._put(
                self._add(rows, "simple-associable-choice", identifier=f"row-{number}", match_max="1", fixed="true"),
                row,
            )
        for number, option in enumerate(item.options, start=1):
            choice = self._add(options, "simple-associable-choice", identifier=f"option-{number}", match_max="0")
            if option.is_pinned:
                choice.set("fixed", "true")
            self._put(choice, option.text)

    def _write_processing(self) -> None:
        key = self._item.key
        if isinstance(key, EssayKey):
            return
        is_mapped = isinstance(key, TextKey) or counts_by_parts(self._item)
        if isinstance(key, NumberKey):
            self._write_ranges(key)
        else:
            template = "map_response" if is_mapped else "match_correct"
            self._add(self._root, "response-processing", template=f"{_TEMPLATES}/{template}.xml")

    def _write_ranges(self, key: NumberKey) -> None:
        condition = self._add(self._add(self._root, "response-processing"), "response-condition")
        for position, number in enumerate(sorted(key.numbers, key=lambda one: -one.percent)):
            branch = self._add(condition, "response-else-if" if position else "response-if")
            equal = self._add(
                branch, "equal", tolerance_mode="absolute", tolerance=f"{number.tolerance:f} {number.tolerance:f}"
            )
            self._add(equal, "variable", identifier="RESPONSE")
            self._add(equal, "base-value", base_type="float").text = f"{number.value:f}"
            worth = self._add(branch, "set-outcome-value", identifier="SCORE")
            self._add(worth, "base-value", base_type="float").text = f"{number.percent / 100:g}"
