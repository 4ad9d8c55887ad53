"""What a process is set to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from quiz_app.mailing import MailSettings
from quiz_app.storage import S3Settings
from quiz_app.virus_scanner import ScannerAddress

ROOT = Path(__file__).resolve().parent.parent.parent
DATA_FOLDER = ROOT / "data"
DIRECT, REPLICA = "direct", "replica"
"""What the connections past a pooler, and those to the replica, are called beside the usual ones."""


class WrongSetting(ValueError):
    """A setting that the engine cannot start with; the text names it and says what to do."""


@dataclass(frozen=True, slots=True)
class AgencySettings:
    """An identity provider (OpenID Connect) through which people may sign in. ``claim`` is the one that names the
    account, ``name`` what the button calls the provider.
    """

    issuer: str
    client_id: str
    client_secret: str
    claim: str
    name: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a process.

    ``threads`` is how many requests work at once, ``waiting_room`` how many may wait for one of those places.
    ``trusted_proxies`` is how many proxies in front set X-Forwarded-For: 0 means that the header is ignored.
    ``site_address`` (``https://thi.example.vn``) stands in what is printed or sent; None: the address that was asked.
    ``database_direct_url`` is the database's own address, where ``database_url`` is that of a pooler that gives each
    transaction another connection (PgBouncer). ``database_replica_url`` is a streaming replica for lists.
    """

    secret_key: str
    database_url: str
    redis_url: str | None = None
    port: int = 8000
    host: str = "127.0.0.1"
    workers: int = 1
    threads: int = 8
    waiting_room: int = 32
    server: str = "granian"
    is_https: bool = False
    site_address: str | None = None
    trusted_proxies: int = 0
    session_hours: int = 12
    sweep_seconds: int = 5
    job_workers: int = 1
    files_folder: Path = DATA_FOLDER / "files"
    loads_demonstration: bool = True
    activation_days: int = 30
    agency: AgencySettings | None = None
    mail: MailSettings | None = None
    logs_json: bool = False
    metrics_token: str | None = None
    retention_days: int | None = None
    clamd: ScannerAddress | None = None
    s3: S3Settings | None = None
    database_direct_url: str | None = None
    database_replica_url: str | None = None

    @property
    def is_pooled(self) -> bool:
        """Whether a pooler stands between the engine and its database."""
        return self.database_direct_url is not None

    def to_flask(self) -> dict[str, Any]:
        """The settings in the names that Flask and its extensions know."""
        return {
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": make_engine_options(self),
            "SQLALCHEMY_BINDS": self._make_binds(),
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.is_https,
            "SESSION_REFRESH_EACH_REQUEST": False,
            "PERMANENT_SESSION_LIFETIME": self.session_hours * 3600,
            # Bound to the session and not to the hour: the default would refuse a save on a page opened long ago.
            "WTF_CSRF_TIME_LIMIT": None,
            "WTF_CSRF_SSL_STRICT": True,
            "BABEL_DEFAULT_LOCALE": "vi",
            "BABEL_DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
            "DISPLAY_TIME_ZONE": "Asia/Ho_Chi_Minh",
            "MAX_CONTENT_LENGTH": 64 * 1024,
            "TRUSTED_PROXIES": self.trusted_proxies,
        }

    def _make_binds(self) -> dict[str, Any]:
        binds = {}
        if self.database_direct_url is not None:
            unpooled = replace(self, database_url=self.database_direct_url, database_direct_url=None)
            binds[DIRECT] = {"url": self.database_direct_url, **make_engine_options(unpooled)}
        if self.database_replica_url is not None:
            # A pooler may stand before the replica too.
            binds[REPLICA] = {"url": self.database_replica_url, **make_engine_options(self)}
        return binds


def make_engine_options(settings: Settings) -> dict[str, Any]:
    """The pool: a connection for each thread, so that no thread waits for one."""
    # Beside the web's threads the sweeper, the worker of jobs and its heartbeat need one now and then.
    options: dict[str, Any] = {"pool_size": settings.threads, "max_overflow": 4, "pool_timeout": 5}
    # The connection used last is used next: what its process has in its caches is warm.
    options["pool_use_lifo"] = True
    # Connections come back clean: each statement commits by itself, and a transaction ends where it began.
    options["pool_reset_on_return"] = None
    if make_url(settings.database_url).get_backend_name() == "postgresql":
        if settings.is_pooled:
            # A prepared statement and a setting belong to a connection, and the next transaction may get another one.
            options["connect_args"] = {"connect_timeout": 3, "prepare_threshold": None}
        else:
            # One plan for a statement, made once: what is asked here is found by key, whatever the values are.
            planning = "-c plan_cache_mode=force_generic_plan -c jit=off"
            options["connect_args"] = {"connect_timeout": 3, "options": planning}
    return options
