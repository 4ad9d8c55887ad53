"""What Moodle's formats cannot say of an item, and where our writers put it.

*Tags* carry short facts, for they come through Moodle unharmed (up to 50 characters): ``level:apply``,
``pinned:CD`` (labels of options that keep their place; ``none``), ``scoring:partial`` or ``scoring:all_or_nothing``
(multiple choice and matching are partial without it), ``accents:ignored``, ``case:exact``, ``kind:…`` (an item kind,
where the format would read another one), ``valid_from:2021-01-31``, ``valid_until:…``.

*Notes* carry the rest, as JSON values by name: ``document``, ``article``, ``url`` (the legal source), ``guidance``
(essay), ``explanation`` (ordering, GIFT); ``topic``, ``code``, ``answers``, ``options`` and ``key`` where what the
format itself says is not exact. Moodle passes over them. In GIFT they are comments (``// item.document = "…"``), in
Moodle XML elements (``<itembank><note name="document">"…"</note></itembank>``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from question_bank.formatted_text import fold_accents
from question_bank.items import OPTION_LABELS, ItemKind, Level

PARTIAL, ALL_OR_NOTHING = "partial", "all_or_nothing"
NOTE_NAMES = frozenset(
    {"document", "article", "url", "guidance", "explanation", "topic", "code", "answers", "options", "key"}
)
_PINNED = re.compile(f"none|[{OPTION_LABELS}]{{1,{len(OPTION_LABELS)}}}")
_LEVELS = {
    **{level.value: level for level in Level},
    "nhan biet": Level.RECOGNISE,
    "thong hieu": Level.UNDERSTAND,
    "van dung": Level.APPLY,
    "van dung cao": Level.APPLY,
}


@dataclass(slots=True)
class Facts:
    """What the tags of a question say. ``unknown`` are those that say nothing here."""

    level: Level | None = None
    pinned: frozenset[int] | None = None
    scoring: str = ""
    kind: ItemKind | None = None
    ignores_accents: bool = False
    minds_case: bool = False
    valid_from: date | None = None
    valid_until: date | None = None
    unknown: list[str] = field(default_factory=list)


def read_tags(tags: Iterable[str]) -> Facts:
    """The facts in tags: ours, and the levels of a Vietnamese exam matrix under their own names."""
    facts = Facts()
    for tag in tags:
        if not _read_tag(tag.strip(), facts):
            facts.unknown.append(tag.strip())
    return facts


def _read_tag(tag: str, facts: Facts) -> bool:
    name, _, value = tag.partition(":")
    level = _LEVELS.get(fold_accents(value if name == "level" else tag))
    if level is not None:
        facts.level = level
    elif name == "pinned" and _PINNED.fullmatch(value):
        facts.pinned = frozenset(OPTION_LABELS.index(label) for label in value if value != "none")
    elif name == "scoring" and value in (PARTIAL, ALL_OR_NOTHING):
        facts.scoring = value
    elif name == "kind" and value in list(ItemKind):
        facts.kind = ItemKind(value)
    elif tag == "accents:ignored":
        facts.ignores_accents = True
    elif tag == "case:exact":
        facts.minds_case = True
    elif name in ("valid_from", "valid_until"):
        return _read_date(name, value, facts)
    else:
        return not tag
    return True


def _read_date(name: str, value: str, facts: Facts) -> bool:
    try:
        setattr(facts, name, date.fromisoformat(value))
    except ValueError:
        return False
    return True


def read_note(name: str, written: str) -> Any | None:
    """The value of a note, or None for what is none of ours."""
    if name not in NOTE_NAMES:
        return None
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        return None
