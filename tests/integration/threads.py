"""Runs functions at the same moment, each in a thread with a context of the application."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

from quiz_app.domain.errors import Refusal

Outcome = TypeVar("Outcome")


def run_together(app: Flask, calls: Sequence[Callable[[], Outcome]]) -> list[Outcome | Refusal]:
    """Each call's value, or the Refusal that it met; any other exception is a fault and is raised."""
    barrier = threading.Barrier(len(calls), timeout=30)

    def run(call: Callable[[], Outcome]) -> Outcome | Refusal:
        with app.app_context():
            barrier.wait()
            try:
                return call()
            except Refusal as refusal:
                return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]
