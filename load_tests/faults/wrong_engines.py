"""Engines with a known fault, served instead of the real one: the bench must find each of them out.

Chosen by the environment variable WRONG_ENGINE. ``answers_first`` acknowledges a save and stores it half a second
later, as designs with a queue or a buffer do. ``no_guard`` stores whatever comes last, whatever its sequence number.
``no_sync`` has SQLite answer before the disk has it.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from sqlalchemy import event

from quiz_app.extensions import db
from quiz_app.persistence.attempts import saving
from wsgi import app as engine

DELAY_SECONDS = 0.5
_GUARDS = {
    "postgresql": "AND COALESCE((responses -> CAST(%(name)s AS text) ->> 0)::bigint, -1) < %(sequence)s",
    "sqlite": "AND COALESCE(json_extract(responses, :path), -1) < :sequence",
}


class AnswersFirst:
    """Acknowledges from the request alone, and hands it to the engine later."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[float, dict[str, Any], bytes]] = queue.Queue()
        threading.Thread(target=self._store, daemon=True).start()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """As WSGI asks."""
        if not environ["PATH_INFO"].endswith("/responses"):
            return engine.wsgi_app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        changes = json.loads(body)["responses"]
        kept = {name: value for name, value in environ.items() if isinstance(value, (str, int, tuple, bool))}
        self._waiting.put((time.monotonic() + DELAY_SECONDS, kept, body))
        answer = json.dumps(
            {"responses": {str(each["slot"]): [each["sequence"], each["choice"], 0] for each in changes}}
        ).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    def _store(self) -> None:
        while True:
            due, environ, body = self._waiting.get()
            time.sleep(max(0.0, due - time.monotonic()))
            environ |= {"wsgi.input": BytesIO(body), "wsgi.errors": sys.stderr}
            for _ in engine.wsgi_app(environ, _pass_over):
                pass


def _pass_over(status: str, headers: list[tuple[str, str]], fault: Any = None, /) -> Callable[[bytes], object]:
    """Whoever is waiting was answered already."""
    return lambda _: None


def remove_guard() -> None:
    """Take the comparison of sequence numbers out of the statement that saves."""
    text = saving._SAVE._text
    for database, guard in _GUARDS.items():
        if guard not in text[database]:
            raise RuntimeError("the statement that saves has changed; this control no longer takes its guard away")
        text[database] = text[database].replace(guard, "")


def forget_disk() -> None:
    """Every new connection of SQLite no longer waits for the disk."""
    with engine.app_context():
        # After the engine's own settings, which come first on a new connection.
        event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        db.engine.dispose()


def make_wrong_engine(name: str) -> Any:
    """The engine with this fault; the real one for an empty name."""
    if name == "answers_first":
        return AnswersFirst()
    if name == "no_guard":
        remove_guard()
    elif name == "no_sync":
        forget_disk()
    elif name:
        raise ValueError(name)
    return engine


app = make_wrong_engine(os.environ.get("WRONG_ENGINE", ""))
