"""Elements of Moodle XML: texts with their format and files, numbers, settings, tags and our own notes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lxml import etree

from question_bank.formatted_text import normalise_text
from question_bank.readers.moodle.draft import Refused
from question_bank.readers.moodle.raw import NO_FILES, RawText, TextFormat
from question_bank.readers.moodle.tags import read_note
from question_bank.readers.report import mark_message as N_

_FORMATS = {
    "html": TextFormat.HTML,
    "moodle_auto_format": TextFormat.AUTO,
    "plain_text": TextFormat.PLAIN,
    "plain": TextFormat.PLAIN,
    "markdown": TextFormat.MARKDOWN,
    "wiki_like": TextFormat.PLAIN,
}
_PERCENT = re.compile(r"-?\d{1,6}(?:\.\d{0,20})?(?:[eE][+-]?\d{1,2})?")
NOTES = "itembank"
"""The element that our writer adds to a question; Moodle passes over elements that it does not know."""


def find_string(parent: etree._Element, name: str, default: str = "") -> str:
    """The words of a child element; the default where there is none, or an empty one."""
    child = _find_child(parent, name)
    return (normalise_text("".join(_list_strings(child))).strip() if child is not None else "") or default


def find_text(parent: etree._Element, name: str, default: TextFormat = TextFormat.HTML) -> RawText:
    """The text in a child element; an empty one where there is none."""
    child = _find_child(parent, name)
    return RawText(format=default) if child is None else to_text(child, default)


def to_text(element: etree._Element, default: TextFormat = TextFormat.HTML) -> RawText:
    """The text in an element with its format and files."""
    inner = _find_child(element, "text")
    text = _read_inner(inner) if inner is not None else (element.text or "")
    return RawText(normalise_text(text).strip(), _FORMATS.get(element.get("format", ""), default), read_files(element))


def read_files(element: etree._Element) -> Mapping[str, str]:
    """The files that stand in an element, in base 64 by name (with the folder, where they are in one)."""
    if len(element) == 1 and element[0].tag == "text":
        return NO_FILES
    files = {}
    for file in element.findall("file"):
        folder = file.get("path", "/").strip("/")
        name = file.get("name", "")
        files[f"{folder}/{name}" if folder else name] = file.text or ""
    return files or NO_FILES


def read_percent(element: etree._Element) -> Decimal:
    """What an answer is worth. Raises Refused for what is no number."""
    written = element.get("fraction", "0").strip() or "0"
    if not written.isascii() or not _PERCENT.fullmatch(written):
        message = N_("“%(name)s” is left out: the worth of an answer, “%(text)s”, is no number")
        raise Refused("key", message, text=written[:40])
    return Decimal(written)


def is_true(parent: etree._Element, name: str, default: bool) -> bool:
    """A setting: 1 and true, 0 and false."""
    written = find_string(parent, name).lower()
    return written in ("1", "true", "yes") if written else default


def read_tag_names(question: etree._Element) -> tuple[str, ...]:
    """The tags of a question, those of its course included."""
    tags = [tag for name in ("tags", "coursetags") for tag in question.findall(f"{name}/tag")]
    return tuple(text for tag in tags if (text := to_text(tag).text))


def read_notes(question: etree._Element) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Our own notes, and the files that stand among them."""
    notes: dict[str, Any] = {}
    own = question.find(NOTES)
    if own is None:
        return notes, NO_FILES
    for element in own.findall("note"):
        value = read_note(element.get("name", ""), element.text or "")
        if value is not None:
            notes[element.get("name", "")] = value
    return notes, read_files(own)


def _find_child(parent: etree._Element, name: str) -> etree._Element | None:
    # Half of the time that lxml's own find takes, which reads the name as a path.
    return next(parent.iterchildren(name), None)


def _list_strings(element: etree._Element) -> list[str]:
    return [str(part) for part in element.itertext()] if len(element) else [element.text or ""]


def _read_inner(element: etree._Element) -> str:
    """The content of a text; one whose markup was not escaped is taken as it stands."""
    text = element.text or ""
    for child in element:
        text += etree.tostring(child, encoding="unicode", method="html")
    return text
