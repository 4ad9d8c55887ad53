"""Faults of disks: full, and without power."""

from __future__ import annotations

import time

import psycopg

from load_tests.bench.client import Visitor, WrongAnswer, open_connection
from load_tests.faults.arena import Arena
from load_tests.faults.disks import ImageDisk, SmallDisk

MOST_MESSAGES = 400


def fill_disk(arena: Arena) -> None:
    """(F6) Not a byte more can be written where PostgreSQL keeps its data: first tables cannot grow, then the
    write-ahead log cannot, and PostgreSQL ends itself. Space returns, and PostgreSQL is started where it has ended.
    """
    disk = arena.disk
    assert isinstance(disk, SmallDisk)  # noqa: S101 - by the fault's setting
    disk.fill()
    time.sleep(arena.seconds / 2)
    _fill_log(arena)
    time.sleep(arena.seconds / 2)
    _look_at_page(arena)
    disk.free()
    arena.journal.note_over()
    if arena.postgresql.pids():
        arena.notes.append("PostgreSQL lived on")
    else:
        arena.postgresql.restart()
        arena.notes.append("PostgreSQL had ended and was started again")


def fill_disk_of_sqlite(arena: Arena) -> None:
    """(F6) The same under SQLite; nothing has to be started again."""
    disk = arena.disk
    assert isinstance(disk, SmallDisk)  # noqa: S101
    disk.fill()
    time.sleep(arena.seconds)
    _look_at_page(arena)
    disk.free()
    arena.journal.note_over()


def cut_power(arena: Arena) -> None:
    """(F4) The machine on which the database is loses its power: what was not on the disk is gone. With SQLite that is
    the web server's machine too.
    """
    disk = arena.disk
    assert isinstance(disk, ImageDisk)  # noqa: S101
    server = arena.postgresql if arena.sqlite_file is None else arena.web
    time.sleep(arena.seconds)
    server.kill_all()
    disk.cut_power()
    arena.journal.note_over()
    server.restart()


def _fill_log(arena: Arena) -> None:
    """Write to the log alone, a megabyte at a time, until PostgreSQL can write no more."""
    try:
        with psycopg.connect(arena.postgresql.url, autocommit=True) as connection:
            for _ in range(MOST_MESSAGES):
                connection.execute("SELECT pg_logical_emit_message(false, 'ballast', repeat('x', 1000000))")
    except psycopg.Error as error:
        arena.notes.append(f"the log: {str(error).splitlines()[0]}"[:200])
    else:
        arena.journal.note_surprise("the disk was not full")


def _look_at_page(arena: Arena) -> None:
    """The public page, while nothing can be written: as usual, or a sentence with status 503."""
    visitor = Visitor(open_connection(arena.web.port))
    try:
        visitor.get("/")
    except WrongAnswer as answer:
        if ": 503 " not in str(answer) or "<html" not in str(answer):
            arena.journal.note_surprise(str(answer)[:300])
    finally:
        visitor.connection.close()
