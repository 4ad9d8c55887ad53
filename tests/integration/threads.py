"""Runs functions at the same moment, each in a thread with a context of the application."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from flask import Flask

from quiz_app.domain.errors import Refusal, StorageUnavailable
from quiz_app.extensions import db

GATHER_SECONDS = 60
"""How long the threads may take to be all there, on a machine that has much else to do."""
HOLD_SECONDS = 0.4
"""How long somebody is held up in the middle of something, for somebody else to run into it."""

Outcome = TypeVar("Outcome")


def run_together(app: Flask, calls: Sequence[Callable[[], Outcome]]) -> list[Outcome | Refusal]:
    """Each call's value, or the Refusal that it met; any other exception is a fault and is raised.

    So is StorageUnavailable, with what caused it: the database is there, and nobody may be told that it is not.
    """
    open_connections(app, len(calls))
    barrier = threading.Barrier(len(calls), timeout=GATHER_SECONDS)

    def run(call: Callable[[], Outcome]) -> Outcome | Refusal:
        with app.app_context():
            barrier.wait()
            try:
                return call()
            except StorageUnavailable:
                raise
            except Refusal as refusal:
                return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def hold_after(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> threading.Event:
    """Let whoever calls this function go on only a while later, with all that the transaction holds by then; what is
    returned says that somebody has called it.
    """
    function = getattr(owner, name)
    is_called = threading.Event()

    def call_and_hold(*arguments: Any, **values: Any) -> Any:
        outcome = function(*arguments, **values)
        is_called.set()
        time.sleep(HOLD_SECONDS)
        return outcome

    monkeypatch.setattr(owner, name, call_and_hold)
    return is_called


def wait_for(event: threading.Event, call: Callable[[], Outcome]) -> Callable[[], Outcome]:
    """The call, made once the other one has come so far."""

    def wait_and_call() -> Outcome:
        assert event.wait(GATHER_SECONDS)
        return call()

    return wait_and_call


def slow_down(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> threading.Event:
    """Have this function of a module begin late, so that what others began meanwhile comes as far as it can.

    The event is set once the function was reached: see `wait_for`.
    """
    function = getattr(owner, name)
    is_reached = threading.Event()

    def call_late(*arguments: object, **named: object) -> object:
        is_reached.set()
        time.sleep(HOLD_SECONDS)
        return function(*arguments, **named)

    monkeypatch.setattr(owner, name, call_late)
    return is_reached


def open_connections(app: Flask, count: int) -> None:
    """Have so many connections stand in the application's pool, opened one after the other.

    A server accepts a few within the seconds that the engine waits for each; not dozens at once on a busy machine.
    """
    with app.app_context():
        connections = [db.engine.raw_connection() for _ in range(count)]
        for connection in connections:
            connection.close()
