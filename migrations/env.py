"""Runs the migrations on the engine of the application; the same history serves SQLite and PostgreSQL.

On PostgreSQL a change of a table waits for whoever reads it, and everybody who comes later waits behind the change: a
long export would so hold up every save. Therefore a migration waits for a lock no longer than people may wait for a
save, is undone then, and tried again when those behind it have had their turn. An index of a large table is made
without holding anybody up, outside the transaction:

    with op.get_context().autocommit_block():
        op.create_index("ix_…", "attempts", ["…"], postgresql_concurrently=True)
"""

from __future__ import annotations

import time
from typing import Any

from alembic import context
from flask import current_app
from psycopg.errors import LockNotAvailable
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

LOCK_SECONDS = 1
TRIES = 60
PAUSE_SECONDS = 1.0

database = current_app.extensions["migrate"].db
arguments = current_app.extensions["migrate"].configure_args


def run_patiently() -> None:
    """Apply what is asked for; what could not be locked at once is tried again from there."""
    for number in range(1, TRIES + 1):
        try:
            run_migrations()
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable) or number == TRIES:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return


def run_migrations() -> None:
    """Apply what is asked for, in one transaction per migration."""
    # Past a pooler, where one stands before the database.
    with database.engines.get("direct", database.engine).connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        # The engine leaves the beginning of transactions to its callers; a migration is whole or not at all.
        begin = "BEGIN IMMEDIATE" if is_sqlite else "BEGIN"

        def begin_unless_autocommit(begun: Any) -> None:
            if begun.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
                begun.exec_driver_sql(begin)
                if not is_sqlite:
                    begun.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")

        event.listen(connection, "begin", begin_unless_autocommit)
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            transaction_per_migration=True,
            compare_server_default=True,
            **arguments,
        )
        with context.begin_transaction():
            context.run_migrations()


run_patiently()
