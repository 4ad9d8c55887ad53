"""Every setting, once: read from environment variables, checked at the start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from quiz_app.config.databases import check_database_url, read_further_databases
from quiz_app.config.neighbours import read_agency, read_clamd, read_mail, read_s3
from quiz_app.config.secret_key import check_secret_key, read_secret_key
from quiz_app.config.settings import DATA_FOLDER, Settings, WrongSetting
from quiz_app.config.values import check_redis_url, check_site_address, read_flag, read_number


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment. Raises WrongSetting for one that cannot be used."""
    database_url = check_database_url(environment.get("DATABASE_URL") or f"sqlite:///{DATA_FOLDER / 'contest.db'}")
    direct_url, replica_url = read_further_databases(environment, database_url)
    server = environment.get("WEB_SERVER", "granian")
    if server not in ("granian", "gunicorn"):
        raise WrongSetting("WEB_SERVER is granian or gunicorn.")
    return Settings(
        secret_key=check_secret_key(environment.get("SECRET_KEY") or read_secret_key()),
        database_url=database_url,
        redis_url=check_redis_url(environment.get("REDIS_URL", "")),
        host=environment.get("HOST", "127.0.0.1"),
        port=read_number(environment, "PORT", 8000, largest=65_535),
        workers=read_number(environment, "WEB_WORKERS", 1, smallest=1, largest=64),
        threads=read_number(environment, "WEB_THREADS", 8, smallest=1, largest=128),
        waiting_room=read_number(environment, "WEB_QUEUE", 32, largest=512),
        server=server,
        is_https=read_flag(environment, "HTTPS", default=False),
        site_address=check_site_address(environment.get("SITE_ADDRESS", "")),
        trusted_proxies=read_number(environment, "TRUSTED_PROXIES", 0, largest=5),
        session_hours=read_number(environment, "SESSION_HOURS", 12, smallest=1, largest=720),
        sweep_seconds=read_number(environment, "SWEEP_SECONDS", 5, largest=3600),
        job_workers=read_number(environment, "JOB_WORKERS", 1, largest=1),
        files_folder=Path(environment.get("FILES_FOLDER") or DATA_FOLDER / "files"),
        loads_demonstration=read_flag(environment, "DEMONSTRATION", default=True),
        activation_days=read_number(environment, "ACTIVATION_DAYS", 30, smallest=1, largest=365),
        agency=read_agency(environment),
        mail=read_mail(environment),
        logs_json=_read_log_format(environment),
        metrics_token=_check_metrics_token(environment.get("METRICS_TOKEN", "")),
        retention_days=read_number(environment, "RETENTION_DAYS", 0, largest=36_500) or None,
        clamd=read_clamd(environment.get("CLAMD_ADDRESS", "")),
        s3=read_s3(environment),
        database_direct_url=direct_url,
        database_replica_url=replica_url,
    )


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
