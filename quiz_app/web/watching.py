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
from quiz_app.metrics import POOL_SIZE, POOL_USED, REQUESTS, RESPONSES, SAVES
from quiz_app.origin import find_origin

log = logging.getLogger(__name__)

SLOW_SECONDS = 1.0
SAVING = "participant.save"
_OUTCOMES = {2: "kept", 3: "kept", 4: "refused", 5: "failed"}
UNKNOWN = "unknown"
"""The route of an address that there is not: whatever strangers ask for is one line, not thousands."""


def register_watching(app: Flask) -> None:
    """Attach the clock and the notes."""
    settings: Settings = app.extensions["settings"]
    counter = _Counter(app, settings) if settings.metrics_token else None

    def start_clock() -> None:
        g.started = time.perf_counter()

    # Before every check that is there already, so that their time counts too.
    app.before_request_funcs.setdefault(None, []).insert(0, start_clock)

    @app.after_request
    def take_notes(response: Response) -> Response:
        seconds = time.perf_counter() - g.started if "started" in g else 0.0
        origin = find_origin()
        if origin is not None:
            response.headers["X-Request-ID"] = origin.request_id
        route, status = request.endpoint or UNKNOWN, response.status_code
        if counter is not None:
            counter.count(route, status, seconds)
        if status >= 500 or seconds >= SLOW_SECONDS:
            facts = {"route": route, "method": request.method, "status": status, "ms": round(seconds * 1000)}
            words = "%s %s answered %s in %s ms"
            log.warning(words, request.method, route, status, facts["ms"], extra={"facts": facts})
        return response


class _Counter:
    """Counts a request in a few microseconds: each pair of labels is looked up by name once only."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._times: dict[str, Histogram] = {}
        self._answers: dict[tuple[str, int], Counter] = {}
        self._saves = {outcome: SAVES.labels(outcome) for outcome in set(_OUTCOMES.values())}
        with app.app_context():
            self._engine = db.engine
        POOL_SIZE.set(settings.threads + 4)

    def count(self, route: str, status: int, seconds: float) -> None:
        """One request; for a save also what became of it."""
        timer = self._times.get(route)
        if timer is None:
            timer = self._times[route] = REQUESTS.labels(route)
        timer.observe(seconds)
        answer = self._answers.get((route, status))
        if answer is None:
            answer = self._answers[route, status] = RESPONSES.labels(route, str(status))
        answer.inc()
        if route == SAVING:
            self._saves[_OUTCOMES.get(status // 100, "failed")].inc()
        pool = self._engine.pool
        if isinstance(pool, QueuePool):
            POOL_USED.set(pool.checkedout())
