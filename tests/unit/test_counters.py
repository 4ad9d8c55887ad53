"""Counters of the cache: they count, run out, do not pile up, and outlive a Redis that fails."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from quiz_app import cache as cache_module
from quiz_app.cache import Cache, ProcessCache, RedisCache
from tests.servers.redis import RedisServer


@pytest.fixture(params=["process", "redis"])
def counting_cache(request: pytest.FixtureRequest) -> Cache:
    if request.param == "process":
        return ProcessCache()
    server: RedisServer = request.getfixturevalue("redis_server")
    with redis.Redis.from_url(server.url) as client:
        client.flushall()
    return RedisCache(server.url)


def test_a_counter_counts_for_each_key(counting_cache: Cache) -> None:
    assert counting_cache.read_count("a") == 0
    for _ in range(3):
        counting_cache.count_one("a", 60)
    counting_cache.count_one("b", 60)
    assert [counting_cache.read_count(key) for key in "abc"] == [3, 1, 0]


def test_a_counter_runs_out_after_its_first_one(counting_cache: Cache) -> None:
    counting_cache.count_one("a", 1)
    time.sleep(0.6)
    counting_cache.count_one("a", 1)
    assert counting_cache.read_count("a") == 2
    time.sleep(0.6)
    assert counting_cache.read_count("a") == 0
    counting_cache.count_one("a", 60)
    assert counting_cache.read_count("a") == 1


def test_threads_lose_no_count(counting_cache: Cache) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: counting_cache.count_one("a", 60), range(200)))
    assert counting_cache.read_count("a") == 200


def test_processes_with_one_redis_count_together(redis_server: RedisServer) -> None:
    first, second = RedisCache(redis_server.url), RedisCache(redis_server.url)
    before = first.read_count("shared")
    first.count_one("shared", 60)
    second.count_one("shared", 60)
    assert first.read_count("shared") == second.read_count("shared") == before + 2


def test_without_its_redis_a_process_counts_by_itself() -> None:
    cache = RedisCache("redis://127.0.0.1:1/0")
    for _ in range(3):
        cache.count_one("a", 60)
    assert cache.read_count("a") == 3


def test_counters_that_have_run_out_are_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "MOST_COUNTERS", 10)
    cache = ProcessCache()
    for n in range(100):
        cache.count_one(f"old-{n}", 0)
    cache.count_one("kept", 60)
    for n in range(100):
        cache.count_one(f"new-{n}", 0)
    assert cache.read_count("kept") == 1
    assert len(cache._counts) <= 12
