"""The database's own settings: what it promises when it says that something is kept."""

from __future__ import annotations

from pathlib import Path

from quiz_app.config import Settings
from quiz_app.domain.diagnosis import Finding, Level, judge
from quiz_app.persistence.diagnosis import is_pooler_between, read_postgresql_settings, read_pragmas
from quiz_app.persistence.replica import PATIENCE_SECONDS, read_replica_state
from quiz_app.persistence.schema import find_migration, list_known_migrations
from quiz_app.persistence.session import reading
from quiz_app.services.doctor.machine import NETWORK_FILE_SYSTEMS, find_database_file, find_file_system

OLDEST_POSTGRESQL = 130000
SPARE_CONNECTIONS = 10
"""For backups, the operator and other programs."""


def examine_schema() -> tuple[list[Finding], bool]:
    """Whether the database is of this release, and whether its tables can be read."""
    migration, known = find_migration(), list_known_migrations()
    if migration == known[0]:
        return [Finding(Level.OK, "migrations", f"{migration}, as this release needs")], True
    if migration is None:
        said, remedy = "none: the database is empty", "Start the server, which makes the tables, or restore a backup."
    elif migration in known:
        said = f"{migration}, this release needs {known[0]}"
        remedy = "Make a backup, then start the server or run `flask --app wsgi db upgrade`."
    else:
        said = f"{migration}, which is of a newer release than this one ({known[0]})"
        remedy = "Start the newer release, or restore the backup made before the upgrade."
    return [Finding(Level.FAULT, "migrations", said, remedy)], False


def examine_postgresql(settings: Settings) -> list[Finding]:
    """Durability as the contest's connections have it (a role or a database may have settings of its own)."""
    with reading() as work:
        values = read_postgresql_settings(work)
    name = "PostgreSQL "
    findings = [
        judge(
            name + setting,
            is_right=values[setting] not in ("off", "local")
            if setting == "synchronous_commit"
            else values[setting] == "on",
            said=values[setting],
            remedy=f"Run: ALTER SYSTEM SET {setting} = on; SELECT pg_reload_conf();  "
            "and look for the same in ALTER ROLE and ALTER DATABASE.",
        )
        for setting in ("fsync", "synchronous_commit", "full_page_writes")
    ]
    needed = SPARE_CONNECTIONS if settings.is_pooled else settings.workers * (settings.threads + 4) + SPARE_CONNECTIONS
    findings += [
        judge(
            name + "version",
            is_right=int(values["server_version_num"]) >= OLDEST_POSTGRESQL,
            said=values["server_version"],
            remedy="Upgrade to a version that is still maintained, 13 or newer.",
        ),
        judge(
            name + "max_connections",
            is_right=int(values["max_connections"]) >= needed,
            said=f"{values['max_connections']}, this server may open {needed}",
            remedy="Raise max_connections, or lower WEB_WORKERS or WEB_THREADS.",
            level=Level.WARNING,
        ),
        judge(
            name + "encoding",
            is_right=values["server_encoding"] == "UTF8",
            said=values["server_encoding"],
            remedy="Make the database anew with ENCODING 'UTF8', and restore a backup into it.",
        ),
        judge(
            name + "role",
            is_right=values.get("is_superuser") not in ("true", "t"),
            said="a superuser" if values.get("is_superuser") in ("true", "t") else "not a superuser",
            remedy="Make a role of the contest's own that owns its database and nothing else.",
            level=Level.WARNING,
        ),
    ]
    return [*findings, _examine_pooler(settings, values["jit"]), *_examine_replica()]


def _examine_pooler(settings: Settings, jit: str) -> Finding:
    is_between = is_pooler_between()
    if is_between and not settings.is_pooled:
        said = "between the engine and PostgreSQL, while prepared statements are on: answers may fail at any moment"
        remedy = "Set DATABASE_DIRECT_URL to PostgreSQL's own address."
        return Finding(Level.FAULT, "pooler", said, remedy)
    if settings.is_pooled and not is_between:
        said = "none at DATABASE_URL, although DATABASE_DIRECT_URL is set: statements are planned anew each time"
        return Finding(
            Level.WARNING, "pooler", said, "Leave DATABASE_DIRECT_URL out, or put the pooler's address right."
        )
    if is_between and jit == "on":
        said = "between; PostgreSQL compiles statements (jit), which costs more than it saves here"
        remedy = "Run: ALTER DATABASE … SET jit = off;  then restart the pooler."
        return Finding(Level.WARNING, "pooler", said, remedy)
    said = "between; nothing is prepared or set on a connection" if is_between else "none: connections are PostgreSQL's"
    return Finding(Level.OK, "pooler", said)


def _examine_replica() -> list[Finding]:
    state = read_replica_state()
    if state is None:
        return []
    name, remedy = "replica", "Lists are read from the database until it is right: look at its log and at the network."
    if not state.answers:
        return [Finding(Level.WARNING, name, "does not answer", remedy)]
    if not state.is_replica:
        said = "DATABASE_REPLICA_URL leads to a server that is no replica"
        return [Finding(Level.WARNING, name, said, "Put DATABASE_REPLICA_URL right, or leave it out.")]
    if state.seconds_behind is None or state.seconds_behind > PATIENCE_SECONDS:
        said = "has replayed nothing yet" if state.seconds_behind is None else f"{state.seconds_behind:.0f} s behind"
        return [Finding(Level.WARNING, name, said, remedy)]
    return [Finding(Level.OK, name, f"{state.seconds_behind:.1f} s behind")]


def examine_sqlite(settings: Settings) -> list[Finding]:
    """Pragmas of the engine's connections, and the disk under the file."""
    values = read_pragmas(("journal_mode", "synchronous", "foreign_keys"))
    path = find_database_file(settings)
    mounts = Path("/proc/mounts")
    kind = find_file_system(path.absolute(), mounts.read_text(encoding="utf-8")) if path and mounts.exists() else ""
    update = "This is not as the engine sets it: update the engine, and tell its makers."
    return [
        judge(
            "SQLite journal_mode", is_right=values["journal_mode"] == "wal", said=values["journal_mode"], remedy=update
        ),
        judge(
            "SQLite synchronous",
            is_right=values["synchronous"] in ("2", "3"),
            said={"0": "off", "1": "normal", "2": "full", "3": "extra"}.get(
                values["synchronous"], values["synchronous"]
            ),
            remedy=update,
        ),
        judge(
            "SQLite foreign_keys", is_right=values["foreign_keys"] == "1", said=values["foreign_keys"], remedy=update
        ),
        judge(
            "SQLite disk",
            is_right=kind not in NETWORK_FILE_SYSTEMS,
            said=kind or "unknown",
            remedy="Move the database to a disk of this machine: over a network its locks do not hold.",
        ),
    ]
