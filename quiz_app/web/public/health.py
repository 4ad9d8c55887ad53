"""For load balancers and watchers."""

from __future__ import annotations

from werkzeug.wrappers import Response

from quiz_app.services.health import check_database
from quiz_app.web.public import bp


@bp.get("/healthz")
def show_health() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
def show_readiness() -> Response:
    """The process can reach its database, which is of the version that this release expects."""
    check_database()
    return Response("ready\n", mimetype="text/plain")
