"""One history of migrations brings both databases to what the code expects, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import CheckConstraint, inspect

from quiz_app.config import ROOT
from quiz_app.extensions import Base, db
from tests.factories import make_app
from tests.servers.postgresql import PostgresqlServer


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database without any table."""
    if request.param == "sqlite":
        app = make_app(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
        with app.app_context():
            yield app
            db.engine.dispose()
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    app = make_app(server.create_database("migrations"))
    with app.app_context():
        yield app
        db.engine.dispose()
    server.drop_database("migrations")


def run(app: Flask, *arguments: str) -> str:
    """A command of ``flask db``, which must succeed."""
    result = app.test_cli_runner().invoke(args=["db", *arguments])
    assert result.exit_code == 0, (result.output, result.exception)
    return str(result.output)


def list_tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def read_history() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return ScriptDirectory.from_config(config)


def test_up_from_nothing_down_to_nothing_and_up_again(empty_app: Flask) -> None:
    expected = set(Base.metadata.tables)
    assert {"attempts", "results", "accounts", "audit_entries"} <= expected
    for _ in range(2):
        assert list_tables() == set()
        run(empty_app, "upgrade")
        assert list_tables() == expected
        run(empty_app, "upgrade")
        run(empty_app, "downgrade", "base")
    assert list_tables() == set()


def test_the_migrations_make_what_the_code_describes(empty_app: Flask) -> None:
    run(empty_app, "upgrade")
    run(empty_app, "check")
    # What the check does not look at: rules of values, and the conditions of partial indexes.
    found = inspect(db.engine)
    for name, table in Base.metadata.tables.items():
        described = {str(rule.name) for rule in table.constraints if isinstance(rule, CheckConstraint)}
        assert {str(rule["name"]) for rule in found.get_check_constraints(name)} == described, name


def test_the_history_is_one_line_of_numbered_files() -> None:
    history = read_history()
    assert len(history.get_heads()) == 1
    assert len(history.get_bases()) == 1
    revisions = list(history.walk_revisions())[::-1]
    for number, revision in enumerate(revisions, start=1):
        assert revision.revision == f"{number:04d}"
        assert not revision.is_branch_point
        assert not revision.is_merge_point
        assert re.fullmatch(rf"{number:04d}_[a-z0-9_]+\.py", Path(revision.path).name)
    assert len(list((ROOT / "migrations" / "versions").glob("*.py"))) == len(revisions)
