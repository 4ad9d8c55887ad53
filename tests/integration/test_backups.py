"""Backup and restore, on both databases: nothing that was acknowledged before the backup is missing from it, and a
damaged file is refused before anything is touched.
"""

from __future__ import annotations

import random
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from quiz_app.extensions import db
from quiz_app.persistence import backups as copies
from quiz_app.persistence.schema import find_migration
from quiz_app.services.attempts import start_attempt
from quiz_app.services.backups import CopyFailed, check_backup, make_backup, restore_backup
from quiz_app.services.backups import archive as archives
from quiz_app.storage import FolderStorage
from tests.factories import (
    MIDDLE,
    add_person,
    add_round,
    make_app,
    run_sql,
    save_choices,
)
from tests.servers.postgresql import PostgresqlServer

KEY = "x" * 32


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    kept = FolderStorage(tmp_path / "files")
    kept.write_file("lists/one.pdf", b"%PDF the list" * 1000)
    kept.write_file("pictures/ab/two.png", b"picture")
    return kept


@pytest.fixture
def make_target(
    database_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[str], contextmanager[Flask]]:
    """Applications on empty databases of the same kind, without any table."""

    @contextmanager
    def make(name: str) -> Iterator[Flask]:
        if database_url.startswith("sqlite"):
            url, server = f"sqlite:///{tmp_path / name}.sqlite3", None
        else:
            server: PostgresqlServer | None = request.getfixturevalue("postgresql_server")
            url = server.create_database(name)
        target = make_app(url)
        with target.app_context():
            yield target
            db.engine.dispose()
        if server is not None:
            server.drop_database(name)

    return make


def back_up(path: Path, storage: FolderStorage) -> copies.Figures:
    return make_backup(path=path, storage=storage, secret_key=KEY, engine="1", now=MIDDLE)[0].tables


def add_attempts(count: int) -> list[tuple[object, int]]:
    round_ = add_round()
    people = [add_person(f"nguoi{number}") for number in range(count)]
    return [(person, start_attempt(person=person, round_id=round_.id, now=MIDDLE)) for person in people]


def test_every_answer_acknowledged_before_the_backup_is_in_it(
    app: Flask, storage: FolderStorage, make_target: Callable[[str], contextmanager[Flask]], tmp_path: Path
) -> None:
    attempts = add_attempts(4)
    acknowledged: list[tuple[int, int, int]] = []
    stop = threading.Event()
    started = threading.Barrier(len(attempts) + 1)

    def answer(person: object, attempt_id: int) -> None:
        with app.app_context():
            started.wait()
            sequence = 0
            while not stop.is_set() and sequence < 4000:
                sequence += 1
                save_choices(person, attempt_id, {sequence % 10: sequence % 4}, sequence=sequence, now=MIDDLE)
                acknowledged.append((attempt_id, sequence % 10, sequence))

    threads = [threading.Thread(target=answer, args=attempt) for attempt in attempts]
    for thread in threads:
        thread.start()
    started.wait()
    while len(acknowledged) < 80:
        pass
    before = list(acknowledged)
    figures = back_up(tmp_path / "one.backup", storage)
    after = len(acknowledged)
    stop.set()
    for thread in threads:
        thread.join()
    assert after > len(before), "saves went on during the backup"

    with make_target("restored"):
        files = FolderStorage(tmp_path / "other-files")
        restore_backup(path=tmp_path / "one.backup", storage=files, replaces=False)
        assert copies.read_figures() == figures
        stored = {
            (row.id, int(slot)): entry
            for row in run_sql("SELECT id, responses FROM attempts")
            for slot, entry in read_responses(row.responses).items()
        }
        for attempt_id, slot, sequence in before:
            assert stored[attempt_id, slot] >= sequence
        assert files.read_file("lists/one.pdf") == b"%PDF the list" * 1000
        assert {file.key for file in files.list_files("")} == {"lists/one.pdf", "pictures/ab/two.png"}


def read_responses(text: object) -> dict[str, int]:
    """Sequence numbers by slot."""
    from quiz_app.persistence.columns import from_json

    return {slot: max(part for part in find_numbers(entry)) for slot, entry in from_json(text).items()}


def find_numbers(value: object) -> Iterator[int]:
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from find_numbers(part)
    elif isinstance(value, list):
        for part in value:
            yield from find_numbers(part)


def test_a_backup_that_was_cut_or_altered_changes_nothing(app: Flask, storage: FolderStorage, tmp_path: Path) -> None:
    add_attempts(2)
    path = tmp_path / "good.backup"
    back_up(path, storage)
    good = path.read_bytes()
    with check_backup(path) as checked:
        assert checked.manifest.migration == find_migration()
    before = copies.read_figures()
    dice = random.Random(7)
    damaged = [good[: dice.randrange(len(good))] for _ in range(10)] + [b"", good + b"x", good[1:]]
    for _ in range(30):
        place = dice.randrange(len(good))
        damaged.append(good[:place] + bytes([good[place] ^ (1 << dice.randrange(8))]) + good[place + 1 :])
    for number, content in enumerate(damaged):
        bad = tmp_path / f"bad-{number}"
        bad.write_bytes(content)
        with pytest.raises(CopyFailed):
            restore_backup(path=bad, storage=storage, replaces=True)
    assert copies.read_figures() == before


