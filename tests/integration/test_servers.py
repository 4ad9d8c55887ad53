"""The throw-away servers themselves: a test that trusts a broken one proves nothing."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import redis
from playwright.sync_api import Browser

from tests.servers.accounts import hand_over
from tests.servers.databases import PostgresqlCopies, SqliteCopies
from tests.servers.ports import LOOPBACK, PortTaken, assert_port_free, find_free_port, is_port_open
from tests.servers.postgresql import PostgresqlServer, start_postgresql
from tests.servers.processes import (
    ServerFailed,
    cpu_milliseconds,
    is_running,
    kill_tree,
    process_tree,
    wait_for_end,
)
from tests.servers.redis import RedisServer, start_redis
from tests.servers.web import REPOSITORY, start_web

# Stands in for the engine: a main process with one child, which answers the health check.
STAND_IN = """
    import http.server, os, subprocess, sys
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()
            self.wfile.write(os.environ.get("GREETING", "").encode())
    http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


@pytest.fixture
def durable_server(server_directory: Path) -> Iterator[PostgresqlServer]:
    server = start_postgresql(server_directory / "durable", durable=True)
    yield server
    server.stop()


def make_command(source: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(source)]


@pytest.mark.postgresql
def test_durable_postgresql_keeps_a_commit_through_a_kill(durable_server: PostgresqlServer) -> None:
    with psycopg.connect(durable_server.url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('cải cách')")

    killed = durable_server.kill_all()

    assert len(killed) > 3, "the postmaster and its background processes"
    assert not any(is_running(pid) for pid in killed)
    assert durable_server.pids() == []
    assert not is_port_open(durable_server.port)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(durable_server.url)

    durable_server.restart()
    with psycopg.connect(durable_server.url) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("cải cách",)
    assert "was not properly shut down" in durable_server.log_path.read_text(), "it was a crash, not a stop"


@pytest.mark.postgresql
def test_fast_postgresql_keeps_its_data_through_a_restart(server_directory: Path) -> None:
    server = start_postgresql(server_directory / "fast", durable=False)
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        connection.execute("CREATE TABLE kept (word text)")
    port = server.port
    server.restart()
    assert server.port == port
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    pids = server.pids()
    server.stop()
    server.stop()
    assert not any(is_running(pid) for pid in pids)


def test_a_folder_the_account_cannot_reach_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(PermissionError, match="closed to the server's account"):
        hand_over(tmp_path / "data", {"user": os.geteuid(), "group": os.getegid()})


def test_postgresql_copies_are_empty_and_apart(postgresql_server: PostgresqlServer) -> None:
    def migrate(url: str) -> None:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE words (word text)")

    copies = PostgresqlCopies(postgresql_server, migrate)
    with copies.copy() as first, copies.copy() as second:
        with psycopg.connect(first) as connection:
            connection.execute("INSERT INTO words VALUES ('a')")
        with psycopg.connect(second) as connection:
            assert connection.execute("SELECT count(*) FROM words").fetchone() == (0,)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(first)


def test_sqlite_copies_hold_what_was_in_the_log(tmp_path: Path) -> None:
    open_connections: list[sqlite3.Connection] = []

    def migrate(url: str) -> None:
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE words (word text)")
        connection.commit()
        open_connections.append(connection)  # an engine that was not disposed of

    copies = SqliteCopies(tmp_path, migrate)
    (tmp_path / "own").mkdir()
    path = copies.make_copy(tmp_path / "own").removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as copy:
        assert copy.execute("SELECT count(*) FROM words").fetchone() == (0,)
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    for connection in open_connections:
        connection.close()


def test_redis_answers_hangs_while_paused_and_goes_on(redis_server: RedisServer) -> None:
    impatient = redis.Redis.from_url(redis_server.url, socket_timeout=0.3, retry=None)
    with closing(redis.Redis.from_url(redis_server.url)) as client, closing(impatient):
        client.set("word", "value")
        redis_server.pause()
        try:
            with pytest.raises(redis.exceptions.RedisError):
                impatient.get("word")
        finally:
            redis_server.resume()
        assert client.get("word") == b"value"


def test_redis_that_is_paused_can_be_stopped_and_forgets(tmp_path: Path) -> None:
    server = start_redis(tmp_path)
    with closing(redis.Redis.from_url(server.url)) as client:
        client.set("word", "value")
    server.pause()
    server.stop()
    assert server.pids() == []
    server.restart()
    with closing(redis.Redis.from_url(server.url)) as client:
        assert client.get("word") is None
    assert server.kill_all() != []


def test_web_server_starts_with_our_settings_and_dies_whole(tmp_path: Path) -> None:
    web = start_web({"GREETING": "xin chào"}, command=make_command(STAND_IN), log_directory=tmp_path)
    with urllib.request.urlopen(f"{web.base_url}/healthz") as answer:
        assert answer.read().decode() == "xin chào"
    assert "GET /healthz" in web.log
    pids = web.pids()
    assert len(pids) == 2, "the main process and its child"
    assert web.kill_all() == sorted(pids)
    assert not any(is_running(pid) for pid in pids)
    web.restart()
    again = web.pids()
    assert len(again) == 2
    web.stop()
    assert not any(is_running(pid) for pid in again), "a child left behind is ended too"


def test_web_server_that_fails_shows_its_log(tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match="no such table: contests"):
        start_web({}, command=make_command("raise SystemExit('no such table: contests')"), log_directory=tmp_path)


def test_web_server_that_never_answers_is_ended(tmp_path: Path) -> None:
    source = "import os, time; print('pid', os.getpid()); time.sleep(600)"
    with pytest.raises(ServerFailed, match="the web server did not answer within") as failure:
        start_web({}, command=make_command(source), log_directory=tmp_path, start_timeout_seconds=5)
    assert not is_running(int(str(failure.value).rpartition("pid ")[2]))


def test_a_taken_port_is_refused(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(PortTaken):
            assert_port_free(port)
        with pytest.raises(PortTaken):
            start_web({}, port=port, command=make_command(STAND_IN), log_directory=tmp_path)
    assert_port_free(find_free_port())


def test_cpu_time_counts_children_that_have_ended() -> None:
    source = """
        import subprocess, sys, time
        busy = "import time; end = time.process_time() + 0.3\\nwhile time.process_time() < end: pass"
        subprocess.run([sys.executable, "-c", busy], check=True)
        print("ready", flush=True)
        time.sleep(600)
    """
    process = subprocess.Popen(make_command(source), stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == b"ready\n"
        assert process_tree(process.pid) == [process.pid]
        assert 300 <= cpu_milliseconds([process.pid]) < 2000
        kill_tree(process)
    assert cpu_milliseconds([process.pid]) == 0
    assert process_tree(process.pid) == []


def test_a_process_runs_until_its_last_thread_has_ended() -> None:
    # As a killed server does for a moment: its first thread is gone, and the port is not yet.
    source = """
        import ctypes, platform, threading, time
        threading.Thread(target=time.sleep, args=(600,)).start()
        print("ready", flush=True)
        ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)
    """
    process = subprocess.Popen(make_command(source), stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == b"ready\n"
        give_up = time.monotonic() + 10
        while ") Z " not in Path(f"/proc/{process.pid}/stat").read_text():
            assert time.monotonic() < give_up
            time.sleep(0.02)
        assert is_running(process.pid)
        process.kill()
        process.wait()
    assert not is_running(process.pid)


@pytest.mark.postgresql
def test_servers_end_when_the_test_run_is_killed(server_directory: Path) -> None:
    source = f"""
        import pathlib, time
        from tests.servers.postgresql import start_postgresql
        from tests.servers.redis import start_redis
        folder = pathlib.Path({str(server_directory)!r})
        servers = [start_postgresql(folder / "orphan", durable=False), start_redis(folder / "orphan-redis")]
        print(*(pid for server in servers for pid in server.pids()), flush=True)
        time.sleep(600)
    """
    process = subprocess.Popen(make_command(source), stdout=subprocess.PIPE, cwd=REPOSITORY)
    assert process.stdout is not None
    with process.stdout:
        pids = [int(pid) for pid in process.stdout.readline().split()]
    assert len(pids) > 4
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for_end(pids, timeout_seconds=10)


def test_chromium_renders_vietnamese(chromium_browser: Browser) -> None:
    page = chromium_browser.new_page(locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
    started = time.monotonic()
    page.set_content("<h1>Cải cách hành chính</h1>")
    assert page.inner_text("h1") == "Cải cách hành chính"
    assert page.evaluate("new Date(0).toLocaleTimeString()") == "08:00:00"
    assert time.monotonic() - started < 30
    page.close()
