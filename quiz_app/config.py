"""Every setting, once: read from environment variables, checked at the start."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from quiz_app.domain.letters import is_usable_address
from quiz_app.mailing import MailSettings, Security
from quiz_app.storage import S3Settings
from quiz_app.virus_scanner import ScannerAddress, read_scanner_address

ROOT = Path(__file__).resolve().parent.parent
DATA_FOLDER = ROOT / "data"
SHORTEST_SECRET_KEY = 32


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

    ``trusted_proxies`` is how many proxies in front set X-Forwarded-For: 0 means that the header is ignored.
    ``site_address`` (``https://thi.example.vn``) stands in what is printed or sent; None: the address that was asked.
    """

    secret_key: str
    database_url: str
    redis_url: str | None = None
    port: int = 8000
    host: str = "127.0.0.1"
    workers: int = 1
    threads: int = 8
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

    def to_flask(self) -> dict[str, Any]:
        """The settings in the names that Flask and its extensions know."""
        return {
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": make_engine_options(self),
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


def make_engine_options(settings: Settings) -> dict[str, Any]:
    """The pool: a connection for each thread, so that no thread waits for one."""
    # Beside the web's threads the sweeper, the worker of jobs and its heartbeat need one now and then.
    options: dict[str, Any] = {"pool_size": settings.threads, "max_overflow": 4, "pool_timeout": 5}
    # Connections come back clean: each statement commits by itself, and a transaction ends where it began.
    options["pool_reset_on_return"] = None
    if make_url(settings.database_url).get_backend_name() == "postgresql":
        # One plan for a statement, made once: what is asked here is found by key, whatever the values are.
        planning = "-c plan_cache_mode=force_generic_plan -c jit=off"
        options["connect_args"] = {"connect_timeout": 3, "options": planning}
    return options


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment. Raises WrongSetting for one that cannot be used."""
    database_url = environment.get("DATABASE_URL") or f"sqlite:///{DATA_FOLDER / 'contest.db'}"
    database_url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        url = make_url(database_url)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise WrongSetting("DATABASE_URL is not a database address such as postgresql://user@host/name.") from None
    if backend not in ("sqlite", "postgresql"):
        raise WrongSetting(f"DATABASE_URL names {backend}; the engine runs on sqlite and postgresql.")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise WrongSetting("DATABASE_URL begins with sqlite:/// or postgresql://, without the name of a driver.")
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise WrongSetting("DATABASE_URL needs a file after sqlite:///, such as sqlite:////var/lib/contest/contest.db.")
    server = environment.get("WEB_SERVER", "granian")
    if server not in ("granian", "gunicorn"):
        raise WrongSetting("WEB_SERVER is granian or gunicorn.")
    return Settings(
        secret_key=_check_secret_key(environment.get("SECRET_KEY") or read_secret_key()),
        database_url=database_url,
        redis_url=_check_redis_url(environment.get("REDIS_URL", "")),
        host=environment.get("HOST", "127.0.0.1"),
        port=_read_number(environment, "PORT", 8000, largest=65_535),
        workers=_read_number(environment, "WEB_WORKERS", 1, smallest=1, largest=64),
        threads=_read_number(environment, "WEB_THREADS", 8, smallest=1, largest=128),
        server=server,
        is_https=_read_flag(environment, "HTTPS", default=False),
        site_address=_check_site_address(environment.get("SITE_ADDRESS", "")),
        trusted_proxies=_read_number(environment, "TRUSTED_PROXIES", 0, largest=5),
        session_hours=_read_number(environment, "SESSION_HOURS", 12, smallest=1, largest=720),
        sweep_seconds=_read_number(environment, "SWEEP_SECONDS", 5, largest=3600),
        job_workers=_read_number(environment, "JOB_WORKERS", 1, largest=1),
        files_folder=Path(environment.get("FILES_FOLDER") or DATA_FOLDER / "files"),
        loads_demonstration=_read_flag(environment, "DEMONSTRATION", default=True),
        activation_days=_read_number(environment, "ACTIVATION_DAYS", 30, smallest=1, largest=365),
        agency=_read_agency(environment),
        mail=_read_mail(environment),
        logs_json=_read_log_format(environment),
        metrics_token=_check_metrics_token(environment.get("METRICS_TOKEN", "")),
        retention_days=_read_number(environment, "RETENTION_DAYS", 0, largest=36_500) or None,
        clamd=_read_clamd(environment.get("CLAMD_ADDRESS", "")),
        s3=_read_s3(environment),
    )


def read_secret_key() -> str:
    """The key in ``data/secret_key``, made at the first start: no default that two installations could share. Raises
    WrongSetting where it can be neither read nor written.
    """
    path = DATA_FOLDER / "secret_key"
    try:
        return _read_or_make_key(path)
    except OSError as error:
        raise WrongSetting(
            f"SECRET_KEY is not set, and {path} cannot be used ({error.strerror}). Set SECRET_KEY."
        ) from None


def _read_or_make_key(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written beside its place and then put there, so that no half-written key is ever read.
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()


def _check_secret_key(key: str) -> str:
    if len(key) < SHORTEST_SECRET_KEY:
        raise WrongSetting(
            f"SECRET_KEY needs at least {SHORTEST_SECRET_KEY} characters; leave it out to have one made."
        )
    return key


def _check_site_address(text: str) -> str | None:
    """Scheme and host (and port), as they are put before a path; None for nothing."""
    address = text.strip().rstrip("/")
    if not address:
        return None
    wrong = WrongSetting("SITE_ADDRESS is an address such as https://thi.example.vn, without a path.")
    try:
        parts = urlsplit(address)
        is_usable = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        raise wrong from None
    if (
        not is_usable
        or address != f"{parts.scheme}://{parts.netloc}"
        or not re.fullmatch(r"[\w.:\[\]-]+", parts.netloc)
    ):
        raise wrong
    return address


def _check_redis_url(text: str) -> str | None:
    """The address, or None for nothing. Whether somebody answers there is asked at the start."""
    address = text.strip()
    if not address:
        return None
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
        is_usable = is_usable and (parts.path.strip("/") or "0").isdecimal()
    except ValueError:
        is_usable = False
    if not (is_usable or (address.startswith("unix://") and len(address) > len("unix://"))):
        raise WrongSetting(
            "REDIS_URL is an address such as redis://127.0.0.1:6379/0; leave it out to do without Redis."
        )
    return address


def _read_clamd(text: str) -> ScannerAddress | None:
    try:
        return read_scanner_address(text.strip()) if text.strip() else None
    except ValueError:
        raise WrongSetting(
            "CLAMD_ADDRESS is the socket of clamd, /run/clamav/clamd.ctl, or its host and port, 127.0.0.1:3310."
        ) from None


def _read_s3(environment: Mapping[str, str]) -> S3Settings | None:
    names = ("S3_ENDPOINT", "S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY")
    endpoint, bucket, access_key, secret_key = (environment.get(name, "").strip() for name in names)
    if not (endpoint or bucket or access_key or secret_key):
        return None
    if not (endpoint and bucket and access_key and secret_key):
        raise WrongSetting(f"{', '.join(names[:-1])} and {names[-1]} are set together or not at all.")
    parts = urlsplit(endpoint.rstrip("/"))
    is_near = parts.hostname in ("127.0.0.1", "localhost")
    if parts.path or not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_near)):
        raise WrongSetting("S3_ENDPOINT is an address such as https://s3.example.vn, without a path.")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket):
        raise WrongSetting("S3_BUCKET is the name of a bucket: 3 to 63 small letters, digits, points and hyphens.")
    region = environment.get("S3_REGION", "").strip() or "us-east-1"
    return S3Settings(endpoint.rstrip("/"), bucket, access_key, secret_key, region)


def _read_log_format(environment: Mapping[str, str]) -> bool:
    text = environment.get("LOG_FORMAT", "").strip().lower()
    if text not in ("", "text", "json"):
        raise WrongSetting("LOG_FORMAT is text or json.")
    return text == "json"


def _check_metrics_token(text: str) -> str | None:
    token = text.strip()
    if token and not re.fullmatch(r"[!-~]{16,200}", token):
        raise WrongSetting("METRICS_TOKEN needs 16 to 200 printable characters without spaces; leave it out for none.")
    return token or None


def _read_agency(environment: Mapping[str, str]) -> AgencySettings | None:
    issuer = environment.get("OIDC_ISSUER", "").strip().rstrip("/")
    client_id = environment.get("OIDC_CLIENT_ID", "").strip()
    client_secret = environment.get("OIDC_CLIENT_SECRET", "").strip()
    if not (issuer or client_id or client_secret):
        return None
    if not (issuer and client_id and client_secret):
        raise WrongSetting("OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are set together or not at all.")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")):
        raise WrongSetting("OIDC_ISSUER is an address that begins with https://.")
    return AgencySettings(
        issuer,
        client_id,
        client_secret,
        claim=environment.get("OIDC_CLAIM", "").strip() or "preferred_username",
        name=environment.get("OIDC_NAME", "").strip() or parts.hostname or issuer,
    )


def _read_mail(environment: Mapping[str, str]) -> MailSettings | None:
    host = environment.get("SMTP_HOST", "").strip()
    if not host:
        return None
    security = environment.get("SMTP_SECURITY", "").strip().lower() or "starttls"
    if security not in set(Security):
        raise WrongSetting("SMTP_SECURITY is none, starttls or tls.")
    port = _read_number(environment, "SMTP_PORT", 465 if security == "tls" else 587, smallest=1, largest=65_535)
    shown_sender = environment.get("MAIL_FROM", "").strip()
    name, sender = parseaddr(shown_sender)
    if not is_usable_address(sender) or not shown_sender.isprintable():
        raise WrongSetting("MAIL_FROM is the address that letters come from: Ban To chuc <hoithi@tinh.gov.vn>.")
    user, password = environment.get("SMTP_USER", "").strip(), environment.get("SMTP_PASSWORD", "")
    if bool(user) != bool(password):
        raise WrongSetting("SMTP_USER and SMTP_PASSWORD are set together or not at all.")
    if user and security == "none" and host not in ("127.0.0.1", "::1", "localhost"):
        raise WrongSetting("SMTP_USER needs SMTP_SECURITY=starttls or tls: a password does not go over an open line.")
    return MailSettings(
        host,
        port,
        Security(security),
        user or None,
        password or None,
        sender,
        name,
        per_minute=_read_number(environment, "MAIL_PER_MINUTE", 60, smallest=1, largest=6_000),
    )


def _read_number(environment: Mapping[str, str], name: str, default: int, *, smallest: int = 0, largest: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not smallest <= int(text) <= largest:
        raise WrongSetting(f"{name} is a whole number from {smallest} to {largest}.")
    return int(text)


def _read_flag(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environment.get(name, "").strip().lower()
    if not text:
        return default
    if text not in ("1", "0", "yes", "no", "true", "false"):
        raise WrongSetting(f"{name} is yes or no.")
    return text in ("1", "yes", "true")
