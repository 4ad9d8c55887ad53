"""The scenarios: who comes when, until when, and what must be reached.

Figures of a province in stress: 27,000 attempts in the top hour of the last day, in the peak minute 22.5 starts a
second with 15 dynamic requests each, 4,000 attempts in flight when the round closes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from load_tests.people.shapes import Shape, make_opening, make_steady


@dataclass(frozen=True, slots=True)
class Target:
    """What a scenario must reach; None for what it does not ask. Latencies in milliseconds, of ``names`` or of all
    requests before the close. ``finalised_seconds`` counts from the close.
    """

    p95: float | None = None
    p99: float | None = None
    names: tuple[str, ...] = ()
    starts_rate: float | None = None
    requests_rate: float | None = None
    saves_rate: float | None = None
    in_flight: int | None = None
    finalised_seconds: float | None = None
    may_wait: bool = False
    """Whether people may be told to come back, which costs no time of an attempt; never for a save or a finish."""

    def scale(self, factor: float) -> Target:
        """Of a smaller run: fewer requests, as quick."""
        return replace(
            self,
            starts_rate=self.starts_rate and self.starts_rate * factor,
            requests_rate=self.requests_rate and self.requests_rate * factor,
            saves_rate=self.saves_rate and self.saves_rate * factor,
            in_flight=self.in_flight and int(self.in_flight * factor),
        )


@dataclass(frozen=True, slots=True)
class Scenario:
    """``seconds`` until the end of the run; ``closes_after`` seconds the round closes (None: not during the run).

    ``flying`` are in an attempt when it begins, ``new_share`` of those who come have to sign in first; the others did
    so earlier the same day. ``presses``: saves without a pause instead of people.
    """

    name: str
    about: str
    seconds: float
    shape: Shape
    target: Target
    closes_after: float | None = None
    flying: int = 0
    new_share: float = 1.0
    unit_leads: int = 0
    organisers: int = 0
    presses: bool = False
    settling: float = 20.0
    """Seconds at the begin that are not measured: whoever comes first has yet to read the rules and to start."""

    @property
    def measured_until(self) -> float:
        """The end of what latencies and rates are taken from."""
        return self.seconds if self.closes_after is None else self.closes_after

    def scale(self, factor: float) -> Scenario:
        """The same with so many times the people."""
        return replace(
            self,
            shape=self.shape.scale(factor),
            flying=round(self.flying * factor),
            unit_leads=round(self.unit_leads * factor) or min(1, self.unit_leads),
            organisers=round(self.organisers * factor) or min(1, self.organisers),
            target=self.target.scale(factor),
        )

    def last(self, seconds: float) -> Scenario:
        """The same with another length of what is measured; after a close it goes on as long as before."""
        if self.closes_after is None:
            return replace(self, seconds=seconds, shape=_stretch(self.shape, seconds))
        rest = self.seconds - self.closes_after
        return replace(
            self,
            seconds=seconds + rest,
            closes_after=seconds,
            shape=_stretch(self.shape, seconds),
            settling=min(self.settling, seconds / 3),
        )


def _stretch(shape: Shape, seconds: float) -> Shape:
    """Until this second: points beyond it are left out, and the last rate goes on."""
    points = [point for point in shape.points if point[0] < seconds]
    return Shape((*points, (seconds, shape.find_rate(seconds) or points[-1][1])))


EVENING, AFTER_CLOSE = 85.0, 45.0
SCENARIOS = (
    Scenario(
        "last_evening",
        "the last evening of a province in stress, and the close at one second",
        EVENING + AFTER_CLOSE,
        # People come at random: a little more than what is asked for, so that hardly a run stays below it.
        make_steady(24.0, EVENING),
        Target(p95=100, p99=300, starts_rate=22.5, requests_rate=340, in_flight=4000, finalised_seconds=10),
        closes_after=EVENING,
        flying=4250,
        new_share=0.1,
        unit_leads=5,
        organisers=2,
    ),
    Scenario(
        "opening",
        "07:00: 1,000 people sign in within the first minute while others save",
        75.0,
        make_opening(1000, 75.0),
        Target(p99=200, names=("save",), may_wait=True),
        flying=600,
        unit_leads=1,
        organisers=1,
        settling=0.0,
    ),
    Scenario(
        "ordinary",
        "an ordinary hour: 1.7 starts a second, 300 in flight",
        90.0,
        make_steady(1.7, 90.0),
        Target(p95=100, p99=300, names=("save",)),
        flying=300,
        new_share=0.3,
        unit_leads=3,
        organisers=1,
    ),
    Scenario(
        "ceiling",
        "saves without a pause: as many as go",
        25.0,
        make_steady(0.0, 25.0),
        Target(p99=150, names=("save",), saves_rate=1500),
        flying=64,
        presses=True,
        settling=5.0,
    ),
)
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
SQLITE_TARGET, SQLITE_PEOPLE = Target(names=("save",), saves_rate=500), 200
"""Under 200 people at once; a save that finds the database locked is an answer that nobody may get."""
