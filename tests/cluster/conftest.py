"""Several servers for the tests of this folder, started once and ended with its last test."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from load_tests.bench.servers import make_logins
from load_tests.cluster import Cluster, add_participants, run_cluster
from quiz_app import create_app
from quiz_app.config import read_settings
from quiz_app.extensions import db

PEOPLE = 6


@pytest.fixture(scope="package")
def cluster() -> Iterator[Cluster]:
    """Two web nodes behind nginx, PgBouncer, a primary and its replica, Redis, S3; and some participants."""
    # Not pytest's own folder, which is closed to the account that PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="cluster-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with run_cluster(folder, settings={"SWEEP_SECONDS": "1", "LOG_FORMAT": "json"}) as running:
            add_participants(running, make_logins(PEOPLE))
            yield running


@pytest.fixture
def app(cluster: Cluster) -> Iterator[Flask]:
    """A node of the cluster in this process, at work through PgBouncer."""
    application = create_app(read_settings({**cluster.environment, "SWEEP_SECONDS": "0"}))
    with application.app_context():
        yield application
        for engine in db.engines.values():
            engine.dispose()
