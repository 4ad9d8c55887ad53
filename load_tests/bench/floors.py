"""The floors: the least that any answer costs under the same server, and the least that any durable write costs.

An application of its own, with nothing of the engine in it: ``granian load_tests.bench.floors:app``.
"""

from __future__ import annotations

import os
from collections import deque

import psycopg
from flask import Flask

CREATE = "CREATE TABLE IF NOT EXISTS floor_responses (attempt_id bigint PRIMARY KEY, choice integer NOT NULL)"
UPSERT = """
  INSERT INTO floor_responses (attempt_id, choice) VALUES (%s, %s)
  ON CONFLICT (attempt_id) DO UPDATE SET choice = excluded.choice
"""

app = Flask(__name__)
# The connection used last is used next: what it has prepared, and what its process has in its caches, is warm.
_pool: deque[psycopg.Connection] = deque()


@app.get("/healthz")
def show_health() -> str:
    """The process answers."""
    return "ok"


@app.post("/nothing")
def do_nothing() -> str:
    """Floor 1."""
    return "done"


@app.post("/upsert/<int:attempt_id>/<int:choice>")
def upsert(attempt_id: int, choice: int) -> str:
    """Floor 2: a pooled connection, one prepared statement that commits by itself, a plain cursor."""
    try:
        connection = _pool.pop()
    except IndexError:
        connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=0)
    connection.execute(UPSERT, (attempt_id, choice))
    _pool.append(connection)
    return "done"
