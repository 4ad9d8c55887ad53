"""Figures of the running server for Prometheus.

Each process counts for itself, in files of the folder that ``PROMETHEUS_MULTIPROC_DIR`` names (``quiz_app.run`` makes a
fresh one at each start); whichever process is asked adds them up: the figures are those of one server. What is read
from the database (``services/health.py``) is the same on all servers. Nothing is counted without ``METRICS_TOKEN``.

No label tells who somebody is: a route is the name of a view, not an address.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from quiz_app.figures_folder import FOLDER_VARIABLE

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# The objectives: a save within 100 ms for nineteen of twenty, within 300 ms for ninety-nine of a hundred.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)

_own = CollectorRegistry()
REQUESTS = Histogram("quiz_request_seconds", "Time to answer, by route.", ("route",), buckets=BUCKETS, registry=_own)
RESPONSES = Counter("quiz_responses", "Answers, by route and status.", ("route", "status"), registry=_own)
SAVES = Counter("quiz_saves", "Saves, by what became of them.", ("outcome",), registry=_own)
STARTS = Counter("quiz_starts", "Starts of attempts, by what became of them.", ("outcome",), registry=_own)
FINISHES = Counter("quiz_finishes", "Attempts handed in, by what became of it.", ("outcome",), registry=_own)
PLACES_USED = Gauge(
    "quiz_places_used", "Requests that are worked on, by class.", ("class",),
    registry=_own, multiprocess_mode="livesum",
)  # fmt: skip
PLACES_WAITING = Gauge(
    "quiz_places_waiting", "Requests that wait for a place.", registry=_own, multiprocess_mode="livesum"
)
QUEUE_TIME = Histogram(
    "quiz_queue_seconds", "Time that a request which was admitted had waited, in the proxy and for a place, by class.",
    ("class",), buckets=BUCKETS, registry=_own,
)  # fmt: skip
TURNED_AWAY = Counter(
    "quiz_turned_away", "Requests that were told to come back, by class and reason.", ("class", "reason"),
    registry=_own,
)  # fmt: skip
POOL_TIMEOUTS = Counter("quiz_pool_timeouts", "Times that no connection became free.", registry=_own)
POOL_USED = Gauge(
    "quiz_pool_used", "Connections to the database in use when last seen.",
    registry=_own, multiprocess_mode="livesum",
)  # fmt: skip
POOL_SIZE = Gauge(
    "quiz_pool_size", "Connections that may be in use at once.", registry=_own, multiprocess_mode="livesum"
)
REPLICA_READS = Counter(
    "quiz_replica_reads", "Lists and rankings, by where they were read.", ("source",), registry=_own
)
CLOCK_JUMPS = Counter("quiz_clock_jumps", "Times the clock was seen to jump.", registry=_own)


def render(gauges: dict[str, tuple[str, float]]) -> bytes:
    """Everything as text, with these gauges (name: what it is, value) that are read for the occasion."""
    registry = CollectorRegistry()
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        _forget_dead_processes(Path(folder))
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    for name, (meaning, value) in gauges.items():
        registry.register(_Whole(name, meaning, value))
    return generate_latest(registry) + (b"" if folder else generate_latest(_own))


class _Whole(Collector):
    """A gauge that is the same whichever process is asked."""

    def __init__(self, name: str, meaning: str, value: float) -> None:
        self._metric = GaugeMetricFamily(name, meaning, value=value)

    def collect(self) -> Iterable[Metric]:
        """See ``Collector``."""
        return [self._metric]


def _forget_dead_processes(folder: Path) -> None:
    for path in folder.glob("gauge_live*_*.db"):
        match = re.search(r"_(\d+)\.db$", path.name)
        if match and not Path("/proc", match[1]).exists():
            mark_process_dead(int(match[1]), str(folder))  # type: ignore[no-untyped-call]