def test_an_archive_with_a_fresh_seal_over_other_rows_is_refused(
    app: Flask, storage: FolderStorage, tmp_path: Path
) -> None:
    """Whoever alters a part and seals again still does not fit the manifest's digests."""
    add_attempts(1)
    path, forged = tmp_path / "good.backup", tmp_path / "forged.backup"
    back_up(path, storage)
    with zipfile.ZipFile(path) as source, archives.open_new(forged) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b"picture", b"another") if name.endswith(".png") else content)
    archives.seal(forged)
    with pytest.raises(CopyFailed, match=r"two\.png"):
        restore_backup(path=forged, storage=storage, replaces=True)
    assert storage.read_file("pictures/ab/two.png") == b"picture"


def test_only_an_empty_database_is_filled_unless_told_otherwise(
    app: Flask, storage: FolderStorage, tmp_path: Path
) -> None:
    add_attempts(1)
    figures = back_up(tmp_path / "one.backup", storage)
    add_person("den-sau")
    storage.write_file("lists/later.pdf", b"later")
    with pytest.raises(CopyFailed, match="not empty"):
        restore_backup(path=tmp_path / "one.backup", storage=storage, replaces=False)
    assert run_sql("SELECT login FROM accounts WHERE login = 'den-sau'")

    restore_backup(path=tmp_path / "one.backup", storage=storage, replaces=True)
    assert copies.read_figures() == figures
    assert not run_sql("SELECT login FROM accounts WHERE login = 'den-sau'")
    assert storage.find_file("lists/later.pdf") is None
    # What holds rows in place came back too: the trail still cannot be altered.
    with pytest.raises(Exception, match="audit"):
        run_sql("DELETE FROM audit_chain RETURNING id")


def test_a_migrated_database_without_people_counts_as_empty(app: Flask, storage: FolderStorage, tmp_path: Path) -> None:
    figures = back_up(tmp_path / "one.backup", storage)
    restore_backup(path=tmp_path / "one.backup", storage=storage, replaces=False)
    assert copies.read_figures() == figures


def test_a_backup_of_a_newer_release_is_refused(
    app: Flask, storage: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(tmp_path / "one.backup", storage)
    monkeypatch.setattr("quiz_app.services.backups.restoring.list_known_migrations", lambda: ("0001",))
    with pytest.raises(CopyFailed, match="newer release"):
        restore_backup(path=tmp_path / "one.backup", storage=storage, replaces=True)


def test_a_backup_of_the_other_kind_is_refused(
    sqlite_database_url: str, postgresql_database_url: str, storage: FolderStorage, tmp_path: Path
) -> None:
    with make_app(sqlite_database_url).app_context():
        back_up(tmp_path / "one.backup", storage)
    with make_app(postgresql_database_url).app_context():
        with pytest.raises(CopyFailed, match="is of sqlite"):
            restore_backup(path=tmp_path / "one.backup", storage=storage, replaces=True)
        db.engine.dispose()


def test_postgresql_in_use_is_not_replaced(
    postgresql_database_url: str, storage: FolderStorage, tmp_path: Path
) -> None:
    import psycopg

    with make_app(postgresql_database_url).app_context():
        back_up(tmp_path / "one.backup", storage)
        with psycopg.connect(postgresql_database_url), pytest.raises(CopyFailed, match="1 others use"):
            restore_backup(path=tmp_path / "one.backup", storage=storage, replaces=True)
        db.engine.dispose()


def test_the_commands_say_what_they_did(app: Flask, tmp_path: Path) -> None:
    add_person("an")
    runner, path = app.test_cli_runner(), tmp_path / "one.backup"
    made = runner.invoke(args=["quiz", "backup", str(path)])
    assert made.exit_code == 0, made.output
    assert "read back" in made.output
    assert path.stat().st_mode & 0o077 == 0, "nobody else may read what people have entrusted"
    again = runner.invoke(args=["quiz", "backup", str(path)])
    assert (again.exit_code, "there already" in again.output) == (1, True)
    checked = runner.invoke(args=["quiz", "check-backup", str(path)])
    assert checked.output.startswith("Whole.")
    refused = runner.invoke(args=["quiz", "restore", str(path)])
    assert (refused.exit_code, "not empty" in refused.output) == (1, True)
    restored = runner.invoke(args=["quiz", "restore", str(path), "--replace"])
    assert restored.exit_code == 0, restored.output
    assert list(tmp_path.glob(".backup-*")) == [], "nothing is left beside it"
