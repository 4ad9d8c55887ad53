"""What an analysis says, as frozen values that JSON can hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from question_bank.formatted_text import FormattedText
from question_bank.items import ItemKind
from quiz_app.domain.contests import Round
from quiz_app.domain.jobs import Job

TOO_FEW = 30
"""Attempts below which nothing is said of an item: Moodle's documentation asks for as many."""
TOO_EASY, TOO_HARD, WEAK, RARE = 0.95, 0.20, 0.15, 0.02
"""Facility from which, facility below which, discrimination below which, and share of choices below which a flag is
raised. Moodle's report marks the same kinds of item; the bounds are those of Ebel's rules of thumb."""


class Flag(StrEnum):
    """What is worth a look."""

    KEY_SUSPICIOUS = "key_suspicious"
    NEGATIVE = "negative"
    WEAK = "weak"
    TOO_EASY = "too_easy"
    TOO_HARD = "too_hard"
    UNUSED_OPTION = "unused_option"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """An option: how many chose it, their share, and how strong they were (mean of their other marks)."""

    position: int
    text: str
    is_right: bool
    count: int
    share: float
    mean_rest: float | None


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item version, over first attempts or over all. ``answers`` are the most frequent ones of items without
    options: text, count, mark.
    """

    version_id: int
    code: str
    kind: ItemKind
    stem: FormattedText
    topic: str
    count: int
    facility: float | None
    deviation: float | None
    discrimination: float | None
    efficiency: float | None
    median_seconds: float | None
    options: tuple[OptionFigures, ...]
    answers: tuple[tuple[str, int, float], ...]
    unanswered: int
    flags: tuple[Flag, ...]
    suspect: int | None
    """The option that strong participants prefer to the key."""


@dataclass(frozen=True, slots=True)
class SetFigures:
    """The set of questions as a whole; ``distribution`` counts attempts by whole marks, from 0."""

    count: int
    slot_count: int
    mean: float | None
    deviation: float | None
    alpha: float | None
    error: float | None
    distribution: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AnalysisPage:
    """The analysis of a round; ``computed_at`` is None before the first. ``job`` is one that is under way."""

    round: Round
    computed_at: datetime | None
    of_first: bool
    set: SetFigures | None
    items: tuple[ItemFigures, ...]
    job: Job | None


def figures_from_json(stored: dict[str, Any]) -> ItemFigures:
    """An item's figures from their stored form."""
    return ItemFigures(
        **{
            **stored,
            "kind": ItemKind(stored["kind"]),
            "stem": FormattedText(stored["stem"]),
            "options": tuple(OptionFigures(**option) for option in stored["options"]),
            "answers": tuple((text, count, mark) for text, count, mark in stored["answers"]),
            "flags": tuple(Flag(flag) for flag in stored["flags"]),
        }
    )
