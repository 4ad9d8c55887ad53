"""Copies of a PostgreSQL database by pg_dump, on a snapshot that the figures are counted in too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine

from quiz_app.persistence.backups.figures import CopyFailed, Figures, TableFigures, sum_rows

_TABLES = """
  SELECT table_name FROM information_schema.tables
  WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name
"""
_OTHERS = """
  SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_CLEAR = "SET lock_timeout = '10s';\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"


def find_size(engine: Engine) -> int:
    """Bytes of the database on its server."""
    with _connect(engine) as connection:
        return int(_read_value(connection, "SELECT pg_database_size(current_database())"))


def write_copy(engine: Engine, path: Path) -> Figures:
    """See the package."""
    with _connect(engine) as connection:
        program = find_program("pg_dump", connection.info.server_version)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = str(_read_value(connection, "SELECT pg_export_snapshot()"))
        names = ["--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges", f"--file={path}"]
        _run([program, *names, *_name_database(engine)], engine)
        return _sum_tables(connection)


def check_copy(path: Path) -> None:
    """See the package: every table's data is unpacked and thrown away. What was counted is compared once it is back."""
    _run([find_program("pg_restore"), f"--file={os.devnull}", str(path)])


def read_figures(engine: Engine) -> Figures:
    """See the package."""
    with _connect(engine) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return _sum_tables(connection)


def holds_anything(engine: Engine, tables: tuple[str, ...]) -> bool:
    """See the package."""
    with _connect(engine) as connection:
        there = {name for (name,) in connection.execute(_TABLES)}
        query = sql.SQL("SELECT EXISTS (SELECT 1 FROM {})")
        found = [connection.execute(query.format(sql.Identifier(name))).fetchone() for name in tables if name in there]
        return any(row is not None and row[0] for row in found)


def count_others(engine: Engine) -> int:
    """See the package."""
    with _connect(engine) as connection:
        return int(_read_value(connection, _OTHERS))


def replace_all(path: Path, engine: Engine) -> None:
    """See the package: what was there goes and the copy comes in one transaction of psql."""
    with _connect(engine) as connection:
        version = connection.info.server_version
    psql, pg_restore = find_program("psql", version), find_program("pg_restore", version)
    script = path.with_suffix(".sql")
    _run([pg_restore, "--no-owner", "--no-privileges", f"--file={script}", str(path)])
    clearing = path.with_suffix(".clear.sql")
    clearing.write_text(_CLEAR, encoding="ascii")
    files = [f"--file={clearing}", f"--file={script}"]
    options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=" + os.devnull]
    _run([psql, *options, *files, *_name_database(engine)], engine)


def find_program(name: str, server_version: int = 0) -> str:
    """The program, of the newest PostgreSQL on this machine. Raises CopyFailed when there is none, or an older one
    than the server (``server_version`` as libpq has it: 150020), which it could not read.
    """
    versions = {
        int(path.parts[-3]): path
        for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
        if path.parts[-3].isdecimal()
    }
    program = str(versions[max(versions)]) if versions else shutil.which(name)
    if program is None:
        raise CopyFailed(f"The program {name} is missing. Install it: apt-get install postgresql-client")
    words = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    match = re.search(r"\b(\d+)", words.partition("PostgreSQL")[2])
    if match and int(match[1]) < server_version // 10_000:
        needed = server_version // 10_000
        raise CopyFailed(
            f"{name} is of PostgreSQL {match[1]}, the server is {needed}. Install postgresql-client-{needed}."
        )
    return program


@contextmanager
def _connect(engine: Engine) -> Iterator[psycopg.Connection[Any]]:
    try:
        with psycopg.connect(**_list_parameters(engine), autocommit=True) as connection:
            connection.execute("SET bytea_output = 'hex'")
            yield connection
    except psycopg.Error as error:
        first = str(error).strip().splitlines()
        raise CopyFailed(f"PostgreSQL refused: {first[0] if first else type(error).__name__}") from error


def _list_parameters(engine: Engine) -> dict[str, Any]:
    names = engine.url.translate_connect_args(username="user", database="dbname")
    return {"connect_timeout": 5, **engine.url.query, **names}


def _name_database(engine: Engine) -> list[str]:
    # The password goes another way: arguments can be read by everybody on the machine.
    parameters = {name: value for name, value in _list_parameters(engine).items() if name != "password"}
    return [f"--dbname={make_conninfo(**parameters)}"]


def _run(command: list[str], engine: Engine | None = None) -> None:
    environment = dict(os.environ)
    if engine is not None and engine.url.password is not None:
        environment["PGPASSWORD"] = str(engine.url.password)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        lines = [line for line in done.stderr.strip().splitlines() if line] or [f"status {done.returncode}"]
        raise CopyFailed(f"{Path(command[0]).name} failed: {lines[0]}")


def _sum_tables(connection: psycopg.Connection[Any]) -> Figures:
    names = [name for (name,) in connection.execute(_TABLES)]
    return {name: _sum_table(connection, name) for name in names}


def _sum_table(connection: psycopg.Connection[Any], name: str) -> TableFigures:
    query = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))
    with connection.cursor() as cursor, cursor.copy(query) as rows:
        # One piece is one row.
        return sum_rows(bytes(row) for row in rows)


def _read_value(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return None if row is None else row[0]
