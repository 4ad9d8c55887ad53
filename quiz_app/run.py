"""``make run``: migrate, load the demonstration into an empty database, say where it is, and become the web server."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from quiz_app import create_app
from quiz_app.cli import load_contest_file
from quiz_app.clock import read_now
from quiz_app.config import DATA_FOLDER, ROOT, Settings, WrongSetting, read_settings
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.extensions import db
from quiz_app.metrics import prepare_folder
from quiz_app.persistence.schema import alone_at_start
from quiz_app.services.contests import has_contests
from quiz_app.services.starting import CannotStart, check_redis, describe_unreachable, ensure_can_start

DEMONSTRATION = ROOT / "contests" / "demonstration.yaml"


def main() -> None:
    """Prepare and start; exits with a message when the settings or the database do not allow it."""
    try:
        settings = read_settings(os.environ)
        prepare(settings)
    except (WrongSetting, CannotStart) as error:
        sys.exit(f"{error}")
    except StorageUnavailable as error:
        sys.exit(describe_unreachable(make_url(settings.database_url), error))
    except SQLAlchemyError as error:
        # Alembic works with SQLAlchemy's own connections; each migration is whole or not at all.
        sys.exit(f"The database could not be brought up to this release: {str(error).splitlines()[0]}")
    prepare_folder(os.environ)
    print(f"Listening on http://{settings.host}:{settings.port}", flush=True)
    command = make_command(settings)
    allow_many_files()
    os.chdir(ROOT)
    os.execv(command[0], command)  # noqa: S606 - the server takes this process's place


def prepare(settings: Settings) -> None:
    """Bring the database to this release and, if it is empty, load the demonstration."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database and Path(url.database).is_relative_to(DATA_FOLDER):
        DATA_FOLDER.mkdir(parents=True, exist_ok=True)
    app = create_app(settings)
    with app.app_context():
        try:
            _prepare_database(settings)
        finally:
            for engine in db.engines.values():
                engine.dispose()


def _prepare_database(settings: Settings) -> None:
    warnings = [*ensure_can_start(now=read_now()), check_redis(settings)]
    for warning in filter(None, warnings):
        print(warning, file=sys.stderr, flush=True)
    with alone_at_start():
        upgrade()
        if settings.loads_demonstration and not has_contests():
            load_contest_file(DEMONSTRATION)
            print(DEMONSTRATION_SIGN_INS, flush=True)


DEMONSTRATION_SIGN_INS = """
Tài khoản dùng thử (mật khẩu: dung-thu-2026)
  thisinh     người dự thi          canbo       người dự thi
  phutrach    phụ trách đơn vị      bantochuc   Ban Tổ chức
  giamkhao    giám khảo             quantri     quản trị
  giamkhao2   giám khảo             lanhdaoso   lãnh đạo Sở (thẩm định sáng kiến)
"""


SPARE_THREADS = 4
"""Threads that say "full", and answer health and static files, while all others work or wait."""


def count_server_threads(settings: Settings) -> int:
    """A thread for each request that works and for each that waits (``web/admission_gate.py``). One that waits costs a
    stack and no CPU, and the server makes threads only as they are needed.
    """
    return settings.threads + settings.waiting_room + SPARE_THREADS


MOST_CONNECTIONS = 16_384
SPARE_FILES = 512
"""Of a process's open files, those that are no visitor's: database, Redis, logs, files on their way."""


def allow_many_files() -> None:
    """Let this process, and the server that takes its place, open as many files as the system grants: a connection is
    one of them, and many systems begin with 1,024.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def count_connections() -> int:
    """How many connections a process of the server may hold: every browser keeps one while a person thinks."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MOST_CONNECTIONS if most == resource.RLIM_INFINITY else most - SPARE_FILES
    return max(SPARE_FILES, min(MOST_CONNECTIONS, allowed))


def make_command(settings: Settings) -> list[str]:
    """The web server's command line."""
    if settings.server == "gunicorn":
        return [
            sys.executable, "-m", "gunicorn", "wsgi:app", "--worker-class", "gthread",
            "--bind", f"{settings.host}:{settings.port}", "--workers", str(settings.workers),
            "--threads", str(count_server_threads(settings)), "--keep-alive", "30", "--log-level", "warning",
        ]  # fmt: skip
    return [
        sys.executable, "-m", "granian", "wsgi:app", "--interface", "wsgi", "--host", settings.host,
        "--port", str(settings.port), "--workers", str(settings.workers),
        "--blocking-threads", str(count_server_threads(settings)), "--no-ws",
        # Backpressure counts connections, those that wait idle for their next request too; what is beyond is not
        # accepted and hears nothing: with 2,048 of them, half of 4,000 people waited a minute for a save. Requests are
        # bounded by the gate.
        "--backlog", "4096", "--backpressure", str(count_connections()),
        "--respawn-failed-workers", "--log-level", "warning",
    ]  # fmt: skip


if __name__ == "__main__":
    # What the server writes (database, files, logs) is for its own account alone; the web server inherits this.
    os.umask(0o077)
    main()
