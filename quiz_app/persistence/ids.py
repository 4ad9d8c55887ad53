"""Primary keys: 63 bits, the upper 41 from the clock, the lower 22 at random.

Made here and not by the database, so that a row and all that refers to it can be written in one round trip, keys sort
by time (new rows go to the end of an index), and the keys of two servers never meet. They are no secret: every look-
up by id also asks whose it is.
"""

from __future__ import annotations

import secrets
import threading

from quiz_app.clock import read_now

_START_MS = 1_577_836_800_000
"""2020-01-01T00:00Z, so that 41 bits of milliseconds last until 2089."""
_RANDOM_BITS = 22


_making = threading.Lock()
_last = 0


def make_id() -> int:
    """A new key, positive and below 2**63; no two of a process are the same, and each is above the one before.

    At random alone, 3,000 keys of one millisecond (an import) would meet with probability of two thirds.
    """
    global _last  # noqa: PLW0603 - what the lock is for
    elapsed_ms = int(read_now().timestamp() * 1000) - _START_MS
    with _making:
        _last = max((elapsed_ms << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS), _last + 1)
        return _last


def make_lowest_id(moment_ms: int) -> int:
    """The smallest key that a row made at this moment (ms since 1970, UTC) can have."""
    return max(0, moment_ms - _START_MS) << _RANDOM_BITS
