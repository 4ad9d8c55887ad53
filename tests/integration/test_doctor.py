"""The doctor: every setting that would lose data or let somebody in is found, and nothing else is called a fault."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from quiz_app import mailing
from quiz_app.clock import read_now
from quiz_app.config import Settings
from quiz_app.domain.diagnosis import Finding, Level, find_worst
from quiz_app.extensions import db
from quiz_app.passwords import hash_password
from quiz_app.services.attempts import start_attempt
from quiz_app.services.doctor import contest, examine, machine
from quiz_app.services.doctor.machine import examine_clock, find_file_system
from quiz_app.storage import FolderStorage, S3Settings, make_storage
from tests.factories import MIDDLE, add_person, add_round, make_app, run_sql
from tests.integration.mail import Mailbox, make_mail_settings, run_mail_server
from tests.integration.virus_scanner import run_scanner
from tests.servers.ports import find_free_port

MOUNTS = """\
/dev/vda1 / ext4 rw 0 0
server:/export /srv/shared nfs4 rw 0 0
//nas/contest /mnt/nas\\040one cifs rw 0 0
tmpfs /srv/shared/fast tmpfs rw 0 0
"""


def settings_of(app: Flask, **changes: object) -> Settings:
    sound = {
        "secret_key": "Zq8-wLr3_Xv7PdT2nKs5HyB9cMf4JgAe", "is_https": True, "trusted_proxies": 1, "sweep_seconds": 5,
        "loads_demonstration": False,
    }  # fmt: skip
    return replace(app.extensions["settings"], **{**sound, **changes})


def look(app: Flask, tmp_path: Path, **changes: object) -> dict[str, Finding]:
    """What is not in order, by name."""
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o700, exist_ok=True)
    settings = settings_of(app, files_folder=folder, **changes)
    findings = examine(settings=settings, storage=FolderStorage(folder), read_now=read_now)
    assert len(findings) >= 12
    assert all(finding.remedy for finding in findings if finding.level is not Level.OK), "each says what to do"
    return {finding.name: finding for finding in findings if finding.level is not Level.OK}


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What belongs to the machine of the tests and not to the installation."""
    monkeypatch.setattr("quiz_app.services.doctor.DATA_FOLDER", tmp_path / "data")
    monkeypatch.setattr(machine, "is_kept_right", lambda: None)
    monkeypatch.setattr(machine, "LITTLE_SPACE", 0)


def test_a_sound_installation_has_no_faults_of_its_own(app: Flask, tmp_path: Path) -> None:
    run_sql("SELECT 1 AS one")
    found = look(app, tmp_path)
    # The server of the tests runs as a superuser and, for speed, without durability: that is found.
    expected = {"administrators"}
    if db.engine.dialect.name == "postgresql":
        expected |= {"PostgreSQL fsync", "PostgreSQL synchronous_commit", "PostgreSQL full_page_writes"}
        expected |= {"PostgreSQL role"}
    assert set(found) == expected


WEAK: list[tuple[dict[str, object], str, Level]] = [
    ({"secret_key": "x" * 40}, "SECRET_KEY", Level.FAULT),
    ({"is_https": False}, "HTTPS", Level.FAULT),
    ({"is_https": False, "trusted_proxies": 0}, "HTTPS", Level.WARNING),
    ({"trusted_proxies": 0}, "TRUSTED_PROXIES", Level.WARNING),
    ({"host": "0.0.0.0"}, "TRUSTED_PROXIES", Level.WARNING),  # noqa: S104
    ({"loads_demonstration": True}, "DEMONSTRATION", Level.WARNING),
    ({"sweep_seconds": 0}, "SWEEP_SECONDS", Level.WARNING),
    ({"workers": 2}, "Redis", Level.WARNING),
    ({"redis_url": "redis://127.0.0.1:1/0"}, "Redis", Level.WARNING),
]


def test_each_weak_setting_is_found(sqlite_database_url: str, tmp_path: Path) -> None:
    app = make_app(sqlite_database_url)
    with app.app_context():
        for changes, name, level in WEAK:
            assert look(app, tmp_path, **changes)[name].level is level, changes
        db.engine.dispose()


def test_what_the_database_tells(app: Flask, tmp_path: Path) -> None:
    round_ = add_round()
    person = add_person("quantri", password_hash=hash_password(contest.DEMONSTRATION_PASSWORD))
    add_person("canbo")
    start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    run_sql(
        "INSERT INTO jobs (id, kind, arguments, state, done_count, message_values, requested_by_id, created_at, tries)"
        " VALUES (1, 'score_list', '{}', 'queued', 0, '{}', :person, 1, 0) RETURNING id",
        person=person.id,
    )
    found = look(app, tmp_path)
    assert found["demonstration accounts"].said == "quantri can sign in with the password of README"
    assert found["demonstration accounts"].level is Level.FAULT
    assert found["closing of attempts"].level is Level.FAULT
    assert found["background jobs"].level is Level.WARNING
    run_sql("UPDATE alembic_version SET version_num = '0001' RETURNING version_num")
    assert "this release needs" in look(app, tmp_path)["migrations"].said
    run_sql("UPDATE alembic_version SET version_num = '9999' RETURNING version_num")
    assert "newer release" in look(app, tmp_path)["migrations"].said


