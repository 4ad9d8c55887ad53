"""``make run``: migrate, load the demonstration into an empty database, say where it is, and become the web server."""

from __future__ import annotations

import os
import sys

from flask_migrate import upgrade
from sqlalchemy.engine import make_url

from quiz_app import create_app
from quiz_app.cli import load_contest_file
from quiz_app.config import DATA_FOLDER, ROOT, Settings, WrongSetting, read_settings
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.services.contests import has_contests

DEMONSTRATION = ROOT / "contests" / "demonstration.yaml"


def main() -> None:
    """Prepare and start; exits with a message when the settings or the database do not allow it."""
    try:
        settings = read_settings(os.environ)
        prepare(settings)
    except WrongSetting as error:
        sys.exit(f"{error}")
    except StorageUnavailable as error:
        cause = str(error.__cause__ or "").strip().splitlines()
        sys.exit(f"The database cannot be reached. Check DATABASE_URL. {cause[0] if cause else ''}")
    print(f"Listening on http://{settings.host}:{settings.port}", flush=True)
    command = make_command(settings)
    os.chdir(ROOT)
    os.execv(command[0], command)  # noqa: S606 - the server takes this process's place


def prepare(settings: Settings) -> None:
    """Bring the database to this release and, if it is empty, load the demonstration."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        DATA_FOLDER.mkdir(parents=True, exist_ok=True)
    app = create_app(settings)
    with app.app_context():
        upgrade()
        if settings.loads_demonstration and not has_contests():
            load_contest_file(DEMONSTRATION)
            print(DEMONSTRATION_SIGN_INS, flush=True)


DEMONSTRATION_SIGN_INS = """
Tài khoản dùng thử (mật khẩu: dung-thu-2026)
  thisinh     người dự thi          canbo       người dự thi
  phutrach    phụ trách đơn vị      bantochuc   Ban Tổ chức
  giamkhao    giám khảo             quantri     quản trị
"""


def make_command(settings: Settings) -> list[str]:
    """The web server's command line."""
    if settings.server == "gunicorn":
        return [
            sys.executable, "-m", "gunicorn", "wsgi:app", "--worker-class", "gthread",
            "--bind", f"{settings.host}:{settings.port}", "--workers", str(settings.workers),
            "--threads", str(settings.threads), "--keep-alive", "30", "--log-level", "warning",
        ]  # fmt: skip
    return [
        sys.executable, "-m", "granian", "wsgi:app", "--interface", "wsgi", "--host", settings.host,
        "--port", str(settings.port), "--workers", str(settings.workers),
        "--blocking-threads", str(settings.threads), "--backlog", "2048", "--no-ws",
        "--respawn-failed-workers", "--log-level", "warning",
    ]  # fmt: skip


if __name__ == "__main__":
    main()
