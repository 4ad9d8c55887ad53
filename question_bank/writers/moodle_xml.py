"""Writes Moodle XML.

Pictures are files of the text in which they stand. Tags and an element of our own, over which Moodle passes, carry what
the format cannot say: see ``readers.moodle.tags``. Reading the file gives the same items.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping

from lxml import etree

from question_bank.formatted_text import FormattedText, from_plain
from question_bank.items import Item, ItemKind
from question_bank.keys import ChoiceKey, EssayKey, NumberKey, OrderingKey, TextKey
from question_bank.pictures import Picture
from question_bank.readers.moodle.categories import make_category
from question_bank.readers.report import mark_message as N_
from question_bank.writers import CannotWrite
from question_bank.writers.moodle_terms import (
    get_key,
    is_exact,
    list_pairs,
    list_percents,
    list_tags,
    make_notes,
    name_item,
    replace_pictures,
    to_one_line,
)

_TYPES = {
    ItemKind.SINGLE_CHOICE: "multichoice",
    ItemKind.MULTIPLE_CHOICE: "multichoice",
    ItemKind.TRUE_FALSE: "truefalse",
    ItemKind.MATCHING: "matching",
    ItemKind.ORDERING: "ordering",
    ItemKind.SHORT_ANSWER: "shortanswer",
    ItemKind.NUMERICAL: "numerical",
    ItemKind.ESSAY: "essay",
}


def write_moodle_xml(items: Iterable[Item], pictures: Mapping[str, Picture]) -> bytes:
    """A Moodle XML file with the items, by topic as they come. Raises CannotWrite for a draft or a missing picture."""
    root = etree.Element("quiz")
    topic = ""
    for item in items:
        if item.topic != topic:
            topic = item.topic
            category = etree.SubElement(root, "question", type="category")
            _add_text(etree.SubElement(category, "category"), make_category(topic))
        try:
            root.append(_QuestionWriter(item, pictures).write())
        except ValueError as error:
            if isinstance(error, CannotWrite):
                raise
            raise CannotWrite(
                N_("the item holds characters that this format cannot carry"), item, name_item(item)
            ) from error
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


class _QuestionWriter:
    def __init__(self, item: Item, pictures: Mapping[str, Picture]) -> None:
        self._item, self._pictures = item, pictures
        self._question = etree.Element("question", type=_TYPES[item.kind])

    def write(self) -> etree._Element:
        item = self._item
        key = get_key(item)
        _add_text(self._add("name"), name_item(item))
        self._fill(self._add("questiontext", format="html"), item.stem)
        self._fill(self._add("generalfeedback", format="html"), item.explanation)
        self._add("defaultgrade", "1.0000000")
        self._add("penalty", "0.0000000")
        self._add("hidden", "0")
        self._add("idnumber", item.code)
        if isinstance(key, ChoiceKey):
            self._add_choices()
        elif isinstance(key, TextKey):
            self._add("usecase", "1" if key.minds_case else "0")
            for text in key.answers:
                self._add_answer(str(text.percent), text.text.replace("*", "\\*"))
        elif isinstance(key, NumberKey):
            for number in key.numbers:
                answer = self._add_answer(str(number.percent), str(number.value))
                etree.SubElement(answer, "tolerance").text = str(number.tolerance)
        elif isinstance(key, OrderingKey):
            self._add_ordering(key)
        elif isinstance(key, EssayKey):
            self._add("responseformat", "editor")
            self._fill(self._add("graderinfo", format="html"), from_plain(key.guidance))
        else:
            self._add_pairs()
        self._add_tags_and_notes()
        return self._question

    def _add(self, name: str, text: str = "", **attributes: str) -> etree._Element:
        element = etree.SubElement(self._question, name, attributes)
        element.text = text or None
        return element

    def _fill(self, element: etree._Element, text: FormattedText) -> None:
        """Put a formatted text into an element, and its pictures as files."""
        _add_text(element, self._write_html(text, element))

    def _write_html(self, text: FormattedText, element: etree._Element) -> str:
        names: dict[str, Picture] = {}

        def make_address(picture: Picture) -> str:
            name = f"{picture.digest}.{picture.media_type.partition('/')[2]}"
            names[name] = picture
            return f"@@PLUGINFILE@@/{name}"

        written = to_one_line(replace_pictures(text, self._item, self._pictures, make_address))
        for name, picture in names.items():
            file = etree.SubElement(element, "file", name=name, path="/", encoding="base64")
            file.text = base64.b64encode(picture.content).decode()
        return written

    def _add_answer(self, percent: str, text: str) -> etree._Element:
        answer = self._add("answer", fraction=percent, format="moodle_auto_format")
        _add_text(answer, text)
        return answer

    def _add_choices(self) -> None:
        item = self._item
        percents = list_percents(item)
        if item.kind is ItemKind.TRUE_FALSE:
            for word, percent in zip(("true", "false"), percents, strict=True):
                self._add_answer(percent, word)
            return
        self._add("single", "true" if item.kind is ItemKind.SINGLE_CHOICE else "false")
        self._add("shuffleanswers", "false" if all(option.is_pinned for option in item.options) else "true")
        self._add("answernumbering", "ABCD")
        for option, percent in zip(item.options, percents, strict=True):
            self._fill(self._add("answer", fraction=percent, format="html"), option.text)

    def _add_ordering(self, key: OrderingKey) -> None:
        self._add("layouttype", "VERTICAL")
        self._add("selecttype", "ALL")
        self._add("selectcount", str(len(self._item.options)))
        self._add("gradingtype", "ABSOLUTE_POSITION" if key.is_partial else "ALL_OR_NOTHING")
        for number, option in enumerate(self._item.options, 1):
            self._fill(self._add("answer", fraction=f"{number}.0000000", format="html"), option.text)

    def _add_pairs(self) -> None:
        self._add("shuffleanswers", "true")
        for row, name in list_pairs(self._item):
            pair = self._add("subquestion", format="html")
            self._fill(pair, row)
            _add_text(etree.SubElement(pair, "answer"), name)

    def _add_tags_and_notes(self) -> None:
        item = self._item
        tags = self._add("tags")
        for tag in list_tags(item):
            _add_text(etree.SubElement(tags, "tag"), tag)
        own = etree.Element("itembank")
        notes = make_notes(item, lambda text: self._write_html(text, own))
        if isinstance(item.key, EssayKey) and not is_exact(item.key.guidance):
            notes["guidance"] = item.key.guidance
        for name, value in notes.items():
            etree.SubElement(own, "note", name=name).text = json.dumps(value, ensure_ascii=False)
        if len(own):
            self._question.append(own)


def _add_text(element: etree._Element, text: str) -> None:
    # The text comes first, as in Moodle's own files; the files follow it.
    child = etree.Element("text")
    child.text = text
    element.insert(0, child)
