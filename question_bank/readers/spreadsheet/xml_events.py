"""Large XML read as a stream: a sheet of a million rows takes no memory, and nothing but its own text is ever read.

A document type, and so any entity or outside reference, is refused as everywhere. Names come without their prefix,
since programs differ in whether and how they write one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from lxml import etree

from question_bank.readers.opening import Package, WrongFile, parse_xml
from question_bank.readers.report import mark_message as N_

LARGEST_TREE = 4 * 1024 * 1024
"""Bytes of a part that is read whole: its tree takes up to thirty times as much."""

LONGEST_TAG = 256 * 1024
"""Bytes of one tag with its attributes, which come all at once. Those of sheets have a hundred."""
_CHUNK = 64 * 1024

OnStart = Callable[[str, dict[str, str]], None]
OnEnd = Callable[[str], None]
OnText = Callable[[str], None]


def parse_events(content: bytes, on_start: OnStart, on_end: OnEnd, on_text: OnText) -> None:
    """Report each element and text in order, without prefixes. Raises WrongFile for damaged XML or a document type."""
    names: dict[str, str] = {}

    def begin(name: str, attributes: dict[str, str]) -> None:
        # Only files whose root has a prefix pay for dropping it.
        parser.StartElementHandler = start if ":" in name else on_start
        parser.EndElementHandler = end if ":" in name else on_end
        parser.StartElementHandler(name, attributes)

    def start(name: str, attributes: dict[str, str]) -> None:
        local = names.get(name)
        if local is None:
            local = names[name] = name.rpartition(":")[2]
        on_start(local, attributes)

    def end(name: str) -> None:
        on_end(names[name])

    def refuse(*_: Any) -> None:
        raise WrongFile(N_("the file names outside definitions (a document type), which are not taken"))

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 65536
    parser.StartElementHandler = begin
    parser.CharacterDataHandler = on_text
    parser.StartDoctypeDeclHandler = refuse
    try:
        _feed(parser, content)
    except WrongFile:
        raise
    except (expat.ExpatError, ValueError):
        raise WrongFile(N_("the file is damaged or of another kind than its name says")) from None


def _feed(parser: expat.XMLParserType, content: bytes) -> None:
    """Piece by piece, so that a tag that does not end is refused before it is taken in."""
    for start in range(0, len(content), _CHUNK):
        parser.Parse(content[start : start + _CHUNK], False)
        if start + _CHUNK - parser.CurrentByteIndex > LONGEST_TAG + _CHUNK:
            raise WrongFile(N_("the file has too many elements; split it into smaller ones"))
    parser.Parse(b"", True)


def read_tree(package: Package, name: str) -> etree._Element | None:
    """A small part as a tree, or None when the package has no such part. Raises WrongFile for one that is not small."""
    if name not in package.names:
        return None
    content = package.read(name)
    if len(content) > LARGEST_TREE:
        raise WrongFile(N_("the package is too large when unpacked"))
    return parse_xml(content)


def find_local(element: etree._Element, *names: str) -> list[etree._Element]:
    """All descendants of these names, whatever their namespace, in order."""
    return list(element.iter(*(f"{{*}}{name}" for name in names)))


def get_local(element: etree._Element, attribute: str) -> str:
    """The value of an attribute, whatever its namespace; empty when there is none."""
    for name, value in element.attrib.items():
        if str(name).rpartition("}")[2] == attribute:
            return str(value)
    return ""
