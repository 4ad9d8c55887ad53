"""A cache of things that can be computed again: in this process, or in Redis where several processes share it.

Nothing in it is the only copy of anything. When Redis does not answer at once it is left alone for a while and values
are kept in the process, so that a Redis that hangs costs one short wait and not every page.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import redis

log = logging.getLogger(__name__)

MOST_COUNTERS = 10_000
"""Counters in a process before those that have run out are thrown away."""


class Cache(Protocol):
    """Values that JSON can hold, each for some seconds."""

    def get_or_compute(self, key: str, seconds: int, compute: Callable[[], Any]) -> Any:
        """The kept value, or a fresh one, which is then kept for so many seconds."""

    def read_count(self, key: str) -> int:
        """The counter as it stands; 0 when its seconds have run out."""

    def count_one(self, key: str, seconds: int) -> None:
        """Add one to a counter that runs out so many seconds after its first one."""


class ProcessCache:
    """Kept in this process. One thread computes a value that has run out; the others go on with the old one."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[float, Any]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._counts: dict[str, tuple[float, int]] = {}
        self._counting = threading.Lock()

    def get_or_compute(self, key: str, seconds: int, compute: Callable[[], Any]) -> Any:
        """See ``Cache``."""
        known = self._values.get(key)
        if known is not None and time.monotonic() < known[0]:
            return known[1]
        lock = self._locks.setdefault(key, threading.Lock())
        if not lock.acquire(blocking=known is None):
            return known[1] if known else compute()
        try:
            known = self._values.get(key)
            if known is not None and time.monotonic() < known[0]:
                return known[1]
            value = compute()
            self._values[key] = (time.monotonic() + seconds, value)
            return value
        finally:
            lock.release()

    def read_count(self, key: str) -> int:
        """See ``Cache``."""
        runs_out_at, number = self._counts.get(key, (0.0, 0))
        return number if time.monotonic() < runs_out_at else 0

    def count_one(self, key: str, seconds: int) -> None:
        """See ``Cache``."""
        now = time.monotonic()
        with self._counting:
            if len(self._counts) >= MOST_COUNTERS:
                # Keys come from outside (addresses), so they must not pile up.
                self._counts = {kept: count for kept, count in self._counts.items() if now < count[0]}
            runs_out_at, number = self._counts.get(key, (0.0, 0))
            self._counts[key] = (runs_out_at, number + 1) if now < runs_out_at else (now + seconds, 1)


class RedisCache:
    """Kept in Redis, shared by all processes, with the process's own cache behind it when Redis fails."""

    RETRY_SECONDS = 5.0

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=0.1, socket_connect_timeout=0.1)
        self._fallback = ProcessCache()
        self._silent_until = 0.0

    def get_or_compute(self, key: str, seconds: int, compute: Callable[[], Any]) -> Any:
        """See ``Cache``."""
        # The process's own cache stands in front for a second, so that a busy page asks Redis once a second.
        return self._fallback.get_or_compute(key, min(seconds, 1), lambda: self._ask(key, seconds, compute))

    def _ask(self, key: str, seconds: int, compute: Callable[[], Any]) -> Any:
        if time.monotonic() < self._silent_until:
            return compute()
        try:
            stored = self._redis.get(f"quiz:{key}")
            if isinstance(stored, bytes):
                return json.loads(stored)
        except redis.RedisError as error:
            self._fall_silent(error)
            return compute()
        except ValueError:
            log.warning("cache held something that is not ours: %s", key)
        # Outside the handlers above: a value that cannot be kept is not computed a second time.
        value = compute()
        try:
            self._redis.set(f"quiz:{key}", json.dumps(value), ex=seconds)
        except redis.RedisError as error:
            self._fall_silent(error)
        return value

    def read_count(self, key: str) -> int:
        """See ``Cache``."""
        if time.monotonic() >= self._silent_until:
            try:
                stored = self._redis.get(f"quiz:{key}")
                return int(stored) if isinstance(stored, bytes) else 0
            except redis.RedisError as error:
                self._fall_silent(error)
        return self._fallback.read_count(key)

    def count_one(self, key: str, seconds: int) -> None:
        """See ``Cache``."""
        if time.monotonic() >= self._silent_until:
            try:
                with self._redis.pipeline(transaction=True) as pipeline:
                    pipeline.set(f"quiz:{key}", 0, ex=seconds, nx=True)
                    pipeline.incr(f"quiz:{key}")
                    pipeline.execute()
                return
            except redis.RedisError as error:
                self._fall_silent(error)
        self._fallback.count_one(key, seconds)

    def _fall_silent(self, error: redis.RedisError) -> None:
        self._silent_until = time.monotonic() + self.RETRY_SECONDS
        log.warning("cache unavailable: %s", type(error).__name__)


def make_cache(url: str | None) -> Cache:
    """The cache of this URL; the process's own without one."""
    return RedisCache(url) if url else ProcessCache()
