"""Reads Moodle XML, the format in which Moodle exports its question bank.

Written from Moodle's documentation of the format and from its own exports. Places count the questions of the file.
"""

from __future__ import annotations

from lxml import etree

from question_bank.readers.moodle.build import Collector, make_failed_report
from question_bank.readers.moodle.categories import find_topic, split_category
from question_bank.readers.moodle.draft import Refused
from question_bank.readers.moodle_xml.elements import find_text
from question_bank.readers.moodle_xml.question import read_question
from question_bank.readers.opening import MOST_QUESTIONS, TOO_MANY_QUESTIONS, WrongFile, parse_xml
from question_bank.readers.report import (
    ImportProblem,
    ImportReport,
    ItemDefaults,
    Place,
    PlaceKind,
    Severity,
)
from question_bank.readers.report import mark_message as N_


def read_moodle_xml(content: bytes, name: str, defaults: ItemDefaults) -> ImportReport:
    """The items of a Moodle XML file, and every problem by question."""
    try:
        return _read(_parse(content), defaults)
    except WrongFile as error:
        return make_failed_report(str(error))


def _parse(content: bytes) -> list[etree._Element]:
    root = parse_xml(content)
    if root.tag != "quiz":
        raise WrongFile(N_("the file is XML, but not a question bank of Moodle"))
    questions = [element for element in root if element.tag == "question"]
    if sum(element.get("type") != "category" for element in questions) > MOST_QUESTIONS:
        raise WrongFile(TOO_MANY_QUESTIONS)
    return questions


def _read(questions: list[etree._Element], defaults: ItemDefaults) -> ImportReport:
    collector = Collector(defaults)
    topic, number = "", 0
    for element in questions:
        if element.get("type") == "category":
            path = find_text(element, "category").text
            topic = find_topic(path)
            if len(split_category(path)) > 1:
                collector.note(_warn_of_category(path, topic, number + 1))
            continue
        number += 1
        place = Place(PlaceKind.QUESTION, number)
        try:
            collector.add(read_question(element, place, topic))
        except Refused as refused:
            collector.refuse(refused, place, find_text(element, "name").text, find_text(element, "questiontext").text)
    return collector.make_report()


def _warn_of_category(path: str, topic: str, number: int) -> ImportProblem:
    message = N_("of the category “%(category)s” only the last part became the topic: “%(topic)s”")
    values = {"category": path[:200], "topic": topic}
    return ImportProblem(Place(PlaceKind.QUESTION, number), "topic", message, values, Severity.WARNING)


__all__ = ["read_moodle_xml"]
