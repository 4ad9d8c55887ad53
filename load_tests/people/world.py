"""What all lives of a run share: the plan, the clock, and the journal of what they were told is saved."""

from __future__ import annotations

import json
import random
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load_tests.faults.journal import Cell, Journal
from load_tests.people.browser import Browser


@dataclass(slots=True)
class Person:
    """Somebody with an account. ``attempt_id`` (0 for none), ``answered``, ``ends_at`` (seconds since 1970) and
    ``has_hurried`` (gave a last answer in a hurry) are of the attempt that is open.
    """

    login: str
    cookie: str = ""
    attempt_id: int = 0
    answered: int = 0
    ends_at: float = 0.0
    token: str = ""
    """Of the page that is open already, where one is."""
    browser: Browser = field(default_factory=Browser)
    has_hurried: bool = False

    def __post_init__(self) -> None:
        if self.cookie:
            self.browser.cookies["session"] = self.cookie
            self.browser.token = self.token


@dataclass(slots=True)
class World:
    """``plan`` is what the run was set up with (see ``load_tests.load.ground``)."""

    plan: dict[str, Any]
    journal: Journal = field(default_factory=Journal)
    resting: deque[Person] = field(default_factory=deque)
    """People who have finished an attempt and may take another."""
    random: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - choices of a test
    starts: list[float] = field(default_factory=list)
    """When attempts were started, in seconds after the begin of the run."""

    @classmethod
    def open(cls, path: Path) -> World:
        """The world of a plan's file. What the seeded attempts hold counts as acknowledged."""
        world = cls(json.loads(path.read_text(encoding="utf-8")))
        for attempt_id, slot, sequence, choice in world.plan["cells"]:
            world.journal.note_sent(attempt_id, slot, sequence, choice)
            world.journal.note_acknowledged(Cell(attempt_id, slot, sequence, choice), 0.0)
        return world

    @property
    def password(self) -> str:
        """Of every account of the run."""
        return str(self.plan["password"])

    @property
    def round_id(self) -> int:
        """The round that everybody sits."""
        return int(self.plan["round_id"])

    @property
    def seconds(self) -> float:
        """Since the begin of the run; negative before it."""
        return time.time() - float(self.plan["begins_at"])

    def find_time_left(self) -> float:
        """Seconds until the round closes; a day where it does not close during the run."""
        closes_at = self.plan["closes_at"]
        return 86_400.0 if closes_at is None else float(closes_at) - time.time()

    def list_people(self, kind: str) -> list[Person]:
        """The people of a kind: ``flying`` (in an attempt), ``coming``, ``unit_leads``, ``organisers``."""
        return [Person(*each) for each in self.plan[kind]]
