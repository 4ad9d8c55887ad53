"""What a start does before anybody is served: the database is brought to this release, an empty one gets the
demonstration, and what does not allow a start is said.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from quiz_app import create_app
from quiz_app.cli import load_contest_file
from quiz_app.clock import read_now
from quiz_app.config import DATA_FOLDER, ROOT, Settings, WrongSetting
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.extensions import db
from quiz_app.persistence.schema import alone_at_start
from quiz_app.services.contests import has_contests
from quiz_app.services.starting import CannotStart, check_redis, describe_unreachable, ensure_can_start

DEMONSTRATION = ROOT / "contests" / "demonstration.yaml"
DEMONSTRATION_SIGN_INS = """
Tài khoản dùng thử (mật khẩu: dung-thu-2026)
  thisinh     người dự thi          canbo       người dự thi
  phutrach    phụ trách đơn vị      bantochuc   Ban Tổ chức
  giamkhao    giám khảo             quantri     quản trị
  giamkhao2   giám khảo             lanhdaoso   lãnh đạo Sở (thẩm định sáng kiến)
"""


def prepare_or_exit(settings: Settings) -> None:
    """Prepare the database; exits with a message that says what to do where that cannot be done."""
    try:
        prepare(settings)
    except (WrongSetting, CannotStart) as error:
        sys.exit(f"{error}")
    except StorageUnavailable as error:
        sys.exit(describe_unreachable(make_url(settings.database_url), error))
    except SQLAlchemyError as error:
        # Alembic works with SQLAlchemy's own connections; each migration is whole or not at all.
        sys.exit(f"The database could not be brought up to this release: {str(error).splitlines()[0]}")


def prepare(settings: Settings) -> None:
    """Bring the database to this release and, if it is empty, load the demonstration. No connection stays open: those
    of a process must not be used by its children.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database and Path(url.database).is_relative_to(DATA_FOLDER):
        DATA_FOLDER.mkdir(parents=True, exist_ok=True)
    # An application that serves nobody has no part in the figures of those that do.
    app = create_app(replace(settings, metrics_token=None))
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
