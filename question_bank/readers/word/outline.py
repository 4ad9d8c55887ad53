"""The outline of a document: its questions, keys and solutions as blocks of lines."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from question_bank.items import ItemKind, Level
from question_bank.readers.legacy_fonts import straighten_quotes
from question_bank.readers.word.key_tables import KeyEntry
from question_bank.readers.word.lines import Line
from question_bank.readers.word.noise import Section
from question_bank.readers.word.terms import find_kind, find_level
from question_bank.readers.word.wording import find_tag, is_points


@dataclass(slots=True)
class Block:
    """One question as it stands in the file. The first line begins with its text; the number is cut off."""

    number: int
    lines: list[Line]
    section: Section | None = None
    topic: Section | None = None
    level: Level | None = None
    kind: ItemKind | None = None
    is_level_guessed: bool = False
    passage: list[Line] = dataclasses.field(default_factory=list)
    has_points: bool = False
    is_exact: bool = False
    is_complete: bool = False


@dataclass(slots=True)
class Solution:
    """What a list of solutions at the end says about one question."""

    number: int
    lines: list[Line]


@dataclass(slots=True)
class Outline:
    """Everything that was found. ``passed_over`` are lines of no question, other than those every paper has."""

    blocks: list[Block] = dataclasses.field(default_factory=list)
    keys: list[list[KeyEntry]] = dataclasses.field(default_factory=list)
    solutions: list[Solution] = dataclasses.field(default_factory=list)
    passed_over: list[Line] = dataclasses.field(default_factory=list)
    paper_codes: list[str] = dataclasses.field(default_factory=list)


def read_tags(block: Block, text: str, start: int) -> int:
    """Take what stands in brackets after the number; returns where the text goes on."""
    place = start
    while (found := find_tag(text, place)) is not None:
        words, end = found
        level, kind = find_level(words, is_named=False), find_kind(words)
        if level is not None:
            block.level = level[0]
            block.is_level_guessed = level[1]
        elif kind is not None:
            block.kind = kind
        elif is_points(words):
            block.has_points = True
        else:
            break
        place = end
    while place > start and place < len(text) and text[place] in " .:-)\t":
        place += 1
    return place


def stands_out_from(line: Line) -> bool:
    """Whether a line is bold all through, in capitals, or in a style for headings."""
    shown = [piece for piece in line.pieces if piece.text.strip()]
    return (
        line.is_heading
        or (bool(shown) and all(piece.look.bold for piece in shown))
        or (len(line.text.strip()) > 4 and straighten_quotes(line.text).isupper())
    )
