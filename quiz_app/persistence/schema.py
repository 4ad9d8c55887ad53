"""Of which migration the database is, and which ones this release knows."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from quiz_app.domain.errors import StorageUnavailable
from quiz_app.extensions import db
from quiz_app.persistence.session import Statement, reading

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_VERSION = Statement.from_sql("SELECT version_num FROM alembic_version")


@cache
def list_known_migrations() -> tuple[str, ...]:
    """All that this release has, the newest first."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return tuple(script.revision for script in ScriptDirectory.from_config(config).walk_revisions())


def find_migration() -> str | None:
    """The migration of the database; None before the first. Raises StorageUnavailable."""
    try:
        is_there = inspect(db.engine).has_table("alembic_version")
    except SQLAlchemyError as error:
        raise StorageUnavailable from error
    if not is_there:
        return None
    with reading() as work:
        row = work.find_one(_VERSION)
    return None if row is None else str(row.version_num)
