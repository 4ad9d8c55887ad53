"""What is noted of each request: its id on the answer, its time for the watchers, and a line in the log when it was
slow or failed.
"""

from __future__ import annotations

import logging
import time

from flask import Flask, g, request
from prometheus_client import Counter, Histogram
from sqlalchemy import QueuePool
from werkzeug.wrappers import Response

from quiz_app.config import Settings
from quiz_app.extensions import db
from quiz_app.last_minute import LastMinute, MinuteCounter, make_minute_counter
from quiz_app.metrics import (
    FINISHES,
    PLACES_USED,
    PLACES_WAITING,
    POOL_SIZE,
    POOL_USED,
    QUEUE_TIME,
    REQUESTS,
    RESPONSES,
    SAVES,
    STARTS,
    TURNED_AWAY,
)
from quiz_app.origin import find_origin
from quiz_app.web.admission import Admission
from quiz_app.web.admission_gate import Gate, Reason, RequestClass

log = logging.getLogger(__name__)

SLOW_SECONDS = 1.0
SAVING = "participant.save"
_ACTS = {SAVING: SAVES, "participant.start": STARTS, "participant.finish": FINISHES}
_OUTCOMES = {2: "kept", 3: "kept", 4: "refused", 5: "failed"}
UNKNOWN = "unknown"
"""The route of an address that there is not: whatever strangers ask for is one line, not thousands."""


def register_watching(app: Flask) -> None:
    """Attach the clock and the notes."""
    settings: Settings = app.extensions["settings"]
    counter = _Counter(app, settings) if settings.metrics_token else None
    if counter is not None:
        admission: Admission = app.extensions["admission"]
        admission.observer = _GateCounter(admission.gate)
    minute = app.extensions["last_minute"] = make_minute_counter()

    def start_clock() -> None:
        g.started = time.perf_counter()

    # Before every check that is there already, so that their time counts too.
    app.before_request_funcs.setdefault(None, []).insert(0, start_clock)

    @app.after_request
    def take_notes(response: Response) -> Response:
        seconds = time.perf_counter() - g.started if "started" in g else 0.0
        origin = find_origin()
        if origin is not None:
            response.headers.add("X-Request-ID", origin.request_id)
        route, status = request.endpoint or UNKNOWN, response.status_code
        is_turned_away = "turned_away" in g
        minute.count(
            is_error=status >= 500 and not is_turned_away,
            is_failed_save=status >= 500 and route == SAVING,
            is_turned_away=is_turned_away,
        )
        if counter is not None:
            counter.count(route, status, seconds)
        # Who is turned away is counted, and told of in one line a second (see ``admission``).
        if (status >= 500 and not is_turned_away) or seconds >= SLOW_SECONDS:
            facts = {"route": route, "method": request.method, "status": status, "ms": round(seconds * 1000)}
            words = "%s %s answered %s in %s ms"
            log.warning(words, request.method, route, status, facts["ms"], extra={"facts": facts})
        return response


def read_last_minute(app: Flask) -> LastMinute:
    """What all processes of this server counted within the last minute."""
    minute: MinuteCounter = app.extensions["last_minute"]
    return minute.read()


class _Counter:
    """Counts a request in a few microseconds: each pair of labels is looked up by name once only."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._times: dict[str, Histogram] = {}
        self._answers: dict[tuple[str, int], Counter] = {}
        self._acts = {
            (route, group): act.labels(outcome) for route, act in _ACTS.items() for group, outcome in _OUTCOMES.items()
        }
        with app.app_context():
            self._engine = db.engine
        POOL_SIZE.set(settings.threads + 4)

    def count(self, route: str, status: int, seconds: float) -> None:
        """One request; for a save, a start and a finish also what became of it."""
        timer = self._times.get(route)
        if timer is None:
            timer = self._times[route] = REQUESTS.labels(route)
        timer.observe(seconds)
        answer = self._answers.get((route, status))
        if answer is None:
            answer = self._answers[route, status] = RESPONSES.labels(route, str(status))
        answer.inc()
        act = self._acts.get((route, status // 100))
        if act is not None:
            act.inc()
        pool = self._engine.pool
        if isinstance(pool, QueuePool):
            POOL_USED.set(pool.checkedout())


class _GateCounter:
    """Counts what happens at the gate; gauges are set at each change, so that they tell of requests that hang, too."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        names = [kind.name.lower() for kind in RequestClass]
        self._places = [PLACES_USED.labels(name) for name in names]
        self._times = [QUEUE_TIME.labels(name) for name in names]
        self._turned_away = {
            (kind, reason): TURNED_AWAY.labels(name, str(reason))
            for kind, name in zip(RequestClass, names, strict=True)
            for reason in Reason
        }

    def note_entry(self, kind: RequestClass, waited_seconds: float) -> None:
        """See ``admission.Observer``."""
        self._times[kind].observe(waited_seconds)
        self.note_leave(kind)

    def note_leave(self, kind: RequestClass) -> None:
        """See ``admission.Observer``."""
        self._places[kind].set(self._gate.count_working(kind))
        PLACES_WAITING.set(self._gate.count_waiting())

    def note_turned_away(self, kind: RequestClass, reason: Reason) -> None:
        """See ``admission.Observer``."""
        self._turned_away[kind, reason].inc()
