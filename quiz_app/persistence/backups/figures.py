"""What is known of each table of a copy: how many rows, and a digest in which their order does not matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

_MODULUS = 1 << 256


class CopyFailed(Exception):  # noqa: N818 - named for the case, as refusals are
    """A copy could not be made, read or put back; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class TableFigures:
    """Rows of a table and their digest, in hexadecimal."""

    rows: int
    digest: str


Figures = Mapping[str, TableFigures]
"""By the table's name."""


def sum_rows(rows: Iterable[bytes]) -> TableFigures:
    """The figures of these rows: the digest is the sum of each row's SHA-256 modulo 2**256.

    So two tables of the same rows have the same digest however a database returns them, and nothing must be sorted.
    """
    count = total = 0
    for row in rows:
        count += 1
        total += int.from_bytes(sha256(row).digest())
    return TableFigures(count, f"{total % _MODULUS:064x}")


def name_differences(expected: Figures, found: Figures) -> list[str]:
    """The tables whose figures are not the same on both sides."""
    return sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
