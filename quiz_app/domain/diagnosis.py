"""What an examination of the installation finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How bad it is; the number is what the command ends with."""

    OK = 0
    WARNING = 1
    FAULT = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it stands (``said``), and what to do about it if it is not right."""

    level: Level
    name: str
    said: str
    remedy: str = ""


def find_worst(findings: Iterable[Finding]) -> Level:
    """The highest level among them."""
    return max((finding.level for finding in findings), default=Level.OK)


def judge(name: str, *, is_right: bool, said: str, remedy: str, level: Level = Level.FAULT) -> Finding:
    """OK, or a finding of this level."""
    return Finding(Level.OK, name, said) if is_right else Finding(level, name, said, remedy)
