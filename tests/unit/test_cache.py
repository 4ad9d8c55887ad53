"""Caches: a value is computed once, shared where it should be, and a Redis in trouble costs one short wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import redis

from quiz_app.cache import Cache, ProcessCache, RedisCache, make_cache
from tests.servers.redis import RedisServer, start_redis

THREADS = 20
FRONT_SECONDS = 1.1
"""A little more than the second for which a process keeps what Redis gave it."""
LONGEST_WAIT_SECONDS = 3
"""Far more than the tenth of a second that one command may wait, for a machine that has much else to do; what would
wait for a paused Redis without a limit waits for ever. How often Redis is asked is counted, not timed."""


class Counting:
    """A computation that counts its calls and gives their number."""

    def __init__(self, seconds: float = 0) -> None:
        self.calls = 0
        self._seconds = seconds
        self._lock = threading.Lock()

    def __call__(self) -> int:
        with self._lock:
            self.calls += 1
            number = self.calls
        time.sleep(self._seconds)
        return number


@pytest.fixture
def shared_redis(redis_server: RedisServer) -> RedisServer:
    """The Redis server of the run, empty."""
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis server of this test alone, to be stopped and paused."""
    server = start_redis(tmp_path / "redis")
    yield server
    server.stop()


@pytest.fixture
def long_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that failed is left alone for longer than any test takes."""
    monkeypatch.setattr(RedisCache, "RETRY_SECONDS", 600)


def ask_at_once(cache: Cache, key: str, compute: Callable[[], int]) -> list[int]:
    """What so many threads get that ask at the same moment."""
    barrier = threading.Barrier(THREADS)

    def ask(_: int) -> int:
        barrier.wait()
        value: int = cache.get_or_compute(key, 60, compute)
        return value

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(ask, range(THREADS)))


def measure(cache: Cache, key: str, compute: Callable[[], int]) -> tuple[int, float]:
    """The value, and the seconds that it took."""
    begun = time.monotonic()
    value: int = cache.get_or_compute(key, 60, compute)
    return value, time.monotonic() - begun


def note_commands(cache: RedisCache) -> list[str]:
    """Every command that is sent to Redis from now on."""
    sent: list[str] = []
    client = cache._redis
    execute = client.execute_command

    def note_and_execute(*arguments: Any, **options: Any) -> Any:
        sent.append(arguments[0])
        return execute(*arguments, **options)

    client.execute_command = note_and_execute  # type: ignore[method-assign]
    return sent


def test_the_kind_of_cache_follows_from_the_address() -> None:
    assert isinstance(make_cache(None), ProcessCache)
    assert isinstance(make_cache("redis://127.0.0.1:1/0"), RedisCache)


def test_a_process_computes_a_value_once_for_many_threads() -> None:
    compute = Counting(seconds=0.05)
    assert ask_at_once(ProcessCache(), "a", compute) == [1] * THREADS
    assert compute.calls == 1


def test_values_of_different_keys_do_not_mix() -> None:
    cache = ProcessCache()
    assert [cache.get_or_compute(key, 60, lambda key=key: key.upper()) for key in "abab"] == ["A", "B", "A", "B"]


def test_a_value_that_is_false_or_none_is_kept_like_any_other() -> None:
    cache = ProcessCache()
    for value in (None, 0, [], False):
        calls = Counting()
        for _ in range(3):
            assert cache.get_or_compute(repr(value), 60, lambda value=value, calls=calls: calls() and value) == value
        assert calls.calls == 1


def test_a_value_that_has_run_out_is_computed_anew() -> None:
    cache, compute = ProcessCache(), Counting()
    assert [cache.get_or_compute("a", 0, compute) for _ in range(3)] == [1, 2, 3]


def test_others_go_on_with_the_old_value_while_one_computes_the_new() -> None:
    cache = ProcessCache()
    cache.get_or_compute("a", 0, lambda: "old")
    is_computing, may_end = threading.Event(), threading.Event()

    def compute() -> str:
        is_computing.set()
        assert may_end.wait(10)
        return "new"

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(cache.get_or_compute, "a", 60, compute)
        assert is_computing.wait(10)
        # The computation ends after this: whoever waited for it would wait until it fails.
        value = cache.get_or_compute("a", 60, Counting())
        may_end.set()
        assert slow.result(10) == "new"
    assert value == "old"
    assert cache.get_or_compute("a", 60, Counting()) == "new"


def test_a_computation_that_fails_leaves_nothing_behind() -> None:
    cache = ProcessCache()

    def fail() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        cache.get_or_compute("a", 60, fail)
    assert cache.get_or_compute("a", 60, Counting()) == 1


def test_two_processes_share_a_value_through_redis(shared_redis: RedisServer) -> None:
    first, second, compute = RedisCache(shared_redis.url), RedisCache(shared_redis.url), Counting()
    assert [cache.get_or_compute("a", 60, compute) for cache in (first, second)] == [1, 1]
    assert compute.calls == 1


def test_a_process_with_redis_computes_a_value_once_for_many_threads(shared_redis: RedisServer) -> None:
    compute = Counting(seconds=0.05)
    assert ask_at_once(RedisCache(shared_redis.url), "a", compute) == [1] * THREADS
    assert compute.calls == 1


def test_what_comes_from_redis_equals_what_was_put_there(shared_redis: RedisServer) -> None:
    value = {"units": [["Sở Nội vụ", 12, 0.5, None, True]]}
    for _ in range(2):
        assert RedisCache(shared_redis.url).get_or_compute("a", 60, lambda: value) == value


def test_a_value_in_redis_ends_by_itself(shared_redis: RedisServer) -> None:
    RedisCache(shared_redis.url).get_or_compute("a", 60, Counting())
    with redis.Redis.from_url(shared_redis.url) as client:
        (name,) = client.keys()
        assert 0 < client.ttl(name) <= 60


def test_a_redis_that_was_emptied_is_filled_again(shared_redis: RedisServer) -> None:
    cache, compute = RedisCache(shared_redis.url), Counting()
    assert cache.get_or_compute("a", 60, compute) == 1
    with redis.Redis.from_url(shared_redis.url) as client:
        client.flushall()
    time.sleep(FRONT_SECONDS)
    assert cache.get_or_compute("a", 60, compute) == 2
    assert RedisCache(shared_redis.url).get_or_compute("a", 60, compute) == 2


@pytest.mark.parametrize("stored", [b"", b"{", b"\xff\xfe", b"[1,"])
def test_what_another_program_wrote_under_the_key_is_replaced(shared_redis: RedisServer, stored: bytes) -> None:
    with redis.Redis.from_url(shared_redis.url) as client:
        client.set("quiz:a", stored)
    compute = Counting()
    assert [RedisCache(shared_redis.url).get_or_compute("a", 60, compute) for _ in range(2)] == [1, 1]
    assert compute.calls == 1


@pytest.mark.parametrize("trouble", ["stopped", "paused"])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_redis_in_trouble_costs_one_short_wait_and_no_error(
    own_redis: RedisServer, long_silence: None, trouble: str, is_known: bool
) -> None:
    cache, compute = RedisCache(own_redis.url), Counting()
    if is_known:
        cache.get_or_compute("a", 60, compute)
        time.sleep(FRONT_SECONDS)
    own_redis.stop() if trouble == "stopped" else own_redis.pause()
    sent = note_commands(cache)
    value, seconds = measure(cache, "a", compute)
    assert value == compute.calls
    assert sent == ["GET"]
    assert seconds < LONGEST_WAIT_SECONDS
    # From then on Redis is left alone: other keys do not wait for it, and the process computes for itself.
    assert cache.get_or_compute("b", 60, compute) == value + 1
    assert cache.get_or_compute("a", 60, compute) in (value, value + 2)
    assert sent == ["GET"]


def test_a_redis_that_pauses_under_load_computes_once_for_many_threads(
    own_redis: RedisServer, long_silence: None
) -> None:
    cache, compute = RedisCache(own_redis.url), Counting(seconds=0.05)
    cache.get_or_compute("warm", 60, compute)
    own_redis.pause()
    sent = note_commands(cache)
    begun = time.monotonic()
    assert len(set(ask_at_once(cache, "a", compute))) == 1
    assert sent == ["GET"]
    assert time.monotonic() - begun < LONGEST_WAIT_SECONDS
    assert compute.calls == 2


def test_a_redis_that_fails_between_reading_and_writing_costs_no_second_computation(own_redis: RedisServer) -> None:
    compute = Counting()

    def compute_and_pause() -> int:
        own_redis.pause()
        return compute()

    cache = RedisCache(own_redis.url)
    sent = note_commands(cache)
    value, seconds = measure(cache, "a", compute_and_pause)
    assert (value, compute.calls) == (1, 1)
    assert sent == ["GET", "SET"]
    assert seconds < LONGEST_WAIT_SECONDS


def test_a_redis_that_comes_back_is_used_again(own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RedisCache, "RETRY_SECONDS", 0.2)
    cache = RedisCache(own_redis.url)
    own_redis.stop()
    assert cache.get_or_compute("a", 60, Counting()) == 1
    own_redis.start()
    time.sleep(FRONT_SECONDS)
    cache.get_or_compute("a", 60, Counting())
    with redis.Redis.from_url(own_redis.url) as client:
        assert client.get("quiz:a") == b"1"
