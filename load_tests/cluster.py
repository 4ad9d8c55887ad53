"""``python -m load_tests.cluster``: several servers on this machine, as ``deploy/several`` has them in containers.

A primary with a streaming replica, PgBouncer, Redis, an S3 store, and web nodes behind nginx: processes on loopback and
free ports. Addresses are printed; Ctrl-C ends everything, by process id.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from minio import Minio

from load_tests.bench.operations import PASSWORD
from quiz_app import create_app
from quiz_app.clock import read_now
from quiz_app.config import read_settings
from quiz_app.extensions import db
from quiz_app.passwords import hash_password
from quiz_app.persistence.people import NewAccount, add_accounts
from quiz_app.persistence.session import transaction
from tests.servers.nginx import NginxServer, start_nginx
from tests.servers.pgbouncer import PgbouncerServer, start_pgbouncer
from tests.servers.postgresql import PostgresqlServer, start_postgresql
from tests.servers.redis import RedisServer, start_redis
from tests.servers.replica import start_replica
from tests.servers.s3 import run_s3
from tests.servers.web import WebServer, make_web

DATABASE, BUCKET = "contest", "contest"
KEYS = {"S3_ACCESS_KEY": "of-this-cluster", "S3_SECRET_KEY": "of-this-cluster-too"}
SECRET = "of-a-cluster-that-lives-as-long-as-a-run"  # noqa: S105 - of throw-away servers
START_SECONDS = 400.0
"""Of all nodes together, each with its migrations, on a machine that has much else to do."""


@dataclass
class Cluster:
    """All servers, running."""

    primary: PostgresqlServer
    replica: PostgresqlServer
    pgbouncer: PgbouncerServer
    redis: RedisServer
    nginx: NginxServer
    webs: list[WebServer]
    environment: Mapping[str, str]

    def describe(self) -> str:
        """Where everything is."""
        nodes = " ".join(web.base_url for web in self.webs)
        lines = {
            "site": self.nginx.base_url,
            "web nodes": nodes,
            "PgBouncer": self.environment["DATABASE_URL"],
            "primary": self.environment["DATABASE_DIRECT_URL"],
            "replica": self.environment["DATABASE_REPLICA_URL"],
            "Redis": self.redis.url,
            "S3": f"{self.environment['S3_ENDPOINT']}/{BUCKET}",
        }
        return "\n".join(f"{name:10} {address}" for name, address in lines.items())


@contextmanager
def run_cluster(
    folder: Path, *, nodes: int = 2, settings: Mapping[str, str] | None = None, durable: bool = True
) -> Iterator[Cluster]:
    """Start everything below ``folder``, which the database's account must be able to reach; end it all at the end.

    ``settings`` are laid over the nodes' own.
    """
    with ExitStack() as stack:
        primary = start_postgresql(folder / "primary", durable=durable)
        stack.callback(primary.stop)
        direct_url = primary.create_database(DATABASE)
        # What a connection of the engine says at its start, where no pooler stands between.
        with psycopg.connect(primary.url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {DATABASE} SET jit = off")
        pgbouncer = start_pgbouncer(folder / "pgbouncer", postgresql_port=primary.port)
        stack.callback(pgbouncer.stop)
        redis = start_redis(folder / "redis")
        stack.callback(redis.stop)
        endpoint = stack.enter_context(run_s3(folder))
        Minio(
            endpoint.removeprefix("http://"),
            access_key=KEYS["S3_ACCESS_KEY"],
            secret_key=KEYS["S3_SECRET_KEY"],
            secure=False,
        ).make_bucket(BUCKET)
        replica = start_replica(primary, folder / "replica")
        stack.callback(replica.stop)
        environment = {
            "DATABASE_URL": pgbouncer.database_url(DATABASE),
            "DATABASE_DIRECT_URL": direct_url,
            "DATABASE_REPLICA_URL": replica.database_url(DATABASE),
            "REDIS_URL": redis.url,
            "S3_ENDPOINT": endpoint,
            "S3_BUCKET": BUCKET,
            **KEYS,
            "SECRET_KEY": SECRET,
            "TRUSTED_PROXIES": "1",
            **(settings or {}),
        }
        # A folder of each node's own: nothing that another one needs may lie in it.
        webs = [
            make_web(
                {**environment, "FILES_FOLDER": str(folder / f"files-{number + 1}")},
                log_directory=folder,
                start_timeout_seconds=START_SECONDS,
            )
            for number in range(nodes)
        ]
        # All at the same moment on an empty database, as after a power cut: they migrate it one after another.
        for web in webs:
            stack.callback(web.stop)
            web.launch()
        for web in webs:
            web.wait_until_healthy()
        nginx = start_nginx(folder / "nginx", web_ports=[web.port for web in webs])
        stack.callback(nginx.stop)
        yield Cluster(primary, replica, pgbouncer, redis, nginx, webs, environment)


def add_participants(cluster: Cluster, logins: Sequence[str]) -> None:
    """Accounts for a run, all with the bench's password."""
    app = create_app(read_settings(cluster.environment))
    password_hash = hash_password(PASSWORD)
    people = [NewAccount(login, f"Người dự thi {login}", password_hash, must_change_password=False) for login in logins]
    with app.app_context():
        with transaction() as work:
            add_accounts(work, people, read_now())
        for engine in db.engines.values():
            engine.dispose()


def main() -> None:
    """Run until told to end."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.cluster", description=__doc__)
    parser.add_argument("--nodes", type=int, default=2, choices=range(1, 9))
    arguments = parser.parse_args()
    is_over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: is_over.set())
    with tempfile.TemporaryDirectory(prefix="cluster-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL runs under an account of its own and has to reach its folder below
        with run_cluster(folder, nodes=arguments.nodes) as cluster:
            print(cluster.describe(), "Accounts are those of the demonstration. Ctrl-C ends everything.", sep="\n\n")
            sys.stdout.flush()
            is_over.wait()


if __name__ == "__main__":
    main()
