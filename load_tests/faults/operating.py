"""Works of operators and organisers while people answer: lists, backups, an upgrade of the database; and what happens
when the process that carries out a job dies.
"""

from __future__ import annotations

import shutil
import threading
import time

import psycopg

from load_tests.bench.client import Visitor, WrongAnswer, open_connection
from load_tests.faults.arena import SECRET, WITNESSES, Arena
from load_tests.faults.closing import REASON, await_job, find_administrator, find_item_to_correct
from load_tests.faults.exports import read_lists_until
from load_tests.faults.oracle import judge
from quiz_app.clock import read_now
from quiz_app.services import key_corrections
from tests.servers.web import REPOSITORY

LONGEST_SAVE_SECONDS = 4.0
"""While the tables are being changed: the migration's patience for a lock, and what a busy machine adds."""
READER_SECONDS, LONGEST_READ_SECONDS = 6.0, 120.0
LONGEST_SIGN_IN_SECONDS = 3.0
MOST_WRONG_PASSWORDS = 20
MIGRATION = '''"""A column and an index more for the attempts: a change of the busiest table while it is busy."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"
branch_labels = depends_on = None


def upgrade():
    op.add_column("attempts", sa.Column("remark", sa.Text(), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index("ix_attempts_remark", "attempts", ["remark", "id"], postgresql_concurrently=True)
'''


def read_and_export(arena: Arena) -> None:
    """(F19) An organiser takes list after list while everybody answers."""
    stopping = threading.Event()
    reader = threading.Thread(target=read_lists_until, args=(stopping, arena.web.port, arena.notes), daemon=True)
    reader.start()
    time.sleep(arena.seconds)
    stopping.set()
    reader.join(60)


def back_up(arena: Arena) -> None:
    """(F23) A backup is made and read back while everybody answers, and put back into another database: whatever was
    acknowledged before it began is there.
    """
    arena.rest(arena.seconds / 2)
    before = arena.journal.take_before()
    target = arena.folder / "whole.backup"
    arena.run_command("quiz", "backup", str(target))
    name = f"{arena.database}_restored"
    url = arena.postgresql.create_database(name)
    try:
        arena.run_command("quiz", "restore", str(target), url=url, files="restored-files")
        verdict = judge(url, SECRET, before)
    finally:
        arena.postgresql.drop_database(name)
        target.unlink(missing_ok=True)
    arena.notes.append(f"{verdict.cells} answers were acknowledged before the backup began")
    if verdict.lost or verdict.invented or verdict.misjudged or not verdict.cells:
        arena.journal.note_surprise(f"restored: {verdict}")


