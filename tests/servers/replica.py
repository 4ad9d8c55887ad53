"""A streaming replica of a throw-away PostgreSQL server."""

from __future__ import annotations

import atexit
import os
import subprocess
from pathlib import Path

from tests.servers.accounts import hand_over
from tests.servers.ports import LOOPBACK, find_free_port
from tests.servers.postgresql import SUPERUSER, PostgresqlServer
from tests.servers.processes import ServerFailed


def start_replica(primary: PostgresqlServer, directory: Path) -> PostgresqlServer:
    """Copy the running primary into ``directory`` and follow it from there on: all that it commits arrives here.

    Raises PermissionError or ServerFailed.
    """
    directory = directory.resolve()
    hand_over(directory, primary.account)
    command = [str(primary.binaries / "pg_basebackup"), "--pgdata", str(directory / "data"), "--write-recovery-conf"]
    command += ["--checkpoint", "fast", "--wal-method", "stream", "--no-sync"]
    command += ["--dbname", f"host={LOOPBACK} port={primary.port} user={SUPERUSER} application_name=replica"]
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=directory,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
        check=False,
        **primary.account,
    )
    if result.returncode != 0:
        raise ServerFailed(f"pg_basebackup failed:\n{result.stdout}{result.stderr}")
    replica = PostgresqlServer(directory, find_free_port(), primary.is_durable, primary.binaries, primary.account)
    replica.start()
    atexit.register(replica.kill_all)
    return replica
