"""Goes through the files of a package, numbers the questions and gathers what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lxml import etree

from question_bank.readers.opening import MOST_QUESTIONS, MOST_XML_SIGNS, TOO_MANY_QUESTIONS, WrongFile, parse_xml
from question_bank.readers.picture_shelf import PictureShelf
from question_bank.readers.qti.assessment_item import read_assessment_item
from question_bank.readers.qti.canvas import find_bank_title, list_items, read_canvas_item
from question_bank.readers.qti.draft import Draft, Refused, make_name
from question_bank.readers.qti.metadata import FileFacts, read_file_facts
from question_bank.readers.qti.names import simplify_names
from question_bank.readers.qti.package import Document, Folder
from question_bank.readers.report import ImportProblem, ImportReport, ItemDefaults, Place, PlaceKind, ReadItem, Severity
from question_bank.readers.report import mark_message as N_

_MOST_SIGNS = 2 * MOST_XML_SIGNS
"""Tags and attributes of all files of a package: what can be read in a few seconds."""


class Collector:
    """Items, problems and pictures of one import."""

    def __init__(self, defaults: ItemDefaults) -> None:
        self._defaults = defaults
        self._shelf = PictureShelf()
        self._items: list[ReadItem] = []
        self._problems: list[ImportProblem] = []
        self._number = 0
        self._signs_left = _MOST_SIGNS

    def read_part(self, document: Document) -> None:
        """A file of a package; one that is damaged does not keep the others out."""
        if document.content is None:
            self._note(Place(part=document.name), N_("the file “%(part)s” is not in the package"), part=document.name)
            return
        try:
            self.read_document(document.name, document.content, document.folder, document.facts)
        except WrongFile as error:
            self._note(Place(part=document.name), str(error))

    def read_document(
        self, part: str, content: bytes, folder: Folder | None = None, facts: FileFacts | None = None
    ) -> None:
        """A document of QTI. Raises WrongFile for XML that is none, or too much."""
        self._signs_left -= content.count(b"<") + content.count(b"=")
        if self._signs_left < 0:
            raise WrongFile(N_("the file has too many elements; split it into smaller ones"))
        root = parse_xml(content)
        simplify_names(root)
        folder = folder or Folder()
        match root.tag:
            case "assessmentItem":
                self._read_item(root, part, folder, facts or FileFacts())
            case "questestinterop":
                self._read_canvas(root, part, folder)
            case "assessmentTest" | "assessmentSection" if part:
                message = N_("the file describes a test (order, weights, time), of which only the questions were read")
                self._note(Place(part=part), message, Severity.WARNING)
            case "assessmentTest" | "assessmentSection" | "manifest":
                raise WrongFile(N_("the file only lists questions that stand in other files; take the whole package"))
            case _:
                raise WrongFile(N_("the file is XML, but not a question in QTI"))

    def fail(self, message: str) -> None:
        """The file cannot be read (any further)."""
        self._note(Place(), message)

    def make_report(self) -> ImportReport:
        """Everything found. A file without any question is a problem too."""
        if not self._items and not self._problems:
            self.fail(N_("there is no question in the file"))
        return ImportReport(tuple(self._items), tuple(self._problems), self._shelf.pictures)

    def _read_item(self, root: etree._Element, part: str, folder: Folder, facts: FileFacts) -> None:
        inside = root.find("metadata")
        if inside is not None and facts == FileFacts():
            facts = read_file_facts(inside)
        known = facts
        self._take(root, part, folder, lambda draft: read_assessment_item(root, known, draft, self._defaults))

    def _read_canvas(self, root: etree._Element, part: str, folder: Folder) -> None:
        defaults = replace(self._defaults, topic=find_bank_title(root) or self._defaults.topic)
        if root.find(".//sourcebank_ref") is not None or root.find(".//itemref") is not None:
            message = N_("the file draws some of its questions from a bank that is not in it; export that bank too")
            self._note(Place(part=part), message)
        for item in list_items(root):
            self._take(item, part, folder, lambda draft, item=item: read_canvas_item(item, draft, defaults))  # type: ignore[misc]

    def _take(self, item: etree._Element, part: str, folder: Folder, read: Callable[[Draft], ReadItem]) -> None:
        self._number += 1
        if self._number > MOST_QUESTIONS:
            raise WrongFile(TOO_MANY_QUESTIONS)
        place = Place(PlaceKind.QUESTION, self._number, part)
        draft = Draft(place, folder, self._shelf)
        try:
            self._items.append(read(draft))
        except Refused as refused:
            values = {"name": make_name(item.get("title", ""), _find_words(item), place), **refused.values}
            self._problems.append(ImportProblem(place, refused.field, refused.message, values, refused.severity))

    def _note(self, place: Place, message: str, severity: Severity = Severity.ERROR, **values: Any) -> None:
        self._problems.append(ImportProblem(place, "file", message, values, severity))


def _find_words(item: etree._Element) -> str:
    """What stands in a question, for its name."""
    body = next(iter(item.iter("itemBody", "presentation")), item)
    return " ".join(map(str, body.itertext()))
