"""Long work beside requests in one process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_SECONDS = 0.0005


@contextmanager
def letting_others_go_first() -> Iterator[None]:
    """Give up the interpreter half a millisecond after a request asks for it, instead of five.

    A request asks some ten times, once after each answer of the database: a save would otherwise wait for 50 ms beside
    work that computes without a pause.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, SWITCH_SECONDS))
    try:
        yield
    finally:
        sys.setswitchinterval(before)
