"""A migration that waits for a reader of a busy table lets everybody else go on."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import psycopg
import pytest

from load_tests.faults.operating import MIGRATION
from quiz_app.config import ROOT
from quiz_app.extensions import db
from tests.factories import make_app

PATIENCE_SECONDS = 60
WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER %%' AND datname = %s"


@pytest.mark.postgresql
def test_a_save_passes_a_migration_that_waits_for_a_reader(postgresql_database_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(path.name[:4] for path in (folder / "versions").glob("[0-9]*.py"))
    (folder / "versions" / "9999_remark.py").write_text(MIGRATION.format(newest=newest))
    app = make_app(postgresql_database_url)
    codes: list[int] = []

    def upgrade() -> None:
        codes.append(app.test_cli_runner().invoke(args=["db", "upgrade", "--directory", str(folder)]).exit_code)

    migrating = threading.Thread(target=upgrade, daemon=True)
    name = postgresql_database_url.rpartition("/")[2]
    with (
        psycopg.connect(postgresql_database_url) as reader,
        psycopg.connect(postgresql_database_url, autocommit=True) as saver,
    ):
        reader.execute("SELECT COUNT(*) FROM attempts")
        saver.execute(f"SET statement_timeout = '{PATIENCE_SECONDS}s'")
        migrating.start()
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not saver.execute(WAITING, [name]).fetchone():
            assert time.monotonic() < give_up, "the migration does not reach the table"
            time.sleep(0.01)
        # Behind the change in the queue for the table: it passes as soon as the change gives up for now.
        saver.execute("UPDATE attempts SET ordinal = ordinal WHERE id = 0")
        assert migrating.is_alive()
        reader.rollback()
        migrating.join(PATIENCE_SECONDS)
        assert codes == [0]
        found = saver.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_attempts_remark')")
        assert found.fetchone() == (True,)
    with app.app_context():
        db.engine.dispose()
