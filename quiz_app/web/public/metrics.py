"""Figures for Prometheus, for whoever shows METRICS_TOKEN; for everybody else there is no such page."""

from __future__ import annotations

import hmac
from contextlib import suppress

from flask import abort, request
from werkzeug.wrappers import Response

from quiz_app.domain.errors import StorageUnavailable
from quiz_app.metrics import CONTENT_TYPE, render
from quiz_app.services.health import read_gauges
from quiz_app.web.identity import get_now, get_settings
from quiz_app.web.public import bp

NO_DATABASE = {"quiz_database_up": ("Whether the database answers.", 0.0)}


@bp.get("/metrics")
def show_metrics() -> Response:
    """What all processes counted, and what waits in the database now."""
    token = get_settings().metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token is None or not hmac.compare_digest(given.encode(), token.encode()):
        abort(404)
    gauges = dict(NO_DATABASE)
    with suppress(StorageUnavailable):
        gauges = read_gauges(now=get_now())
    return Response(render(gauges), content_type=CONTENT_TYPE)
