"""Processor time, as a machine of ordinary speed would need it.

The machines that run the tests differ in speed by a factor of three, and the same one does from hour to hour. A limit
in seconds is therefore held against what a fixed piece of work takes right then.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

YARDSTICK_SECONDS = 0.030
"""What `_work` takes on a core of 2.5 GHz that does nothing else."""


@contextmanager
def takes_at_most(seconds: float) -> Iterator[None]:
    """Fail when what stands inside takes more processor time than this, in seconds of a machine of ordinary speed."""
    before = _measure()
    begun = time.process_time()
    yield
    taken = time.process_time() - begun
    slowness = max(1.0, (before + _measure()) / 2 / YARDSTICK_SECONDS)
    assert taken < seconds * slowness, f"{taken:.2f} s of a machine that is {slowness:.1f} times slower than usual"


def _measure() -> float:
    begun = time.process_time()
    _work()
    return time.process_time() - begun


def _work() -> int:
    total = 0
    for number in range(500_000):
        total += number
    return total