def test_a_setting_of_the_role_alone_is_found(postgresql_database_url: str, tmp_path: Path) -> None:
    """What counts is what the engine's connections have, whatever the server's file says."""
    name = postgresql_database_url.rpartition("/")[2]
    with psycopg.connect(postgresql_database_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = 'on'")
    app = make_app(postgresql_database_url)
    with app.app_context():
        assert "PostgreSQL synchronous_commit" not in look(app, tmp_path)
        db.engine.dispose()
        with psycopg.connect(postgresql_database_url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = 'off'")
        assert look(app, tmp_path)["PostgreSQL synchronous_commit"].level is Level.FAULT
        db.engine.dispose()


def test_files_that_others_may_read_are_found(sqlite_database_url: str, tmp_path: Path) -> None:
    app = make_app(sqlite_database_url)
    data = tmp_path / "data"
    data.mkdir()
    (data / "secret_key").write_text("key")
    (data / "secret_key").chmod(0o640)
    tmp_path.chmod(0o755)
    Path(make_url(sqlite_database_url).database).chmod(0o644)
    with app.app_context():
        found = look(app, tmp_path)
        assert found["secret key's file"].level is Level.FAULT
        assert found["database file"].level is Level.FAULT
        assert "chmod 600" in found["database file"].remedy
        db.engine.dispose()


def test_a_pragma_that_loses_data_is_found(sqlite_database_url: str, tmp_path: Path) -> None:
    """As if a later release had forgotten one."""
    from sqlalchemy import event

    app = make_app(sqlite_database_url)
    with app.app_context():
        event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        found = look(app, tmp_path)
        assert (found["SQLite synchronous"].said, found["SQLite synchronous"].level) == ("off", Level.FAULT)
        db.engine.dispose()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/contest/contest.db", "ext4"),
        ("/srv/shared/contest.db", "nfs4"),
        ("/srv/shared/fast/contest.db", "tmpfs"),
        ("/srv/sharedness/contest.db", "ext4"),
        ("/mnt/nas one/contest.db", "cifs"),
    ],
)
def test_the_file_system_under_a_path(path: str, kind: str) -> None:
    assert find_file_system(Path(path), MOUNTS) == kind


@pytest.mark.parametrize(
    ("off", "level"), [(0, Level.OK), (10, Level.WARNING), (420, Level.FAULT), (-420, Level.FAULT)]
)
def test_a_clock_that_is_off(app: Flask, off: int, level: Level) -> None:
    findings = examine_clock(lambda: read_now() + timedelta(seconds=off), has_tables=True)
    assert find_worst(findings) is level


def test_a_disk_that_is_full_or_closed(
    sqlite_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "LITTLE_SPACE", 1 << 60)
    app = make_app(sqlite_database_url)
    with app.app_context():
        assert look(app, tmp_path)["disk of the files"].level is Level.WARNING
        monkeypatch.setattr(machine, "NO_SPACE", 1 << 60)
        assert look(app, tmp_path)["disk of the files"].level is Level.FAULT
        db.engine.dispose()
    (tmp_path / "file").write_text("no folder")
    with app.app_context():
        findings = examine(settings=settings_of(app), storage=FolderStorage(tmp_path / "file"), read_now=read_now)
        (kept,) = [finding for finding in findings if finding.name == "kept files"]
        assert kept.level is Level.FAULT
        db.engine.dispose()


def test_an_unreachable_database_and_mail_server_are_findings_and_no_crash(tmp_path: Path) -> None:
    port = find_free_port()
    app = make_app(f"postgresql://contest@127.0.0.1:{port}/contest")
    mail = mailing.MailSettings("127.0.0.1", port, mailing.Security.NONE, None, None, "a@example.vn", "", 60)
    with app.app_context():
        found = look(app, tmp_path, mail=mail)
    assert found["database"].level is Level.FAULT
    assert found["mail"].level is Level.WARNING


def test_the_mail_server_and_the_scanner_are_asked_as_letters_and_files_ask_them(app: Flask, tmp_path: Path) -> None:
    mailbox = Mailbox()
    with run_mail_server(mailbox) as port, run_scanner() as scanner:
        found = look(app, tmp_path, mail=make_mail_settings(port), clamd=scanner, site_address="https://thi.example.vn")
        assert {"mail", "antivirus", "SITE_ADDRESS"}.isdisjoint(found)
        assert mailbox.letters == []
        # A server that answers, and offers no protection: letters would not go out.
        found = look(app, tmp_path, mail=make_mail_settings(port, security=mailing.Security.STARTTLS))
        assert "cannot be used" in found["mail"].said
    assert look(app, tmp_path, clamd=scanner)["antivirus"].level is Level.WARNING


def test_a_bucket_that_cannot_be_used_is_named(app: Flask, tmp_path: Path) -> None:
    s3 = S3Settings(f"http://127.0.0.1:{find_free_port()}", "contest", "key", "secret", "us-east-1")
    found = examine(
        settings=settings_of(app, files_folder=tmp_path, s3=s3), storage=make_storage(tmp_path, s3), read_now=read_now
    )
    (kept,) = [each for each in found if each.name == "kept files"]
    assert (kept.level, "S3_ENDPOINT" in kept.remedy) == (Level.FAULT, True)


def test_the_command_ends_with_what_it_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for level, code in ((Level.OK, 0), (Level.WARNING, 1), (Level.FAULT, 2)):
        found = [Finding(Level.OK, "one", "fine"), Finding(level, "two", "so", "do this")]
        monkeypatch.setattr("quiz_app.cli_operations.examine", lambda found=found, **_: found)
        result = app.test_cli_runner().invoke(args=["quiz", "doctor"])
        assert result.exit_code == code
        assert ("do this" in result.output) is (level is not Level.OK)
