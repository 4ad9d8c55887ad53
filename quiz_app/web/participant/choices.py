"""Choices as a browser sends them: in the JSON of the page's script, and in the fields of a plain form.

Fields of a plain form, for slot 3: ``choice-3`` is a position, or nothing for a choice taken back; where several may
be chosen it stands once for each, and ``boxes-3`` says that the boxes were there. ``pair-3-0`` is the option of row 0,
``place-3-0`` the place that option 0 is given in an order (from 1), ``text-3`` a text. ``flag-3`` is there only while
it is ticked, so the page says with ``was-flagged-3`` which flags it showed, and with ``shown-3``, as JSON, which
choice: what a person did not touch is not sent again, so that a page opened long ago overwrites nothing.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from question_bank.items import MAXIMUM_OPTIONS
from question_bank.responses import LONGEST_ESSAY, Choice
from quiz_app.domain.attempts import ResponseChange
from quiz_app.domain.errors import InvalidInput

LARGEST_NUMBER = 2**53
_FIELD = re.compile(r"(choice|boxes|text|flag|was-flagged|shown)-(\d{1,4})|(pair|place)-(\d{1,4})-(\d)")

FormFields = Mapping[str, Sequence[str]]
"""Every value of each field."""


def is_integer(value: Any) -> TypeGuard[int]:
    """Whether it is a whole number that a browser keeps exactly."""
    return isinstance(value, int) and not isinstance(value, bool) and -LARGEST_NUMBER < value < LARGEST_NUMBER


def read_json_choice(value: Any) -> Choice | None:
    """The choice of a JSON value. Raises InvalidInput for a value that is of no kind of choice."""
    if value is None or is_integer(value):
        return value
    if isinstance(value, str):
        return normalise_written(value)
    if isinstance(value, list) and len(value) <= MAXIMUM_OPTIONS and all(v is None or is_integer(v) for v in value):
        return tuple(value)
    raise InvalidInput("A response has a slot, a choice and a sequence number.")


def normalise_written(text: str) -> str | None:
    """What a person wrote, in NFC with one kind of line end; None for nothing. Raises InvalidInput when too long."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    if len(text) > LONGEST_ESSAY:
        raise InvalidInput("The text is longer than 10,000 characters.")
    return text if text.strip() else None


def read_form_choices(fields: FormFields, sequence: int) -> list[ResponseChange]:
    """The responses and flags that a plain form changes, all with this sequence number. Raises InvalidInput."""
    slots = _group_by_slot(fields)
    changes = []
    for slot, parts in sorted(slots.items()):
        choice, is_there = _read_slot(parts)
        if is_there and not ("shown" in parts and _is_shown(parts["shown"][0], choice)):
            changes.append(ResponseChange(slot, choice, sequence))
    for slot, parts in sorted(slots.items()):
        if ("flag" in parts) != ("was-flagged" in parts):
            changes.append(ResponseChange(slot, int("flag" in parts), sequence, is_flag=True))
    return changes


def _group_by_slot(fields: FormFields) -> dict[int, dict[str, Any]]:
    slots: dict[int, dict[str, Any]] = {}
    for name, values in fields.items():
        found = _FIELD.fullmatch(name)
        if found is None:
            if name.rpartition("-")[0] in ("choice", "flag", "was-flagged", "text"):
                raise InvalidInput("The list of responses is not valid.")
            continue
        kind, slot, part_kind, part_slot, part = found.groups()
        if kind:
            slots.setdefault(int(slot), {})[kind] = list(values)
        else:
            slots.setdefault(int(part_slot), {}).setdefault(part_kind, {})[int(part)] = values[0]
    return slots


def _read_slot(parts: Mapping[str, Any]) -> tuple[Choice | None, bool]:
    """The choice, and whether the form says anything about it."""
    if "boxes" in parts:
        positions = sorted({_read_position(value) for value in parts.get("choice", ())} - {None})  # type: ignore[type-var]
        return tuple(positions) or None, True
    if "choice" in parts:
        return _read_position(parts["choice"][0]), True
    if "pair" in parts:
        pairs = tuple(_read_position(parts["pair"].get(row, "")) for row in range(len(parts["pair"])))
        return (None if all(pair is None for pair in pairs) else pairs), True
    if "place" in parts:
        return _read_places(parts["place"]), True
    if "text" in parts:
        return normalise_written(parts["text"][0]), True
    return None, False


def _read_places(places: Mapping[int, str]) -> Choice | None:
    """The order that the places give: all of them and each once, or none at all."""
    given = {option: _read_position(place) for option, place in places.items()}
    if all(place is None for place in given.values()):
        return None
    if sorted(place or 0 for place in given.values()) != list(range(1, len(places) + 1)):
        raise InvalidInput("Give each entry of the list a place of its own.")
    return tuple(sorted(given, key=lambda option: given[option] or 0))


def _read_position(value: str) -> int | None:
    if value == "":
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 5):
        raise InvalidInput("The list of responses is not valid.")
    return int(value)


def _is_shown(shown: str, choice: Choice | None) -> bool:
    """Whether the page showed this choice already."""
    try:
        value = json.loads(shown)
    except (ValueError, RecursionError):
        return False
    return (tuple(value) if isinstance(value, list) else value) == choice
