"""Whether the engine can do its work, and what waits for it."""

from __future__ import annotations

from datetime import datetime

from quiz_app.domain.errors import StorageUnavailable
from quiz_app.persistence.diagnosis import read_waiting
from quiz_app.persistence.replica import ReplicaState, read_replica_state
from quiz_app.persistence.schema import list_known_migrations
from quiz_app.persistence.session import Statement, reading

_VERSION = Statement.from_sql("SELECT version_num, (SELECT COUNT(*) FROM contests) AS contests FROM alembic_version")


def check_database() -> None:
    """Read something, and see that no table of this release is missing. Raises StorageUnavailable.

    A newer database is no fault: during an upgrade the servers of before go on until they are replaced.
    """
    known = list_known_migrations()
    with reading() as work:
        row = work.find_one(_VERSION)
    if row is None or row.version_num in known[1:]:
        raise StorageUnavailable


def read_gauges(*, now: datetime) -> dict[str, tuple[str, float]]:
    """Name, meaning and value of what is read from the database, the same whichever process is asked. Raises
    StorageUnavailable.
    """
    with reading() as work:
        waiting = read_waiting(work, now)
    replica = read_replica_state()

    def count_seconds(since: datetime | None) -> float:
        return 0.0 if since is None else max(0.0, (now - since).total_seconds())

    return _describe_replica(replica) | {
        "quiz_database_up": ("Whether the database answers.", 1.0),
        "quiz_open_attempts": ("Attempts in progress.", float(waiting.open_attempts)),
        "quiz_sweeper_lag_seconds": (
            "How long the oldest attempt past its deadline has waited to be closed.",
            count_seconds(waiting.overdue_since),
        ),
        "quiz_jobs_queued": ("Background jobs that wait.", float(waiting.queued_jobs)),
        "quiz_jobs_queued_seconds": ("How long the oldest of them has waited.", count_seconds(waiting.queued_since)),
        "quiz_audit_unsealed": ("Entries of the audit trail without a seal.", float(waiting.unsealed_entries)),
    }


def _describe_replica(state: ReplicaState | None) -> dict[str, tuple[str, float]]:
    if state is None:
        return {}
    gauges = {"quiz_replica_up": ("Whether the replica answers, and is one.", float(state.is_replica))}
    if state.is_replica and state.seconds_behind is not None:
        gauges["quiz_replica_lag_seconds"] = ("How far the replica is behind.", state.seconds_behind)
    return gauges
