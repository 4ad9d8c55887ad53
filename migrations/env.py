"""Runs the migrations on the engine of the application; the same history serves SQLite and PostgreSQL."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import event

database = current_app.extensions["migrate"].db
arguments = current_app.extensions["migrate"].configure_args


def run_migrations() -> None:
    """Apply what is asked for, in one transaction per migration."""
    # Past a pooler, where one stands before the database.
    with database.engines.get("direct", database.engine).connect() as connection:
        # The engine leaves the beginning of transactions to its callers; a migration is whole or not at all.
        begin = "BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else "BEGIN"
        event.listen(connection, "begin", lambda begun: begun.exec_driver_sql(begin))
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            transaction_per_migration=True,
            compare_server_default=True,
            **arguments,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
