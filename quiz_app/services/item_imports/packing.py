"""An item that was read, with its place and problems, as JSON can hold it, and back."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from question_bank.items import Item
from question_bank.readers.report import ImportProblem, Place, PlaceKind, ReadItem, Severity
from quiz_app.persistence.item_columns import to_item, to_version_values


def dump_read_item(read: ReadItem) -> dict[str, Any]:
    """The item, its place and its problems."""
    return {
        "item": {
            "code": read.item.code,
            "topic": read.item.topic,
            "level": str(read.item.level),
            **to_version_values(read.item),
        },
        "place": _dump_place(read.place),
        "problems": [dump_problem(problem) for problem in read.problems],
    }


def load_read_item(stored: dict[str, Any]) -> ReadItem:
    """The same back."""
    item: Item = to_item(SimpleNamespace(**stored["item"]))
    return ReadItem(item, _load_place(stored["place"]), tuple(map(load_problem, stored["problems"])))


def dump_problem(problem: ImportProblem) -> list[Any]:
    """A problem with the values that fill its message."""
    values = {name: value if isinstance(value, int | str) else str(value) for name, value in problem.values.items()}
    return [_dump_place(problem.place), problem.field, problem.message, values, str(problem.severity)]


def load_problem(stored: Sequence[Any]) -> ImportProblem:
    """The same back."""
    place, field, message, values, severity = stored
    return ImportProblem(_load_place(place), field, message, values, Severity(severity))


def _dump_place(place: Place) -> list[Any]:
    return [str(place.kind), place.number, place.part, place.column]


def _load_place(stored: Sequence[Any]) -> Place:
    kind, number, part, column = stored
    return Place(PlaceKind(kind), number, part, column)
