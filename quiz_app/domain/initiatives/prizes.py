"""Prizes as data of the round: what there is to win, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PrizeFor(StrEnum):
    """Who is given a prize."""

    ENTRY = "entry"
    """The authors of an entry."""
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Prize:
    """A kind of prize. Prizes stand in the order in which they are given: first, second, third, consolation."""

    code: str
    title: str
    number: int
    """How many there are; in each category where ``is_per_category``."""
    whom: PrizeFor = PrizeFor.ENTRY
    is_per_category: bool = False
    value: str = ""
    """As the rules word it: "5.000.000 đồng"."""
    condition: str = ""
    """A special prize is given by the organisers to whoever fulfils this ("under 18"); it is never proposed."""
