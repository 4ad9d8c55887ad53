"""What a list says, in our own form: small texts, compressed. The head is what the preview page shows; the rest waits
for the decision.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from hashlib import sha256
from typing import Any

from question_bank.readers.report import ImportProblem, Place, PlaceKind, Severity
from quiz_app.domain.staff_lists.rows import StaffRow

_LENGTH_BYTES = 4
_LEVEL = 3
"""Of zlib: a third of the size for a tenth of the time that the best level takes."""


def pack(
    *,
    samples: Mapping[str, Any],
    problems: Sequence[ImportProblem],
    rows: Iterable[StaffRow],
    digest: str,
    shown: int,
) -> bytes:
    """All of it; ``shown`` problems stand in the head."""
    head = _compress([samples, [dump_problem(problem) for problem in problems[:shown]]])
    body = _compress([digest, [dump_problem(problem) for problem in problems], [astuple(row) for row in rows]])
    return len(head).to_bytes(_LENGTH_BYTES, "big") + head + body


def unpack_head(content: bytes) -> tuple[Mapping[str, Any], tuple[ImportProblem, ...]]:
    """Samples and the first problems."""
    end = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "big")
    samples, problems = _decompress(content[_LENGTH_BYTES:end])
    return samples, tuple(load_problem(problem) for problem in problems)


def unpack_problems(content: bytes) -> tuple[ImportProblem, ...]:
    """Every problem."""
    _, problems, _ = _decompress_body(content)
    return tuple(load_problem(problem) for problem in problems)


def unpack_rows(content: bytes) -> tuple[str, tuple[StaffRow, ...]]:
    """The digest of the plan that was shown, and the people."""
    plan_digest, _, rows = _decompress_body(content)
    return plan_digest, tuple(StaffRow(*row) for row in rows)


def digest(values: Sequence[Any]) -> str:
    """The same for the same values only."""
    return sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()


def _decompress_body(content: bytes) -> Any:
    start = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "big")
    return _decompress(content[start:])


def _compress(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), _LEVEL)


def _decompress(content: bytes) -> Any:
    return json.loads(zlib.decompress(content))


def dump_problem(problem: ImportProblem) -> list[Any]:
    """The problem as JSON can hold it."""
    place = problem.place
    values = {name: value if isinstance(value, int | str) else str(value) for name, value in problem.values.items()}
    return [
        str(place.kind), place.number, place.part, place.column, problem.field, problem.message, values,
        str(problem.severity),
    ]  # fmt: skip


def load_problem(problem: list[Any]) -> ImportProblem:
    """The problem from what ``dump_problem`` made of it."""
    kind, number, part, column, field, message, values, severity = problem
    return ImportProblem(Place(PlaceKind(kind), number, part, column), field, message, values, Severity(severity))