def migrate(arena: Arena) -> None:
    """(F16) The busiest table gets a column and an index while somebody reads it for long: nobody waits for the change
    that waits for the reader.
    """
    folder = arena.folder / "migrations"
    shutil.copytree(REPOSITORY / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(path.name[:4] for path in (folder / "versions").glob("[0-9]*.py"))
    (folder / "versions" / "9999_remark.py").write_text(MIGRATION.format(newest=newest))
    reader = threading.Thread(target=_read_for_long, args=(arena,), daemon=True)
    reader.start()
    arena.run_command("db", "upgrade", "--directory", str(folder))
    reader.join(60)
    time.sleep(arena.seconds / 3)
    is_there = arena.execute(
        "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('ix_attempts_remark') AND indisvalid"
    )
    if not is_there:
        arena.journal.note_surprise("the migration was not applied")
    arena.judge_seconds("the longest save", arena.journal.find_wait(1.0), LONGEST_SAVE_SECONDS)


def kill_job_worker(arena: Arena) -> None:
    """A key is put right, and the process that scores the attempts anew dies in the midst of it: another does it again,
    and whatever is told or counted is told and counted once.

    A job counts as abandoned after half a minute; so long nobody waits here, its sign of life is made older instead.
    """
    with arena.engine():
        organiser = find_administrator()
        version_id, key = find_item_to_correct(arena)
        preview_id = key_corrections.propose_key(organiser=organiser, version_id=version_id, key=key, now=read_now())
        await_job(arena, preview_id)
        with psycopg.connect(arena.database_url) as holding:
            # What the re-scoring writes last in each of its transactions: it stands still in the middle of one.
            holding.execute("LOCK TABLE notices IN SHARE ROW EXCLUSIVE MODE")
            job_id = key_corrections.confirm_correction(
                organiser=organiser, version_id=version_id, preview_id=preview_id, reason=REASON, now=read_now()
            )
            _await_lock(arena, job_id)
            arena.web.kill_all()
            arena.journal.note_over()
            arena.web.restart()
        arena.execute("UPDATE jobs SET heartbeat_at = heartbeat_at - 31000 WHERE id = %s", job_id)
        await_job(arena, job_id)
    [[tries]] = arena.execute("SELECT tries FROM jobs WHERE id = %s", job_id)
    [[told]] = arena.execute("SELECT COUNT(*) FROM audit_entries WHERE action = 'attempts_rescored'")
    [[most]] = arena.execute(
        "SELECT COALESCE(MAX(count), 0) FROM (SELECT COUNT(*) FROM audit_entries WHERE action = 'result_rescored'"
        " GROUP BY subject_id) AS each"
    )
    arena.notes.append(f"the job was begun {tries} times")
    if (tries, told) != (2, 1) or most > 1:
        arena.journal.note_surprise(f"begun {tries} times, ended {told} times, {most} entries for one person")


def sign_in_without_redis(arena: Arena) -> None:
    """(F5) People sign in while Redis is gone, and wrong passwords are still counted."""
    arena.redis.kill_all()
    until, longest, count = time.monotonic() + arena.seconds, 0.0, 0
    while time.monotonic() < until:
        begun = time.monotonic()
        arena.sign_in_witness(0, arena.web).visitor.connection.close()
        longest, count = max(longest, time.monotonic() - begun), count + 1
    refused_after = _type_wrong_passwords(arena)
    arena.journal.note_over()
    arena.redis.restart()
    arena.notes.append(f"wrong passwords refused after {refused_after}")
    arena.judge_seconds(f"the longest of {count} sign-ins", longest, LONGEST_SIGN_IN_SECONDS)
    if refused_after is None:
        arena.journal.note_surprise(f"{MOST_WRONG_PASSWORDS} wrong passwords were all answered")


def _type_wrong_passwords(arena: Arena) -> int | None:
    visitor = Visitor(open_connection(arena.web.port))
    visitor.get("/sign-in")
    try:
        for number in range(MOST_WRONG_PASSWORDS):
            try:
                visitor.post_form("/sign-in", {"login": WITNESSES[1], "password": f"sai-{number}"}, status=302)
            except WrongAnswer as answer:
                if ": 429 " in str(answer):
                    return number
    finally:
        visitor.connection.close()
    return None


def _await_lock(arena: Arena, job_id: int) -> None:
    """Until the job runs and waits for the table that is held."""
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        rows = arena.execute(
            "SELECT 1 FROM jobs WHERE id = %s AND state = 'running' AND EXISTS (SELECT 1 FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database())",
            job_id,
        )
        if rows:
            return
        time.sleep(0.05)
    arena.journal.note_surprise("the job did not come to the table that is held")


def _read_for_long(arena: Arena) -> None:
    """A transaction that has read the attempts, as a large export does, until a change of them has waited for it so
    long that nobody would put up with it.
    """
    with psycopg.connect(arena.database_url) as connection:
        connection.execute("SELECT COUNT(*) FROM attempts")
        give_up = time.monotonic() + LONGEST_READ_SECONDS
        while time.monotonic() < give_up:
            if arena.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER %'"):
                time.sleep(READER_SECONDS)
                return
            time.sleep(0.05)
    arena.journal.note_surprise("no change of the attempts was seen to wait")
