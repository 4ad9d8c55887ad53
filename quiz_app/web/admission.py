"""Admission: every request passes the gate of its process before it touches a session, a person or the database.

A request keeps its place until its answer is made, and where the answer is a stream until its last byte is handed to
the server or the visitor is gone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response

from quiz_app.config import Settings
from quiz_app.domain.initiatives.file_rules import UploadsBusy
from quiz_app.web.admission_classes import find_classes
from quiz_app.web.admission_gate import PATIENCE_SECONDS, Gate, Reason, RequestClass
from quiz_app.web.admission_returns import Returns
from quiz_app.web.identity import take_time_anew
from quiz_app.web.waiting_page import answer_turned_away

log = logging.getLogger(__name__)

STARTING = "participant.start"
_OLDEST_SECONDS = 60.0
"""A request that says it is older comes from a proxy whose clock is another."""
_TELLING_SECONDS = 1.0


class Observer(Protocol):
    """Who counts what happens at the gate."""

    def note_entry(self, kind: RequestClass, waited_seconds: float) -> None:
        """A request has taken its place, after so long in the proxy's hands and at the gate."""

    def note_leave(self, kind: RequestClass) -> None:
        """A request has given its place back."""

    def note_turned_away(self, kind: RequestClass, reason: Reason) -> None:
        """A request was told to come back."""


class _HeldStream(Iterator[bytes]):
    """The body of an answer that goes out piece by piece; its place is given back once, when the server closes it."""

    def __init__(self, body: Iterable[Any], give_back: Callable[[], None]) -> None:
        self._body = body
        self._next = iter(body).__next__
        self._give_back: Callable[[], None] | None = give_back

    def __next__(self) -> bytes:
        return self._next()  # type: ignore[no-any-return]

    def close(self) -> None:
        """See PEP 3333: called when the body was sent, when it broke, and when the visitor went away."""
        give_back, self._give_back = self._give_back, None
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            if give_back is not None:
                give_back()


class Admission:
    """The gate of a process, with those who count at it and what it says in the log."""

    def __init__(self, settings: Settings) -> None:
        self.gate = Gate(settings.threads, settings.waiting_room)
        self.returns = Returns()
        self.observer: Observer | None = None
        self.reads: dict[str, RequestClass] = {}
        self.writes: dict[str, RequestClass] = {}
        self._telling = threading.Lock()
        self._told_at = -_TELLING_SECONDS
        self._untold = 0

    def enter(self, kind: RequestClass, *, patience: float, age: float = 0.0) -> bool:
        """Take a place for the request; whether there was one. ``age`` is how long it has been on its way (seconds)."""
        came_at = time.monotonic()
        reason = self.gate.enter(kind, patience=patience - age)
        if reason is None:
            self.returns.admitted += 1
        if self.observer is not None:
            if reason is None:
                self.observer.note_entry(kind, time.monotonic() - came_at + age)
            else:
                self.observer.note_turned_away(kind, reason)
        if reason is not None:
            self._tell(kind, reason)
        return reason is None

    def leave(self, kind: RequestClass) -> None:
        """Give the place back."""
        self.gate.leave(kind)
        if self.observer is not None:
            self.observer.note_leave(kind)

    def _tell(self, kind: RequestClass, reason: Reason) -> None:
        """One line a second at most, however many are turned away."""
        with self._telling:
            self._untold += 1
            now = time.monotonic()
            if now - self._told_at < _TELLING_SECONDS:
                return
            number, self._untold, self._told_at = self._untold, 0, now
        facts = {"turned_away": number, "last": f"{kind.name.lower()} {reason}"}
        words = "the server is full: %s turned away since the last such line, the last of class %s"
        log.warning(words, number, facts["last"], extra={"facts": facts})


def register_admission(app: Flask) -> None:
    """Attach the gate; after the hook that notes whose request it is, before every other."""
    settings: Settings = app.extensions["settings"]
    admission = app.extensions["admission"] = Admission(settings)
    is_behind_proxy = settings.trusted_proxies > 0

    @app.before_request
    def admit() -> Response | None:
        endpoint = request.endpoint
        classes = admission.reads if request.method in ("GET", "HEAD") else admission.writes
        kind = classes.get(endpoint) if endpoint is not None else RequestClass.PAGES
        if kind is None:
            return None
        age = _read_age(request.headers.get("X-Request-Start", "")) if is_behind_proxy else 0.0
        # Answers that are on their way wait their whole time here, whatever time the way has taken.
        patience = PATIENCE_SECONDS + age if kind >= RequestClass.SITTING else PATIENCE_SECONDS
        if not admission.enter(kind, patience=patience, age=age):
            g.turned_away = kind
            return answer_turned_away(kind, admission.returns.choose_seconds(kind))
        g.place = kind
        if endpoint == STARTING:
            # Its clock begins when it is admitted: what somebody waits costs no time of the quiz.
            take_time_anew()
        return None

    @app.after_request
    def keep_place_of_stream(response: Response) -> Response:
        if response.is_streamed:
            kind = g.pop("place", None)
            if kind is not None:
                # Not by ``call_on_close``: Werkzeug leaves that out for a file that is passed through as it is.
                response.response = _HeldStream(response.response, lambda: admission.leave(kind))
        return response

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        kind = g.pop("place", None)
        if kind is not None:
            admission.leave(kind)


def finish_admission(app: Flask) -> None:
    """Sort the views into their classes, once all are known."""
    admission: Admission = app.extensions["admission"]
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    admission.reads = find_classes(endpoints, is_write=False)
    admission.writes = find_classes(endpoints, is_write=True)


def take_file_place(*, wait_seconds: float = 0) -> None:
    """Go on as a request that brings or reads a file, which keeps its thread for as long as the bytes come.

    For requests of which only their body, or what they ask for, tells this. Raises UploadsBusy where there is no place
    for one more, before a byte of the file is read.
    """
    kind = g.get("place")
    if kind is None or kind == RequestClass.FILES:
        return
    admission: Admission = current_app.extensions["admission"]
    admission.leave(g.pop("place"))
    if not admission.enter(RequestClass.FILES, patience=wait_seconds):
        raise UploadsBusy
    g.place = RequestClass.FILES


def _read_age(header: str) -> float:
    """For how many seconds the request has been on its way since the proxy took it (``t=1665846000.123``)."""
    try:
        age = time.time() - float(header.removeprefix("t="))
    except ValueError:
        return 0.0
    return age if 0.0 < age < _OLDEST_SECONDS else 0.0
