"""What a file says about a question besides the question: topic and level, in IEEE Learning Object Metadata."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from question_bank.formatted_text import normalise_text
from question_bank.items import Level
from question_bank.readers.qti.names import read_text

_LEVELS = {
    "very easy": Level.RECOGNISE,
    "easy": Level.RECOGNISE,
    "medium": Level.UNDERSTAND,
    "difficult": Level.APPLY,
    "very difficult": Level.APPLY,
}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Topic: the last part of the taxon path. ``difficulty`` as the file says it, ``level`` what it was taken for."""

    topic: str = ""
    difficulty: str = ""
    level: Level | None = None


def read_file_facts(resource: etree._Element) -> FileFacts:
    """From a resource of a manifest, or from an item that holds its own metadata."""
    taxons = [_join_text(entry) for entry in resource.iterfind(".//taxon/entry")]
    difficulty = next((_join_text(value) for value in resource.iterfind(".//difficulty/value")), "")
    return FileFacts(taxons[-1][:200] if taxons else "", difficulty[:40], _LEVELS.get(difficulty.lower()))


def _join_text(element: etree._Element) -> str:
    return " ".join(normalise_text(read_text(element)).split())
