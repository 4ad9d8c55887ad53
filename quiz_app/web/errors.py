"""Turns every Refusal, and every fault, into a page or into JSON with the right status."""

from __future__ import annotations

import logging
import math
from typing import Any

from flask import Flask, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from quiz_app.domain.errors import (
    AttemptClosed,
    InvalidInput,
    Refusal,
    SignInRequired,
    StorageUnavailable,
    TooManyFailures,
)
from quiz_app.domain.initiatives.file_rules import UploadsBusy
from quiz_app.metrics import POOL_TIMEOUTS
from quiz_app.web.formatting import describe_refusal
from quiz_app.web.identity import find_current_person, get_now

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 2


def register_errors(app: Flask) -> None:
    """Attach the handlers."""
    app.register_error_handler(Refusal, answer_refusal)
    app.register_error_handler(CSRFError, answer_stale_form)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(Exception, answer_fault)


def answer_refusal(refusal: Refusal) -> Response:
    """Say no, and why."""
    response: Response
    if wants_json():
        body: dict[str, Any] = {"error": {"code": refusal.code, "message": describe_refusal(refusal)}}
        if isinstance(refusal, AttemptClosed) and refusal.received is not None:
            body["received"] = refusal.received
        response = jsonify(body)
    elif isinstance(refusal, SignInRequired) and request.method == "GET":
        return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))
    else:
        page = render_template("errors/refusal.html", refusal=refusal, status=refusal.status)
        response = Response(page, mimetype="text/html")
    response.status_code = refusal.status
    if isinstance(refusal, StorageUnavailable):
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        if isinstance(refusal.__cause__, PoolTimeout):
            POOL_TIMEOUTS.inc()
    elif isinstance(refusal, UploadsBusy):
        response.headers["Retry-After"] = str(refusal.retry_seconds)
    elif isinstance(refusal, TooManyFailures):
        wait = (refusal.next_at - get_now()).total_seconds()
        response.headers["Retry-After"] = str(max(1, math.ceil(wait)))
    return response


def answer_stale_form(error: CSRFError) -> Response:
    """A form without the session's token: from another site, or from a page of an ended session.

    A program that nobody is signed in to learns that, so that its page can ask for the password and go on.
    """
    log.warning("write without a valid token: %s %s", request.method, request.endpoint)
    if wants_json() and request.endpoint != "account.sign_in":
        try:
            if find_current_person() is None:
                return answer_refusal(SignInRequired())
        except StorageUnavailable as refusal:
            return answer_refusal(refusal)
    return answer_refusal(InvalidInput("This page is no longer valid. Go back, reload it, and try again."))


def answer_http_error(error: HTTPException) -> Response:
    """404, 405, 413 and their like."""
    status = error.code or 500
    if status < 400:
        # A redirect that the router asks for.
        return error.get_response(request.environ)
    return _answer_status(status)


def answer_fault(error: Exception) -> Response:
    """Something broke: it is logged, and nothing of it is shown."""
    log.error("unhandled fault in %s %s", request.method, request.endpoint, exc_info=error)
    return _answer_status(500)


def wants_json() -> bool:
    """Whether a program is asking."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


def _answer_status(status: int) -> Response:
    response: Response
    if wants_json():
        response = jsonify(error={"code": f"http_{status}", "message": ""})
    else:
        response = Response(render_template("errors/http_error.html", status=status), mimetype="text/html")
    response.status_code = status
    return response
